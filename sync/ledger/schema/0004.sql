-- Ledger, version 4.

-- A withdrawal on somebody's word alone (the command withdraw): the ownership stays, and no saga
-- begins. The index finds the few of them.
ALTER TABLE journal ADD COLUMN ordered INTEGER NOT NULL DEFAULT 0 CHECK (ordered IN (0, 1));
CREATE INDEX journal_ordered ON journal (credential_id) WHERE ordered = 1;
