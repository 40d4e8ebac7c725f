package status

import (
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Approvals counts the approvals that are given and not used up. Those of a departure
// under way may outlast their time.
type Approvals struct {
	Live    int
	Expires time.Time // the next one to expire; zero: none whose time runs
	// Ahead are for steps that are not due yet: the time of the yes counts from when they are due.
	Ahead int
	// Idle are for steps that the last plan does not have: they let nothing happen.
	Idle int
}

func approvalsOf(state model.State, policy model.Policy, now time.Time, last Report) Approvals {
	var s Approvals
	for _, a := range state.LiveApprovals(policy, now) {
		if last.lacks(a) {
			s.Idle++
			continue
		}
		s.Live++
		if a.Ahead {
			s.Ahead++
			continue
		}
		if a.Until.After(now) && (s.Expires.IsZero() || a.Until.Before(s.Expires)) {
			s.Expires = a.Until
		}
	}
	return s
}
