-- Ledger, version 4.

-- Baseline: which ledger this is, and what was done here that it does not know.

-- A random name, so that the high-water file beside the ledger can say whose passes it counts
-- (highwater.go).
ALTER TABLE ledger ADD COLUMN identity TEXT NOT NULL DEFAULT '';
UPDATE ledger SET identity = lower(hex(randomblob(16)));

-- At most one row: passes that the file knew and this ledger did not, until somebody accepts the
-- baseline.
CREATE TABLE gap (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    kind TEXT    NOT NULL CHECK (kind IN ('lost', 'older')),
    own  INTEGER NOT NULL CHECK (own >= 0),  -- the last pass of this ledger when the gap was found
    done INTEGER NOT NULL CHECK (done > 0),  -- the last pass that was done
    at   INTEGER NOT NULL                    -- when that one began
) STRICT;
