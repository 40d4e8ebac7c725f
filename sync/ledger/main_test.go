package ledger

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestMain is also the door of the child processes that crash_test.go starts and kills.
func TestMain(m *testing.M) {
	if part := os.Getenv("LEDGER_TEST_CHILD"); part != "" {
		os.Exit(child(part))
	}
	goleak.VerifyTestMain(m)
}

// start is when the tests take place: within an hour, and with a fraction of a second.
var start = time.Date(2026, 11, 21, 7, 30, 0, 123_000_000, time.UTC)

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: start} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newPath(tb testing.TB) string {
	tb.Helper()
	return filepath.Join(tb.TempDir(), "ledger.db")
}

// open opens a ledger and closes it after the test.
func open(tb testing.TB, path string, opts Options) *Ledger {
	tb.Helper()
	l, err := Open(context.Background(), path, opts)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := l.Close(); err != nil {
			tb.Error(err)
		}
	})
	return l
}

// openNew opens a new ledger with a clock that tests move.
func openNew(tb testing.TB) (*Ledger, *clock) {
	tb.Helper()
	c := newClock()
	return open(tb, newPath(tb), Options{Now: c.Now}), c
}

// startRun starts a pass.
func startRun(tb testing.TB, l *Ledger) int64 {
	tb.Helper()
	run, err := l.StartRun(context.Background(), model.Sync)
	if err != nil {
		tb.Fatal(err)
	}
	return run
}

// beginOne begins one operation and returns it with its ID.
func beginOne(tb testing.TB, l *Ledger, run int64, op model.Operation) model.Operation {
	tb.Helper()
	ops, err := l.Begin(context.Background(), run, []model.Operation{op})
	if err != nil {
		tb.Fatal(err)
	}
	return ops[0]
}

// settleOne settles one operation.
func settleOne(tb testing.TB, l *Ledger, o model.Settlement) {
	tb.Helper()
	if err := l.Settle(context.Background(), []model.Settlement{o}); err != nil {
		tb.Fatal(err)
	}
}

// remember records a memory in a pass of its own.
func remember(tb testing.TB, l *Ledger, m model.StateUpdate) {
	tb.Helper()
	if err := l.Remember(context.Background(), startRun(tb, l), m); err != nil {
		tb.Fatal(err)
	}
}

// state reads the state.
func state(tb testing.TB, r interface {
	State(context.Context) (model.State, error)
}) model.State {
	tb.Helper()
	s, err := r.State(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func person(id string) model.PersonID { return model.PersonID{Source: "corp", ID: id} }
