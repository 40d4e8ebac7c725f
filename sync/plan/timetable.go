package plan

import (
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// timetable is when the next passes are expected: as far apart as they were lately. It is good for one thing, to
// guess who will be due together; nobody is told a time of it.
type timetable struct {
	last time.Time // the latest pass
	pace time.Duration
}

const (
	// leastPace keeps passes apart that somebody starts by hand, one after the other.
	leastPace = time.Hour
	// unknownPace is that of a ledger without a complete read.
	unknownPace = 24 * time.Hour
)

// timetable measures the passes by the complete reads of the last days. A preview soon after a pass, such as
// that of `plan` and `approve`, sees the same timetable as the pass itself.
func (p *directory) timetable() timetable {
	var last time.Time
	for _, d := range p.readDays {
		last = model.Later(last, d.Last)
	}
	if last.IsZero() {
		return timetable{p.Now, unknownPace}
	}
	t := timetable{p.Now, max(leastPace, p.Now.Sub(last))}
	for _, d := range p.readDays {
		if d.Longest <= readMemory && last.Sub(d.Last) <= leastGap {
			t.pace = max(t.pace, d.Longest)
		}
	}
	if p.Now.Sub(last) < t.pace/2 {
		t.last = last
	}
	return t
}

// pass is the n-th one after the latest.
func (t timetable) pass(n int) time.Time { return t.last.Add(time.Duration(n) * t.pace) }

// index is the number of the first pass at a time or after.
func (t timetable) index(at time.Time) int {
	return max(1, int((at.Sub(t.last)+t.pace-1)/t.pace))
}

// from is that pass.
func (t timetable) from(at time.Time) time.Time { return t.pass(t.index(at)) }
