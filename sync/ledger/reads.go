package ledger

import (
	"context"
	"database/sql"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const selectReads = `SELECT source, day, last, longest FROM reads ORDER BY source, day`

func readReads(ctx context.Context, tx querier) ([]model.ReadDay, error) {
	return selectAll(ctx, tx, scanReadDay, selectReads)
}

func scanReadDay(rows *sql.Rows) (model.ReadDay, error) {
	var d model.ReadDay
	var day, last, longest int64
	err := rows.Scan(&d.Source, &day, &last, &longest)
	d.Day, d.Last, d.Longest = fromMillis(day), fromMillis(last), time.Duration(longest)*time.Millisecond
	return d, err
}

// putReads makes the days of complete reads equal to the given ones, of which there are few.
func putReads(ctx context.Context, tx *sql.Tx, days []model.ReadDay) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM reads`); err != nil {
		return err
	}
	for _, d := range days {
		_, err := tx.ExecContext(ctx, `INSERT INTO reads (source, day, last, longest) VALUES (?, ?, ?, ?)`,
			d.Source, millis(d.Day), millis(d.Last), d.Longest.Milliseconds())
		if err != nil {
			return err
		}
	}
	return nil
}
