-- Ledger, version 8.

-- What a withdrawal on somebody's word alone took is looked for as well. No departure goes with it, so it
-- has a row of its own, which ended when it began; should the person leave, their departure takes it over.
ALTER TABLE sagas ADD COLUMN ordered INTEGER NOT NULL DEFAULT 0 CHECK (ordered IN (0, 1) AND (ordered = 0 OR ended <> ''));
CREATE UNIQUE INDEX sagas_ordered ON sagas (source, person, credential_id) WHERE ordered = 1;
