package model

import (
	"time"
)

// GivenApproval is somebody's yes to one change, by its id. It lets the change pass the approval
// that its class asks for and the limits on numbers, and nothing else: no baseline, no missing
// evidence, no stop file.
type GivenApproval struct {
	ChangeID string
	Op       Op // of the change, as Person and CSI; for the audit
	Person   PersonID
	CSI      string
	// Until is when its time is over, counted from when it was given; see State.ends.
	Until time.Time
	// Ahead tells that the step is not due yet: the time counts from when it is.
	Ahead bool
	// At is when it was given.
	At time.Time
	// Hash is that of the plan under which it was given, By who gave it: as the ledger has it, and not given with it.
	Hash, By string
}

// Live tells whether an approval still counts. One that was given before its end lasts as long as the
// departure that it let begin, or that it continues: a started departure keeps its approval. departure is the
// person's open one, the zero value if there is none.
func (a GivenApproval) Live(end time.Time, departure Departure, now time.Time) bool {
	return now.Before(end) || !departure.StartedAt.IsZero() && departure.StartedAt.Before(end)
}

// Departs tells of a yes to a step of a departure. Before ledgers kept the operation there were no others.
func (a GivenApproval) Departs() bool {
	return a.Op == "" || a.Op.OfDeparture()
}

// The bounds of how long an approval may last.
const (
	MinApproval = time.Minute
	MaxApproval = 30 * 24 * time.Hour
)

// Ends is the end of an approval, and whether its time has not begun yet. The time of one to a step out that is not due yet counts from when the
// times of the configuration are over, and it is there for the first pass after that, however late. Where none
// comes for the longest time that an approval may last, it ends. o is what is known of the person, departure their open
// departure, the zero value if there is none, read the last complete read of their source.
func (s State) Ends(a GivenApproval, o Observation, departure Departure, policy Policy, now, read time.Time) (end time.Time, ahead bool) {
	if !a.Departs() || o.State != Departed || !o.Since.Before(a.Until) || policy.Mode != Sync {
		return a.Until, false
	}
	due := policy.Withdrawable(o, s.GraceStart(o, policy, now))
	if a.Op.TakesID() {
		due = Later(due, departure.GraceFrom()).Add(policy.GraceID)
	}
	if !a.At.Before(due) {
		return a.Until, false // it was due when somebody said yes
	}
	if !o.ConfirmedAt.IsZero() && !read.Before(due) {
		return Later(a.Until, due.Add(a.Until.Sub(a.At))), false
	}
	return Later(a.Until, due.Add(MaxApproval)), true
}

// LiveApprovals lists the approvals that still count, each with its end.
func (s State) LiveApprovals(policy Policy, now time.Time) []GivenApproval {
	departures, seen := map[PersonID]Departure{}, map[PersonID]Observation{}
	for _, departure := range s.Departures {
		departures[departure.Person] = departure
	}
	for _, o := range s.Observations {
		seen[o.Person] = o
	}
	var live []GivenApproval
	for _, a := range s.Approvals {
		end, ahead := s.Ends(a, seen[a.Person], departures[a.Person], policy, now, s.LastRead(a.Person.Source))
		if a.Live(end, departures[a.Person], now) {
			a.Until, a.Ahead = end, ahead
			live = append(live, a)
		}
	}
	return live
}
