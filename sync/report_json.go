package sync

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
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

// stored cuts the lists; the member "omitted" counts what is missing. Of the results, those
// that somebody may ask about stay.
func (r *Report) stored() *Report {
	s := *r
	s.omitted = map[string]int{}
	s.Results = slices.SortedStableFunc(slices.Values(r.Results), func(a, b ChangeOutcome) int {
		return cmp.Compare(a.weight(), b.weight())
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
func (x ChangeOutcome) weight() int {
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
	body, err := json.Marshal(view.NewPlanJSON(r.Plan))
	if err != nil {
		return nil, err
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, err
	}
	extra := map[string]any{
		"dryRun": r.DryRun, "result": r.Outcome(), "exitCode": r.ExitCode(), "results": r.results(), "error": errorText(r.Err), "failure": r.Failure(),
	}
	if trust, untrusted := errors.AsType[*TrustError](r.Err); untrusted {
		extra["missing"], extra["errorCodes"] = view.NewBaselinePeopleJSON(trust.Missing), model.CodesOf(trust.Reasons)
	}
	if len(r.HandedOver) > 0 {
		extra["handedOver"] = r.HandedOver
	}
	if r.Interrupted {
		extra["interrupted"] = true
	}
	if r.omitted != nil {
		extra["omitted"] = r.omitted
	}
	if !r.Planned || len(r.Incomplete) > 0 {
		extra["sources"] = r.sources()
	}
	for name, value := range extra {
		if members[name], err = json.Marshal(value); err != nil {
			return nil, err
		}
	}
	return json.Marshal(members)
}

// WasInterrupted tells whether a report, as the ledger keeps it, is that of a pass that was stopped
// before its end. One that cannot be read is not.
func WasInterrupted(report json.RawMessage) bool {
	var told struct {
		Interrupted bool `json:"interrupted"`
	}
	return json.Unmarshal(report, &told) == nil && told.Interrupted
}

func (r *Report) results() []map[string]string {
	out := make([]map[string]string, 0, len(r.Results))
	for _, x := range r.Results {
		out = append(out, map[string]string{"id": x.Change.ID, "op": string(x.Change.Op), "outcome": string(x.Result), "message": x.Message})
	}
	return out
}

// sources are those that were read, and those that gave no snapshot, with the certificate as far as
// the read got.
func (r *Report) sources() []any {
	out := make([]any, 0, len(r.Plan.Sources)+len(r.Incomplete))
	for _, s := range r.Plan.Sources {
		out = append(out, view.NewSourceJSON(s))
	}
	for _, s := range r.Incomplete {
		conditions := []map[string]any{}
		for _, c := range s.conditions() {
			conditions = append(conditions, map[string]any{"name": c.Name, "ok": c.OK, "detail": english.Say(c.Detail), "code": c.Detail.Code})
		}
		out = append(out, map[string]any{
			"name": s.Name, "complete": false, "people": 0, "conditions": conditions, "reason": s.Reason, "error": s.Err.Error(),
		})
	}
	return out
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
