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

-- The audit gets their events.
INSERT INTO audit_events VALUES ('verified'), ('alarm'), ('alarm-cleared');

-- Erasure (erase.go). The key of the tombstones is made with the first one; unscrubbed: the bytes
-- of erased people may still lie in the write-ahead log, or in backups.
ALTER TABLE ledger ADD COLUMN tombstone_key BLOB NOT NULL DEFAULT x'';
ALTER TABLE ledger ADD COLUMN unscrubbed INTEGER NOT NULL DEFAULT 0 CHECK (unscrubbed IN (0, 1));

-- Who can be erased is asked in every pass, and what is left of a person when they are, and by
-- explain. A guard's words name people, and so does the OU of what an erased person's journal keeps.
CREATE INDEX audit_person     ON audit (source, person, at, run) WHERE person <> '';
CREATE INDEX audit_guards     ON audit (at, run) WHERE guard <> '' AND salt IS NOT NULL;
CREATE INDEX journal_person   ON journal (source, person);
CREATE INDEX journal_ou_stays ON journal (at) WHERE change_id = '' AND ou <> '';
CREATE INDEX sagas_person     ON sagas (source, person);

-- The guards that the last pass found tripped, so that the audit tells of each once.
CREATE TABLE guards (
    name   TEXT    NOT NULL CHECK (name <> ''),
    source TEXT    NOT NULL,
    since  INTEGER NOT NULL,
    PRIMARY KEY (name, source)
) STRICT, WITHOUT ROWID;

-- An approval tells the audit what was approved when it expires.
ALTER TABLE approvals ADD COLUMN op  TEXT NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN csi TEXT NOT NULL DEFAULT '';

-- The servers from which a source was read completely within the last 30 days, and how far the copy
-- of the directory had come that each of them holds (sync/plan/servers.go).
CREATE TABLE servers (
    source     TEXT    NOT NULL CHECK (source <> ''),
    server     TEXT    NOT NULL CHECK (server <> ''),  -- its name, in lower case
    address    TEXT    NOT NULL,                       -- where it was reached
    copy       TEXT    NOT NULL,                       -- Active Directory: the invocationId; '' where there is none
    version    TEXT    NOT NULL,                       -- words KEY=VALUE; '' where the product does not tell
    first_read INTEGER NOT NULL,
    last_read  INTEGER NOT NULL,
    PRIMARY KEY (source, server)
) STRICT, WITHOUT ROWID;

-- ---- Logins: the passwords that a server refused (logins.go)

-- At most one for each source. The fingerprint is a slow keyed hash of servers, name and password;
-- the password stands nowhere.
CREATE TABLE refused_logins (
    source      TEXT    NOT NULL PRIMARY KEY CHECK (source <> ''),
    at          INTEGER NOT NULL CHECK (at > 0),
    answer      TEXT    NOT NULL,               -- the server's words
    salt        BLOB    NOT NULL CHECK (length(salt) >= 16),
    fingerprint BLOB    NOT NULL CHECK (length(fingerprint) >= 32)
) STRICT, WITHOUT ROWID;
