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

-- ---- Effects: does what was taken from leavers hold? (sync/plan/verify.go)

-- What the service said yes to. Who it was, and which IDs the departure persisted, stands in the
-- departure; with that, an effect and its alarms go.
CREATE TABLE effects (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    saga         INTEGER NOT NULL REFERENCES sagas (id) ON DELETE CASCADE,
    subscription TEXT    NOT NULL,              -- the licence package; another one says nothing of it
    op           TEXT    NOT NULL CHECK (op IN ('withdraw', 'detach', 'revoke')),
    threema_id   TEXT    NOT NULL CHECK ((threema_id = '') = (op = 'withdraw')),
    requested_at INTEGER NOT NULL CHECK (requested_at > 0),
    gone_at      INTEGER NOT NULL DEFAULT 0,    -- first pass that did not find the object
    verified_at  INTEGER NOT NULL DEFAULT 0,
    returned_at  INTEGER NOT NULL DEFAULT 0,    -- first pass that found the person entitled again
    UNIQUE (saga, op, threema_id)
) STRICT;
CREATE INDEX effects_watched ON effects (subscription, verified_at) WHERE returned_at = 0;

-- The alarms that stand.
CREATE TABLE alarms (
    saga        INTEGER NOT NULL REFERENCES sagas (id) ON DELETE CASCADE,
    kind        TEXT    NOT NULL CHECK (kind IN ('still-active', 'credential-back', 'id-returned', 'second-id')),
    threema_id  TEXT    NOT NULL,               -- '' of credential-back
    op          TEXT    NOT NULL CHECK (op IN ('withdraw', 'detach', 'revoke')),
    since       INTEGER NOT NULL CHECK (since > 0),
    quiet_since INTEGER NOT NULL DEFAULT 0,     -- first of an unbroken row of passes that did not see the cause
    PRIMARY KEY (saga, kind, threema_id)
) STRICT, WITHOUT ROWID;

-- The audit gets their events. A CHECK cannot be changed in place.
DROP TRIGGER audit_keeps_its_words;
DROP TRIGGER audit_keeps_its_rows;
DROP TRIGGER audit_grows_at_its_end;
ALTER TABLE audit RENAME TO audit_before;
CREATE TABLE audit (
    seq           INTEGER NOT NULL PRIMARY KEY CHECK (seq > 0),
    at            INTEGER NOT NULL,
    run           INTEGER NOT NULL,  -- the pass in which it happened; 0: beside any
    event         TEXT    NOT NULL CHECK (event IN ('intent', 'created', 'done', 'failed', 'unknown', 'settled', 'reverted',
                                                    'saga-ended', 'approved', 'approval-expired', 'bound', 'baseline', 'clock-shifted',
                                                    'verified', 'alarm', 'alarm-cleared')),
    op            TEXT    NOT NULL,
    change_id     TEXT    NOT NULL,
    source        TEXT    NOT NULL,
    person        TEXT    NOT NULL,
    csi           TEXT    NOT NULL,
    credential_id TEXT    NOT NULL,
    threema_ids   TEXT    NOT NULL CHECK (json_type(threema_ids) = 'array'),
    evidence      TEXT    NOT NULL,
    message       TEXT    NOT NULL,
    by            TEXT    NOT NULL,  -- the user of the operating system; '': the program
    prev_hash     BLOB    NOT NULL CHECK (length(prev_hash) = 32),
    hash          BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
INSERT INTO audit SELECT * FROM audit_before;
DROP TABLE audit_before;

CREATE TRIGGER audit_keeps_its_words BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;

CREATE TRIGGER audit_keeps_its_rows BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;

-- INSERT OR REPLACE would drop a row without asking the trigger above.
CREATE TRIGGER audit_grows_at_its_end BEFORE INSERT ON audit
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit)
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
