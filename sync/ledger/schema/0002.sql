-- Ledger, version 2: what somebody said yes to, one row for each change, until it is done or
-- counts no more. person is that of the change: a departure under way keeps its approvals.
CREATE TABLE approvals (
    change_id   TEXT    NOT NULL PRIMARY KEY CHECK (change_id <> ''),
    source      TEXT    NOT NULL CHECK (source <> ''),
    person      TEXT    NOT NULL CHECK (person <> ''),
    hash        TEXT    NOT NULL CHECK (hash <> ''),         -- of the plan that was read
    approved_by TEXT    NOT NULL CHECK (approved_by <> ''),  -- the user of the operating system
    approved_at INTEGER NOT NULL CHECK (approved_at > 0),
    until       INTEGER NOT NULL CHECK (until > approved_at)
) STRICT, WITHOUT ROWID;
