package ledger

import (
	"context"
	"database/sql"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// readUndone lists the withdrawals that somebody took back, of credentials that are still owned, or were
// until a departure (putout.go).
func readUndone(ctx context.Context, tx querier) ([]model.UndoneOrder, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.UndoneOrder, error) {
		var u model.UndoneOrder
		var at int64
		err := rows.Scan(&u.Person.Source, &u.Person.ID, &u.CredentialID, &at, &u.By)
		u.At = fromMillis(at)
		return u, err
	}, `SELECT source, person, credential_id, at, by FROM undone_withdrawals
		WHERE (source, person, credential_id) IN (SELECT source, person, credential_id FROM ownership
			UNION SELECT source, person, credential_id FROM sagas WHERE word <> '') ORDER BY credential_id`)
}

// UndoWithdrawal records that somebody took the withdrawal of a credential back. Each yes to a withdrawal
// of the person is void with it. The caller holds the flock.
func (l *Ledger) UndoWithdrawal(ctx context.Context, u model.UndoneOrder, csi, reason string) error {
	return l.said(ctx, "take the withdrawal back", func(tx *sql.Tx, t *trail) error {
		t.note(AuditEntry{Event: auditWithdrawalUndone, Op: model.Withdraw, Person: u.Person, CSI: csi, CredentialID: u.CredentialID, By: u.By, Message: reason})
		if err := voidWithdrawal(ctx, tx, t, u.Person); err != nil {
			return err
		}
		if err := closeOrder(ctx, tx, u.CredentialID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO undone_withdrawals (credential_id, source, person, at, by) VALUES (?, ?, ?, ?, ?)`,
			u.CredentialID, u.Person.Source, u.Person.ID, millis(t.now), u.By)
		return err
	})
}

// RevokeUndo records that somebody ordered the withdrawal again after it was taken back: there will be no
// new credential.
func (l *Ledger) RevokeUndo(ctx context.Context, run int64, person model.PersonID, csi, by, reason string) error {
	return l.said(ctx, "end the way back", func(tx *sql.Tx, t *trail) error {
		t.run = run
		t.note(AuditEntry{Event: auditUndoRevoked, Op: model.Withdraw, Person: person, CSI: csi, By: by, Message: reason})
		return endUndo(ctx, tx, person)
	})
}

// endUndo ends the way back: what an earlier order took is looked for again.
func endUndo(ctx context.Context, tx *sql.Tx, person model.PersonID) error {
	if err := resumeOrdered(ctx, tx, person); err != nil {
		return err
	}
	return dropUndone(ctx, tx, person)
}

// dropRestored forgets what was taken back where nothing was withdrawn after all: the package shows the credential,
// and no request of ours took it or may have. Who withdraws it later means something else.
func dropRestored(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM undone_withdrawals
		WHERE credential_id IN (SELECT credential_id FROM ownership WHERE missing_reads = 0)
			AND credential_id NOT IN (SELECT credential_id FROM journal WHERE op = 'withdraw' AND state IN ('done', 'intent', 'unknown'))`)
	return err
}

// dropUndone forgets what was taken back of a person: they have a new credential, or are to have none.
func dropUndone(ctx context.Context, tx *sql.Tx, person model.PersonID) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM undone_withdrawals WHERE source = ? AND person = ?`, person.Source, person.ID)
	return err
}
