package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// AuditEvent is what an entry of the audit tells. The set is closed: it is part of the export.
type AuditEvent string

// The events.
const (
	AuditIntent          AuditEvent = "intent"           // a change is about to be carried out, with its evidence
	AuditCreated         AuditEvent = "created"          // the credential of a create is there; its hand-over is not
	AuditDone            AuditEvent = "done"             // the service said yes, or what was wanted was so already
	AuditFailed          AuditEvent = "failed"           // it was refused, or not sent
	AuditUnknown         AuditEvent = "unknown"          // its answer was lost, or its process is gone
	AuditSettled         AuditEvent = "settled"          // looking at the package showed that it is done
	AuditReverted        AuditEvent = "reverted"         // looking at the package showed that nothing has changed
	AuditSagaEnded       AuditEvent = "saga-ended"       // nothing is left to do for a leaver
	AuditApproved        AuditEvent = "approved"         // somebody said yes to a change
	AuditApprovalExpired AuditEvent = "approval-expired" // and it was not used in its time
	AuditBound           AuditEvent = "bound"            // the ledger is bound to another package or scope
	AuditBaseline        AuditEvent = "baseline"         // somebody accepted package and scope as they are
	AuditClockShifted    AuditEvent = "clock-shifted"    // the clock of this program is not the machine's: a test
	AuditVerified        AuditEvent = "verified"         // looking at the package showed that an effect holds
	AuditAlarm           AuditEvent = "alarm"            // and that one does not
	AuditAlarmCleared    AuditEvent = "alarm-cleared"    // such an alarm stands no more
)

// AuditEntry is one entry of the audit. What does not apply is empty.
type AuditEntry struct {
	Seq          int64 // from 1, without a gap
	At           time.Time
	Run          int64 // the pass in which it happened; 0: beside any
	Event        AuditEvent
	Op           plan.Op
	Change       string
	Person       plan.PersonID
	CSI          string
	CredentialID string
	ThreemaIDs   []string
	Evidence     string
	Message      string
	By           string // the user of the operating system; "": the program
	PrevHash     string // hex; of the first entry: zeros
	Hash         string // hex
}

// auditRow is an entry as the table holds it.
type auditRow struct {
	seq, at, run   int64
	event, op      string
	change         string
	source, person string
	csi            string
	credential     string
	threemaIDs     string // JSON
	evidence       string
	message        string
	by             string
	prev, hash     []byte
}

// digest is the SHA-256 over the hash of the entry before and all other columns in the order of
// the table, numbers in decimal. Each goes in behind its length in bytes (64 bits, big endian),
// so that no value can pass for two.
func (r *auditRow) digest() []byte {
	var text []byte
	for _, field := range []string{
		string(r.prev), strconv.FormatInt(r.seq, 10), strconv.FormatInt(r.at, 10), strconv.FormatInt(r.run, 10),
		r.event, r.op, r.change, r.source, r.person, r.csi, r.credential, r.threemaIDs, r.evidence, r.message, r.by,
	} {
		text = binary.BigEndian.AppendUint64(text, uint64(len(field)))
		text = append(text, field...)
	}
	sum := sha256.Sum256(text)
	return sum[:]
}

// trail collects the entries of one transaction.
type trail struct {
	now     time.Time
	run     int64
	entries []AuditEntry
}

func (t *trail) note(e AuditEntry) { t.entries = append(t.entries, e) }

// operation notes an event of an operation. Its evidence and reason stand in the entry of its
// intent; message is what is new.
func (t *trail) operation(event AuditEvent, op plan.Operation, message string) {
	t.note(AuditEntry{
		Event: event, Op: op.Op, Change: op.Change, Person: op.Person, CSI: op.CSI,
		CredentialID: op.CredentialID, ThreemaIDs: op.ThreemaIDs, Message: message,
	})
}

// audited is inTx for what the audit tells of: the entries that do notes are written in the same
// transaction, behind those that are there. It has no entry without its deed, and the other way
// round.
func audited(ctx context.Context, db *sql.DB, action string, now time.Time, do func(*sql.Tx, *trail) error) error {
	return inTx(ctx, db, action, func(tx *sql.Tx) error {
		t := &trail{now: now}
		if err := do(tx, t); err != nil {
			return err
		}
		if err := t.write(ctx, tx); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		return nil
	})
}

func (t *trail) write(ctx context.Context, tx *sql.Tx) error {
	if len(t.entries) == 0 {
		return nil
	}
	var seq int64
	var head []byte
	if err := tx.QueryRowContext(ctx, `SELECT audit_seq, audit_hash FROM ledger`).Scan(&seq, &head); err != nil {
		return err
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO audit (`+auditColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	for _, e := range t.entries {
		seq++
		r, err := e.row(seq, t.run, t.now, head)
		if err != nil {
			return err
		}
		if _, err := insert.ExecContext(ctx, r.values()...); err != nil {
			return err
		}
		head = r.hash
	}
	_, err = tx.ExecContext(ctx, `UPDATE ledger SET audit_seq = ?, audit_hash = ?`, seq, head)
	return err
}

// row places an entry in the chain.
func (e AuditEntry) row(seq, run int64, now time.Time, prev []byte) (auditRow, error) {
	ids, err := encodeIDs(e.ThreemaIDs)
	r := auditRow{
		seq: seq, at: millis(now), run: run, event: string(e.Event), op: string(e.Op), change: e.Change,
		source: e.Person.Source, person: e.Person.ID, csi: e.CSI, credential: e.CredentialID, threemaIDs: ids,
		evidence: e.Evidence, message: e.Message, by: e.By, prev: prev,
	}
	r.hash = r.digest()
	return r, err
}

const auditColumns = `seq, at, run, event, op, change_id, source, person, csi, credential_id, threema_ids, evidence, message, by, prev_hash, hash`

func (r *auditRow) values() []any {
	return []any{
		r.seq, r.at, r.run, r.event, r.op, r.change, r.source, r.person, r.csi, r.credential, r.threemaIDs,
		r.evidence, r.message, r.by, r.prev, r.hash,
	}
}

func (r *auditRow) scan(rows *sql.Rows) error {
	return rows.Scan(&r.seq, &r.at, &r.run, &r.event, &r.op, &r.change, &r.source, &r.person, &r.csi, &r.credential, &r.threemaIDs,
		&r.evidence, &r.message, &r.by, &r.prev, &r.hash)
}

func (r *auditRow) entry() (AuditEntry, error) {
	ids, err := decodeIDs(r.threemaIDs)
	return AuditEntry{
		Seq: r.seq, At: fromMillis(r.at), Run: r.run, Event: AuditEvent(r.event), Op: plan.Op(r.op), Change: r.change,
		Person: plan.PersonID{Source: r.source, ID: r.person}, CSI: r.csi, CredentialID: r.credential, ThreemaIDs: ids,
		Evidence: r.evidence, Message: r.message, By: r.by,
		PrevHash: hex.EncodeToString(r.prev), Hash: hex.EncodeToString(r.hash),
	}, err
}

// latestRun is the pass under way, or the last one.
func latestRun(ctx context.Context, tx *sql.Tx) (run int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM runs`).Scan(&run)
	return run, err
}

// ClockShifted records that this process works with a shifted clock, for a test (design §6). It
// needs no flock.
func (l *Ledger) ClockShifted(ctx context.Context, offset time.Duration) error {
	return audited(ctx, l.writes, "record the shifted clock", l.now(), func(_ *sql.Tx, t *trail) error {
		t.note(AuditEntry{Event: AuditClockShifted, Message: "the clock of this program is shifted by " + offset.String()})
		return nil
	})
}
