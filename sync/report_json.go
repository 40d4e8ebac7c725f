package sync

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// How many entries the ledger keeps of a list: enough for status, and a roll-out does not make
// it grow by megabytes.
const (
	storedChanges   = 1000
	storedResults   = 1000
	storedHeld      = 1000
	storedUnmanaged = 100
	storedNotices   = 100
	storedBaseline  = 1000
	storedEffects   = 1000
	storedAlarms    = 1000
	storedRestarted = 1000
	storedSuspended = 1000
	storedMissed    = 1000
)

// end is the report as the ledger keeps it.
func (r *Report) end() model.RunEnd {
	text, err := json.Marshal(r.stored())
	if err != nil {
		text = []byte(`{}`)
	}
	end := model.RunEnd{Result: r.Outcome(), ExitCode: r.ExitCode(), RolledOut: r.RolledOut, Report: text, Guards: model.Convert(r.Plan.Guards, tripped), Planned: r.Planned, Waits: r.allWaits()}
	for _, s := range r.Incomplete {
		end.Unread = append(end.Unread, s.Name)
	}
	return end
}

// allWaits are the waits as the ledger keeps them. What a read that was not complete could not
// show waits on: an unbroken row is one of passes that knew.
func (r *Report) allWaits() []model.Wait {
	waits := r.Plan.AllWaits()
	if len(r.Incomplete) == 0 && !r.someSourceIncomplete() {
		return waits
	}
	accepted := r.Plan.Baseline != nil && r.Plan.Baseline.Accepted // that ends its wait, whatever was read
	for _, before := range r.Plan.WaitedFor {
		answered := accepted && before.Code == model.WaitCode(model.GuardBaseline)
		if !answered && !slices.ContainsFunc(waits, func(w model.Wait) bool { return w.Code == before.Code }) {
			waits = append(waits, before)
		}
	}
	return waits
}

// allSkips are the steps that a last look stopped, as the ledger keeps them. Of those that this pass could not judge stands what
// the one before found.
func (r *Report) allSkips() []model.Skip {
	var skips []model.Skip
	planned := map[string]bool{}
	for _, c := range r.Plan.Changes {
		planned[c.ID] = true
		if c.Skipped.Stands() {
			skips = append(skips, c.Skipped)
		}
	}
	whole := r.Planned && len(r.Incomplete) == 0 && !r.someSourceIncomplete()
	for _, before := range r.skips {
		if !whole && !planned[before.ChangeID] {
			skips = append(skips, before)
		}
	}
	return skips
}

// stored cuts the lists; the member "omitted" counts what is missing. Of the results, those
// that somebody may ask about stay.
func (r *Report) stored() *Report {
	s := *r
	s.omitted, s.skips = map[string]int{}, r.allSkips()
	s.Results = slices.SortedStableFunc(slices.Values(r.Results), func(a, b outcomes.Step) int {
		return cmp.Compare(weight(a), weight(b))
	})
	s.Results = head(s.Results, storedResults, "results", s.omitted)
	s.Plan.Changes = head(r.Plan.Changes, storedChanges, "changes", s.omitted)
	s.Plan.Held = head(r.Plan.Held, storedHeld, "held", s.omitted)
	s.Plan.Missed = head(r.Plan.Missed, storedMissed, "missed", s.omitted)
	s.Plan.Unmanaged = head(r.Plan.Unmanaged, storedUnmanaged, "unmanaged", s.omitted)
	s.Plan.Notices = head(r.Plan.Notices, storedNotices, "notices", s.omitted)
	s.Plan.Baseline = storedChange(r.Plan.Baseline, s.omitted)
	s.Plan.Effects = head(r.Plan.Effects, storedEffects, "effects", s.omitted)
	s.Plan.Alarms = head(r.Plan.Alarms, storedAlarms, "alarms", s.omitted)
	s.Plan.Restarted = head(r.Plan.Restarted, storedRestarted, "restarted", s.omitted)
	s.Plan.Suspended = head(r.Plan.Suspended, storedSuspended, "suspended", s.omitted)
	return &s
}

// storedChange cuts the lists of a change of the baseline.
func storedChange(whole *plan.BaselineChange, omitted map[string]int) *plan.BaselineChange {
	if whole == nil {
		return nil
	}
	b := *whole
	b.Enters = head(b.Enters, storedBaseline, "baseline.enters", omitted)
	b.Leaves = head(b.Leaves, storedBaseline, "baseline.leaves", omitted)
	b.Rekeyed = head(b.Rekeyed, storedBaseline, "baseline.rekeyed", omitted)
	b.Missing = head(b.Missing, storedBaseline, "baseline.missing", omitted)
	b.Unclear = head(b.Unclear, storedBaseline, "baseline.unclear", omitted)
	return &b
}

// weight sorts what was done behind what was not.
func weight(x outcomes.Step) int {
	if x.Result == model.Done {
		return 1
	}
	return 0
}

// head returns the first n entries and notes how many it leaves out.
func head[T any](list []T, n int, name string, omitted map[string]int) []T {
	if len(list) <= n {
		return list
	}
	omitted[name] = len(list) - n
	return list[:n]
}

// MarshalJSON writes the plan's members (design §6) and beside them what became of it.
func (r Report) MarshalJSON() ([]byte, error) {
	doc := view.ReportJSON{
		PlanJSON: view.NewPlanJSON(r.Plan), DryRun: r.DryRun, Result: r.Outcome(), ExitCode: r.ExitCode(), Error: errorText(r.Err), Failure: r.Failure(),
		Results: model.Convert(r.Results, func(x outcomes.Step) view.ResultJSON {
			return view.ResultJSON{ID: x.Change.ID, Op: x.Change.Op, Outcome: x.Result, Message: english.Say(x.Why), Code: x.Why.Code}
		}),
		Interrupted: r.Interrupted, Omitted: r.omitted, Skipped: view.NewSkipsJSON(r.skips),
		HandedOver: model.Convert(r.HandedOver, func(h outcomes.HandedOver) view.HandedOverJSON { return view.HandedOverJSON(h) }),
	}
	if trust, untrusted := errors.AsType[*outcomes.TrustError](r.Err); untrusted {
		doc.Missing, doc.ErrorCodes = view.NewBaselinePeopleJSON(trust.Missing), model.CodesOf(trust.Reasons)
	}
	for _, s := range r.Incomplete { // gave no snapshot: the certificate as far as the read got
		source := view.NewSourceJSON(model.SourceReport{Name: s.Name, Conditions: s.conditions()})
		source.Reason, source.Error, source.Codes = s.Reason, english.Say(s.why()), s.codes()
		doc.Sources = append(doc.Sources, source)
	}
	return json.Marshal(doc)
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// tripped words a guard for the record.
func tripped(g model.Guard) model.TrippedGuard {
	return model.TrippedGuard{Name: g.Name, Source: g.Source, Words: english.Join(g.Reasons)}
}
