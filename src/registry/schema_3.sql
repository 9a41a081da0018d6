-- SPDX-License-Identifier: EUPL-1.2
--
-- The schema of the registry, step 3: answers that no arriving mail causes.
--
--   deliveries   the cause may be none, and the occasion tells answers apart: 'motion 2' of a mail
--                with several that are held, 'failed o34', 'reminder ...', 'roster-file ...', ''
--                for most
--   meetings     the known meetings when they were last looked at, to see which one moved
--
-- A column that may not be NULL cannot be altered, so that the table is made anew; ids stay.
-- "Nothing happens twice": deliveries_once as before, and for what has no mail as its cause,
-- deliveries_occasion.

CREATE TABLE deliveries_next (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('acknowledgement', 'review', 'confirmation', 'notice')),
    message INTEGER REFERENCES messages (id), -- the cause; NULL: none
    motion INTEGER REFERENCES motions (id),
    occasion TEXT NOT NULL DEFAULT '',
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
    CHECK (next_attempt IS NOT NULL OR state NOT IN ('queued', 'deferred', 'maybe')),
    CHECK (message IS NOT NULL OR occasion <> '')
) STRICT;

INSERT INTO deliveries_next (id, body, kind, message, motion, recipient, recipient_key,
                             envelope_from, subject, message_id, bytes, state, attempts, created_at,
                             next_attempt, response)
SELECT d.id, m.body, d.kind, d.message, d.motion, d.recipient, d.recipient_key, d.envelope_from,
       d.subject, d.message_id, d.bytes, d.state, d.attempts, d.created_at, d.next_attempt,
       d.response
FROM deliveries d JOIN messages m ON m.id = d.message;

DROP TABLE deliveries;
ALTER TABLE deliveries_next RENAME TO deliveries;

CREATE UNIQUE INDEX deliveries_once
    ON deliveries (message, kind, coalesce(motion, 0), recipient_key, occasion)
    WHERE message IS NOT NULL;
CREATE UNIQUE INDEX deliveries_occasion
    ON deliveries (occasion, body, recipient_key, kind) WHERE message IS NULL;
CREATE INDEX deliveries_occasions ON deliveries (occasion, body) WHERE occasion <> '';
CREATE INDEX deliveries_due ON deliveries (next_attempt, id)
    WHERE state IN ('queued', 'deferred', 'maybe');
CREATE INDEX deliveries_state ON deliveries (state);
CREATE TRIGGER deliveries_same_bytes
BEFORE UPDATE OF body, kind, message, motion, occasion, recipient, recipient_key, envelope_from,
    message_id, bytes
ON deliveries
BEGIN
    SELECT RAISE(ABORT, 'an answer is sent as it was rendered');
END;

CREATE TABLE meetings (
    body TEXT NOT NULL,
    council TEXT NOT NULL,
    day TEXT NOT NULL,
    minute INTEGER NOT NULL CHECK (minute BETWEEN -1 AND 1439), -- -1: not known
    PRIMARY KEY (body, council, day)
) STRICT, WITHOUT ROWID;
