package ledger

import (
	"context"
	"database/sql"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const selectUnlisted = `SELECT kind, id, since, accepted FROM unlisted ORDER BY kind, id`

func scanUnlisted(rows *sql.Rows) (model.Unlisted, error) {
	var u model.Unlisted
	var since int64
	err := rows.Scan(&u.Kind, &u.ID, &since, &u.Accepted)
	u.Since = fromMillis(since)
	return u, err
}

func readUnlisted(ctx context.Context, tx querier) ([]model.Unlisted, error) {
	return selectAll(ctx, tx, scanUnlisted, selectUnlisted)
}

// putUnlisted replaces what the last list of the package lacked.
func putUnlisted(ctx context.Context, tx *sql.Tx, unlisted []model.Unlisted) error {
	stored, err := readUnlisted(ctx, tx)
	if err != nil {
		return err
	}
	wanted := slices.Clone(unlisted)
	for i := range wanted {
		wanted[i].Since = fromMillis(millis(wanted[i].Since))
	}
	put, dropped := difference(stored, wanted, model.Unlisted.Compare)
	for _, u := range dropped {
		if _, err := tx.ExecContext(ctx, `DELETE FROM unlisted WHERE kind = ? AND id = ?`, u.Kind, u.ID); err != nil {
			return err
		}
	}
	for _, u := range put {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO unlisted (kind, id, since, accepted) VALUES (?, ?, ?, ?)`,
			u.Kind, u.ID, millis(u.Since), u.Accepted)
		if err != nil {
			return err
		}
	}
	return nil
}
