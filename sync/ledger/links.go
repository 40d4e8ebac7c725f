package ledger

import (
	"context"
	"database/sql"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func readFormerLinks(ctx context.Context, tx querier) ([]model.FormerLink, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.FormerLink, error) {
		var l model.FormerLink
		var until int64
		err := rows.Scan(&l.ThreemaID, &l.Person.Source, &l.Person.ID, &until)
		l.Until = fromMillis(until)
		return l, err
	}, `SELECT threema_id, source, person, until FROM former_links ORDER BY threema_id, source, person`)
}

// putFormerLinks makes the stored former links equal to the given ones.
func putFormerLinks(ctx context.Context, tx *sql.Tx, links []model.FormerLink) error {
	stored, err := readFormerLinks(ctx, tx)
	if err != nil {
		return err
	}
	wanted := slices.Clone(links)
	for i := range wanted {
		wanted[i].Until = fromMillis(millis(wanted[i].Until))
	}
	put, drop := difference(stored, wanted, model.FormerLink.Compare)
	for _, l := range drop {
		_, err := tx.ExecContext(ctx, `DELETE FROM former_links WHERE threema_id = ? AND source = ? AND person = ?`, l.ThreemaID, l.Person.Source, l.Person.ID)
		if err != nil {
			return err
		}
	}
	for _, l := range put {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO former_links (threema_id, source, person, until) VALUES (?, ?, ?, ?)`,
			l.ThreemaID, l.Person.Source, l.Person.ID, millis(l.Until))
		if err != nil {
			return err
		}
	}
	return nil
}

// passLinks lets what was remembered of the Threema IDs of an account count for the account of the
// same person that follows it.
func passLinks(ctx context.Context, tx *sql.Tx, from, to model.PersonID) error {
	_, err := tx.ExecContext(ctx, `UPDATE OR REPLACE former_links SET source = ?, person = ? WHERE source = ? AND person = ?`,
		to.Source, to.ID, from.Source, from.ID)
	return err
}
