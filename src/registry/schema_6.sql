-- SPDX-License-Identifier: EUPL-1.2
--
-- The schema of the registry, step 6: who says so and who is answered, the rest of it.

-- The day's book.  It speaks of the events behind those of the book before, so that clocks and
-- restarts leave none out and tell none twice; the key makes it one a day.  The book before is the
-- one with the last events and need not be the one of the day before: a clock that was ahead made
-- books of days that were yet to come.

CREATE TABLE books (
    body TEXT NOT NULL,
    day TEXT NOT NULL,            -- local
    since INTEGER,                -- when the one before was made, NULL: there was none
    first_event INTEGER NOT NULL, -- events.seq: it begins behind this one, 0: there was none
    last_event INTEGER NOT NULL,  -- the same: it ends with this one
    made_at INTEGER NOT NULL,
    PRIMARY KEY (body, day)
) STRICT, WITHOUT ROWID;

-- With list-mode "daily" a confirmation does not go out by itself: its entry stands in the list's
-- mail of a day, once.

ALTER TABLE deliveries ADD COLUMN entry TEXT; -- NULL: it goes out by itself
ALTER TABLE deliveries ADD COLUMN gathered_in INTEGER REFERENCES deliveries (id);
CREATE INDEX deliveries_entries ON deliveries (body, id)
    WHERE entry IS NOT NULL AND gathered_in IS NULL;
CREATE TRIGGER deliveries_gathered_once BEFORE UPDATE OF gathered_in ON deliveries
WHEN OLD.gathered_in IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'what stands in a mail of the day stays there');
END;

-- What the last visit to a folder saw that had no outcome then, as ranges of UIDs; whether it has
-- one now is asked of the messages.

ALTER TABLE epochs ADD COLUMN seen INTEGER; -- so many UIDs; NULL: not told yet
CREATE TABLE unsettled (
    epoch INTEGER NOT NULL REFERENCES epochs (id),
    first INTEGER NOT NULL,
    last INTEGER NOT NULL CHECK (last >= first),
    PRIMARY KEY (epoch, first)
) STRICT, WITHOUT ROWID;

-- That a mail waits for a person is gathered for the office, too.

ALTER TABLE messages ADD COLUMN told_at INTEGER; -- when it was told; 0: it is to be; NULL: need not be, or older
CREATE INDEX messages_untold ON messages (body, id) WHERE told_at = 0;

-- What a reply to a notice may decide: the notice bears a token, of which only the sum is kept, and
-- which is good once for each mail that the notice tells of.

