-- SPDX-License-Identifier: EUPL-1.2
--
-- The schema of the registry, step 6: who says so and who is answered, the rest of it.

-- The day's book.  It speaks of the events behind those of the book before, so that clocks and
-- restarts leave none out and tell none twice; the key makes it one a day.

CREATE TABLE books (
    body TEXT NOT NULL,
    day TEXT NOT NULL,           -- local
    last_event INTEGER NOT NULL, -- events.seq, 0: there was none
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
