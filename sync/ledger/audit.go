package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// AuditEvent is what an entry of the audit tells. The set is closed: it is part of the export. A new
// one is a line here, one in table audit_events (schema/0003.sql), and a row in audit_test.go.
type AuditEvent string

// The events.
const (
	auditIntent            AuditEvent = "intent"                          // a change is about to be carried out, with its evidence
	auditCreated           AuditEvent = "created"                         // the credential of a create is there; its hand-over is not
	auditDone              AuditEvent = "done"                            // the service said yes, or what was wanted was so already
	auditFailed            AuditEvent = "failed"                          // it was refused, or not sent
	auditRefused           AuditEvent = "refused"                         // a value of a request for many; the others went through
	auditUnknown           AuditEvent = "unknown"                         // its answer was lost, or its process is gone
	auditSettled           AuditEvent = "settled"                         // looking at the package showed that it is done
	auditReverted          AuditEvent = "reverted"                        // looking at the package showed that nothing has changed
	auditSkipped           AuditEvent = AuditEvent(model.Skipped)         // the last look, or the stop file, forbade it
	auditConfirmed         AuditEvent = "confirmed"                       // the departure of somebody is proven
	auditReset             AuditEvent = "reset"                           // and is so no longer: they are back, or nobody can tell
	auditDepartureEnded    AuditEvent = "saga-ended"                      // nothing is left to do for a leaver
	auditDepartureReopened AuditEvent = "saga-reopened"                   // there is again: an ID that had gone by itself is back
	auditApproved          AuditEvent = "approved"                        // somebody said yes to a change
	auditApprovalRefused   AuditEvent = AuditEvent(model.ApprovalRefused) // or to what does not wait, or is another set by now
	auditApprovalExpired   AuditEvent = "approval-expired"                // a yes was not used in its time, or its departure is over
	auditApprovalUndone    AuditEvent = "approval-undone"                 // somebody took a yes back
	auditApplyRefused      AuditEvent = AuditEvent(model.ApplyRefused)    // a written plan does not hold any more
	auditGuardTripped      AuditEvent = "guard-tripped"                   // a guard blocks since this pass
	auditGuardLifted       AuditEvent = "guard-lifted"                    // and no longer
	auditBound             AuditEvent = "bound"                           // the ledger is bound to another package or scope
	auditBaseline          AuditEvent = "baseline"                        // somebody accepted package and scope as they are
	auditClockShifted      AuditEvent = "clock-shifted"                   // the clock of this program is not the machine's: a test
	auditErased            AuditEvent = "erased"                          // of entries, only a tombstone is left (erase.go)
	auditVerified          AuditEvent = "verified"                        // looking at the package showed that an effect holds
	auditAlarm             AuditEvent = "alarm"                           // and that one does not
	auditAlarmCleared      AuditEvent = "alarm-cleared"                   // such an alarm stands no more
	auditSourceForgotten   AuditEvent = "source-forgotten"                // somebody gave up a source that is not configured any more
	auditSourceRenamed     AuditEvent = "source-renamed"                  // or called it otherwise
	auditHoldSet           AuditEvent = "hold-set"                        // somebody said that a person is on leave
	auditHoldEnded         AuditEvent = "hold-ended"                      // the leave is over, by itself or by somebody's word
	auditHoldResumed       AuditEvent = "hold-resumed"                    // it goes on: a wrong clock had ended it
	auditWithdrawalUndone  AuditEvent = "withdrawal-undone"               // somebody took back that a credential was withdrawn
	auditUndoRevoked       AuditEvent = "undo-revoked"                    // and somebody ordered it again
	auditOrdered           AuditEvent = "ordered"                         // somebody ordered a withdrawal
	auditOrderEnded        AuditEvent = "order-ended"                     // it was not carried out: taken back, or the credential is gone
)

// AuditEntry is one entry of the audit. What does not apply is empty.
type AuditEntry struct {
	Seq       int64 // from 1, without a gap
	At        time.Time
	Run       int64 // the pass in which it happened; 0: beside any
	Event     AuditEvent
	Op        model.Op
	Operation int64  // the row of the journal; entries of one request share it
	Guard     string // the guard that tripped, or was lifted
	By        string // the user of the operating system; "": the program

	// Personal data, but for the name of the source. Of an erased entry it is gone.
	Person       model.PersonID
	ChangeID     string
	CSI          string
	CredentialID string
	ThreemaIDs   []string
	EvidenceText string
	Message      string

	Erased bool
	// Tombstone is the keyed hash of a person, in hex: of an erasure, whose entries it erases;
	// of an erased entry, whose it was. Erases are the numbers of the entries.
	Tombstone string
	Erases    []int64

	Salt       string // hex, "" if erased; with it the commitment can be made anew
	Commitment string // hex
	PrevHash   string // hex; of the first entry: zeros
	Hash       string // hex
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
func (t *trail) operation(event AuditEvent, op model.Operation, message string) {
	t.note(AuditEntry{
		Event: event, Op: op.Op, Operation: op.ID, ChangeID: op.ChangeID, Person: op.Person, CSI: op.CSI,
		CredentialID: op.CredentialID, ThreemaIDs: op.ThreemaIDs, Message: message,
	})
}

// intent notes an operation that begins: for each person, if it is one request for many. Each
// has an entry of their own, because each is erased at a time of their own.
func (t *trail) intent(op model.Operation) {
	for _, p := range op.Parts {
		t.note(AuditEntry{
			Event: auditIntent, Op: op.Op, Operation: op.ID, ChangeID: p.ChangeID, Person: p.Person, CSI: p.CSI,
			CredentialID: p.CredentialID, EvidenceText: p.EvidenceText, Message: p.Reason,
		})
	}
	if len(op.Parts) == 0 {
		t.operation(auditIntent, op, op.Reason)
		last := &t.entries[len(t.entries)-1]
		last.EvidenceText, last.By = op.Evidence, op.By
	}
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
	insert, err := tx.PrepareContext(ctx, insertAudit)
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	for _, e := range t.entries {
		seq++
		r, err := e.row(seq, t.run, t.now, newSalt(), head)
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

// newSalt makes the salt of a row, or a key. Reading never fails: the program would end before.
func newSalt() []byte {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt)
	return salt
}

// latestRun is the pass under way, or the last one.
func latestRun(ctx context.Context, tx *sql.Tx) (run int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM runs`).Scan(&run)
	return run, err
}

// RecordDecision records what was decided against. It needs no flock.
func (l *Ledger) RecordDecision(ctx context.Context, run int64, d model.Decision) error {
	return audited(ctx, l.writes, "record a decision", l.now(), func(_ *sql.Tx, t *trail) error {
		t.run = run
		e := AuditEntry{
			Event: AuditEvent(d.Kind), Op: d.Change.Op, ChangeID: d.Change.ID, Person: d.Change.Person, CSI: d.Change.CSI,
			CredentialID: d.Change.CredentialID, EvidenceText: d.Evidence, Message: d.Message, By: d.By,
		}
		if d.Change.ThreemaID != "" {
			e.ThreemaIDs = []string{d.Change.ThreemaID}
		}
		t.note(e)
		return nil
	})
}

// ClockShifted records that this process works with a shifted clock, for a test (design §6). It
// needs no flock.
func (l *Ledger) ClockShifted(ctx context.Context, offset time.Duration) error {
	return audited(ctx, l.writes, "record the shifted clock", l.now(), func(_ *sql.Tx, t *trail) error {
		t.note(AuditEntry{Event: auditClockShifted, Message: "the clock of this program is shifted by " + offset.String()})
		return nil
	})
}