CREATE TABLE grants (
    token TEXT NOT NULL CHECK (length(token) = 64 AND token NOT GLOB '*[^0-9a-f]*'), -- SHA-256
    message INTEGER NOT NULL REFERENCES messages (id), -- that may be decided
    delivery INTEGER NOT NULL REFERENCES deliveries (id), -- the notice
    valid_until INTEGER NOT NULL,
    used_by INTEGER REFERENCES messages (id), -- the reply that decided it; NULL: none yet
    PRIMARY KEY (token, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_delivery ON grants (delivery);
CREATE INDEX grants_message ON grants (message);

-- Data protection.  Of a mail that was erased the row stays with hashes, numbers, times and states;
-- its words go, here and wherever they were copied to.
--
--   messages.mail_mark   tells the same mail (Message-ID, From, body digest) from others once these
--                        are gone: their SHA-256
--   messages.id_mark     the SHA-256 of the Message-ID alone, by which other content under it is
--                        still told
--   events.seal          16 random bytes and the SHA-256 of these and the text.  With the text the
--                        random bytes go: what is left still binds what was said, and guessing the
--                        text cannot be tried against it.  Events older than this step have none.
--   erasures             of which mails words may still be found in the files beside the rows: the
--                        raw file, the index, freed bytes, the log of the database

ALTER TABLE messages ADD COLUMN erased_at INTEGER;
ALTER TABLE messages ADD COLUMN erased_by TEXT; -- login, or "retention"
ALTER TABLE messages ADD COLUMN mail_mark TEXT; -- NULL until it is erased
ALTER TABLE messages ADD COLUMN id_mark TEXT; -- the same
CREATE INDEX messages_mark ON messages (mail_mark, body) WHERE mail_mark IS NOT NULL;
CREATE INDEX messages_id_mark ON messages (id_mark, body) WHERE id_mark IS NOT NULL;
CREATE INDEX messages_kept ON messages (body, state, registered_at) WHERE erased_at IS NULL;

CREATE TABLE erasures (
    message INTEGER PRIMARY KEY REFERENCES messages (id)
) STRICT;

ALTER TABLE deliveries ADD COLUMN erased_at INTEGER;
CREATE INDEX deliveries_gathered ON deliveries (body, created_at)
    WHERE message IS NULL AND erased_at IS NULL;
DROP TRIGGER deliveries_same_bytes;
CREATE TRIGGER deliveries_same_bytes
BEFORE UPDATE OF body, kind, message, motion, ruling, occasion, recipient, recipient_key,
    envelope_from, message_id, bytes
ON deliveries
WHEN NEW.erased_at IS NULL OR OLD.erased_at IS NOT NULL OR length(NEW.bytes) > 0
    OR NEW.state IN ('waiting', 'queued', 'sending', 'deferred', 'maybe')
    OR NEW.body <> OLD.body OR NEW.kind <> OLD.kind OR NEW.message IS NOT OLD.message
    OR NEW.motion IS NOT OLD.motion OR NEW.ruling IS NOT OLD.ruling
    OR NEW.envelope_from <> OLD.envelope_from OR NEW.message_id <> OLD.message_id
BEGIN
    SELECT RAISE(ABORT, 'an answer is sent as it was rendered');
END;

ALTER TABLE events ADD COLUMN seal BLOB;
DROP TRIGGER events_no_update;
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
WHEN NEW.text IS NOT NULL OR OLD.text IS NULL OR NEW.seal IS NOT substr(OLD.seal, 17)
    OR NEW.seq <> OLD.seq OR NEW.at <> OLD.at OR NEW.event <> OLD.event
    OR NEW.message IS NOT OLD.message OR NEW.delivery IS NOT OLD.delivery
    OR NEW.body IS NOT OLD.body OR NEW.number IS NOT OLD.number OR NEW.actor <> OLD.actor
    OR NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = OLD.message AND m.erased_at IS NOT NULL)
BEGIN
    SELECT RAISE(ABORT, 'what happened stays');
END;

-- The limit of answers in an hour counts the mails of a faction, however many members have the
-- answer to one of them.

ALTER TABLE deliveries ADD COLUMN paced_by TEXT; -- its title, '! ' in front for warnings, or an address case folded; NULL: no limit, or older
DROP INDEX deliveries_paced;
CREATE INDEX deliveries_paced ON deliveries (body, paced_by, kind, due_at)
    WHERE paced_by IS NOT NULL;

-- What follows up a motion: papers that were missing, a named faction's yes; one of several movers
-- that withdraws.  A CHECK cannot be altered, so that the tables are made anew; ids stay.

CREATE TABLE documents_next (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL REFERENCES messages (id),
    position INTEGER NOT NULL,                 -- within the message, from 0
    motion INTEGER REFERENCES motions (id),    -- NULL: held
    version INTEGER NOT NULL CHECK (version >= 1),
    role TEXT NOT NULL CHECK (role IN ('motion', 'withdrawal', 'replacement', 'correction',
                                       'papers', 'consent')),
    kind TEXT NOT NULL CHECK (kind IN ('motion', 'urgent-motion', 'amendment', 'supplement',
                                       'inquiry', 'review-request', 'resolution', 'budget-motion',
                                       'convening-demand', 'withdrawal', 'replacement',
                                       'citizen-suggestion')),
    label TEXT,
    title TEXT,
    letter_date TEXT,
    refers_to TEXT,
    confidential INTEGER NOT NULL CHECK (confidential IN (0, 1)),
    found_in TEXT, -- path of the part
    decided_by TEXT,
    reason TEXT,
    deadline_state TEXT NOT NULL CHECK (deadline_state IN ('in-time', 'late', 'unknown', 'none')),
    deadline_day TEXT,
    deadline_until INTEGER,
    deadline_rule TEXT,
    UNIQUE (message, position)
) STRICT;
INSERT INTO documents_next SELECT id, message, position, motion, version, role, kind, label, title,
    letter_date, refers_to, confidential, found_in, decided_by, reason, deadline_state,
    deadline_day, deadline_until, deadline_rule FROM documents;
DROP TABLE documents;
ALTER TABLE documents_next RENAME TO documents;
CREATE UNIQUE INDEX documents_version ON documents (motion, version)
    WHERE motion IS NOT NULL AND role IN ('motion', 'replacement');
CREATE INDEX documents_motion ON documents (motion);

CREATE TABLE movers_next (
    document INTEGER NOT NULL REFERENCES documents (id),
    position INTEGER NOT NULL,
    faction TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('mover', 'named', 'left')),
    PRIMARY KEY (document, position)
) STRICT, WITHOUT ROWID;
INSERT INTO movers_next SELECT document, position, faction, role FROM movers;
DROP TABLE movers;
ALTER TABLE movers_next RENAME TO movers;

