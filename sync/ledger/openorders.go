package ledger

import (
	"context"
	"database/sql"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// readOpenOrders lists the orders that are not carried out yet, each with who owns the credential now.
func readOpenOrders(ctx context.Context, tx querier) ([]model.OpenOrder, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.OpenOrder, error) {
		var o model.OpenOrder
		var at int64
		err := rows.Scan(&o.Person.Source, &o.Person.ID, &o.CredentialID, &at, &o.By)
		o.At = fromMillis(at)
		return o, err
	}, `SELECT source, person, credential_id, at, by FROM open_orders JOIN ownership USING (credential_id) ORDER BY credential_id`)
}

// Order records that somebody ordered a withdrawal, before anything of it is sent: what comes of it, the
// order stands until it is carried out or ends. Of one credential the first order counts; the audit has all.
// A way back that somebody opened for the person before ends with it.
func (l *Ledger) Order(ctx context.Context, run int64, o model.OpenOrder, csi, reason string) error {
	return l.said(ctx, "record the order", func(tx *sql.Tx, t *trail) error {
		t.run = run
		t.note(AuditEntry{Event: auditOrdered, Op: model.Withdraw, Person: o.Person, CSI: csi, CredentialID: o.CredentialID, By: o.By, Message: reason})
		_, err := tx.ExecContext(ctx, `INSERT INTO open_orders (credential_id, at, by) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
			o.CredentialID, millis(o.At), o.By)
		if err != nil {
			return err
		}
		return endUndo(ctx, tx, o.Person)
	})
}

// EndOrder records that somebody took an order back that was not carried out. Each yes to a withdrawal of
// the person is void with it. The caller holds the flock.
func (l *Ledger) EndOrder(ctx context.Context, o model.OpenOrder, csi, reason string) error {
	return l.said(ctx, "end the order", func(tx *sql.Tx, t *trail) error {
		t.note(AuditEntry{Event: auditOrderEnded, Op: model.Withdraw, Person: o.Person, CSI: csi, CredentialID: o.CredentialID, By: o.By, Message: reason})
		if err := voidWithdrawal(ctx, tx, t, o.Person); err != nil {
			return err
		}
		if err := unsayWord(ctx, tx, o.Person); err != nil {
			return err
		}
		return closeOrder(ctx, tx, o.CredentialID)
	})
}

// voidWithdrawal drops each yes to a withdrawal of somebody.
func voidWithdrawal(ctx context.Context, tx *sql.Tx, t *trail, person model.PersonID) error {
	return dropApprovals(ctx, tx, t, AuditEntry{Event: auditApprovalExpired}, `DELETE FROM approvals WHERE source = ? AND person = ? AND op = 'withdraw'`, person.Source, person.ID)
}

// closeOrder ends the order about a credential: it is carried out, or taken back.
func closeOrder(ctx context.Context, tx *sql.Tx, credentialID string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM open_orders WHERE credential_id = ?`, credentialID)
	return err
}

// endOrders ends those that a pass found to be fulfilled without them, and forgets those about what nobody
// owns any more.
func endOrders(ctx context.Context, tx *sql.Tx, t *trail, ended []model.OpenOrder) error {
	if err := closeOrders(ctx, tx, t, ended, "the credential is not in the package any more"); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM open_orders WHERE credential_id NOT IN (SELECT credential_id FROM ownership)`)
	return err
}

// dropOrders ends all of them.
func dropOrders(ctx context.Context, tx *sql.Tx, t *trail) error {
	open, err := readOpenOrders(ctx, tx)
	if err != nil {
		return err
	}
	return closeOrders(ctx, tx, t, open, "an older ledger was put back, which does not know whether somebody took it back")
}

func closeOrders(ctx context.Context, tx *sql.Tx, t *trail, ended []model.OpenOrder, why string) error {
	for _, o := range ended {
		t.note(AuditEntry{Event: auditOrderEnded, Op: model.Withdraw, Person: o.Person, CredentialID: o.CredentialID, Message: why})
		if err := closeOrder(ctx, tx, o.CredentialID); err != nil {
			return err
		}
	}
	return nil
}
