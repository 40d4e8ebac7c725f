package main

import (
	"testing"
	"time"
)

// moment is a point on the way of a leaver: so long after the one before, a pass ends with this
// code, and so many people are withdrawn and IDs detached by then.
type moment struct {
	after               time.Duration
	code                int
	withdrawn, detached int
}

// follow moves the clocks of the program and the simulator from one moment to the next.
func (w *world) follow(t *testing.T, moments []moment) {
	t.Helper()
	passed := time.Duration(0)
	for _, m := range moments {
		passed += m.after
		w.advance(t, m.after)
		w.must(t, m.code, "run", "--once")
		state := w.sim.state(t)
		if len(state.Withdrawn) != m.withdrawn || len(state.Detached) != m.detached {
			t.Fatalf("%s after the departure: %d withdrawn and %d detached, want %d and %d",
				passed, len(state.Withdrawn), len(state.Detached), m.withdrawn, m.detached)
		}
	}
}

// TestClock walks through every span of a leaver's way with the clock of the program moved beside
// that of the simulator. A minute is what the passes before may have taken.
func TestClock(t *testing.T) {
	t.Parallel()
	const minute, hour, day = time.Minute, time.Hour, 24 * time.Hour
	for name, tt := range map[string]struct {
		leave   func(*testing.T, *memory)
		set     map[string]any
		moments []moment
	}{
		"confirmation by two reads over a day": {
			leave:   func(t *testing.T, dir *memory) { dir.remove(t, 7) },
			set:     map[string]any{"confirm": map[string]any{"reads": 2, "over": "24h"}},
			moments: []moment{{}, {after: hour}, {after: 23*hour - 2*minute}, {after: 3 * minute, withdrawn: 1, detached: 1}},
		},
		"confirmation by five reads, however long": {
			leave:   func(t *testing.T, dir *memory) { dir.remove(t, 7) },
			set:     map[string]any{"confirm": map[string]any{"reads": 5, "over": "1h"}},
			moments: []moment{{}, {after: day}, {after: day}, {after: day}, {after: minute, withdrawn: 1, detached: 1}},
		},
		"a disabled account needs no reads, but both graces": {
			leave:   func(t *testing.T, dir *memory) { dir.disable(t, dir.people[7]) },
			set:     map[string]any{"confirm": map[string]any{"reads": 5, "over": "240h"}, "grace": map[string]any{"withdraw": "24h", "id": "168h"}},
			moments: []moment{{}, {after: day - minute}, {after: 2 * minute, withdrawn: 1}, {after: 7*day - minute, withdrawn: 1}, {after: 2 * minute, withdrawn: 1, detached: 1}},
		},
		"absence needs the reads and both graces": {
			leave: func(t *testing.T, dir *memory) { dir.remove(t, 7) },
			set:   map[string]any{"confirm": map[string]any{"reads": 2, "over": "24h"}, "grace": map[string]any{"withdraw": "48h", "id": "24h"}},
			moments: []moment{
				{}, {after: day + minute}, {after: 2*day - 2*minute}, {after: 3 * minute, withdrawn: 1},
				{after: day - minute, withdrawn: 1}, {after: 2 * minute, withdrawn: 1, detached: 1},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, dir := rolledOut(t, 20)
			for key, value := range tt.set {
				w.set("leavers."+key, value)
			}
			w.must(t, 0, "run", "--once")
			tt.leave(t, dir)
			w.follow(t, tt.moments)
			w.must(t, 0, "plan", "--detailed-exitcode")
		})
	}
}

// TestClockOfTheWindows: in a company of 20, two people may go in a pass, three in a day and five
// in a week; each who is one too many waits until the window has moved on.
func TestClockOfTheWindows(t *testing.T) {
	t.Parallel()
	const minute, hour, day = time.Minute, time.Hour, 24 * time.Hour
	w, dir := rolledOut(t, 20)
	dir.disable(t, dir.people[:2]...)
	w.follow(t, []moment{{code: 0, withdrawn: 2, detached: 2}}) // two in a pass
	dir.disable(t, dir.people[2])
	w.follow(t, []moment{{after: hour, code: 0, withdrawn: 3, detached: 3}}) // three in a day
	dir.disable(t, dir.people[3])
	w.follow(t, []moment{
		{after: hour, code: 3, withdrawn: 3, detached: 3},
		{after: 22*hour - minute, code: 3, withdrawn: 3, detached: 3},
		{after: 2 * minute, code: 0, withdrawn: 4, detached: 4}, // a day after the first two
	})
	dir.disable(t, dir.people[4])
	w.follow(t, []moment{{after: day, code: 0, withdrawn: 5, detached: 5}}) // five in a week
	dir.disable(t, dir.people[5])
	w.follow(t, []moment{
		{after: 2 * day, code: 3, withdrawn: 5, detached: 5},
		{after: 3*day - 5*minute, code: 3, withdrawn: 5, detached: 5},
		{after: 6 * minute, code: 0, withdrawn: 6, detached: 6}, // a week after the first two
	})
}

// TestClockOfAnApproval: a yes counts for its time and not a minute longer. What it let begin goes
// on, see TestApproveALimit.
func TestClockOfAnApproval(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]int{59 * time.Minute: 1, 61 * time.Minute: 0} {
		w, dir := rolledOut(t, 20)
		w.set("leavers.approval", "recoverable")
		w.set("leavers.id", "keep")
		dir.disable(t, dir.people[7])
		w.must(t, 3, "run", "--once")
		w.must(t, 0, "approve", w.hash(t), "--ttl", "1h")
		w.follow(t, []moment{{after: after, code: 3 * (1 - want), withdrawn: want}})
	}
}
