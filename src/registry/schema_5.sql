-- SPDX-License-Identifier: EUPL-1.2
--
-- The schema of the registry, step 5: what comes back.

-- A report on a delivery is tied to its answer by the address it came to.
CREATE INDEX deliveries_return ON deliveries (envelope_from COLLATE NOCASE);

-- No more answers than so many an hour go to one address; what is beyond is due later.
ALTER TABLE deliveries ADD COLUMN due_at INTEGER; -- when it was first to go out; NULL: waits, or older
CREATE INDEX deliveries_paced ON deliveries (body, recipient_key, kind, due_at)
    WHERE due_at IS NOT NULL;
