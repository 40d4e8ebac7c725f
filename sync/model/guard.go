package model

import (
	"cmp"
	"slices"
	"strings"
)

// The guards, a closed set: metric label and part of the JSON.
const (
	GuardBaseline    = "baseline"
	GuardLeaversRun  = "leavers-run"
	GuardLeaversDay  = "leavers-day"
	GuardLeaversWeek = "leavers-week"
	GuardLeaversOU   = "leavers-ou"
	GuardCreates     = "creates-run"
	GuardChanges     = "changes-run"
	GuardStopFile    = "stop-file"
	GuardHeld        = "held"
	// GuardAhead: people under way are so many that one of the guards for leavers stops them when they are due.
	GuardAhead = "mass-departure-ahead"
)

// Guards lists all guards.
func Guards() []string {
	return []string{GuardBaseline, GuardLeaversRun, GuardLeaversDay, GuardLeaversWeek, GuardLeaversOU, GuardCreates, GuardChanges, GuardStopFile, GuardHeld, GuardAhead}
}

// Compare puts guards in the order of [Guards], which is that in which they are asked: of several about the
// same people, the one that says why leads.
func (g Guard) Compare(h Guard) int {
	order := Guards()
	return cmp.Or(cmp.Compare(slices.Index(order, g.Name), slices.Index(order, h.Name)), strings.Compare(g.Source, h.Source), strings.Compare(KeyOf(g.Reasons), KeyOf(h.Reasons)))
}

// Guard is a rule that tripped, and blocks a kind of change or asks about something.
type Guard struct {
	Name    string // a closed set, see sync/plan/limits.go: it is a metric label
	Source  string
	Reasons []Reason // who, which OU, which share, and what to do
	Check   []Reason // what to look at or to change before anybody says yes, none if the reasons say all
}

// TrippedGuard is a guard in the record of a pass, as it was worded then.
type TrippedGuard struct{ Name, Source, Words string }

// ShownOUs caps the OUs that a guard names; the plan lists everybody.
const ShownOUs = 2
