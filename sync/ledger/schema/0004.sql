-- Ledger, version 4.

-- Learned sentinels: people by whom an organisational unit shows that it can be read.
CREATE TABLE sentinels (
    source TEXT    NOT NULL CHECK (source <> ''),
    person TEXT    NOT NULL CHECK (person <> ''),
    ou     TEXT    NOT NULL,
    since  INTEGER NOT NULL,  -- when it was learned
    PRIMARY KEY (source, person)
) STRICT, WITHOUT ROWID;

-- Sentinels are chosen among those who are known longest. 0: before this was recorded.
ALTER TABLE observations ADD COLUMN first_seen INTEGER NOT NULL DEFAULT 0;

-- The bind account was once seen as an entry of the directory.
ALTER TABLE sources ADD COLUMN account_seen INTEGER NOT NULL DEFAULT 0 CHECK (account_seen IN (0, 1));

-- A withdrawal on somebody's word alone (the command withdraw): the ownership stays, and no saga
-- begins. The index finds the few of them.
ALTER TABLE journal ADD COLUMN ordered INTEGER NOT NULL DEFAULT 0 CHECK (ordered IN (0, 1));
CREATE INDEX journal_ordered ON journal (credential_id) WHERE ordered = 1;

-- Groups that protect: whether one had the person while they were entitled, or has since. It must
-- outlive the membership (plan.Observation.Protected).
ALTER TABLE observations ADD COLUMN protected INTEGER NOT NULL DEFAULT 0 CHECK (protected IN (0, 1));

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
