-- Ledger, version 9.

-- Orders (the command withdraw) that are not carried out yet. Each is about one credential, and stands as
-- long as somebody owns it: whoever that is (sync/plan/openorder.go).
CREATE TABLE open_orders (
    credential_id TEXT    NOT NULL PRIMARY KEY CHECK (credential_id <> ''),
    at            INTEGER NOT NULL CHECK (at > 0),
    by            TEXT    NOT NULL CHECK (by <> '')  -- the user of the operating system
) STRICT, WITHOUT ROWID;

-- The audit gets their events.
INSERT INTO audit_events VALUES ('ordered'), ('order-ended');

-- What is asked for by the hash of a plan since somebody said yes to a part of one: a JSON array, as in a
-- report (sync/ledger/asked.go). It counts until the next pass, and until somebody's word changes it.
CREATE TABLE asked_after (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    waits TEXT    NOT NULL CHECK (json_type(waits) = 'array')
) STRICT;
