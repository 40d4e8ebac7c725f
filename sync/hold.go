package sync

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// Leave is somebody's word that a person is on leave, and no leaver (design §6, hold).
type Leave struct {
	Query   string // whom it means, as for Explain
	LastDay string // YYYY-MM-DD, which counts as in
	Until   time.Time
	Reason  string
	By      string
}

// NewLeave reads a day where the people are, from today to a year ahead.
func NewLeave(query, day, reason, by string, today time.Time) (Leave, error) {
	reason, err := checkReason(reason, "why the departure waits")
	if err != nil {
		return Leave{}, err
	}
	last, err := time.ParseInLocation(time.DateOnly, day, today.Location())
	if err != nil {
		return Leave{}, fmt.Errorf("--until takes the last day of the leave as YYYY-MM-DD, not %q", day)
	}
	end := time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, today.Location())
	latest := today.AddDate(1, 0, 0)
	switch {
	case !today.Before(end):
		return Leave{}, fmt.Errorf("--until %s is over already (today is %s in %s)", day, today.Format(time.DateOnly), today.Location())
	case last.After(latest):
		return Leave{}, fmt.Errorf("--until %s is more than a year ahead: the latest day is %s; say it again before that is over", day, latest.Format(time.DateOnly))
	}
	return Leave{Query: query, LastDay: day, Until: end, Reason: reason, By: by}, nil
}

// HoldLedger is what holding needs of the ledger beside its memory.
type HoldLedger interface {
	Histories
	// Suspend records a leave of absence in place of what was said before, and returns how many
	// approvals are void by it; EndSuspension ends one.
	Suspend(ctx context.Context, s model.Suspension) (voided int, err error)
	EndSuspension(ctx context.Context, person model.PersonID, by, reason string) error
}

// Holder suspends departures. The caller holds the lock of the passes, so that none of them goes on
// without knowing of it.
type Holder struct {
	Planner
	Ledger HoldLedger
}

// Hold suspends the departure of one person: the one that is under way, or one that may come.
func (h *Holder) Hold(ctx context.Context, leave Leave) (outcomes.Answer, error) {
	in, x, err := h.meant(ctx, leave.Query, h.Ledger)
	if err != nil {
		return outcomes.Answer{}, err
	}
	if x.History, err = h.Ledger.PersonHistory(ctx, x.Person); err != nil {
		return outcomes.Answer{}, err
	}
	a := outcomes.Answer{Subject: x.Subject}
	if why := cannotHold(in, x); why.Code != "" {
		return refused(a, why), nil
	}
	s := model.Suspension{
		Subject: x.Subject, LastDay: leave.LastDay, Until: leave.Until, Reason: leave.Reason, By: leave.By, Since: h.Now(),
	}
	voided, err := h.Ledger.Suspend(ctx, s)
	if err != nil {
		return a, err
	}
	a.Outcome, a.Suspension = outcomes.AnswerHeld, h.suspensionIn(s, in.State)
	a.Why = model.Because("on-leave-until", name(a), s.LastDay)
	a.Meaning = holdMeans(x, a.Suspension, voided)
	return a, nil
}

// suspensionIn is a leave as the ledger and the rest of its memory tell it.
func (h *Holder) suspensionIn(s model.Suspension, state model.State) *model.SuspendedPerson {
	state.Suspensions = []model.Suspension{s}
	return &state.SuspendedPeople(h.Policy, h.Now())[0]
}

// cannotHold says why nothing of a person can be suspended.
func cannotHold(in plan.Input, x explain.Explanation) model.Reason {
	doubt := in.ServiceClock.Doubt()
	past := x.History.Departures
	complete := x.Departure != nil && !x.Departure.WithdrawnAt.IsZero() && len(x.Changes) == 0 && len(x.Held) == 0
	switch {
	case len(doubt) > 0:
		return model.Because("leave-under-doubt", doubt)
	case x.Owned != nil || x.Departure != nil && !complete || len(x.Open) > 0:
		return model.Reason{}
	case len(past) > 0 && !past[len(past)-1].WithdrawnAt.IsZero():
		return model.Because("departure-complete", past[len(past)-1].Username, view.PersonName(x.Subject), past[len(past)-1].WithdrawnAt)
	}
	return model.Because("nothing-to-suspend", view.PersonName(x.Subject))
}

