package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const operationColumns = `id, change_id, op, source, person, ou, csi, dn,
	credential_id, username, threema_ids, contact_created, approved, ordered, refused, at`

// scanOperation reads operationColumns, and after them what more is asked for.
func scanOperation(scan func(...any) error, more ...any) (model.Operation, error) {
	var op model.Operation
	var ids string
	var at int64
	columns := []any{
		&op.ID, &op.ChangeID, &op.Op, &op.Person.Source, &op.Person.ID, &op.OU, &op.CSI, &op.DN,
		&op.CredentialID, &op.Username, &ids, &op.ContactCreated, &op.Approved, &op.Ordered, &op.Refused, &at,
	}
	if err := scan(append(columns, more...)...); err != nil {
		return model.Operation{}, err
	}
	op.At = fromMillis(at)
	var err error
	op.ThreemaIDs, err = decodeIDs(ids)
	return op, err
}

// openOperation reads one row, which must be open.
func openOperation(ctx context.Context, tx *sql.Tx, id int64) (model.Operation, error) {
	var state string
	row := tx.QueryRowContext(ctx, `SELECT `+operationColumns+`, state FROM journal WHERE id = ?`, id)
	op, err := scanOperation(row.Scan, &state)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return op, fmt.Errorf("the journal has no operation %d", id)
	case err != nil:
		return op, err
	case state != intent && state != unknown:
		return op, fmt.Errorf("operation %d is closed already, as %s", id, state)
	}
	return op, nil
}

func readOpen(ctx context.Context, tx querier) ([]model.Operation, error) {
	open, err := selectAll(ctx, tx, func(rows *sql.Rows) (model.Operation, error) {
		return scanOperation(rows.Scan)
	}, `SELECT `+operationColumns+` FROM journal WHERE state IN ('intent', 'unknown') ORDER BY id`)
	if err != nil {
		return nil, err
	}
	return open, readSent(ctx, tx, open)
}

// readOrders lists what was withdrawn on somebody's word alone, of credentials that are still
// owned, the latest order of each.
func readOrders(ctx context.Context, tx querier) ([]model.PastOrder, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.PastOrder, error) {
		var o model.PastOrder
		var at int64
		err := rows.Scan(&o.CredentialID, &at)
		o.At = fromMillis(at)
		return o, err
	}, `SELECT credential_id, max(at) FROM journal
		WHERE ordered = 1 AND state = 'done' AND credential_id IN (SELECT credential_id FROM ownership)
		GROUP BY credential_id ORDER BY credential_id`)
}

// readPastRemovals lists the destructive effects that fill the windows of the limits: done, or
// perhaps done; not those that somebody approved or ordered (design §5.11).
func readPastRemovals(ctx context.Context, tx querier, since time.Time) ([]model.PastRemoval, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.PastRemoval, error) {
		var t model.PastRemoval
		var at int64
		err := rows.Scan(&t.Op, &t.Person.Source, &t.Person.ID, &t.OU, &at)
		t.At = fromMillis(at)
		return t, err
	}, `SELECT op, source, person, ou, at FROM journal
		WHERE op IN ('withdraw', 'detach', 'revoke') AND at > ? AND approved = 0
			AND state IN ('done', 'intent', 'unknown')
		ORDER BY at, id`, millis(since))
}
