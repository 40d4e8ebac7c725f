-- Ledger, version 4.

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
