package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// The rolling day (design §5.8, pitfall D10).
const (
	bucket = time.Hour
	day    = 24 * time.Hour
	// lifetime is how long a request counts from the start of its bucket: a day from the
	// end of it, so never too short.
	lifetime = day + bucket
	// reserveShare of the day is kept for leavers and for reading: one tenth.
	reserveShare = 10
)

// SpentError says that no request may be sent now.
type SpentError struct {
	FreeAt  time.Time // when one may be sent again
	Limit   int       // requests a day by our own count, 0 for no limit
	Blocked bool      // the service asked us to wait (429)
}

func (e *SpentError) Error() string {
	at := wording.Stamp(e.FreeAt)
	if e.Blocked {
		return "the service asked to wait (429): the next request is possible at " + at
	}
	return fmt.Sprintf("the %d requests of the day are used up: the next one is possible at %s", e.Limit, at)
}

// FailureKind makes it a model.Failure.
func (e *SpentError) FailureKind() model.FailureKind { return model.FailureQuota }

// Take counts one request, on disk, before it is sent. When the day is spent or blocked it
// counts nothing and returns a *[SpentError].
func (m *Meter) Take(ctx context.Context) error {
	now := m.now()
	return inTx(ctx, m.writes, "count a request", func(tx *sql.Tx) error {
		w, err := readWindow(ctx, tx, now)
		if err != nil {
			return err
		}
		if err := w.check(m.daily, now); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM quota WHERE hour NOT BETWEEN ? AND ?`,
			millis(now.Add(-2*day)), millis(now.Add(2*day)))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO quota (hour, requests) VALUES (?, 1)
			ON CONFLICT (hour) DO UPDATE SET requests = requests + 1`, millis(now.Truncate(bucket)))
		return err
	})
}

// GiveBack takes back the request that was counted last, of which nothing was sent.
func (m *Meter) GiveBack(ctx context.Context) error {
	return inTx(ctx, m.writes, "give a request back", func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE quota SET requests = requests - 1 WHERE hour = (SELECT max(hour) FROM quota) AND requests > 1`)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); n > 0 || err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM quota WHERE hour = (SELECT max(hour) FROM quota)`)
		return err
	})
}

// NewBudget is what a day has left after so many requests of this hour, where no ledger counts them.
func NewBudget(limit, sent int, now time.Time) model.Budget {
	return window{used: sent}.budget(limit, now)
}

// BlockRequests stops all requests until a time, after the service answered 429, but for a
// day at most: that is how far its quota reaches. An earlier block that lasts longer stands.
func (m *Meter) BlockRequests(ctx context.Context, until time.Time) error {
	now := m.now()
	if latest := now.Add(day); until.After(latest) {
		until = latest
	}
	return inTx(ctx, m.writes, "block requests", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE ledger SET blocked_until = max(iif(blocked_until < ?, blocked_until, 0), ?)`,
			millis(now.Add(lifetime)), millis(until))
		return err
	})
}

// Budget is what is left of the day's requests. A block leaves nothing, also where the day
// has no limit.
func (r *Reader) Budget(ctx context.Context) (model.Budget, error) {
	now := r.now()
	var w window
	err := inTx(ctx, r.reads, "read the day's requests", func(tx *sql.Tx) (err error) {
		w, err = readWindow(ctx, tx, now)
		return err
	})
	if err != nil {
		return model.Budget{}, err
	}
	return w.budget(r.daily, now), nil
}

// window is the rolling day as it is counted.
type window struct {
	hours        []hour // oldest first
	used         int
	blockedUntil time.Time
}

type hour struct {
	start    time.Time
	requests int
}

// readWindow reads what counts now. Hours of the near future count too: the clock was set
// back. Hours and blocks further off were written by a clock that was wrong.
func readWindow(ctx context.Context, tx *sql.Tx, now time.Time) (window, error) {
	var w window
	var blocked int64
	if err := tx.QueryRowContext(ctx, `SELECT blocked_until FROM ledger`).Scan(&blocked); err != nil {
		return w, err
	}
	if blocked < millis(now.Add(lifetime)) {
		w.blockedUntil = fromMillis(blocked)
	}
	var err error
	w.hours, err = selectAll(ctx, tx, func(rows *sql.Rows) (hour, error) {
		var h hour
		var start int64
		err := rows.Scan(&start, &h.requests)
		h.start = fromMillis(start)
		return h, err
	}, `SELECT hour, requests FROM quota WHERE hour > ? AND hour < ? ORDER BY hour`,
		millis(now.Add(-lifetime)), millis(now.Add(lifetime)))
	for _, h := range w.hours {
		w.used += h.requests
	}
	return w, err
}

// check returns a *SpentError if no request is free under the limit.
func (w window) check(limit int, now time.Time) error {
	if now.Before(w.blockedUntil) {
		return &SpentError{FreeAt: w.blockedUntil, Limit: limit, Blocked: true}
	}
	if limit == 0 || w.used < limit {
		return nil
	}
	return &SpentError{FreeAt: w.below(limit), Limit: limit}
}

// below returns when so many hours have left the window that fewer than limit requests count.
func (w window) below(limit int) time.Time {
	used := w.used
	for _, h := range w.hours {
		used -= h.requests
		if used < limit {
			return h.start.Add(lifetime)
		}
	}
	return time.Time{}
}

func (w window) budget(limit int, now time.Time) model.Budget {
	if now.Before(w.blockedUntil) {
		return model.Budget{Reserve: limit / reserveShare, FreeAt: w.blockedUntil}
	}
	b := model.Budget{Unlimited: limit == 0, Remaining: max(0, limit-w.used), Reserve: limit / reserveShare}
	if len(w.hours) > 0 {
		b.FreeAt = w.hours[0].start.Add(lifetime)
	}
	return b
}
