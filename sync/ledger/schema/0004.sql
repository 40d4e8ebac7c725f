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
