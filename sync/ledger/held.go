package ledger

import (
	"context"
	"database/sql"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func readAcceptedHeld(ctx context.Context, tx querier) ([]model.PersonID, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (p model.PersonID, err error) {
		return p, rows.Scan(&p.Source, &p.ID)
	}, `SELECT source, person FROM accepted_held ORDER BY source, person`)
}

// putAcceptedHeld replaces the people whom somebody accepted as held.
func putAcceptedHeld(ctx context.Context, tx *sql.Tx, people []model.PersonID) error {
	stored, err := readAcceptedHeld(ctx, tx)
	if err != nil {
		return err
	}
	added, dropped := difference(stored, append([]model.PersonID{}, people...), model.PersonID.Compare)
	for _, p := range dropped {
		if _, err := tx.ExecContext(ctx, `DELETE FROM accepted_held WHERE source = ? AND person = ?`, p.Source, p.ID); err != nil {
			return err
		}
	}
	for _, p := range added {
		if _, err := tx.ExecContext(ctx, `INSERT INTO accepted_held (source, person) VALUES (?, ?)`, p.Source, p.ID); err != nil {
			return err
		}
	}
	return nil
}