// holdMeans says what a leave reaches and what it does not.
func holdMeans(x explain.Explanation, s *model.SuspendedPerson, voided int) []model.Reason {
	var lines []model.Reason
	if was := x.Suspension; was != nil && was.Standing {
		lines = append(lines, model.Because("leave-before", was.LastDay, was.By))
	}
	if d := x.Departure; d != nil && !d.WithdrawnAt.IsZero() {
		lines = append(lines, model.Because("leave-after-withdrawal", d.Username, d.WithdrawnAt, idsLeft(*d)))
	}
	if n := slices.IndexFunc(x.Open, func(op model.Operation) bool { return op.Op.Destructive() }); n >= 0 {
		lines = append(lines, model.Because("leave-step-unsettled", string(x.Open[n].Op)))
	}
	if x.Owned != nil && x.Owned.MissingReads > 0 {
		lines = append(lines, model.Because("leave-without-credential", x.Owned.Username))
	}
	lines = append(lines, model.Because("leave-suspends"), model.Because("leave-lets-go-on"))
	if voided > 0 {
		lines = append(lines, model.Because("leave-voids", voided))
	}
	if !s.Earliest.IsZero() {
		lines = append(lines, model.Because("leave-earliest-withdrawal", s.Earliest, s.Grace))
	}
	return append(lines, model.Because("leave-ends-by-itself", x.Typed))
}

func idsLeft(departure model.Departure) model.Reason {
	var ids []string
	for _, id := range departure.IDs {
		if id.GoneAt.IsZero() {
			ids = append(ids, id.ThreemaID)
		}
	}
	if len(ids) == 0 {
		return model.Because("leave-without-id")
	}
	return model.Because("leave-of-ids", ids)
}

// End ends the leave of one person.
func (h *Holder) End(ctx context.Context, query, reason, by string) (outcomes.Answer, error) {
	if reason != "" {
		var err error
		if reason, err = checkReason(reason, "why the leave ends"); err != nil {
			return outcomes.Answer{}, err
		}
	}
	in, x, err := h.meant(ctx, query, h.Ledger)
	if err != nil {
		return outcomes.Answer{}, err
	}
	a := outcomes.Answer{Subject: x.Subject, Suspension: x.Suspension}
	switch {
	case x.Suspension == nil:
		return refused(a, model.Because("not-on-leave", name(a))), nil
	case !x.Suspension.Standing:
		return refused(a, model.Because("leave-over-already", name(a), x.Suspension.Over)), nil
	case len(in.ServiceClock.Doubt()) > 0:
		return refused(a, model.Because("grace-under-doubt", in.ServiceClock.Doubt())), nil
	}
	if err := h.Ledger.EndSuspension(ctx, x.Person, by, reason); err != nil {
		return a, err
	}
	after, err := h.Memory.State(ctx)
	if err != nil {
		return a, err
	}
	if n := slices.IndexFunc(after.Suspensions, func(s model.Suspension) bool { return s.Person == x.Person }); n >= 0 {
		a.Suspension = h.suspensionIn(after.Suspensions[n], in.State)
	}
	a.Outcome, a.Why, a.Meaning = outcomes.AnswerEnded, model.Because("leave-end-now", name(a)), h.afterEnd(x).Some()
	return a, nil
}

// afterEnd says what the end of a leave means.
func (h *Holder) afterEnd(x explain.Explanation) model.Reason {
	if o := x.Observation; o != nil && o.State == model.Departed {
		return model.Because("leave-end-of-leaver", o.Evidence.String(), h.Now().Add(h.Policy.GraceWithdraw))
	}
	return model.Because("leave-end-of-entitled")
}
