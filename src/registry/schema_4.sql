-- SPDX-License-Identifier: EUPL-1.2
--
-- The schema of the registry, step 4: what a person decides.
--
-- A decision is an event; answers that follow from one name it, so that the same person may be told
-- of the same motion again (received, then corrected, then withdrawn), and still only once of each.

ALTER TABLE messages ADD COLUMN arrival_evidence TEXT; -- why a person says it came at another time

ALTER TABLE deliveries ADD COLUMN ruling INTEGER REFERENCES events (seq);
ALTER TABLE deliveries ADD COLUMN resent_at INTEGER; -- its attempts are spaced anew from here
CREATE INDEX deliveries_ruling ON deliveries (ruling) WHERE ruling IS NOT NULL;
DROP INDEX deliveries_once;
CREATE UNIQUE INDEX deliveries_once
    ON deliveries (message, kind, coalesce(motion, 0), coalesce(ruling, 0), recipient_key, occasion)
    WHERE message IS NOT NULL;
DROP TRIGGER deliveries_same_bytes;
CREATE TRIGGER deliveries_same_bytes
BEFORE UPDATE OF body, kind, message, motion, ruling, occasion, recipient, recipient_key,
    envelope_from, message_id, bytes
ON deliveries
BEGIN
    SELECT RAISE(ABORT, 'an answer is sent as it was rendered');
END;
