-- SPDX-License-Identifier: EUPL-1.2
--
-- The schema of the registry, version 1.
--
-- What it must guarantee is guaranteed here and not in C: a mistake above this file may stop a
-- mail, but it cannot give a number twice, answer twice, or change what was said.
--
--   epochs          one row for each time the UIDs of a folder began to mean something else
--   messages        one row for each UID ever seen; ids are the "m12" of commands and answers
--     parts         its leaf parts, by which the same attachment is found again
--     documents     what the mail says: a motion, or a paper about one
--       consultations   where and when it wants to be heard, with the deadline of each
--       movers          which factions stand on it
--   motions         what a document brought into being; its number stands in numbers
--   numbers         body, year, counter: gap-free, never used again
--   deliveries      answers, rendered; ids are the "o34"
--     attempts      each time one was tried
--   events          what happened, append-only
--
-- A message has documents, a document belongs to a motion.  A withdrawal, a correction or a
-- replacement is one more document of a motion that has its number already.  What can differ from
-- version to version (kind, title, councils, factions, deadline) therefore stands with the
-- document; a motion has only what stays: its body, its state, which version counts.  A document
-- without a motion is held: it waits for a person, and uses no number meanwhile.
--
-- "Nothing happens twice" rests on four keys.
--   messages_uid   a UID has one row.  A row is no longer the UID's (current = 0) once the mail
--                  turned up after all (it was 'vanished'), or the server's UIDNEXT went back, so
--                  that the UID will be given to another mail.
--   numbers        UNIQUE (body, number) beside the primary key; a trigger refuses gaps, changes
--                  and removals.
--   deliveries_once  one answer of a kind for a cause, a motion and a recipient, for ever.
--   deliveries.message_id   fixed when rendered, so that a receiver can fold a second copy.
--
-- Foreign mail is text of any kind here, never trusted: bound as a value, never part of a
-- statement, and no view or trigger computes with it.
--
-- Moments are seconds since 1970 (UTC), days ISO 8601 texts, unknown is NULL.  Words in CHECKs are
-- those of the contract; a test compares them with the enums both ways.  AUTOINCREMENT, since an
-- id that was printed in an answer must not come back with another meaning.  Raw mails are files
-- beside the database (mails/ab/<sha256>.eml), durable before the row that names them.
--
-- Lists that will grow (events.event) have no CHECK: SQLite cannot alter one without copying the
-- table, and this table is never copied.

CREATE TABLE epochs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL CHECK (uidvalidity BETWEEN 0 AND 4294967295),
    uidnext INTEGER NOT NULL CHECK (uidnext BETWEEN 0 AND 4294967295), -- 0: never told
    reason TEXT NOT NULL CHECK (reason IN ('first', 'uidvalidity', 'uidnext')),
    opened INTEGER NOT NULL,
    visited INTEGER NOT NULL
) STRICT;
CREATE INDEX epochs_folder ON epochs (body, mailbox, folder, id);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL CHECK (uidvalidity BETWEEN 0 AND 4294967295),
    uid INTEGER NOT NULL CHECK (uid BETWEEN 0 AND 4294967295),
    current INTEGER NOT NULL DEFAULT 1 CHECK (current IN (0, 1)),
    internaldate INTEGER,
    arrived_at INTEGER,
    arrival_basis TEXT,
    registered_at INTEGER NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    sha256 TEXT CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
    message_id TEXT,
    sender_name TEXT,    -- of the roster where it knows the address, else as written
    sender_address TEXT, -- of From, as written
    sender_key TEXT,     -- all addresses of From, case folded: for comparing
    subject TEXT,
    mail_date INTEGER,
    body_digest TEXT,
    class TEXT CHECK (class IN ('personal', 'auto-reply', 'bounce', 'disposition', 'list')),
    state TEXT NOT NULL CHECK (state IN ('registered', 'held', 'ignored', 'unreadable',
                                         'duplicate', 'vanished')),
    decided_by TEXT, -- the row of the decision table
    reason TEXT,
    trust TEXT CHECK (trust IN ('unknown', 'listed', 'authenticated', 'signed')),
    duplicate_of INTEGER REFERENCES messages (id),
    moved_at INTEGER,
    reading TEXT, -- JSON, as the reader gave it; NULL where it could not
    CHECK ((sha256 IS NULL) = (state = 'vanished')),
    CHECK ((duplicate_of IS NOT NULL) = (state = 'duplicate'))
) STRICT;
CREATE UNIQUE INDEX messages_uid ON messages (body, mailbox, folder, uidvalidity, uid)
    WHERE current = 1;
CREATE INDEX messages_bytes ON messages (sha256, body);
CREATE INDEX messages_id ON messages (message_id, body) WHERE message_id IS NOT NULL;
CREATE INDEX messages_state ON messages (state);
CREATE INDEX messages_duplicates ON messages (duplicate_of) WHERE duplicate_of IS NOT NULL;

CREATE TABLE parts (
    message INTEGER NOT NULL REFERENCES messages (id),
    position INTEGER NOT NULL,
    path TEXT NOT NULL,
    type TEXT NOT NULL,
    name TEXT,
    size INTEGER NOT NULL CHECK (size >= 0),
    sha256 TEXT NOT NULL,
    text TEXT NOT NULL CHECK (text IN ('extracted', 'none', 'unreadable', 'encrypted',
                                       'too-large', 'image')),
    -- 1: a paper of its own or the text a motion stands in, so that the same one in another mail
    -- means the same motion; 0: logos, signatures, covering words, which come with every mail
    telling INTEGER NOT NULL CHECK (telling IN (0, 1)),
    PRIMARY KEY (message, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX parts_telling ON parts (sha256) WHERE telling = 1;

CREATE TABLE motions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('registered', 'withdrawn', 'replaced', 'void')),
    version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1) -- the one that counts
) STRICT;
CREATE INDEX motions_body ON motions (body, state);