-- A folder for junk is looked into for listed senders only.  Of the others nothing is kept but which
-- UIDs they have, so that their senders are not asked for again while the roster is the same; what
-- is gone from the folder is gone from here.

CREATE TABLE left_alone (
    body TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL CHECK (uidvalidity BETWEEN 0 AND 4294967295),
    uid INTEGER NOT NULL CHECK (uid BETWEEN 0 AND 4294967295),
    roster TEXT NOT NULL, -- the sum of the one by which it was left alone
    PRIMARY KEY (body, mailbox, folder, uidvalidity, uid)
) STRICT, WITHOUT ROWID;

-- That the office is told of a listed sender's mail in that folder is an event ('junk-told').

CREATE INDEX messages_folder ON messages (body, mailbox, folder);

-- A copy of each acknowledgement goes to the sent-folder.  Begun and not ended means that it may be
-- there: it is looked for before the next try.

ALTER TABLE deliveries ADD COLUMN filing_at INTEGER; -- begun; NULL: no copy of which nobody knows
ALTER TABLE deliveries ADD COLUMN filed_at INTEGER;  -- a copy lies there
CREATE INDEX deliveries_unfiled ON deliveries (body, id)
    WHERE kind = 'acknowledgement' AND filed_at IS NULL AND state IN ('sent', 'bounced');

-- What a sender wrote of late: whether a program goes on and on.

CREATE INDEX messages_sender ON messages (body, sender_key, registered_at)
    WHERE sender_key IS NOT NULL;

-- The held mail whose review this one answers.

ALTER TABLE messages ADD COLUMN answers INTEGER REFERENCES messages (id); -- NULL: none
CREATE INDEX messages_answers ON messages (answers) WHERE answers IS NOT NULL;

-- What a held mail was before an answer to its review completed it: where the number turns out to be
-- nothing, it waits again.

CREATE TABLE completions (
    message INTEGER PRIMARY KEY REFERENCES messages (id),
    motion INTEGER NOT NULL REFERENCES motions (id), -- that it belongs to since
    state TEXT NOT NULL CHECK (state IN ('held', 'unreadable')),
    decided_by TEXT,
    reason TEXT
) STRICT;
CREATE INDEX completions_motion ON completions (motion);

-- The same mail where one of the two has no Message-ID.

CREATE INDEX messages_date ON messages (mail_date, body_digest) WHERE mail_date IS NOT NULL;
