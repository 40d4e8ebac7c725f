package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
)

// AuditReport is what [Reader.VerifyAudit] found.
type AuditReport struct {
	Entries int64  // that are as they were written, or erased, from the first one on
	Erased  int64  // of them
	Head    string // the hash, in hex, of the last one; zeros if there is none
	// Fault tells of the first entry that is not as it was written, in words; "" if all are.
	Fault string
}

// VerifyAudit walks through the audit, and finds the first entry that was edited, removed or
// inserted, emptied without an entry that tells of its erasure, or filled again after one, and
// entries that were cut off its end. It cannot find that somebody who may write to
// the file has made everything from some entry on anew, the end in table ledger included: against
// that, keep Head, or the export, where this machine cannot write, and compare. The error is of
// reading alone.
func (r *Reader) VerifyAudit(ctx context.Context) (AuditReport, error) {
	v := verifier{last: make([]byte, sha256.Size)}
	err := inTx(ctx, r.reads, "verify the audit", func(tx *sql.Tx) (err error) {
		if v.buried, err = readBuried(ctx, tx); err != nil {
			return err
		}
		if err := walkAudit(ctx, tx, v.follow); err != nil || v.fault != "" {
			return err
		}
		var seq int64
		var head []byte
		if err := tx.QueryRowContext(ctx, `SELECT audit_seq, audit_hash FROM ledger`).Scan(&seq, &head); err != nil {
			return err
		}
		v.end(seq, head)
		return nil
	})
	return AuditReport{Entries: v.entries, Erased: v.erased, Head: hex.EncodeToString(v.last), Fault: v.fault}, err
}

// verifier follows the chain.
type verifier struct {
	buried  map[int64]string // the entries of whose erasure another one tells
	entries int64
	erased  int64
	last    []byte // the hash of the last good entry
	fault   string
}

// follow takes the next entry, and tells whether it wants another.
func (v *verifier) follow(r *auditRow) (bool, error) {
	next := v.entries + 1
	_, buried := v.buried[r.seq]
	switch {
	case r.seq > next:
		v.fault = fmt.Sprintf("entry %d was removed: entry %d comes after entry %d", next, r.seq, v.entries)
	case r.seq < next:
		v.fault = fmt.Sprintf("entry %d was inserted", r.seq)
	case !bytes.Equal(r.hash, r.digest()):
		v.fault = fmt.Sprintf("entry %d was edited: its hash does not fit what it says", r.seq)
	case !bytes.Equal(r.prev, v.last) && next == 1:
		v.fault = "entry 1 was inserted: it says that another one came before it"
	case !bytes.Equal(r.prev, v.last):
		v.fault = fmt.Sprintf("entry %d was edited, hash and all: entry %d does not follow from it", v.entries, r.seq)
	case r.erased() && r.says != nothing(), !r.erased() && !bytes.Equal(r.commitment, r.commit()):
		v.fault = fmt.Sprintf("entry %d was edited: what it says of a person is not what it was written with", r.seq)
	case r.erased() && !buried:
		v.fault = fmt.Sprintf("entry %d was emptied by hand: no entry tells of its erasure", r.seq)
	case buried && !r.erased():
		v.fault = fmt.Sprintf("entry %d was filled again: another entry tells that it was erased", r.seq)
	default:
		v.entries, v.last = next, r.hash
		if r.erased() {
			v.erased++
		}
	}
	return v.fault == "", nil
}

// end compares the last entry with the end that the ledger remembers.
func (v *verifier) end(seq int64, head []byte) {
	switch {
	case seq > v.entries:
		v.fault = fmt.Sprintf("entry %d was removed: the audit had %d entries, now it ends behind entry %d", v.entries+1, seq, v.entries)
	case seq < v.entries:
		v.fault = fmt.Sprintf("entry %d was inserted: the audit had %d entries, now it has %d", seq+1, seq, v.entries)
	case !bytes.Equal(head, v.last):
		v.fault = fmt.Sprintf("entry %d was edited, hash and all: it is not the end that the ledger remembers", v.entries)
	}
}

// Audit calls yield for each entry, in order and as of one moment. An error of yield ends it.
func (r *Reader) Audit(ctx context.Context, yield func(AuditEntry) error) error {
	return inTx(ctx, r.reads, "read the audit", func(tx *sql.Tx) error {
		buried, err := readBuried(ctx, tx)
		if err != nil {
			return err
		}
		return walkAudit(ctx, tx, func(r *auditRow) (bool, error) {
			e, err := r.entry()
			if err != nil {
				return false, fmt.Errorf("entry %d: %w", r.seq, err)
			}
			if e.Erased {
				e.Tombstone = buried[e.Seq]
			}
			return true, yield(e)
		})
	})
}

// walkAudit calls visit for each row, until it wants no more.
func walkAudit(ctx context.Context, tx *sql.Tx, visit func(*auditRow) (more bool, err error)) error {
	rows, err := tx.QueryContext(ctx, `SELECT `+auditColumns+` FROM audit ORDER BY seq`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r auditRow
		if err := r.scan(rows); err != nil {
			return err
		}
		if more, err := visit(&r); err != nil || !more {
			return err
		}
	}
	return rows.Err()
}

// readBuried returns the entries of whose erasure another one tells, with the tombstone of each.
func readBuried(ctx context.Context, tx *sql.Tx) (map[int64]string, error) {
	buried := map[int64]string{}
	_, err := selectAll(ctx, tx, func(rows *sql.Rows) (none struct{}, err error) {
		var tombstone, erases string
		if err := rows.Scan(&tombstone, &erases); err != nil {
			return none, err
		}
		seqs, _ := decodeSeqs(erases) // one that cannot be read was edited: the walk gets there
		for _, seq := range seqs {
			buried[seq] = tombstone
		}
		return none, nil
	}, `SELECT tombstone, erases FROM audit WHERE event = ?`, auditErased)
	return buried, err
}
