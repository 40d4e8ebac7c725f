package status

import (
	"encoding/json"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Facts are what a status is collected from. Of an installation where nothing has happened yet most of it is empty.
type Facts struct {
	State    model.State
	LastPass *Pass // nil: none yet
	Report   Report
	Budget   model.Budget
	// TakenBack is each yes that was taken back since the last pass that ended, and Asked what is asked for by a hash
	// after the last yes, nil if that is not known.
	TakenBack []model.GivenApproval
	Asked     *model.AfterYes
	Installed
}

// Installed is what the machine and its configuration tell.
type Installed struct {
	Sources  []string // that are configured
	Policy   model.Policy
	Now      time.Time
	NextPass time.Time // by the schedule
	Stop     string    // why nothing is taken from anybody now, "" if it may be
	Handover []Unfetched
	Unlooked error // why nobody knows whether such lines wait, nil if it is known
	// NoHandover is why nobody gets a credential now, as no password can be handed over; "" if nothing is seen that stops it.
	NoHandover string
}

// Unfetched is a hand-over file with lines that nobody has fetched yet.
type Unfetched struct {
	File  string
	Lines int
	Last  time.Time // when the last of them was written
}

// Status is what is known.
type Status struct {
	LastPass  *Pass // nil: none yet
	NextPass  time.Time
	Sources   []Source
	Removed   []RemovedSource
	Guards    []Guard
	Waits     []model.Wait // of the last pass that had a plan, without what is answered
	Answered  []Answer     // since the last pass that ended
	Freed     *Freed       // nil: not known
	Orders    []Order      // that are not carried out yet
	Leavers   []Leaver
	Suspended []model.SuspendedPerson // who is on leave, as somebody said
	Alarms    []model.Alarm
	Effects   []model.Effect // not verified yet
	Approved  Approvals
	Stop      string // why nothing is taken from anybody now, "" if it may be
	Open      int    // operations without a known outcome
	Quota     model.Budget
	Seats     Seats
	Managed   int       // credentials
	Held      Held      // by the last pass that ended
	Withheld  Withheld  // by its policy
	Baseline  *Baseline // what the last pass asked about, or was told
	Handover  []Unfetched
	Unlooked  error // why nobody knows whether passwords wait to be fetched, nil if it is known
	// NoHandover is why nobody gets a credential now, as no password can be handed over; "" if nothing is seen that stops it.
	NoHandover string
	Report     json.RawMessage

	asked map[model.WaitCode]bool // by the last pass that had a plan
}

// Collect makes a status of the facts.
func Collect(f Facts) Status {
	s := Status{
		LastPass: f.LastPass, NextPass: f.NextPass, Sources: f.Report.Sources, Guards: f.Report.Guards, Seats: f.Report.Seats, Report: f.Report.Text,
		Removed: removedSources(f.State, f.Sources), Orders: ordersOf(f.State), Leavers: leaversOf(f.State, f.Report.Plan.Changes, f.Now), Suspended: f.State.SuspendedPeople(f.Policy, f.Now),
		Alarms: f.State.Alarms, Effects: underWay(f.State), Open: len(f.State.Open), Managed: len(f.State.Managed()), Quota: f.Budget,
		Waits: plan.StandingWaits(f.State.Waits), Stop: f.Stop, Handover: f.Handover, Unlooked: f.Unlooked, NoHandover: f.NoHandover,
		Held: f.Report.held(), Withheld: f.Report.withheld(), Baseline: f.Report.baseline(), Approved: approvalsOf(f.State, f.Policy, f.Now, f.Report), asked: map[model.WaitCode]bool{},
	}
	for _, w := range s.Waits {
		s.asked[w.Code] = true
	}
	s.nameWaiting(f.Report.Waits)
	s.addAnswers(f)
	if s.LastPass != nil {
		s.LastPass = new(s.LastPass.withCause(f.Report, s.Waits, s.describeAnswers()))
	}
	return s
}
