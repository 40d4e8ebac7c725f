-- A ledger as version 10 of the program left it: its schema, frozen, and a row of every kind.
-- TestEveryOldLedgerOpens compares it with sample() in migrate_test.go.

-- Ledger, version 1. A released file is never edited; a change is a new file (migrate.go).
--
-- Times are UTC milliseconds since 1970, 0 means none. Nothing is NULL unless its comment
-- says what that means. A person is (source, person): the name of the source, and the
-- directory's immutable ID.

-- One row: what this ledger is bound to, and what holds for the whole package.
CREATE TABLE ledger (
    one           INTEGER PRIMARY KEY CHECK (one = 1),
    subscription  TEXT    NOT NULL DEFAULT '',
    baseline      INTEGER NOT NULL DEFAULT 0 CHECK (baseline IN (0, 1)),
    rolled_out    INTEGER NOT NULL DEFAULT 0 CHECK (rolled_out IN (0, 1)),
    sync_since    INTEGER NOT NULL DEFAULT 0,
    blocked_until INTEGER NOT NULL DEFAULT 0  -- the service answered 429
) STRICT;
INSERT INTO ledger (one) VALUES (1);

CREATE TABLE sources (
    name           TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
    naming_context TEXT NOT NULL,
    scope          TEXT NOT NULL,
    server         TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The passes. finished_at = 0: running, or crashed.
CREATE TABLE runs (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    mode          TEXT    NOT NULL CHECK (mode IN ('observe', 'create-only', 'upsert-only', 'sync')),
    started_at    INTEGER NOT NULL,
    remembered_at INTEGER NOT NULL DEFAULT 0,  -- when its memory was recorded
    finished_at   INTEGER NOT NULL DEFAULT 0,
    result        TEXT    NOT NULL DEFAULT '' CHECK (result IN ('', 'ok', 'changed', 'waiting', 'incomplete', 'failed')),
    exit_code     INTEGER NOT NULL DEFAULT 0,
    report        TEXT    NOT NULL DEFAULT '',  -- JSON
    CHECK ((finished_at = 0) = (result = ''))
) STRICT;

-- The credentials that are ours, at most one for each person.
CREATE TABLE ownership (
    source        TEXT    NOT NULL CHECK (source <> ''),
    person        TEXT    NOT NULL CHECK (person <> ''),
    credential_id TEXT    NOT NULL UNIQUE CHECK (credential_id <> ''),
    username      TEXT    NOT NULL,
    csi           TEXT    NOT NULL,
    created       INTEGER NOT NULL CHECK (created IN (0, 1)),  -- 0: adopted
    missing_since INTEGER NOT NULL DEFAULT 0,
    missing_reads INTEGER NOT NULL DEFAULT 0 CHECK (missing_reads >= 0),
    PRIMARY KEY (source, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE observations (
    source          TEXT    NOT NULL CHECK (source <> ''),
    person          TEXT    NOT NULL CHECK (person <> ''),
    dn              TEXT    NOT NULL,
    ou              TEXT    NOT NULL,
    csi             TEXT    NOT NULL,
    last_seen       INTEGER,  -- NULL: when the source was, see latest
    state           TEXT    NOT NULL CHECK (state IN ('unknown', 'entitled', 'departed')),
    since           INTEGER NOT NULL,
    reads           INTEGER NOT NULL CHECK (reads >= 0),
    evidence        TEXT    NOT NULL CHECK (evidence IN ('', 'disabled', 'expired', 'tombstone', 'out-of-scope', 'absent')),
    evidence_detail TEXT    NOT NULL,
    confirmed_at    INTEGER NOT NULL,
    PRIMARY KEY (source, person)
) STRICT, WITHOUT ROWID;

-- When somebody of a source was seen last. Nearly everybody is seen in every pass: with the
-- time here, half a million people cost one row to write and not half a million.
CREATE TABLE latest (
    source TEXT    NOT NULL PRIMARY KEY,
    seen   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Leavers on their way out: what must be known when the credential is gone (D-16).
CREATE TABLE sagas (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    source        TEXT    NOT NULL CHECK (source <> ''),
    person        TEXT    NOT NULL CHECK (person <> ''),
    credential_id TEXT    NOT NULL CHECK (credential_id <> ''),
    username      TEXT    NOT NULL,
    csi           TEXT    NOT NULL,
    dn            TEXT    NOT NULL,
    ou            TEXT    NOT NULL,
    started_at    INTEGER NOT NULL,
    withdrawn_at  INTEGER NOT NULL DEFAULT 0,
    ended_at      INTEGER NOT NULL DEFAULT 0,
    ended         TEXT    NOT NULL DEFAULT '' CHECK (ended IN ('', 'settled', 'returned', 'transferred')),
    CHECK ((ended_at = 0) = (ended = ''))
) STRICT;
CREATE UNIQUE INDEX sagas_open ON sagas (source, person) WHERE ended = '';

CREATE TABLE saga_ids (
    saga       INTEGER NOT NULL REFERENCES sagas (id),
    threema_id TEXT    NOT NULL CHECK (threema_id <> ''),
    gone_at    INTEGER NOT NULL DEFAULT 0,  -- detached or revoked
    PRIMARY KEY (saga, threema_id)
) STRICT, WITHOUT ROWID;

-- The operations. intent is committed before the request goes out (pitfall D7); intent and
-- unknown are open; reverted means that the package still had the state from before.
CREATE TABLE journal (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    run             INTEGER NOT NULL REFERENCES runs (id),
    state           TEXT    NOT NULL CHECK (state IN ('intent', 'unknown', 'done', 'failed', 'reverted')),
    change_id       TEXT    NOT NULL,
    op              TEXT    NOT NULL CHECK (op IN ('adopt', 'transfer', 'withdraw', 'disable-contact', 'detach',
                                                   'revoke', 'set-settings', 'unset-setting', 'publish-contact', 'create')),
    source          TEXT    NOT NULL,
    person          TEXT    NOT NULL,
    ou              TEXT    NOT NULL,
    csi             TEXT    NOT NULL,
    dn              TEXT    NOT NULL,
    credential_id   TEXT    NOT NULL,
    username        TEXT    NOT NULL,
    threema_ids     TEXT    NOT NULL CHECK (json_type(threema_ids) = 'array'),
    contact_created INTEGER NOT NULL CHECK (contact_created IN (0, 1)),
    approved        INTEGER NOT NULL CHECK (approved IN (0, 1)),
    at              INTEGER NOT NULL,
    settled_at      INTEGER NOT NULL DEFAULT 0,
    message         TEXT    NOT NULL DEFAULT '',
    CHECK ((settled_at = 0) = (state IN ('intent', 'unknown'))),
    CHECK (person <> '' OR op NOT IN ('adopt', 'transfer', 'withdraw', 'detach', 'revoke', 'create'))
) STRICT;
CREATE INDEX journal_open  ON journal (id) WHERE state IN ('intent', 'unknown');
CREATE INDEX journal_taken ON journal (at) WHERE op IN ('withdraw', 'detach', 'revoke');

-- What cannot be repeated is open once: for each person, and for each Threema ID.
CREATE UNIQUE INDEX journal_one_credential ON journal (source, person, op)
    WHERE state IN ('intent', 'unknown') AND op IN ('create', 'withdraw');
CREATE UNIQUE INDEX journal_one_id ON journal (threema_ids)
    WHERE state IN ('intent', 'unknown') AND op IN ('detach', 'revoke');

CREATE TABLE bases (
    source TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    people INTEGER NOT NULL CHECK (people >= 0),
    PRIMARY KEY (source, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE refusals (
    credential_id TEXT    NOT NULL CHECK (credential_id <> ''),
    setting       TEXT    NOT NULL,
    value         TEXT    NOT NULL,
    message       TEXT    NOT NULL,
    at            INTEGER NOT NULL,
    PRIMARY KEY (credential_id, setting)
) STRICT, WITHOUT ROWID;

CREATE TABLE published (
    threema_id TEXT    NOT NULL PRIMARY KEY CHECK (threema_id <> ''),
    created    INTEGER NOT NULL CHECK (created IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE users_seen (
    threema_id    TEXT NOT NULL CHECK (threema_id <> ''),
    credential_id TEXT NOT NULL CHECK (credential_id <> ''),
    PRIMARY KEY (threema_id, credential_id)
) STRICT, WITHOUT ROWID;

-- Requests by the hour in which they were counted.
CREATE TABLE quota (
    hour     INTEGER NOT NULL PRIMARY KEY CHECK (hour % 3600000 = 0),
    requests INTEGER NOT NULL CHECK (requests > 0)
) STRICT;

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

-- Ledger, version 3: what was decided and done, and why (audit.go). Rows are added; of a row that
-- is there, nothing changes but that its personal data is erased (erase.go).

-- The events, a closed set. In a table of its own, because a CHECK cannot learn a word without a
-- copy of the whole audit: a new event is a line here, or in a later script.
CREATE TABLE audit_events (event TEXT NOT NULL PRIMARY KEY CHECK (event <> '')) STRICT, WITHOUT ROWID;
INSERT INTO audit_events VALUES
    ('intent'), ('created'), ('done'), ('failed'), ('refused'), ('unknown'), ('settled'), ('reverted'), ('skipped'),
    ('confirmed'), ('reset'), ('saga-ended'),
    ('approved'), ('approval-refused'), ('approval-expired'), ('apply-refused'),
    ('guard-tripped'), ('guard-lifted'), ('bound'), ('baseline'), ('clock-shifted'),
    ('erased');

-- seq has no gap. hash covers prev_hash and each column up to erases as it is; the columns after
-- that are personal data, and covered by way of the commitment: the SHA-256 over salt and them.
-- Without salt and personal data the commitment tells nothing, and the chain holds all the same.
CREATE TABLE audit (
    seq           INTEGER NOT NULL PRIMARY KEY CHECK (seq > 0),
    at            INTEGER NOT NULL,
    run           INTEGER NOT NULL,  -- the pass in which it happened; 0: beside any
    event         TEXT    NOT NULL REFERENCES audit_events (event),
    op            TEXT    NOT NULL,
    operation     INTEGER NOT NULL,  -- the row of the journal; 0: none
    guard         TEXT    NOT NULL,  -- the guard that tripped, or was lifted
    source        TEXT    NOT NULL,
    by            TEXT    NOT NULL,  -- the user of the operating system; '': the program
    tombstone     TEXT    NOT NULL,  -- of an erasure: the keyed hash of the person, hex
    erases        TEXT    NOT NULL CHECK (json_type(erases) = 'array'), -- of an erasure: the seq of each erased row
    change_id     TEXT    NOT NULL,
    person        TEXT    NOT NULL,
    csi           TEXT    NOT NULL,
    credential_id TEXT    NOT NULL,
    threema_ids   TEXT    NOT NULL CHECK (json_type(threema_ids) = 'array'),
    evidence      TEXT    NOT NULL,
    message       TEXT    NOT NULL,
    salt          BLOB    CHECK (length(salt) = 32),  -- NULL: erased
    commitment    BLOB    NOT NULL CHECK (length(commitment) = 32),
    prev_hash     BLOB    NOT NULL CHECK (length(prev_hash) = 32),
    hash          BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- The end of the chain, so that a cut shows. The first entry follows 32 zero bytes.
ALTER TABLE ledger ADD COLUMN audit_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN audit_hash BLOB NOT NULL DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';

-- Erasing a row is the one change that is let through: its salt and personal data go, all of them,
-- and nothing else is touched.
CREATE TRIGGER audit_keeps_its_words BEFORE UPDATE ON audit
WHEN OLD.salt IS NULL OR NEW.salt IS NOT NULL
    OR (NEW.change_id, NEW.person, NEW.csi, NEW.credential_id, NEW.threema_ids, NEW.evidence, NEW.message)
        IS NOT ('', '', '', '', '[]', '', '')
    OR (NEW.seq, NEW.at, NEW.run, NEW.event, NEW.op, NEW.operation, NEW.guard, NEW.source, NEW.by, NEW.tombstone, NEW.erases,
            NEW.commitment, NEW.prev_hash, NEW.hash)
        IS NOT (OLD.seq, OLD.at, OLD.run, OLD.event, OLD.op, OLD.operation, OLD.guard, OLD.source, OLD.by, OLD.tombstone, OLD.erases,
            OLD.commitment, OLD.prev_hash, OLD.hash)
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;

CREATE TRIGGER audit_keeps_its_rows BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;

-- INSERT OR REPLACE would drop a row without asking the trigger above.
CREATE TRIGGER audit_grows_at_its_end BEFORE INSERT ON audit
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit)
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;

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

UPDATE ledger SET subscription = 'sub-1', baseline = 1, rolled_out = 1, sync_since = 1795073400123;
INSERT INTO sources VALUES ('corp', 'S-1-5-21-1-2-3', 'f00d', 'dc1.corp.example', 1);
INSERT INTO servers VALUES ('corp', 'dc1.corp.example', 'dc1.corp.example:636', '1b15ffde-0000-4000-8000-000000000001', 'usn@1b15ffde-0000-4000-8000-000000000001=8123', 1794900600123, 1795239000123);
INSERT INTO runs VALUES (1, 'sync', 1795239000123, 1795239000124, 1795239000125, 'changed', 0, '{"changes":[]}'), (2, 'sync', 1795242600123, 0, 0, '', 0, '');
INSERT INTO ownership VALUES ('corp', 'p1', 'c1', 'ada', '4711', 1, 0, 0), ('corp', 'p2', 'c2', 'bob', '4712', 0, 1795242600123, 1);
INSERT INTO observations VALUES
    ('corp', 'p1', 'CN=Ada,OU=X', 'ou=x', '4711', NULL, 'entitled', 0, 0, '', '', 0, 1794814200123, 0),
    ('corp', 'p3', 'CN=Eve,OU=X', 'ou=x', '4713', 1795159800123, 'departed', 1795235400123, 2, 'absent', 'not found', 1795239000123, 0, 1);
INSERT INTO sentinels VALUES ('corp', 'p1', 'ou=x', 1794900600123);
INSERT INTO latest VALUES ('corp', 1795239000123);
INSERT INTO sagas VALUES (1, 'corp', 'p3', 'c3', 'eve', '4713', 'CN=Eve,OU=X', 'ou=x', 1795239000123, 1795239000124, 0, ''),
    (2, 'corp', 'p4', 'c4', 'joe', '4714', 'CN=Joe,OU=X', 'ou=x', 1795213800123, 1795213800123, 1795217400123, 'settled');
INSERT INTO saga_ids VALUES (1, 'AAAAAAAA', 0), (1, 'BBBBBBBB', 1795242600123), (2, 'CCCCCCCC', 1795217400123);
INSERT INTO journal VALUES
    (1, 1, 'done', 'ch1', 'withdraw', 'corp', 'p3', 'ou=x', '4713', 'CN=Eve,OU=X', 'c3', 'eve', '["AAAAAAAA","BBBBBBBB"]', 0, 0, 1795239000123, 1795239000124, '', 0),
    (2, 1, 'failed', 'ch2', 'set-settings', '', '', '', '', '', '', '', '[]', 0, 0, 1795239000123, 1795239000124, '422', 0),
    (3, 2, 'unknown', 'ch3', 'publish-contact', 'corp', 'p1', 'ou=x', '4711', 'CN=Ada,OU=X', 'c1', 'ada', '["DDDDDDDD"]', 1, 1, 1795242600123, 0, 'time-out', 0),
    (4, 1, 'done', '', 'withdraw', 'corp', 'c4251c7b4a0c519d3f8ed4e93e03ac8004a8202bec74d08a4515436cc1251d0c', '', '', '', '', '', '[]', 0, 1, 1795239000123, 1795239000124, '', 0),
    (5, 2, 'done', 'ch5', 'withdraw', 'corp', 'p2', 'ou=x', '4712', 'CN=Bob,OU=X', 'c2', 'bob', '[]', 0, 1, 1795242600123, 1795242600124, '', 1);
INSERT INTO bases VALUES ('corp', 1795239000123, 3);
INSERT INTO refusals VALUES ('c1', 'th_category', 'x', '422', 1795239000123);
INSERT INTO published VALUES ('AAAAAAAA', 0), ('DDDDDDDD', 1);
INSERT INTO users_seen VALUES ('DDDDDDDD', 'c1');
INSERT INTO approvals VALUES ('ch4', 'corp', 'p3', 'cafe', 'anna (uid 1000)', 1795242600123, 1795329000123, 'revoke', '4713');
INSERT INTO effects VALUES
    (1, 1, 'sub-1', 'withdraw', '', 1795239000124, 1795239000124, 0, 0),
    (2, 1, 'sub-1', 'detach', 'BBBBBBBB', 1795242600123, 1795242600124, 1795246200123, 0),
    (3, 2, 'sub-1', 'detach', 'CCCCCCCC', 1795217400123, 1795217400124, 0, 1795239000123),
    (4, 2, 'sub-0', 'withdraw', '', 1795213800123, 0, 0, 0);
INSERT INTO alarms VALUES (1, 'id-returned', 'BBBBBBBB', 'detach', 1795246200123, 1795246200123);
INSERT INTO quota VALUES (1795237200000, 42);
UPDATE ledger SET tombstone_key = x'0707070707070707070707070707070707070707070707070707070707070707', unscrubbed = 1;
INSERT INTO guards VALUES ('leavers-run', 'corp', 1795242600123);
INSERT INTO refused_logins VALUES ('corp', 1795242600123, 'the server answers 49', x'08080808080808080808080808080808',
    x'0909090909090909090909090909090909090909090909090909090909090909');
INSERT INTO audit VALUES
    (1, 1795246200123, 1, 'intent', 'withdraw', 0, '', 'corp', '', '', '[]', 'ch1', 'p3', '4713', 'c3', '["AAAAAAAA","BBBBBBBB"]', 'absent: not found', 'left',
        x'0101010101010101010101010101010101010101010101010101010101010101', x'60ea7f25149a0455b914476b0da05146629501da22d052885f2834bc6ade7329',
        x'0000000000000000000000000000000000000000000000000000000000000000', x'395be18b4c5054f110d9e57f71da95775994bb6e21ba3d0198f742b7aa47e8e4'),
    (2, 1795246200123, 1, 'done', 'withdraw', 0, '', 'corp', '', '', '[]', 'ch1', 'p3', '4713', 'c3', '[]', '', '',
        x'0202020202020202020202020202020202020202020202020202020202020202', x'c054d75c5e6d011337188767f7cd3282c58838c79513109faf7f7d35cafa9eb6',
        x'395be18b4c5054f110d9e57f71da95775994bb6e21ba3d0198f742b7aa47e8e4', x'3d608f93168a22303395f27ea25a30693cad42dd717fffa462dfaecf421d4d1d'),
    (3, 1795246200123, 1, 'approved', '', 0, '', 'corp', 'anna (uid 1000)', '', '[]', 'ch4', 'p3', '', '', '[]', '', 'plan cafe, until tomorrow',
        x'0303030303030303030303030303030303030303030303030303030303030303', x'ae54421f478265d106138e5312cbeffdecf8fb47908c7d921345922e6014d4d6',
        x'3d608f93168a22303395f27ea25a30693cad42dd717fffa462dfaecf421d4d1d', x'0e5cce6987226d381f22ed501a31b9d0178ef2d253e69f62a42ae952d0e35b58'),
    (4, 1795246200123, 1, 'intent', 'withdraw', 4, '', 'corp', '', '', '[]', '', '', '', '', '[]', '', '',
        NULL, x'37fa3bbaa3a622af5f009164f54acc37301a4fafeeb59ec5df97d85764b9e0ad',
        x'0e5cce6987226d381f22ed501a31b9d0178ef2d253e69f62a42ae952d0e35b58', x'8249d7ecdceabc3ec442bf9cc9e7daef8b569adfa353536f1f0ae6e259512619'),
    (5, 1795246200123, 1, 'erased', '', 0, '', 'corp', '', 'c4251c7b4a0c519d3f8ed4e93e03ac8004a8202bec74d08a4515436cc1251d0c', '[4]', '', '', '', '', '[]', '', '',
        x'0505050505050505050505050505050505050505050505050505050505050505', x'1fd42206e07735673b1c2de46cf050ed002bfcf4bcb9b3b7ab1693eac178b9da',
        x'8249d7ecdceabc3ec442bf9cc9e7daef8b569adfa353536f1f0ae6e259512619', x'a4a5aefd0f338401e14ef502194b44f019c0bbc8738c8f729a789b76db1c11d9');
UPDATE ledger SET audit_seq = 5, audit_hash = x'a4a5aefd0f338401e14ef502194b44f019c0bbc8738c8f729a789b76db1c11d9';
UPDATE ledger SET identity = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
INSERT INTO gap VALUES (1, 'older', 1, 9, 1795235400123);

-- Ledger, version 5.

-- ---- Departures: who they are, and how often they left

-- The number of the departure that may come next, so that a yes to one is none to the next; whether the
-- same person stood under another ID at the last pass; whether another account with the csi was
-- entitled beside this one, which has no credential (sync/plan/same.go, newcomer.go).
ALTER TABLE observations ADD COLUMN departures INTEGER NOT NULL DEFAULT 0 CHECK (departures >= 0);
ALTER TABLE observations ADD COLUMN contested  INTEGER NOT NULL DEFAULT 0 CHECK (contested IN (0, 1));
ALTER TABLE observations ADD COLUMN second     INTEGER NOT NULL DEFAULT 0 CHECK (second IN (0, 1));

-- The th_firstname as we wrote it, and when the person was seen last as entitled: by these another
-- account with the csi is the same person, or is not.
ALTER TABLE ownership ADD COLUMN first_name TEXT    NOT NULL DEFAULT '';
ALTER TABLE sagas     ADD COLUMN first_name TEXT    NOT NULL DEFAULT '';
ALTER TABLE sagas     ADD COLUMN last_seen  INTEGER NOT NULL DEFAULT 0;

-- Since when a Threema ID is seen on a credential, 0: longer than was recorded; and on whose it was
-- before (sync/plan/links.go).
ALTER TABLE users_seen ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
CREATE TABLE former_links (
    threema_id TEXT    NOT NULL CHECK (threema_id <> ''),
    source     TEXT    NOT NULL CHECK (source <> ''),
    person     TEXT    NOT NULL CHECK (person <> ''),
    until      INTEGER NOT NULL,
    PRIMARY KEY (threema_id, source, person)
) STRICT, WITHOUT ROWID;

-- The csis that people had before (sync/plan/csis.go).
CREATE TABLE former_csis (
    source TEXT NOT NULL CHECK (source <> ''),
    person TEXT NOT NULL CHECK (person <> ''),
    csi    TEXT NOT NULL CHECK (csi <> ''),
    PRIMARY KEY (source, person, csi)
) STRICT, WITHOUT ROWID;

-- ---- Views: who read, and from where

-- The bind account of the last proved view of a source: the immutable ID of its entry, and what the
-- directory calls it. '': none was recorded yet, and the first read that is says no change.
ALTER TABLE sources ADD COLUMN reader_id   TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN reader_name TEXT NOT NULL DEFAULT '';

-- A server of which nothing but the address is known has no standard port in its name any more.
UPDATE OR IGNORE servers SET server = substr(server, 1, length(server) - 4) WHERE server LIKE '%:636' OR server LIKE '%:389';
UPDATE sources SET server = substr(server, 1, length(server) - 4) WHERE server LIKE '%:636' OR server LIKE '%:389';

-- Whether the copy of the directory was part of a proved view. All that were read so far count so.
ALTER TABLE servers ADD COLUMN proved INTEGER NOT NULL DEFAULT 1 CHECK (proved IN (0, 1));

-- Who was missed first through a view that is not proved.
ALTER TABLE observations ADD COLUMN unproved INTEGER NOT NULL DEFAULT 0 CHECK (unproved IN (0, 1));

-- ---- Reads: the rows that a gap breaks (sync/plan/reads.go)

-- The complete reads of each source, a row a day: of the last 30 days, and the last one before.
CREATE TABLE reads (
    source  TEXT    NOT NULL CHECK (source <> ''),
    day     INTEGER NOT NULL,                       -- its beginning
    last    INTEGER NOT NULL,                       -- the last read of the day
    longest INTEGER NOT NULL CHECK (longest >= 0),  -- milliseconds: the longest gap that a read of the day ended
    PRIMARY KEY (source, day)
) STRICT, WITHOUT ROWID;

-- The last complete read before this was recorded is that of its server.
INSERT INTO reads (source, day, last, longest)
    SELECT source, max(last_read) / 86400000 * 86400000, max(last_read), 0 FROM servers GROUP BY source;

-- The latest read of the row of a departure, as long as it is not confirmed (0: not recorded), and how
-- often the row began afresh because of a gap.
ALTER TABLE observations ADD COLUMN last_read INTEGER NOT NULL DEFAULT 0;
ALTER TABLE observations ADD COLUMN restarts INTEGER NOT NULL DEFAULT 0 CHECK (restarts >= 0);

-- ---- Effects: seen twice

-- What the last list of the package lacked, of all that matters, and since when in an unbroken row
-- (sync/plan/unlisted.go).
CREATE TABLE unlisted (
    kind     TEXT    NOT NULL CHECK (kind IN ('credential', 'user', 'contact', 'list')),
    id       TEXT    NOT NULL CHECK (id <> ''),
    since    INTEGER NOT NULL CHECK (since > 0),
    accepted INTEGER NOT NULL DEFAULT 0 CHECK (accepted IN (0, 1)), -- an empty list that somebody accepted
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- A credential that is missing together with too many others: somebody has to say that it is so, or did.
ALTER TABLE ownership ADD COLUMN loss TEXT NOT NULL DEFAULT '' CHECK (loss IN ('', 'open', 'accepted'));

-- An ID that nobody took was proven to be gone: should it be back, the departure begins again.
ALTER TABLE saga_ids ADD COLUMN vanished_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX saga_ids_vanished ON saga_ids (saga) WHERE vanished_at > 0 AND gone_at = 0;
INSERT INTO audit_events VALUES ('saga-reopened');

-- ---- Bases: who was managed

-- Those of before counted everybody whom a pass had seen, also who only waited to join: with them, a
-- limit grew by what it had blocked. None is left, so the windows begin with who is managed now.
DROP TABLE bases;
CREATE TABLE bases (
    source  TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    managed INTEGER NOT NULL CHECK (managed >= 0),  -- people with a credential of ours
    leaving INTEGER NOT NULL CHECK (leaving >= 0),  -- whose credential was withdrawn and whose departure is not settled
    PRIMARY KEY (source, at)
) STRICT, WITHOUT ROWID;

-- When the person came to have a credential of ours; 0: before this was recorded.
ALTER TABLE ownership ADD COLUMN since INTEGER NOT NULL DEFAULT 0;

-- ---- The service: what it taught us

-- How large a page the service gives of a list, where it refused a larger one (service.go).
CREATE TABLE page_sizes (
    list       TEXT    NOT NULL PRIMARY KEY CHECK (list <> ''),
    size       INTEGER NOT NULL CHECK (size > 0),
    learned_at INTEGER NOT NULL CHECK (learned_at > 0)
) STRICT, WITHOUT ROWID;

-- What a bulk write does with the settings of a credential that it does not name.
ALTER TABLE ledger ADD COLUMN bulk_reading TEXT NOT NULL DEFAULT '' CHECK (bulk_reading IN ('', 'merges', 'replaces'));

-- The write that shows it, at most one: begun before its request, gone when what it took away is
-- back. wanted is what it writes, kept what must be there afterwards.
CREATE TABLE bulk_trial (
    one           INTEGER PRIMARY KEY CHECK (one = 1),
    credential_id TEXT    NOT NULL CHECK (credential_id <> ''),
    username      TEXT    NOT NULL,
    wanted        TEXT    NOT NULL CHECK (json_type(wanted) = 'array'),
    kept          TEXT    NOT NULL CHECK (json_type(kept) = 'array'),
    begun_at      INTEGER NOT NULL CHECK (begun_at > 0)
) STRICT;

-- ---- Waits: since when somebody is asked

-- What the last pass waited for (sync/plan/waits.go). No person stands here.
CREATE TABLE waits (
    code    TEXT    NOT NULL PRIMARY KEY CHECK (code <> ''),
    since   INTEGER NOT NULL CHECK (since > 0),      -- the first pass of the unbroken row that waited for it
    seen    INTEGER NOT NULL CHECK (seen >= since),  -- the last one
    people  INTEGER NOT NULL CHECK (people >= 0),
    command TEXT    NOT NULL                         -- what ends it, as the last pass told
) STRICT, WITHOUT ROWID;

-- ---- Creates: what an open one was answered, and what it sent

-- The service answered with a refusal: a credential of this username may be somebody else's.
ALTER TABLE journal ADD COLUMN refused INTEGER NOT NULL DEFAULT 0 CHECK (refused IN (0, 1));

-- The settings that may have been written to a new credential, each value of every attempt, and those
-- of somebody else that were accepted ('': any value). They go when the row is closed: until then what
-- is not here was written by somebody else.
CREATE TABLE sent_settings (
    operation INTEGER NOT NULL REFERENCES journal (id),
    name      TEXT    NOT NULL CHECK (name <> ''),
    value     TEXT    NOT NULL,
    PRIMARY KEY (operation, name, value)
) STRICT, WITHOUT ROWID;

-- ---- Sources: given up, or called otherwise

-- Sources that somebody gave up, until they are configured again (sync/plan/forgotten.go).
CREATE TABLE forgotten_sources (
    source TEXT    NOT NULL PRIMARY KEY CHECK (source <> ''),
    at     INTEGER NOT NULL CHECK (at > 0),
    by     TEXT    NOT NULL CHECK (by <> '')  -- the user of the operating system
) STRICT, WITHOUT ROWID;

-- What sources were called before. The audit keeps the old names, and the tombstones are made of them.
CREATE TABLE former_names (
    was    TEXT NOT NULL PRIMARY KEY CHECK (was <> source),
    source TEXT NOT NULL CHECK (source <> '')
) STRICT, WITHOUT ROWID;

-- The audit gets their events.
INSERT INTO audit_events VALUES ('source-forgotten'), ('source-renamed');

-- Ledger, version 6.

-- ---- Holds: departures that wait on somebody's word, and withdrawals that somebody took back

-- Leaves of absence (sync/plan/suspend.go). One that is over stays for a while: a wrong clock may have
-- ended it.
CREATE TABLE suspensions (
    source   TEXT    NOT NULL CHECK (source <> ''),
    person   TEXT    NOT NULL CHECK (person <> ''),
    csi      TEXT    NOT NULL,                       -- as they were known when it was said
    dn       TEXT    NOT NULL,
    last_day TEXT    NOT NULL CHECK (last_day <> ''), -- as somebody typed it: it counts as in
    until    INTEGER NOT NULL CHECK (until > 0),      -- the end of that day in time_zone
    reason   TEXT    NOT NULL,
    by       TEXT    NOT NULL CHECK (by <> ''),       -- the user of the operating system
    since    INTEGER NOT NULL CHECK (since > 0),
    over_at  INTEGER NOT NULL DEFAULT 0,              -- first of the unbroken row of passes that found it over
    PRIMARY KEY (source, person)
) STRICT, WITHOUT ROWID;

-- Withdrawals that somebody took back (sync/plan/undo.go), until there is a new credential. One counts
-- while the withdrawn credential is owned.
CREATE TABLE undone_withdrawals (
    credential_id TEXT    NOT NULL PRIMARY KEY CHECK (credential_id <> ''),
    source        TEXT    NOT NULL CHECK (source <> ''),
    person        TEXT    NOT NULL CHECK (person <> ''),
    at            INTEGER NOT NULL CHECK (at > 0),
    by            TEXT    NOT NULL CHECK (by <> '')
) STRICT, WITHOUT ROWID;

-- The audit gets their events.
INSERT INTO audit_events VALUES ('hold-set'), ('hold-ended'), ('hold-resumed'), ('withdrawal-undone'), ('undo-revoked');

-- ---- Held: whom somebody accepted as that

-- People who were held when somebody accepted the baseline, and still are: limits.held counts them no
-- more (sync/plan/held.go). Who is held no longer leaves, so that it is news when it happens again.
CREATE TABLE accepted_held (
    source TEXT NOT NULL CHECK (source <> ''),
    person TEXT NOT NULL CHECK (person <> ''),
    PRIMARY KEY (source, person)
) STRICT, WITHOUT ROWID;

-- Ledger, version 7.

-- Somebody takes a yes back (approve --undo).
INSERT INTO audit_events VALUES ('approval-undone');

-- Ledger, version 8.

-- What a withdrawal on somebody's word alone took is looked for as well. No departure goes with it, so it
-- has a row of its own, which ended when it began; should the person leave, their departure takes it over.
ALTER TABLE sagas ADD COLUMN ordered INTEGER NOT NULL DEFAULT 0 CHECK (ordered IN (0, 1) AND (ordered = 0 OR ended <> ''));
CREATE UNIQUE INDEX sagas_ordered ON sagas (source, person, credential_id) WHERE ordered = 1;

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
, freed TEXT NOT NULL DEFAULT '[]' CHECK (json_type(freed) = 'array'), freed_people INTEGER NOT NULL DEFAULT 0) STRICT;

-- Ledger, version 10.

-- Whose word took the credential of a departure: '' the directory's own, 'order' (the command withdraw), 'hand' (in
-- the cockpit), 'accepted' (so, with many others, and somebody accepted that). While it stands, whoever is seen as
-- entitled again gets nothing back by that (sync/plan/putout.go).
ALTER TABLE sagas ADD COLUMN word TEXT NOT NULL DEFAULT '' CHECK (word IN ('', 'order', 'hand', 'accepted'));

-- Departures of before that an order had begun, or had come before.
UPDATE sagas SET word = 'order' WHERE ordered = 0 AND withdrawn_at > 0
    AND (source, person) NOT IN (SELECT source, person FROM ownership)
    AND id IN (SELECT max(id) FROM sagas WHERE ordered = 0 GROUP BY source, person)
    AND (source, person, credential_id) IN (SELECT source, person, credential_id FROM sagas WHERE ordered = 1);

-- ---- A row of every kind

UPDATE observations SET departures = 1, contested = 1, unproved = 1, last_read = 1795239000123, restarts = 2 WHERE person = 'p3';
UPDATE observations SET second = 1 WHERE person = 'p1';
UPDATE ownership SET first_name = 'Ada', since = 1795239000123 WHERE person = 'p1';
UPDATE ownership SET loss = 'open' WHERE person = 'p2';
UPDATE sagas SET first_name = 'Eve', last_seen = 1795159800123 WHERE id = 1;
UPDATE users_seen SET since = 1795239000123;
INSERT INTO former_links VALUES ('DDDDDDDD', 'corp', 'p2', 1795239000123);
INSERT INTO former_csis VALUES ('corp', 'p1', '0815');
UPDATE sources SET reader_id = '1b15ffde-0000-4000-8000-000000000002', reader_name = 'cn=reader,dc=corp';
UPDATE reads SET longest = 7200000;
INSERT INTO unlisted VALUES ('user', 'AAAAAAAA', 1795242600123, 0);
UPDATE saga_ids SET vanished_at = 1795242600123 WHERE saga = 2;
INSERT INTO bases VALUES ('corp', 1795239000123, 3, 1);
INSERT INTO page_sizes VALUES ('mdm-bulk', 500, 1795239000123);
UPDATE ledger SET bulk_reading = 'replaces';
INSERT INTO bulk_trial VALUES (1, 'c1', 'ada', '[]', '[]', 1795242600123);
INSERT INTO waits VALUES ('approval', 1795239000123, 1795242600123, 1, 'threema-dirsync approve cafe');
UPDATE journal SET refused = 1 WHERE id = 3;
INSERT INTO sent_settings VALUES (3, 'th_csi', '4711');
INSERT INTO forgotten_sources VALUES ('branch', 1795242600123, 'anna (uid 1000)');
INSERT INTO former_names VALUES ('hq', 'corp');
INSERT INTO suspensions VALUES ('corp', 'p2', '4712', 'CN=Bea,OU=X', '2026-11-30', 1796083200000, 'parental leave', 'anna (uid 1000)', 1795242600123, 0);
INSERT INTO undone_withdrawals VALUES ('c2', 'corp', 'p2', 1795242600123, 'anna (uid 1000)');
INSERT INTO accepted_held VALUES ('corp', 'p9');
INSERT INTO sagas VALUES (3, 'corp', 'p2', 'c2', 'bob', '4712', 'CN=Bob,OU=X', 'ou=x', 1795242600124, 1795242600124, 1795242600124, 'settled', '', 0, 1, '');
INSERT INTO saga_ids VALUES (3, 'EEEEEEEE', 0, 0);
INSERT INTO asked_after (one, waits) VALUES (1, '[]');
INSERT INTO open_orders VALUES ('c1', 1795242600123, 'anna (uid 1000)');
UPDATE sagas SET word = 'hand' WHERE id = 2;
INSERT INTO effects VALUES (5, 3, 'sub-1', 'withdraw', '', 1795242600124, 0, 0, 0);

PRAGMA application_id = 1413769586;
PRAGMA user_version = 10;
