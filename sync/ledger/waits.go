package ledger

import (
	"context"
	"database/sql"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func readWaits(ctx context.Context, tx querier) ([]model.Wait, error) {
	return selectAll(ctx, tx, func(rows *sql.Rows) (model.Wait, error) {
		var w model.Wait
		var since, seen int64
		err := rows.Scan(&w.Code, &since, &seen, &w.People, &w.Command)
		w.Since, w.Seen = fromMillis(since), fromMillis(seen)
		return w, err
	}, `SELECT code, since, seen, people, command FROM waits ORDER BY code`)
}

// putWaits makes the waits equal to the given ones, of which there are few.
func putWaits(ctx context.Context, tx *sql.Tx, waits []model.Wait) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM waits`); err != nil {
		return err
	}
	if err := forgetAsked(ctx, tx); err != nil {
		return err
	}
	for _, w := range waits {
		_, err := tx.ExecContext(ctx, `INSERT INTO waits (code, since, seen, people, command) VALUES (?, ?, ?, ?, ?)`,
			w.Code, millis(w.Since), millis(w.Seen), w.People, w.Command)
		if err != nil {
			return err
		}
	}
	return nil
}
