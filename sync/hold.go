package sync

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
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
	if why := cannotHold(in, x); why != "" {
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
	a.Message = fmt.Sprintf("ON LEAVE: %s is on leave of absence until %s, that day included.", name(a), s.LastDay)
	a.Lines = holdMeans(x, a.Suspension, voided)
	return a, nil
}

// suspensionIn is a leave as the ledger and the rest of its memory tell it.
func (h *Holder) suspensionIn(s model.Suspension, state model.State) *model.SuspendedPerson {
	state.Suspensions = []model.Suspension{s}
	return &state.SuspendedPeople(h.Policy, h.Now())[0]
}

// cannotHold says why nothing of a person can be suspended.
func cannotHold(in plan.Input, x explain.Explanation) string {
	doubt := in.ServiceClock.Doubt()
	past := x.History.Departures
	complete := x.Departure != nil && !x.Departure.WithdrawnAt.IsZero() && len(x.Changes) == 0 && len(x.Held) == 0
	switch {
	case len(doubt) > 0:
		return "a day means nothing while the clock is in doubt: " + english.Join(doubt)
	case x.Owned != nil || x.Departure != nil && !complete || len(x.Open) > 0:
		return ""
	case len(past) > 0 && !past[len(past)-1].WithdrawnAt.IsZero():
		return fmt.Sprintf("credential %s of %s was withdrawn on %s and the departure is complete, so nothing is left to suspend", past[len(past)-1].Username,
			view.PersonName(x.Subject), wording.Day(past[len(past)-1].WithdrawnAt))
	}
	return fmt.Sprintf("nothing in the package is managed for %s, so there is no departure to suspend. If they have another account, name that one; "+
		"if they have just joined, type it once they have their credential", view.PersonName(x.Subject))
}

// holdMeans says what a leave reaches and what it does not.
func holdMeans(x explain.Explanation, s *model.SuspendedPerson, voided int) []string {
	var lines []string
	if was := x.Suspension; was != nil && was.Standing {
		lines = append(lines, fmt.Sprintf("Before, it was until %s (said by %s).", was.LastDay, was.By))
	}
	if d := x.Departure; d != nil && !d.WithdrawnAt.IsZero() {
		lines = append(lines, fmt.Sprintf("Credential %s was withdrawn on %s already; that stays so. What is left is suspended: %s.", d.Username,
			wording.Day(d.WithdrawnAt), idsLeft(*d)))
	}
	if n := slices.IndexFunc(x.Open, func(op model.Operation) bool { return op.Op.Destructive() }); n >= 0 {
		lines = append(lines, fmt.Sprintf("A %s was sent before, and whether it went through is not known; the next pass finds out.", x.Open[n].Op))
	}
	if x.Owned != nil && x.Owned.MissingReads > 0 {
		lines = append(lines, fmt.Sprintf("Credential %s is not in the package any more; a leave does not bring it back (`threema-dirsync withdraw --undo PERSON --reason TEXT` does).", x.Owned.Username))
	}
	lines = append(lines,
		"Until then no step of a departure is done (withdraw, disable the contact, detach, revoke), whatever the directory says. Nothing asks for a yes, and no limit counts it.",
		"Everything else goes on: while the account is enabled, names and settings follow the directory. An order (`threema-dirsync withdraw`) is stronger.")
	if voided > 0 {
		lines = append(lines, fmt.Sprintf("Each yes that was given to a step of the departure is void: %d.", voided))
	}
	if !s.Earliest.IsZero() {
		lines = append(lines, fmt.Sprintf("The earliest withdrawal is not before %s: a fresh grace of %v counts from the first pass after that day.", wording.Stamp(s.Earliest), s.Grace))
	}
	return append(lines, "It ends by itself after that day; if the account is not enabled then, the departure goes on with a fresh grace. `plan` and `status` name it "+
		"for the last 14 days. To end it earlier: threema-dirsync hold --end "+x.Typed)
}

func idsLeft(departure model.Departure) string {
	var ids []string
	for _, id := range departure.IDs {
		if id.GoneAt.IsZero() {
			ids = append(ids, id.ThreemaID)
		}
	}
	if len(ids) == 0 {
		return "no Threema ID is known"
	}
	return "Threema ID " + strings.Join(ids, ", ")
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
		return refused(a, "nobody said that "+name(a)+" is on leave; `threema-dirsync hold` lists who is"), nil
	case !x.Suspension.Standing:
		return refused(a, fmt.Sprintf("the leave of %s is over since %s", name(a), wording.Stamp(x.Suspension.Over))), nil
	case len(in.ServiceClock.Doubt()) > 0:
		return refused(a, "no grace begins while the clock is in doubt: "+english.Join(in.ServiceClock.Doubt())), nil
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
	a.Outcome, a.Message = outcomes.AnswerEnded, "ENDED: the leave of absence of "+name(a)+" is over."
	a.Lines = []string{h.afterEnd(x)}
	return a, nil
}

// afterEnd says what the end of a leave means.
func (h *Holder) afterEnd(x explain.Explanation) string {
	if o := x.Observation; o != nil && o.State == model.Departed {
		return fmt.Sprintf("The directory says that they left (%s): the departure goes on with a fresh grace, from now. Nothing is done before %s.", o.Evidence,
			wording.Stamp(h.Now().Add(h.Policy.GraceWithdraw)))
	}
	return "The directory does not say that they left: nothing happens to them."
}
