package sync

import (
	"errors"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Exit codes of the program, where a pass decides them.
const (
	ExitOK         = model.ExitOK
	ExitFailed     = model.ExitFailed
	ExitChanges    = model.ExitChanges
	ExitWaiting    = model.ExitWaiting
	ExitIncomplete = model.ExitIncomplete
	ExitBusy       = model.ExitBusy
	ExitConfig     = model.ExitConfig
)

// Report is a pass, told: the plan and what became of it.
type Report struct {
	Plan       plan.Plan
	Planned    bool // there is a plan; false if reading failed
	DryRun     bool
	Started    time.Time
	Finished   time.Time
	Budget     model.Budget
	Incomplete []IncompleteSource
	Results    []outcomes.Step
	HandedOver []outcomes.HandedOver
	Unsettled  int // journal rows whose end is not known
	RolledOut  bool
	Err        error // why the pass as a whole failed
	// Interrupted tells that it was stopped before its end, as a service is. What it had not begun is left
	// for the next pass.
	Interrupted bool

	skips   []model.Skip   // what the pass before found; of a stored report, all that stand
	omitted map[string]int // how many entries of a list were left out, see stored
}

// IncompleteSource is a source that gave no snapshot.
type IncompleteSource struct {
	Name   string
	Reason model.ReadReason
	Err    error
}

// conditions are the certificate as far as the read got.
func (s IncompleteSource) conditions() []model.Condition {
	if e, ok := errors.AsType[*model.ReadError](s.Err); ok {
		return e.Conditions
	}
	return nil
}

// why is the error by its codes, and as it is where it has none.
func (s IncompleteSource) why() model.Reason {
	if e, ok := errors.AsType[*model.ReadError](s.Err); ok && len(e.Why) > 0 {
		return e.Told()
	}
	return model.Told("", s.Err.Error())
}

// codes are those of why it was not read, and of what to do.
func (s IncompleteSource) codes() []model.Code {
	if e, ok := errors.AsType[*model.ReadError](s.Err); ok {
		return model.CodesOf(e.Why)
	}
	return nil
}

// Results lists all results of a change.
func Results() []model.Result {
	return []model.Result{model.Done, model.Failed, model.Uncertain, model.NotTried}
}

// Told is the report as it is written for people.
func (r *Report) Told() outcomes.Pass {
	unread := model.Convert(r.Incomplete, func(s IncompleteSource) outcomes.Unread {
		return outcomes.Unread{Name: s.Name, Why: s.why(), Conditions: s.conditions()}
	})
	return outcomes.Pass{Plan: r.Plan, Planned: r.Planned, DryRun: r.DryRun, Unread: unread, Steps: r.Results, HandedOver: r.HandedOver, Err: r.Err}
}

// report tells a draft. What comes of it later is added to that.
func (d draft) report() Report {
	return Report{
		Plan: d.plan, Planned: d.planned, Incomplete: d.unread, Budget: d.in.Budget, Unsettled: len(d.in.State.Open) - len(d.plan.Update.Settled),
		skips: d.in.State.Skips,
	}
}

// carriedOut adds what came of carrying the plan out.
func (r Report) carriedOut(done applied) Report {
	r.Plan, r.HandedOver, r.Unsettled = done.plan, done.handedOver, done.unsettled
	r.Results = append(r.Results, done.outcomes...)
	return r
}

// ExitCode is the exit code of run: the first that applies (design §6).
func (r *Report) ExitCode() int {
	switch {
	case r.configFault():
		return ExitConfig
	case r.Err != nil || r.count(model.Failed, model.Uncertain) > 0:
		return ExitFailed
	case len(r.Incomplete) > 0 || r.someSourceIncomplete():
		return ExitIncomplete
	case len(r.Plan.Waits()) > 0:
		return ExitWaiting
	}
	return ExitOK
}

// DetailedExitCode is that of plan --detailed-exitcode: also 2 if a pass would change
// something now.
func (r *Report) DetailedExitCode() int {
	code := r.ExitCode()
	if code == ExitOK && slices.ContainsFunc(r.Plan.Changes, func(c model.Change) bool { return c.Status == model.Due }) {
		return ExitChanges
	}
	return code
}

// configFault tells a source that failed because the configuration names what the directory
// does not know.
func (r *Report) configFault() bool {
	return slices.ContainsFunc(r.Incomplete, func(s IncompleteSource) bool { return s.Reason == model.ReadConfig })
}

func (r *Report) someSourceIncomplete() bool {
	return slices.ContainsFunc(r.Plan.Sources, func(s model.SourceReport) bool { return !s.Complete })
}

func (r *Report) count(results ...model.Result) int {
	n := 0
	for _, x := range r.Results {
		if slices.Contains(results, x.Result) {
			n++
		}
	}
	return n
}

// Failed counts the changes that failed, or of which nobody knows whether they did, and says of the first why.
func (r *Report) Failed() (n int, first string) {
	failed := func(x outcomes.Step) bool { return x.Result == model.Failed || x.Result == model.Uncertain }
	if i := slices.IndexFunc(r.Results, failed); i >= 0 {
		first = english.Say(r.Results[i].Why)
	}
	return r.count(model.Failed, model.Uncertain), first
}

// Outcome is the result of the pass in one word: a metric label.
func (r *Report) Outcome() string {
	switch r.ExitCode() {
	case ExitConfig, ExitFailed:
		return "failed"
	case ExitIncomplete:
		return "incomplete"
	case ExitWaiting:
		return "waiting"
	}
	return "ok"
}

// Outcomes lists all values of [Report.Outcome].
func Outcomes() []string { return []string{"ok", "waiting", "incomplete", "failed"} }
