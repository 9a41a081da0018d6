-- SPDX-License-Identifier: EUPL-1.2
--
-- The schema of the registry, step 5: what comes back.
--
-- A report on a delivery is tied to its answer by the address it came to.

CREATE INDEX deliveries_return ON deliveries (envelope_from COLLATE NOCASE);
