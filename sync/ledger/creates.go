package ledger

import (
	"context"
	"database/sql"
	"errors"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// putSent adds settings that are about to be written to the credential of an open create. What an
// earlier attempt sent stays: it may be what stands there.
func putSent(ctx context.Context, tx *sql.Tx, operation int64, settings []model.Setting) error {
	for _, s := range settings {
		_, err := tx.ExecContext(ctx, `INSERT INTO sent_settings (operation, name, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
			operation, s.Name, s.Value)
		if err != nil {
			return err
		}
	}
	return nil
}

func dropSent(ctx context.Context, tx *sql.Tx, operation int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM sent_settings WHERE operation = ?`, operation)
	return err
}

// readSent adds to open operations what they sent.
func readSent(ctx context.Context, tx querier, open []model.Operation) error {
	at := map[int64]int{}
	for n, op := range open {
		at[op.ID] = n
	}
	_, err := selectAll(ctx, tx, func(rows *sql.Rows) (s model.Setting, err error) {
		var operation int64
		err = rows.Scan(&operation, &s.Name, &s.Value)
		if n, known := at[operation]; known && err == nil {
			open[n].Sent = append(open[n].Sent, s)
		}
		return s, err
	}, `SELECT operation, name, value FROM sent_settings ORDER BY operation, name, value`)
	return err
}

// PastCreates lists the credentials that were handed over, the oldest first. Of whom was erased it
// knows nothing.
func (l *Ledger) PastCreates(ctx context.Context) ([]model.PastCreate, error) {
	var past []model.PastCreate
	err := inTx(ctx, l.reads, "read which credentials were handed over before", func(tx *sql.Tx) (err error) {
		past, err = selectAll(ctx, tx, func(rows *sql.Rows) (c model.PastCreate, err error) {
			err = rows.Scan(&c.Person.Source, &c.Person.ID, &c.CSI, &c.Username)
			return c, err
		}, `SELECT source, person, csi, username FROM journal WHERE op = 'create' AND state = 'done' AND username <> '' ORDER BY id`)
		return err
	})
	return past, err
}

// adopt makes an existing credential the person's. One that an open create of theirs made, or seems
// to have made, is kept as it is by somebody's yes: the create ends here, without a hand-over.
func adopt(ctx context.Context, tx *sql.Tx, t *trail, op model.Operation) error {
	row := tx.QueryRowContext(ctx, `SELECT `+operationColumns+` FROM journal
		WHERE op = 'create' AND state IN ('intent', 'unknown') AND source = ? AND person = ? AND credential_id IN ('', ?)`,
		op.Person.Source, op.Person.ID, op.CredentialID)
	create, err := scanOperation(row.Scan)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return saveOwnership(ctx, tx, op, false, "", t.now)
	case err != nil:
		return err
	}
	const words = "somebody used the credential before its hand-over; it was kept as it is"
	t.operation(auditSettled, create, words)
	if err := closeRow(ctx, tx, create.ID, done, words, t.now); err != nil {
		return err
	}
	return saveOwnership(ctx, tx, op, create.CredentialID == op.CredentialID, "", t.now)
}
