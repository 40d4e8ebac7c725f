package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const suspensionColumns = `source, person, csi, dn, last_day, until, reason, by, since, over_at`

func readSuspensions(ctx context.Context, tx querier) ([]model.Suspension, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.Suspension, error) {
		var s model.Suspension
		var until, since, over int64
		err := rows.Scan(&s.Person.Source, &s.Person.ID, &s.CSI, &s.DN, &s.LastDay, &until, &s.Reason, &s.By, &since, &over)
		s.Until, s.Since, s.Over = fromMillis(until), fromMillis(since), fromMillis(over)
		return s, err
	}, `SELECT `+suspensionColumns+` FROM suspensions ORDER BY source, person`)
}

func putSuspension(ctx context.Context, tx *sql.Tx, s model.Suspension) error {
	_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO suspensions (`+suspensionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		s.Person.Source, s.Person.ID, s.CSI, s.DN, s.LastDay, millis(s.Until), s.Reason, s.By, millis(s.Since), millis(s.Over))
	return err
}

// putSuspensions makes the stored leaves equal to the given ones, and notes those that end by themselves,
// or go on because a wrong clock had ended them.
func putSuspensions(ctx context.Context, tx *sql.Tx, t *trail, suspensions []model.Suspension) error {
	stored, err := readSuspensions(ctx, tx)
	if err != nil {
		return err
	}
	before := map[model.PersonID]model.Suspension{}
	for _, s := range stored {
		before[s.Person] = s
	}
	wanted := make([]model.Suspension, 0, len(suspensions))
	for _, s := range suspensions {
		s.Until, s.Since, s.Over = fromMillis(millis(s.Until)), fromMillis(millis(s.Since)), fromMillis(millis(s.Over))
		wanted = append(wanted, s)
	}
	put, drop := difference(stored, wanted, model.Suspension.Compare)
	for _, s := range drop {
		if _, err := tx.ExecContext(ctx, `DELETE FROM suspensions WHERE source = ? AND person = ?`, s.Person.Source, s.Person.ID); err != nil {
			return err
		}
	}
	for _, s := range put {
		was, known := before[s.Person]
		switch {
		case !known:
			t.note(passedOn(s))
		case was.Over.IsZero() && !s.Over.IsZero():
			t.note(AuditEntry{Event: auditHoldEnded, Person: s.Person, CSI: s.CSI, Message: "by itself, with " + s.LastDay})
		case !was.Over.IsZero() && s.Over.IsZero():
			t.note(AuditEntry{Event: auditHoldResumed, Person: s.Person, CSI: s.CSI, Message: "until " + s.LastDay + ": it had ended by a wrong clock"})
		}
		if err := putSuspension(ctx, tx, s); err != nil {
			return err
		}
	}
	return nil
}

// Suspend records that somebody said that a person is on leave, in place of what was said before. Each
// yes that was given to a step of their departure is void, and it returns how many. The caller holds the
// flock.
func (l *Ledger) Suspend(ctx context.Context, s model.Suspension) (voided int, err error) {
	err = l.said(ctx, "record the leave of absence", func(tx *sql.Tx, t *trail) error {
		t.note(AuditEntry{Event: auditHoldSet, Person: s.Person, CSI: s.CSI, By: s.By, Message: fmt.Sprintf("until %s: %s", s.LastDay, s.Reason)})
		before := len(t.entries)
		steps, err := json.Marshal(append([]model.Op{""}, model.OpsThat(model.Op.OfDeparture)...)) // see [model.GivenApproval.Departs]
		if err != nil {
			return err
		}
		err = dropApprovals(ctx, tx, t, AuditEntry{Event: auditApprovalExpired}, `DELETE FROM approvals WHERE source = ? AND person = ? AND op IN (SELECT value FROM json_each(?))`,
			s.Person.Source, s.Person.ID, string(steps))
		if err != nil {
			return err
		}
		voided = len(t.entries) - before
		if err := forgetAsked(ctx, tx); err != nil {
			return err
		}
		s.Since, s.Over = t.now, time.Time{}
		return putSuspension(ctx, tx, s)
	})
	return voided, err
}

// EndSuspension records that somebody ended the leave of a person: the grace counts from now. The caller
// holds the flock.
func (l *Ledger) EndSuspension(ctx context.Context, person model.PersonID, by, reason string) error {
	return l.said(ctx, "end the leave of absence", func(tx *sql.Tx, t *trail) error {
		e := AuditEntry{Event: auditHoldEnded, Person: person, By: by, Message: reason}
		err := tx.QueryRowContext(ctx, `UPDATE suspensions SET until = ?, over_at = ? WHERE source = ? AND person = ? RETURNING csi`,
			millis(t.now), millis(t.now), person.Source, person.ID).Scan(&e.CSI)
		if errors.Is(err, sql.ErrNoRows) {
			return errors.New("nobody said that this person is on leave")
		}
		t.note(e)
		return err
	})
}

// passSuspension lets the leave of an account be that of the one that follows it. Of two the longer one
// counts.
func passSuspension(ctx context.Context, tx *sql.Tx, t *trail, from, to model.PersonID) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM suspensions WHERE source = ? AND person = ?
		AND until <= (SELECT until FROM suspensions WHERE source = ? AND person = ?)`, from.Source, from.ID, to.Source, to.ID)
	if err != nil {
		return err
	}
	passed := model.Suspension{Subject: model.Subject{Person: to}}
	err = tx.QueryRowContext(ctx, `UPDATE OR REPLACE suspensions SET source = ?, person = ? WHERE source = ? AND person = ? RETURNING csi, last_day`,
		to.Source, to.ID, from.Source, from.ID).Scan(&passed.CSI, &passed.LastDay)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	t.note(passedOn(passed))
	return nil
}

func passedOn(s model.Suspension) AuditEntry {
	return AuditEntry{Event: auditHoldSet, Person: s.Person, CSI: s.CSI, Message: "until " + s.LastDay + ": it goes with the person to this account"}
}
