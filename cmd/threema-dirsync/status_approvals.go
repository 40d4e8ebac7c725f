package main

import (
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// approvalStatus counts the approvals that are given and not used up. Those of a departure
// under way may outlast their time.
type approvalStatus struct {
	Live    int        `json:"live"`
	Expires *time.Time `json:"expires"` // the next one to expire; null: none whose time runs
	// Ahead are for steps that are not due yet: the time of the yes counts from when they are due.
	Ahead int `json:"ahead"`
	// Idle are for steps that the last plan does not have: they let nothing happen.
	Idle int `json:"idle"`
}

func approvalsOf(state model.State, policy model.Policy, now time.Time, report json.RawMessage) approvalStatus {
	last := readSteps(report)
	var s approvalStatus
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
		if a.Until.After(now) && (s.Expires == nil || a.Until.Before(*s.Expires)) {
			s.Expires = &a.Until
		}
	}
	return s
}

// pastSteps are the steps of the last plan, as far as its report tells them.
type pastSteps struct {
	at    time.Time // zero: it tells not all
	known map[string]bool
}

// readSteps reads them back. A plan that lacked a source, or a record that was cut, does not tell what
// steps there are not.
func readSteps(text json.RawMessage) pastSteps {
	var report struct {
		Hash        string
		GeneratedAt time.Time
		Sources     []sourceStatus
		Changes     []struct{ ID string }
		Omitted     map[string]int
	}
	part := func(s sourceStatus) bool { return !s.Complete }
	if json.Unmarshal(text, &report) != nil || report.Hash == "" || report.Omitted["changes"] > 0 || slices.ContainsFunc(report.Sources, part) {
		return pastSteps{}
	}
	s := pastSteps{report.GeneratedAt, map[string]bool{}}
	for _, c := range report.Changes {
		s.known[c.ID] = true
	}
	return s
}

// lacks tells of a yes of before the last plan that it has no such step.
func (s pastSteps) lacks(a model.GivenApproval) bool {
	return a.At.Before(s.at) && !s.known[a.ChangeID]
}

func (s approvalStatus) print(w io.Writer) {
	switch {
	case s.Expires != nil:
		say(w, "Approvals:\t%d given and not used up, the next one expires %s", s.Live, wording.Stamp(*s.Expires))
	case s.Live > s.Ahead:
		say(w, "Approvals:\t%d given and not used up, for departures under way", s.Live)
	case s.Live > 0:
		say(w, "Approvals:\t%d given and not used up", s.Live)
	}
	if s.Ahead > 0 {
		say(w, "  Not due yet:\t%d of them: the time of the yes counts from when the step is due, and for the first pass after that", s.Ahead)
	}
	if s.Live > 0 {
		say(w, "  To take one back:\tthreema-dirsync approve --undo HASH|PERSON|all")
	}
	if s.Idle > 0 {
		say(w, "Approvals without a step:\t%d, which let nothing happen: the last plan has no such steps", s.Idle)
	}
}
