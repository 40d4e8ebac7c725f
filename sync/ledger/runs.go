package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// StartRun opens the record of a pass and returns its number. The caller holds the flock, so
// INTENT rows that are left belong to a process that is gone, or to a pass that gave up: they
// become unknown. When it returns, the high-water file tells of the pass.
func (l *Ledger) StartRun(ctx context.Context, mode model.Mode) (int64, error) {
	high, err := readHighWater(l.path)
	if err != nil {
		return 0, err
	}
	err = audited(ctx, l.writes, "start the record of a pass", l.now(), func(tx *sql.Tx, t *trail) error {
		if high, err = assignRunNumber(ctx, tx, t, high); err != nil {
			return err
		}
		t.run = high.Pass
		if _, err := tx.ExecContext(ctx, `INSERT INTO runs (id, mode, started_at) VALUES (?, ?, ?)`, t.run, mode, millis(t.now)); err != nil {
			return err
		}
		return markUnknown(ctx, tx, t)
	})
	if err != nil {
		return 0, err
	}
	return high.Pass, l.raiseTo(ctx, high)
}

// markUnknown marks what a process that is gone left as intent.
func markUnknown(ctx context.Context, tx *sql.Tx, t *trail) error {
	left, err := selectAll(ctx, tx, func(rows *sql.Rows) (model.Operation, error) {
		return scanOperation(rows.Scan)
	}, `UPDATE journal SET state = 'unknown' WHERE state = 'intent' RETURNING `+operationColumns)
	if err != nil {
		return err
	}
	slices.SortFunc(left, func(a, b model.Operation) int { return cmp.Compare(a.ID, b.ID) })
	for _, op := range left {
		t.operation(auditUnknown, op, "the pass that began it did not settle it")
	}
	return nil
}

// FinishRun closes the record of a pass. A pass without it shows as one that crashed. A
// caller that is being stopped passes context.WithoutCancel.
func (l *Ledger) FinishRun(ctx context.Context, run int64, end model.RunEnd) error {
	return audited(ctx, l.writes, "finish the record of a pass", l.now(), func(tx *sql.Tx, t *trail) error {
		t.run = run
		result, err := tx.ExecContext(ctx, `UPDATE runs SET finished_at = ?, result = ?, exit_code = ?, report = ?
			WHERE id = ? AND finished_at = 0`, millis(t.now), end.Result, end.ExitCode, string(end.Report), run)
		if err != nil {
			return err
		}
		if err := requireRun(result, run); err != nil {
			return err
		}
		if !end.Planned {
			if err := carrySeats(ctx, tx, run); err != nil {
				return err
			}
		}
		// One report is what status shows; all of them would be the largest part of the file.
		if _, err := tx.ExecContext(ctx, `UPDATE runs SET report = '' WHERE id < ? AND report <> ''`, run); err != nil {
			return err
		}
		if end.Planned {
			if err := noteGuards(ctx, tx, t, end.Guards, end.Unread); err != nil {
				return fmt.Errorf("guards: %w", err)
			}
			if err := putWaits(ctx, tx, end.Waits); err != nil {
				return fmt.Errorf("waits: %w", err)
			}
		}
		if !end.RolledOut {
			return nil
		}
		_, err = tx.ExecContext(ctx, `UPDATE ledger SET rolled_out = 1`)
		return err
	})
}

// carrySeats keeps in the report of a pass that counted no licences what the last one counted, and when.
func carrySeats(ctx context.Context, tx *sql.Tx, run int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE runs SET report = json_set(runs.report, '$.seats', json(was.seats))
		FROM (SELECT json_extract(report, '$.seats') AS seats FROM runs WHERE id < ?1 AND json_valid(report) ORDER BY id DESC LIMIT 1) AS was
		WHERE runs.id = ?1 AND json_valid(runs.report) AND was.seats IS NOT NULL`, run)
	return err
}

// requireRun turns an update that met no open pass into an error.
func requireRun(result sql.Result, run int64) error {
	changed, err := result.RowsAffected()
	if err == nil && changed != 1 {
		return fmt.Errorf("pass %d is not under way", run)
	}
	return err
}

// RunRecord is the record of one pass.
type RunRecord struct {
	ID       int64
	Mode     model.Mode
	Started  time.Time
	Finished time.Time // zero: under way, or crashed; the fields below mean nothing then
	Result   string    // see model.RunEnd
	ExitCode int
	Report   json.RawMessage // of the last pass that ended; nil for all others
}

// LastRuns returns the last n passes, the latest first.
func (r *Reader) LastRuns(ctx context.Context, n int) ([]RunRecord, error) {
	var runs []RunRecord
	err := inTx(ctx, r.reads, "read the last passes", func(tx *sql.Tx) (err error) {
		runs, err = selectAll(ctx, tx, scanRun, `SELECT id, mode, started_at, finished_at, result, exit_code, report
			FROM runs ORDER BY id DESC LIMIT ?`, n)
		return err
	})
	return runs, err
}

// LastReport returns the report of the last pass that ended, nil if there is none.
func (r *Reader) LastReport(ctx context.Context) (json.RawMessage, error) {
	var reports []string
	err := inTx(ctx, r.reads, "read the last report", func(tx *sql.Tx) (err error) {
		reports, err = selectAll(ctx, tx, func(rows *sql.Rows) (report string, err error) {
			return report, rows.Scan(&report)
		}, `SELECT report FROM runs WHERE report <> '' ORDER BY id DESC LIMIT 1`)
		return err
	})
	if err != nil || len(reports) == 0 {
		return nil, err
	}
	return json.RawMessage(reports[0]), nil
}

func scanRun(rows *sql.Rows) (RunRecord, error) {
	var r RunRecord
	var started, finished int64
	var report string
	err := rows.Scan(&r.ID, &r.Mode, &started, &finished, &r.Result, &r.ExitCode, &report)
	r.Started, r.Finished = fromMillis(started), fromMillis(finished)
	if report != "" {
		r.Report = json.RawMessage(report)
	}
	return r, err
}

// Seeds are the times from which the metrics start, zero if there is none.
type Seeds struct {
	LastRun     time.Time // the end of the last pass that ended
	LastSuccess time.Time // likewise, of those that were ok, changed, or waiting for a human
}

// Seeds returns when passes last ended.
func (r *Reader) Seeds(ctx context.Context) (Seeds, error) {
	var run, success int64
	err := inTx(ctx, r.reads, "read the last passes", func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT coalesce(max(finished_at), 0),
			coalesce(max(finished_at) FILTER (WHERE result IN ('ok', 'changed', 'waiting')), 0) FROM runs`).Scan(&run, &success)
	})
	return Seeds{LastRun: fromMillis(run), LastSuccess: fromMillis(success)}, err
}
