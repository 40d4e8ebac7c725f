package sync_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
)

// loopRun is a loop in the bubble of a test, and when its passes began.
type loopRun struct {
	dirsync.Loop
	offset  atomic.Int64  // of the wall clock against the one that timers follow
	takes   time.Duration // a pass
	started []time.Duration
	running int
	overlap bool
	begin   time.Time
}

// hourly is a loop whose schedule is every full hour.
func hourly(last time.Time) *loopRun {
	l := &loopRun{begin: time.Now()}
	l.Loop = dirsync.Loop{
		Next: func(after time.Time) time.Time { return after.Truncate(time.Hour).Add(time.Hour) },
		Last: last, Now: func() time.Time { return time.Now().Add(time.Duration(l.offset.Load())) }, Tick: 30 * time.Second,
		Early: func(context.Context) bool { return false },
	}
	l.Pass = func(context.Context) {
		l.running++
		l.overlap = l.overlap || l.running > 1
		l.started = append(l.started, time.Since(l.begin))
		time.Sleep(l.takes)
		l.running--
	}
	return l
}

// early wants a pass once, so long after the start.
func (l *loopRun) early(at time.Duration) {
	asked := false
	l.Early = func(context.Context) bool {
		if asked || time.Since(l.begin) < at {
			return false
		}
		asked = true
		return true
	}
}

// during lets the loop run for a while, do something, and run again for a while.
func (l *loopRun) during(t *testing.T, first time.Duration, then func(), second time.Duration, want ...time.Duration) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.Run(ctx)
	}()
	time.Sleep(first)
	then()
	time.Sleep(second)
	cancel()
	<-done
	if diff := cmp.Diff(want, l.started); diff != "" {
		t.Errorf("passes (-want +got):\n%s", diff)
	}
	if l.overlap {
		t.Error("two passes at once")
	}
}

// The bubble's clock starts at midnight, UTC.
func TestLoop(t *testing.T) {
	t.Parallel()
	const h, m = time.Hour, time.Minute
	nothing := func() {}
	for name, tt := range map[string]func(*testing.T){
		"runs at start when it never ran":     func(t *testing.T) { hourly(time.Time{}).during(t, 2*h+m, nothing, 0, 0, h, 2*h) },
		"keeps to the schedule after restart": func(t *testing.T) { hourly(time.Now()).during(t, 2*h+m, nothing, 0, h, 2*h) },
		"catches up once": func(t *testing.T) {
			hourly(time.Now().Add(-50*h)).during(t, h+m, nothing, 0, 0, h)
		},
		"one at a time": func(t *testing.T) {
			l := hourly(time.Time{})
			l.takes = 90 * m
			l.during(t, 4*h, nothing, 0, 0, 90*m, 180*m) // what was missed meanwhile is caught up once
		},
		"the clock steps ahead": func(t *testing.T) {
			l := hourly(time.Now())
			l.during(t, 10*m+time.Second, func() { l.offset.Store(int64(5 * h)) }, 2*h, 10*m+30*time.Second, h, 2*h)
		},
		"the clock steps back": func(t *testing.T) {
			l := hourly(time.Now())
			l.during(t, 10*m+time.Second, func() { l.offset.Store(int64(-72 * h)) }, 2*h, h, 2*h)
		},
		"the last pass lies in the future": func(t *testing.T) { hourly(time.Now().Add(500*h)).during(t, h+m, nothing, 0, h) },
		"comes early": func(t *testing.T) {
			l := hourly(time.Now())
			l.early(20 * m)
			l.during(t, 2*h+m, nothing, 0, 20*m, h, 2*h) // the schedule stays as it is
		},
		"is early at the end of a long pass": func(t *testing.T) {
			l := hourly(time.Now())
			l.takes = 90 * m
			l.early(20 * m)
			l.during(t, 3*h+m, nothing, 0, 20*m, 110*m) // what was missed meanwhile is caught up once
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, tt)
		})
	}
}

// TestLoopEnds: the pass under way is finished, and no other begins.
func TestLoopEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		finished := false
		l := hourly(time.Time{})
		l.Pass = func(ctx context.Context) {
			cancel()
			<-ctx.Done()
			time.Sleep(time.Minute)
			finished = true
		}
		l.Run(ctx)
		if !finished || time.Since(l.begin) != time.Minute {
			t.Errorf("finished %v after %v", finished, time.Since(l.begin))
		}
	})
}
