-- Ledger, version 4.

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
