-- Ledger, version 3: what was decided and done, and why. Rows are added and never changed; each
-- holds the hash of the one before it (audit.go). seq has no gap.
CREATE TABLE audit (
    seq           INTEGER NOT NULL PRIMARY KEY CHECK (seq > 0),
    at            INTEGER NOT NULL,
    run           INTEGER NOT NULL,  -- the pass in which it happened; 0: beside any
    event         TEXT    NOT NULL CHECK (event IN ('intent', 'created', 'done', 'failed', 'unknown', 'settled', 'reverted',
                                                    'saga-ended', 'approved', 'approval-expired', 'bound', 'baseline', 'clock-shifted')),
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

-- The end of the chain, so that a cut shows. The first entry follows 32 zero bytes.
ALTER TABLE ledger ADD COLUMN audit_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN audit_hash BLOB NOT NULL DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';

CREATE TRIGGER audit_keeps_its_words BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;

CREATE TRIGGER audit_keeps_its_rows BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;

-- INSERT OR REPLACE would drop a row without asking the trigger above.
CREATE TRIGGER audit_grows_at_its_end BEFORE INSERT ON audit
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit)
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
