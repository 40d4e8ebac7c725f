package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// pageSizeWindow is how long a page size counts. Then the list is asked for a large page again: the
// service may give one by now, and a refusal that was about something else is no longer paid for.
const pageSizeWindow = 30 * 24 * time.Hour

// PageSize is how large a page the service gives of a list, where it refused a larger one within the
// last 30 days; else 0.
func (r *Reader) PageSize(ctx context.Context, list string) (int, error) {
	now := r.now()
	var size int
	err := r.reads.QueryRowContext(ctx, `SELECT size FROM page_sizes WHERE list = ? AND learned_at BETWEEN ? AND ?`,
		list, millis(now.Add(-pageSizeWindow)), millis(now)).Scan(&size)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read the page size of a list: %w", explain(err))
	}
	return size, nil
}

// NotePageSize keeps the page size of a list. What only looks reads the lists as well, so it must be
// able to.
func (m *Meter) NotePageSize(ctx context.Context, list string, size int) error {
	return inTx(ctx, m.writes, "note a page size", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO page_sizes (list, size, learned_at) VALUES (?, ?, ?)`,
			list, size, millis(m.now()))
		return err
	})
}

// LearnBulk keeps what a bulk write does with settings that it does not name.
func (l *Ledger) LearnBulk(ctx context.Context, reading model.BulkReading) error {
	return inTx(ctx, l.writes, "keep what a bulk write does", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE ledger SET bulk_reading = ?`, reading)
		return err
	})
}

// BeginTrial keeps what a bulk write may take away. Only when it returns may the write be sent.
func (l *Ledger) BeginTrial(ctx context.Context, t model.Trial) error {
	wanted, err := json.Marshal(append([]model.Setting{}, t.Wanted...))
	if err != nil {
		return fmt.Errorf("keep the settings of a credential: %w", err)
	}
	kept, err := json.Marshal(append([]model.KeptSetting{}, t.Foreign...))
	if err != nil {
		return fmt.Errorf("keep the settings of a credential: %w", err)
	}
	return inTx(ctx, l.writes, "keep the settings of a credential", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO bulk_trial (one, credential_id, username, wanted, kept, begun_at) VALUES (1, ?, ?, ?, ?, ?)`,
			t.CredentialID, t.Username, string(wanted), string(kept), millis(t.At))
		return err
	})
}

// EndTrial forgets them: all are there.
func (l *Ledger) EndTrial(ctx context.Context) error {
	return inTx(ctx, l.writes, "end the trial of a bulk write", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM bulk_trial`)
		return err
	})
}

func readService(ctx context.Context, tx querier) (model.Service, error) {
	var s model.Service
	if err := tx.QueryRowContext(ctx, `SELECT bulk_reading FROM ledger`).Scan(&s.Bulk); err != nil {
		return s, err
	}
	trials, err := selectAll(ctx, tx, scanTrial, `SELECT credential_id, username, wanted, kept, begun_at FROM bulk_trial`)
	if len(trials) > 0 {
		s.Trial = trials[0]
	}
	return s, err
}

func scanTrial(rows *sql.Rows) (model.Trial, error) {
	var t model.Trial
	var wanted, kept string
	var at int64
	if err := rows.Scan(&t.CredentialID, &t.Username, &wanted, &kept, &at); err != nil {
		return t, err
	}
	t.At = fromMillis(at)
	return t, errors.Join(json.Unmarshal([]byte(wanted), &t.Wanted), json.Unmarshal([]byte(kept), &t.Foreign))
}

// forgetService forgets what the service taught where the ledger is bound to another licence
// package, whose service may be another one.
func forgetService(ctx context.Context, tx *sql.Tx, subscription string) error {
	var was string
	if err := tx.QueryRowContext(ctx, `SELECT subscription FROM ledger`).Scan(&was); err != nil || was == "" || was == subscription {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE ledger SET bulk_reading = ''; DELETE FROM page_sizes; DELETE FROM bulk_trial`)
	return err
}
