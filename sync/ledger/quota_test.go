package ledger

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// take takes n requests, all of which must be free.
func take(tb testing.TB, m *Meter, n int) {
	tb.Helper()
	for range n {
		if err := m.Take(tb.Context()); err != nil {
			tb.Fatal(err)
		}
	}
}

// spent takes a request that must not be free, and returns why.
func spent(tb testing.TB, m *Meter) *SpentError {
	tb.Helper()
	err := m.Take(tb.Context())
	e, ok := errors.AsType[*SpentError](err)
	if !ok {
		tb.Fatalf("Take = %v, want a *SpentError", err)
	}
	return e
}

func budget(tb testing.TB, r *Reader) model.Budget {
	tb.Helper()
	b, err := r.Budget(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// TestWhatWasNotSentIsGivenBack: once for each, and never more than was counted.
func TestWhatWasNotSentIsGivenBack(t *testing.T) {
	t.Parallel()
	m := open(t, newPath(t), Options{DailyRequests: 5}).Meter
	take(t, m, 2)
	for _, left := range []int{4, 5, 5} {
		if err := m.GiveBack(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := budget(t, m.Reader).Remaining; got != left {
			t.Errorf("%d left, want %d", got, left)
		}
	}
}

func TestTheDayRolls(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := open(t, newPath(t), Options{Now: c.Now, DailyRequests: 20})
	take(t, l.Meter, 15) // 07:30
	c.Advance(2 * time.Hour)
	take(t, l.Meter, 5) // 09:30

	eight := start.Truncate(time.Hour).Add(25 * time.Hour) // 08:00 of the next day
	if diff := cmp.Diff(&SpentError{FreeAt: eight, Limit: 20}, spent(t, l.Meter)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(model.Budget{Remaining: 0, Reserve: 2, FreeAt: eight}, budget(t, l.Reader)); diff != "" {
		t.Error(diff)
	}
	c.Advance(eight.Sub(c.Now()) - time.Millisecond)
	spent(t, l.Meter)
	c.Advance(time.Millisecond)
	if diff := cmp.Diff(model.Budget{Remaining: 15, Reserve: 2, FreeAt: eight.Add(2 * time.Hour)}, budget(t, l.Reader)); diff != "" {
		t.Error(diff)
	}
	take(t, l.Meter, 15)
	spent(t, l.Meter)
}

func TestALoweredLimitWaitsForSeveralHours(t *testing.T) {
	t.Parallel()
	c, path := newClock(), newPath(t)
	l := open(t, path, Options{Now: c.Now})
	for range 3 {
		take(t, l.Meter, 4)
		c.Advance(time.Hour)
	}
	lower := open(t, path, Options{Now: c.Now, DailyRequests: 8})
	want := start.Truncate(time.Hour).Add(26 * time.Hour) // two of the three hours must leave
	if got := spent(t, lower.Meter).FreeAt; !got.Equal(want) {
		t.Errorf("free at %v, want %v", got, want)
	}
}

func TestARestartKeepsTheCount(t *testing.T) {
	t.Parallel()
	c, path := newClock(), newPath(t)
	opts := Options{Now: c.Now, DailyRequests: 10}
	first, err := OpenMeter(t.Context(), path, opts)
	if err != nil {
		t.Fatal(err)
	}
	take(t, first, 7)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := open(t, path, opts)
	if got := budget(t, second.Reader).Remaining; got != 3 {
		t.Errorf("%d requests remain, want 3", got)
	}
	take(t, second.Meter, 3)
	spent(t, second.Meter)
}

func TestTakersNeverExceedTheDay(t *testing.T) {
	t.Parallel()
	const limit = 40
	path := newPath(t)
	var taken atomic.Int64
	var wg sync.WaitGroup
	for range 3 { // handles as of three processes, two goroutines each
		l := open(t, path, Options{Now: newClock().Now, DailyRequests: limit})
		for range 2 {
			wg.Go(func() {
				for range limit {
					err := l.Take(t.Context())
					if _, full := errors.AsType[*SpentError](err); full {
						return
					}
					if err != nil {
						t.Error(err)
						return
					}
					taken.Add(1)
				}
			})
		}
	}
	wg.Wait()
	if got := taken.Load(); got != limit {
		t.Errorf("%d requests taken of %d", got, limit)
	}
}

func TestABlockStopsEverything(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{0, 100} {
		c := newClock()
		l := open(t, newPath(t), Options{Now: c.Now, DailyRequests: limit})
		until := fromMillis(millis(c.Now().Add(3 * time.Hour)))
		block(t, l, until)
		block(t, l, until.Add(-time.Hour)) // the later one stands
		if diff := cmp.Diff(&SpentError{FreeAt: until, Limit: limit, Blocked: true}, spent(t, l.Meter)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(model.Budget{Reserve: limit / 10, FreeAt: until}, budget(t, l.Reader)); diff != "" {
			t.Error(diff)
		}
		c.Advance(3 * time.Hour)
		take(t, l.Meter, 1)
	}
}

func block(tb testing.TB, l *Ledger, until time.Time) {
	tb.Helper()
	if err := l.BlockRequests(tb.Context(), until); err != nil {
		tb.Fatal(err)
	}
}

func TestABlockLastsADayAtMost(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	block(t, l, c.Now().Add(1000*time.Hour))
	if got, want := spent(t, l.Meter).FreeAt, c.Now().Add(day); !got.Equal(want) {
		t.Errorf("free at %v, want %v", got, want)
	}
}

func TestAWrongClockIsForgotten(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := open(t, newPath(t), Options{Now: c.Now, DailyRequests: 3})
	c.Advance(365 * day)
	take(t, l.Meter, 3)
	block(t, l, c.Now().Add(time.Hour))
	c.Advance(-365 * day)
	take(t, l.Meter, 2)
	c.Advance(-2 * time.Hour) // a small step back frees nothing
	take(t, l.Meter, 1)
	spent(t, l.Meter)
	block(t, l, c.Now().Add(time.Hour)) // and the wrong block hides no true one
	if got, want := spent(t, l.Meter).FreeAt, c.Now().Add(time.Hour); !got.Equal(want) {
		t.Errorf("free at %v, want %v", got, want)
	}
}

func TestNoLimitStillCounts(t *testing.T) {
	t.Parallel()
	c, path := newClock(), newPath(t)
	l := open(t, path, Options{Now: c.Now})
	take(t, l.Meter, 12)
	if b := budget(t, l.Reader); !b.Unlimited {
		t.Errorf("budget %+v, want unlimited", b)
	}
	limited := open(t, path, Options{Now: c.Now, DailyRequests: 20})
	if got := budget(t, limited.Reader).Remaining; got != 8 {
		t.Errorf("%d remain, want 8", got)
	}
}

func TestOldHoursAreDropped(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	for range 100 {
		take(t, l.Meter, 1)
		c.Advance(time.Hour)
	}
	var hours int
	if err := l.reads.QueryRowContext(t.Context(), `SELECT count(*) FROM quota`).Scan(&hours); err != nil {
		t.Fatal(err)
	}
	if hours > 50 {
		t.Errorf("%d hours are kept, want at most 50", hours)
	}
}

func TestSpentErrorIsAQuotaFailure(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  *SpentError
		want string
	}{
		{&SpentError{FreeAt: start, Limit: 10000}, "the 10000 requests of the day are used up: the next one is possible at 2026-11-21 07:30:00 UTC"},
		{&SpentError{FreeAt: start, Blocked: true}, "the service asked to wait (429): the next request is possible at 2026-11-21 07:30:00 UTC"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("message %q, want %q", got, tt.want)
		}
		if got := model.KindOf(tt.err); got != model.FailureQuota {
			t.Errorf("kind %q, want %q", got, model.FailureQuota)
		}
	}
}
