package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Asked records what is asked for by a hash after somebody's yes, which looked afresh: what the last pass asked
// is out of date then, and a limit may have room for whom nobody approved.
func (l *Ledger) Asked(ctx context.Context, waits []plan.Wait) error {
	text, err := json.Marshal(append([]plan.Wait{}, waits...))
	if err != nil {
		return err
	}
	return inTx(ctx, l.writes, "record what is asked for", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO asked_after (one, waits) VALUES (1, ?)`, string(text))
		return err
	})
}

// AskedAfter is what [Ledger.Asked] recorded since the last pass, nil if nothing was.
func (r *Reader) AskedAfter(ctx context.Context) (waits []plan.Wait, err error) {
	var text string
	err = inTx(ctx, r.reads, "read what is asked for", func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT waits FROM asked_after`).Scan(&text)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil || text == "" {
		return nil, err
	}
	return waits, json.Unmarshal([]byte(text), &waits)
}

// forgetAsked forgets it: a pass asked, or somebody's word changed what is.
func forgetAsked(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM asked_after`)
	return err
}
