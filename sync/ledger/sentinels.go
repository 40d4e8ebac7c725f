package ledger

import (
	"context"
	"database/sql"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func readSentinels(ctx context.Context, tx querier) ([]model.Sentinel, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.Sentinel, error) {
		var s model.Sentinel
		var since int64
		err := rows.Scan(&s.Person.Source, &s.Person.ID, &s.OU, &since)
		s.Since = fromMillis(since)
		return s, err
	}, `SELECT source, person, ou, since FROM sentinels ORDER BY source, person`)
}

// putSentinels makes the stored sentinels equal to the given ones.
func putSentinels(ctx context.Context, tx *sql.Tx, sentinels []model.Sentinel) error {
	stored, err := readSentinels(ctx, tx)
	if err != nil {
		return err
	}
	wanted := slices.Clone(sentinels)
	for i := range wanted {
		wanted[i].Since = fromMillis(millis(wanted[i].Since))
	}
	put, drop := difference(stored, wanted, func(a, b model.Sentinel) int { return a.Person.Compare(b.Person) })
	for _, s := range drop {
		if _, err := tx.ExecContext(ctx, `DELETE FROM sentinels WHERE source = ? AND person = ?`, s.Person.Source, s.Person.ID); err != nil {
			return err
		}
	}
	for _, s := range put {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO sentinels (source, person, ou, since) VALUES (?, ?, ?, ?)`,
			s.Person.Source, s.Person.ID, s.OU, millis(s.Since))
		if err != nil {
			return err
		}
	}
	return nil
}