CREATE TABLE numbers (
    body TEXT NOT NULL,
    year INTEGER NOT NULL,
    counter INTEGER NOT NULL CHECK (counter >= 1),
    number TEXT NOT NULL,
    motion INTEGER NOT NULL UNIQUE REFERENCES motions (id),
    given_at INTEGER NOT NULL,
    PRIMARY KEY (body, year, counter),
    UNIQUE (body, number)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER numbers_gap_free BEFORE INSERT ON numbers
WHEN NEW.counter IS NOT
    (SELECT coalesce(max(counter), 0) + 1 FROM numbers WHERE body = NEW.body AND year = NEW.year)
BEGIN
    SELECT RAISE(ABORT, 'numbers are given without gaps');
END;
CREATE TRIGGER numbers_no_update BEFORE UPDATE ON numbers
BEGIN
    SELECT RAISE(ABORT, 'a number that was given stays');
END;
CREATE TRIGGER numbers_no_delete BEFORE DELETE ON numbers
BEGIN
    SELECT RAISE(ABORT, 'a number that was given stays');
END;

CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL REFERENCES messages (id),
    position INTEGER NOT NULL,                 -- within the message, from 0
    motion INTEGER REFERENCES motions (id),    -- NULL: held
    version INTEGER NOT NULL CHECK (version >= 1),
    role TEXT NOT NULL CHECK (role IN ('motion', 'withdrawal', 'replacement', 'correction')),
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
CREATE UNIQUE INDEX documents_version ON documents (motion, version)
    WHERE motion IS NOT NULL AND role IN ('motion', 'replacement');
CREATE INDEX documents_motion ON documents (motion);

CREATE TABLE consultations (
    document INTEGER NOT NULL REFERENCES documents (id),
    position INTEGER NOT NULL,
    organization TEXT, -- NULL: the letter names a day only
    meeting TEXT,
    deadline_state TEXT NOT NULL CHECK (deadline_state IN ('in-time', 'late', 'unknown', 'none')),
    deadline_day TEXT,
    deadline_until INTEGER,
    deadline_rule TEXT,
    PRIMARY KEY (document, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX consultations_meeting ON consultations (meeting);

CREATE TABLE movers (
    document INTEGER NOT NULL REFERENCES documents (id),
    position INTEGER NOT NULL,
    faction TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('mover', 'named')),
    PRIMARY KEY (document, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('acknowledgement', 'review', 'confirmation', 'notice')),
    message INTEGER NOT NULL REFERENCES messages (id), -- the cause
    motion INTEGER REFERENCES motions (id),
    recipient TEXT NOT NULL,
    recipient_key TEXT NOT NULL, -- case folded
    envelope_from TEXT NOT NULL,
    subject TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    bytes BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'queued', 'sending', 'sent', 'deferred',
                                         'maybe', 'failed', 'bounced')),
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    created_at INTEGER NOT NULL,
    next_attempt INTEGER,
    response TEXT,
    CHECK (next_attempt IS NOT NULL OR state NOT IN ('queued', 'deferred', 'maybe'))
) STRICT;
CREATE UNIQUE INDEX deliveries_once
    ON deliveries (message, kind, coalesce(motion, 0), recipient_key);
CREATE INDEX deliveries_due ON deliveries (next_attempt, id)
    WHERE state IN ('queued', 'deferred', 'maybe');
CREATE INDEX deliveries_state ON deliveries (state);
CREATE TRIGGER deliveries_same_bytes
BEFORE UPDATE OF kind, message, motion, recipient, recipient_key, envelope_from, message_id, bytes
ON deliveries
BEGIN
    SELECT RAISE(ABORT, 'an answer is sent as it was rendered');
END;

CREATE TABLE attempts (
    delivery INTEGER NOT NULL REFERENCES deliveries (id),
    n INTEGER NOT NULL CHECK (n >= 1),
    begun_at INTEGER NOT NULL,
    data_at INTEGER, -- committed before the data go out: from here on a lost link means maybe
    ended_at INTEGER,
    state TEXT CHECK (state IN ('queued', 'sent', 'deferred', 'maybe', 'failed')),
    code INTEGER, -- SMTP reply
    response TEXT,
    CHECK ((state IS NULL) = (ended_at IS NULL)),
    PRIMARY KEY (delivery, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    event TEXT NOT NULL CHECK (event <> ''),
    message INTEGER REFERENCES messages (id),
    delivery INTEGER REFERENCES deliveries (id),
    body TEXT,
    number TEXT,
    actor TEXT NOT NULL,
    text TEXT,
    FOREIGN KEY (body, number) REFERENCES numbers (body, number)
) STRICT;
CREATE INDEX events_message ON events (message, seq) WHERE message IS NOT NULL;
CREATE INDEX events_number ON events (body, number, seq) WHERE number IS NOT NULL;
CREATE INDEX events_delivery ON events (delivery, seq) WHERE delivery IS NOT NULL;
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'what happened stays');
END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'what happened stays');
END;
