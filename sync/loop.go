package sync

import (
	"context"
	"time"
)

// Loop repeats passes by a schedule, one at a time, until its context ends.
//
// It looks at the clock every Tick instead of sleeping until the next pass: Go's timers stand
// still while a machine is suspended and know nothing of clock steps (pitfall F5). A pass
// that was missed is caught up once. After a step back the next time of the schedule counts,
// not the one from before the step, which may be far away.
type Loop struct {
	Next func(after time.Time) time.Time // the schedule
	Last time.Time                       // when the last pass began, zero if never
	Now  func() time.Time
	Tick time.Duration
	// Early is asked at each look at the clock whether the next pass should not wait for its time.
	Early func(ctx context.Context) bool
	Pass  func(ctx context.Context)
}

// Run returns when ctx ends and the pass under way, if any, has returned.
func (l *Loop) Run(ctx context.Context) {
	due := l.Now()
	if !l.Last.IsZero() {
		due = l.Next(l.Last)
	}
	ticker := time.NewTicker(l.Tick)
	defer ticker.Stop()
	for ctx.Err() == nil {
		now := l.Now()
		next := l.Next(now)
		if !now.Before(due) || l.Early(ctx) {
			l.Pass(ctx)
			due = next
			continue
		}
		if next.Before(due) {
			due = next
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}
