package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// recordTimeout bounds the recording of what has happened, which no cancelled context stops.
// It is longer than SQLite waits for another writer.
const recordTimeout = 30 * time.Second

// The states of a row. intent and unknown are open.
const (
	intent   = "intent"
	unknown  = "unknown"
	done     = "done"
	failed   = "failed"
	reverted = "reverted" // the package still had the state from before
)

// Begin writes one INTENT row for each operation and, for a withdrawal, its departure. It returns
// the operations with their IDs, in order. An operation without a time gets the present.
// It fails as a whole, and so nothing may be sent: also if a create or withdrawal of a
// person, or a detach or revocation of an ID, is open already.
func (l *Ledger) Begin(ctx context.Context, run int64, ops []model.Operation) ([]model.Operation, error) {
	begun := slices.Clone(ops)
	now := fromMillis(millis(l.now()))
	err := audited(ctx, l.writes, "begin operations", now, func(tx *sql.Tx, t *trail) error {
		t.run = run
		for i := range begun {
			if begun[i].At.IsZero() {
				begun[i].At = now
			}
			if err := begin(ctx, tx, t, &begun[i]); err != nil {
				return fmt.Errorf("change %s (%s): %w", begun[i].ChangeID, begun[i].Op, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return begun, nil
}

func begin(ctx context.Context, tx *sql.Tx, t *trail, op *model.Operation) error {
	ids, err := encodeIDs(op.ThreemaIDs)
	if err != nil {
		return err
	}
	row, err := tx.ExecContext(ctx, `INSERT INTO journal (run, state, change_id, op, source, person, ou, csi, dn,
			credential_id, username, threema_ids, contact_created, approved, ordered, at)
		VALUES (?, 'intent', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.run, op.ChangeID, op.Op, op.Person.Source, op.Person.ID, op.OU, op.CSI, op.DN,
		op.CredentialID, op.Username, ids, op.ContactCreated, op.Approved, op.Ordered, millis(op.At))
	if isDuplicate(err) {
		return errors.New("another one for the same person or Threema ID is open already; the next pass looks at the package and closes it")
	}
	if err != nil {
		return err
	}
	if op.ID, err = row.LastInsertId(); err != nil {
		return err
	}
	t.intent(*op)
	switch op.Op {
	case model.Withdraw:
		return persistIDs(ctx, tx, *op)
	case model.SetSettings:
		return nameOwners(ctx, tx, op.Parts)
	}
	return nil
}

// nameOwners keeps the first names that are about to be written: somebody may take one off the credential
// before a pass reads it, and it tells whether a later account with the csi is the same person (design §5.6).
func nameOwners(ctx context.Context, tx *sql.Tx, parts []model.Part) error {
	for _, part := range parts {
		if part.FirstName == "" {
			continue
		}
		_, err := tx.ExecContext(ctx, `UPDATE ownership SET first_name = ? WHERE source = ? AND person = ? AND credential_id = ?`,
			part.FirstName, part.Person.Source, part.Person.ID, part.CredentialID)
		if err != nil {
			return fmt.Errorf("first name of the owner: %w", err)
		}
	}
	return nil
}

// persistIDs keeps the Threema IDs of a withdrawal that is about to be sent, for the time when
// the link to them is gone (D-16): in a departure; or, where somebody's word is all there is, as those
// of a credential that stays the person's.
func persistIDs(ctx context.Context, tx *sql.Tx, op model.Operation) error {
	if err := dropUndone(ctx, tx, op.Person); err != nil {
		return err
	}
	if op.Ordered {
		return seeUsers(ctx, tx, op, op.ThreemaIDs)
	}
	var word model.Word
	if op.By != "" {
		word = model.WordOrder
	}
	return startDeparture(ctx, tx, op, word)
}

// Created notes the credential that a create got, that it is ours, and the settings that are about to
// be written to it. The row stays open until Settle says that the hand-over line is synced (design
// §5.7). It finishes even if ctx is cancelled.
func (l *Ledger) Created(ctx context.Context, operation int64, credentialID string, settings []model.Setting) error {
	return l.record(ctx, "record a new credential", func(ctx context.Context, tx *sql.Tx, t *trail) error {
		op, err := openOperation(ctx, tx, operation)
		if err != nil {
			return err
		}
		if op.Op != model.Create || credentialID == "" {
			return fmt.Errorf("operation %d is a %s and got the credential %q", operation, op.Op, credentialID)
		}
		_, err = tx.ExecContext(ctx, `UPDATE journal SET credential_id = ? WHERE id = ?`, credentialID, operation)
		if err != nil {
			return err
		}
		if err := putSent(ctx, tx, operation, settings); err != nil {
			return fmt.Errorf("settings to be sent: %w", err)
		}
		op.CredentialID = credentialID
		t.operation(auditCreated, op, "")
		return saveOwnership(ctx, tx, op, true, model.ValueOf(settings, model.SettingFirstName), t.now)
	})
}

// Settle closes rows with their effects (effect.go), or marks them unknown. It takes rows
// that are INTENT or unknown, and records all settlements or none. It finishes even if ctx is
// cancelled: what has happened must be known.
func (l *Ledger) Settle(ctx context.Context, settlements []model.Settlement) error {
	return l.record(ctx, "record what was done", func(ctx context.Context, tx *sql.Tx, t *trail) error {
		for _, o := range settlements {
			if err := settle(ctx, tx, t, o); err != nil {
				return fmt.Errorf("operation %d: %w", o.Operation, err)
			}
		}
		return nil
	})
}

// record is audited for what has happened already: no cancellation stops it, only time does.
func (l *Ledger) record(ctx context.Context, action string, do func(context.Context, *sql.Tx, *trail) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	return audited(ctx, l.writes, action, l.now(), func(tx *sql.Tx, t *trail) (err error) {
		if t.run, err = latestRun(ctx, tx); err != nil {
			return err
		}
		return do(ctx, tx, t)
	})
}

func settle(ctx context.Context, tx *sql.Tx, t *trail, o model.Settlement) error {
	op, err := openOperation(ctx, tx, o.Operation)
	if err != nil {
		return err
	}
	for _, refusal := range o.Refusals {
		if err := refuse(ctx, tx, refusal, t.now); err != nil {
			return fmt.Errorf("refused setting: %w", err)
		}
	}
	if op.Op == model.Withdraw {
		join := joinDeparture
		if op.Ordered {
			join = seeUsers
		}
		if err := join(ctx, tx, op, o.ThreemaIDs); err != nil {
			return err
		}
		op.ThreemaIDs = union(op.ThreemaIDs, o.ThreemaIDs)
	}
	words := o.Message
	if op.Op == model.SetSettings {
		if err := noteRefused(ctx, tx, t, op, o.Refusals); err != nil {
			return fmt.Errorf("refused setting: %w", err)
		}
	} else {
		words = describeSettlement(o)
	}
	switch o.Result {
	case model.Done:
		t.operation(auditDone, op, words)
		if err := effect(ctx, tx, t, op); err != nil {
			return err
		}
		return closeRow(ctx, tx, op.ID, done, "", t.now)
	case model.Failed:
		t.operation(auditFailed, op, words)
		return closeRow(ctx, tx, op.ID, failed, o.Message, t.now)
	case model.Uncertain:
		t.operation(auditUnknown, op, words)
		_, err := tx.ExecContext(ctx, `UPDATE journal SET state = 'unknown', message = ?, refused = ? WHERE id = ?`, o.Message, o.Refused, op.ID)
		return err
	}
	return fmt.Errorf("%q is no result", o.Result)
}

// union joins two lists of Threema IDs, sorted.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// describeSettlement tells of a settlement in the audit: which settings were refused, not their values.
func describeSettlement(o model.Settlement) string {
	var words []string
	if o.Message != "" {
		words = append(words, o.Message)
	}
	for _, r := range o.Refusals {
		words = append(words, fmt.Sprintf("%s of credential %s refused", r.Setting, r.CredentialID))
	}
	return strings.Join(words, "; ")
}

// noteRefused notes the refusals of one request for many people: each with the person whose
// credential it is, since the request is nobody's.
func noteRefused(ctx context.Context, tx *sql.Tx, t *trail, op model.Operation, refusals []model.Refusal) error {
	for _, r := range refusals {
		e := AuditEntry{Event: auditRefused, Op: op.Op, Operation: op.ID, CredentialID: r.CredentialID, Message: r.Setting}
		err := tx.QueryRowContext(ctx, `SELECT source, person, csi FROM ownership WHERE credential_id = ?`,
			r.CredentialID).Scan(&e.Person.Source, &e.Person.ID, &e.CSI)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			e.CredentialID = "" // nobody's, so nobody's erasure would find it
		case err != nil:
			return err
		}
		t.note(e)
	}
	return nil
}

func closeRow(ctx context.Context, tx *sql.Tx, id int64, state, message string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE journal SET state = ?, message = ?, settled_at = ? WHERE id = ?`,
		state, message, millis(now), id)
	if err != nil {
		return err
	}
	return dropSent(ctx, tx, id)
}
