package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Approve records that somebody said yes to changes of the plan with this hash: all of them,
// or none. A change that was approved before gets the new end. It needs no flock: a pass
// beside it sees all approvals or none, and if it has loaded its state already, the next pass
// sees them.
func (l *Ledger) Approve(ctx context.Context, hash, by string, approvals []model.GivenApproval) error {
	return l.said(ctx, "record the approval", func(tx *sql.Tx, t *trail) error {
		return putApprovals(ctx, tx, t, hash, by, approvals)
	})
}

func putApprovals(ctx context.Context, tx *sql.Tx, t *trail, hash, by string, approvals []model.GivenApproval) error {
	if err := forgetAsked(ctx, tx); err != nil {
		return err
	}
	for _, a := range approvals {
		_, err := tx.ExecContext(ctx, `INSERT INTO approvals (change_id, op, source, person, csi, hash, approved_by, approved_at, until)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (change_id) DO UPDATE SET op = excluded.op, source = excluded.source, person = excluded.person,
				csi = excluded.csi, hash = excluded.hash,
				approved_by = excluded.approved_by, approved_at = excluded.approved_at, until = excluded.until`,
			a.ChangeID, a.Op, a.Person.Source, a.Person.ID, a.CSI, hash, by, millis(t.now), millis(a.Until))
		if err != nil {
			return err
		}
		t.note(AuditEntry{
			Event: auditApproved, Op: a.Op, ChangeID: a.ChangeID, Person: a.Person, CSI: a.CSI, By: by,
			Message: fmt.Sprintf("plan %s, %s", hash, english.Lasts(a)),
		})
	}
	return nil
}

func readApprovals(ctx context.Context, tx querier) ([]model.GivenApproval, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.GivenApproval, error) {
		var a model.GivenApproval
		var until, at int64
		err := rows.Scan(&a.ChangeID, &a.Op, &a.Person.Source, &a.Person.ID, &a.CSI, &until, &a.Hash, &a.By, &at)
		a.Until, a.At = fromMillis(until), fromMillis(at)
		return a, err
	}, `SELECT change_id, op, source, person, csi, until, hash, approved_by, approved_at FROM approvals ORDER BY change_id`)
}

// consumeApproval forgets the approval of a change that is done: who comes back is not taken out again
// by an old yes (design §5.6).
func consumeApproval(ctx context.Context, tx *sql.Tx, change string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM approvals WHERE change_id = ?`, change)
	return err
}

// EndApprovals drops the approvals of changes, because somebody took them back. The caller holds the flock.
func (l *Ledger) EndApprovals(ctx context.Context, by string, changes []string) error {
	return l.said(ctx, "take approvals back", func(tx *sql.Tx, t *trail) error {
		for _, change := range changes {
			err := dropApprovals(ctx, tx, t, AuditEntry{Event: auditApprovalUndone, By: by}, `DELETE FROM approvals WHERE change_id = ?`, change)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// TakenBack are the approvals that somebody took back since the last pass ended, and that nobody gave again.
// The audit keeps them, of which only the end is read.
func (r *Reader) TakenBack(ctx context.Context) ([]model.GivenApproval, error) {
	var taken []model.GivenApproval
	err := inTx(ctx, r.reads, "read what was taken back", func(tx *sql.Tx) (err error) {
		taken, err = selectAll(ctx, tx, func(rows *sql.Rows) (model.GivenApproval, error) {
			var a model.GivenApproval
			err := rows.Scan(&a.ChangeID, &a.Op, &a.Person.Source, &a.Person.ID, &a.CSI, &a.By)
			return a, err
		}, `SELECT change_id, op, source, person, csi, by FROM audit
			WHERE event = ?1 AND salt IS NOT NULL AND change_id NOT IN (SELECT change_id FROM approvals)
				AND seq > coalesce((SELECT seq FROM audit WHERE at < (SELECT max(finished_at) FROM runs) ORDER BY seq DESC LIMIT 1), 0)
			GROUP BY change_id ORDER BY change_id`, auditApprovalUndone)
		return err
	})
	return taken, err
}

// forgetApprovals drops those that count no more. One that was renewed beside the pass stays, unless it is
// void whenever it ends.
func forgetApprovals(ctx context.Context, tx *sql.Tx, t *trail, expired, void []string) error {
	for _, change := range expired {
		err := dropApprovals(ctx, tx, t, AuditEntry{Event: auditApprovalExpired}, `DELETE FROM approvals WHERE change_id = ? AND until <= ?`, change, millis(t.now))
		if err != nil {
			return err
		}
	}
	for _, change := range void {
		e := AuditEntry{Event: auditApprovalExpired, Message: "the departure is over: the person was seen as entitled again"}
		if err := dropApprovals(ctx, tx, t, e, `DELETE FROM approvals WHERE change_id = ?`, change); err != nil {
			return err
		}
	}
	return nil
}

// dropApprovals runs a DELETE, and notes what it dropped, each in an entry like e.
func dropApprovals(ctx context.Context, tx *sql.Tx, t *trail, e AuditEntry, query string, args ...any) error {
	dropped, err := selectAll(ctx, tx, func(rows *sql.Rows) (AuditEntry, error) {
		dropped := e
		err := rows.Scan(&dropped.ChangeID, &dropped.Op, &dropped.Person.Source, &dropped.Person.ID, &dropped.CSI)
		return dropped, err
	}, query+` RETURNING change_id, op, source, person, csi`, args...)
	if err != nil || len(dropped) == 0 {
		return err
	}
	if err := forgetAsked(ctx, tx); err != nil {
		return err
	}
	slices.SortFunc(dropped, func(a, b AuditEntry) int { return cmp.Compare(a.ChangeID, b.ChangeID) })
	for _, e := range dropped {
		t.note(e)
	}
	return nil
}
