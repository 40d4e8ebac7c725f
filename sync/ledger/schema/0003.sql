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
