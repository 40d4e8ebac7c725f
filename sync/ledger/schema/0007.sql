-- Ledger, version 7.

-- Somebody takes a yes back (approve --undo).
INSERT INTO audit_events VALUES ('approval-undone');
