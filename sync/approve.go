package sync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/lookup"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// Approvals is what approving needs of the ledger beside its memory.
type Approvals interface {
	// LastReport is the report of the last pass that ended, nil if there is none.
	LastReport(ctx context.Context) (json.RawMessage, error)
	// Approve records a yes to changes of the plan with this hash: all of them, or none.
	Approve(ctx context.Context, hash, by string, approvals []model.GivenApproval) error
	// Asked records what is asked for by a hash after a yes.
	Asked(ctx context.Context, after model.AfterYes) error
	// RecordDecision records in the audit that an approval was refused. Run 0 is beside any pass.
	RecordDecision(ctx context.Context, run int64, d model.Decision) error
}

// Approver says yes to what waits for it. It needs no lock, and changes nothing in the
// package: later passes carry out what was approved, as far as it still holds.
type Approver struct {
	Planner
	Approvals Approvals
	By        string // who says yes, for the record
	// Only names the people and OUs whom the yes is for; none: everybody who waits for one.
	Only []string
}

// ErrNothingWaits refuses an approval for which there is no change.
var ErrNothingWaits = errors.New("nothing waits for an approval; nothing was approved")

// Approve reads both sides afresh and, if what waits for an approval now is what somebody read
// under this hash, records a yes to each of its changes for so long. The report tells the plan,
// or why there is none: then nothing was approved, and there is no error. A set that has changed
// is a [*ChangedSetError].
func (a *Approver) Approve(ctx context.Context, hash string, ttl time.Duration) (Report, outcomes.Approval, error) {
	if err := checkTTL(ttl); err != nil {
		return Report{}, outcomes.Approval{}, err
	}
	r, in := a.preview(ctx)
	if !r.Planned {
		return r, outcomes.Approval{}, nil
	}
	waiting := r.Plan.AwaitingApproval()
	switch {
	case hash != r.Plan.Hash:
		return r, outcomes.Approval{}, a.refuse(ctx, a.changedSet(ctx, hash, in.State, r.Plan))
	case len(waiting) == 0:
		return r, outcomes.Approval{}, a.refuse(ctx, ErrNothingWaits)
	}
	named, err := a.named(in, r.Plan)
	if err != nil {
		return r, outcomes.Approval{}, err
	}
	given, err := a.give(ctx, hash, ttl, named)
	if err == nil {
		a.tellRest(ctx, in, waiting, &given, len(r.Incomplete) == 0)
	}
	return r, given, err
}

// tellRest plans once more on what was read, with the yes that was given. That is recorded already: if
// this does not work, there is just less to tell. What is left counts for status too, if all was read.
func (a *Approver) tellRest(ctx context.Context, in plan.Input, waited []model.Change, given *outcomes.Approval, whole bool) {
	state, err := a.Memory.State(ctx)
	if err != nil {
		a.Logger.WarnContext(ctx, "approved, but what waits now could not be read", "err", err)
		return
	}
	in.State = state
	next := plan.Compute(in)
	given.Next, given.Waiting = next.Hash, next.AwaitingApproval()
	waits := next.Waits()
	given.Waits = slices.DeleteFunc(slices.Clone(waits), model.Wait.Hashed)
	if whole {
		after := model.AfterYes{Waits: model.Convert(slices.DeleteFunc(waits, func(w model.Wait) bool { return !w.Hashed() }), asTold)}
		after.Freed, after.FreedPeople = plan.Freed(a.freedSince(ctx, waited, next))
		if err := a.Approvals.Asked(ctx, after); err != nil {
			a.Logger.WarnContext(ctx, "approved, but what waits now could not be recorded", "err", err)
		}
	}
	given.Stopped = next.Stopped(given.Changes)
	given.Freed = among(next.Changes, without(without(waited, given.Changes), given.Waiting))
}

// asTold is a wait whose check is worded: that is recorded as somebody reads it.
func asTold(w model.Wait) model.Wait {
	w.Check = model.Told("", english.Sentences(w.Check)).Some()
	return w
}

// freedSince are the steps of departures that waited for a yes, now or for the last pass, and go without one in the
// plan of now: several yeses may have made room, one after the other.
func (a *Approver) freedSince(ctx context.Context, waited []model.Change, next plan.Plan) []model.Change {
	last, err := a.Approvals.LastReport(ctx)
	if err != nil {
		a.Logger.WarnContext(ctx, "what the last pass asked for could not be read", "err", err)
	}
	told, _ := view.ReadReport(last)
	asked := append(plan.Plan{Changes: told.PastPlan().Changes}.AwaitingApproval(), waited...)
	return slices.DeleteFunc(without(among(next.Changes, asked), next.AwaitingApproval()), func(c model.Change) bool { return c.Approved || c.AsksForYes() || !c.Op.OfDeparture() })
}

// named are the changes that the yes is for.
func (a *Approver) named(in plan.Input, p plan.Plan) ([]model.Change, error) {
	if len(a.Only) == 0 {
		return p.AwaitingApproval(), nil
	}
	var wanted []model.Change
	for _, query := range a.Only {
		changes, err := lookup.Only(in, p, query)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, changes...)
	}
	return among(p.AwaitingApproval(), wanted), nil
}

// give records the yes.
func (a *Approver) give(ctx context.Context, hash string, ttl time.Duration, waiting []model.Change) (outcomes.Approval, error) {
	given := outcomes.Approval{Hash: hash, Until: a.Now().Add(ttl).UTC().Truncate(time.Second), TTL: ttl, Changes: waiting}
	var approvals []model.GivenApproval
	for _, c := range waiting {
		approvals = append(approvals, model.GivenApproval{ChangeID: c.ID, Op: c.Op, Person: c.Person, CSI: c.CSI, Until: given.Until, Ahead: c.Ahead(), At: given.Until.Add(-ttl)})
	}
	if err := a.Approvals.Approve(ctx, hash, a.By, approvals); err != nil {
		return outcomes.Approval{}, err
	}
	a.tellGiven(ctx, hash, approvals)
	return given, nil
}

// tellGiven logs a yes: how long it lasts is one thing for what is due, and another for what is not.
func (a *Approver) tellGiven(ctx context.Context, hash string, approvals []model.GivenApproval) {
	changes := map[string]int{}
	for _, g := range approvals {
		changes[english.Lasts(g)]++
	}
	for _, lasts := range slices.Sorted(maps.Keys(changes)) {
		a.Logger.InfoContext(ctx, "changes approved", "hash", hash, "changes", changes[lasts], "lasts", lasts)
	}
}

// ApproveOrder does the same for the withdrawal of a person that somebody ordered: hash is what the order told.
// The report tells why nothing could be read, the withdrawal why nothing waits for a yes.
func (a *Approver) ApproveOrder(ctx context.Context, hash string, ttl time.Duration, person string, histories Histories) (Report, outcomes.Approval, error) {
	if err := checkTTL(ttl); err != nil {
		return Report{}, outcomes.Approval{}, err
	}
	started := a.Now()
	d, err := a.planPartial(ctx)
	if err != nil {
		return a.dryRun(started, d, err), outcomes.Approval{}, nil
	}
	r := a.dryRun(started, d, nil)
	ordered, err := a.planWithdrawal(ctx, d, WithdrawalRequest{Query: person, By: a.By}, histories)
	if err != nil {
		return r, outcomes.Approval{}, err
	}
	waiting := plan.Plan{Changes: ordered.Changes}.AwaitingApproval()
	switch {
	case len(waiting) == 0, !d.in.State.HasOpenOrder(ordered.CredentialID):
		return r, outcomes.Approval{}, ErrNothingWaits
	case hash != ordered.Hash:
		return r, outcomes.Approval{}, &ChangedSetError{Asked: hash, Now: ordered.Hash, New: waiting, Waiting: waiting}
	}
	given, err := a.give(ctx, hash, ttl, waiting)
	return r, given, err
}

func checkTTL(ttl time.Duration) error {
	if ttl < model.MinApproval || ttl > model.MaxApproval {
		return fmt.Errorf("an approval lasts from %s to %s, not %s", wording.Span(model.MinApproval), wording.Span(model.MaxApproval), ttl)
	}
	return nil
}

// refuse records why there is no approval. What was asked for is not recorded: it is what somebody
// typed, and may be anything.
func (a *Approver) refuse(ctx context.Context, why error) error {
	d := model.Decision{Kind: model.ApprovalRefused, By: a.By, Message: "nothing waits for an approval"}
	if changed, ok := errors.AsType[*ChangedSetError](why); ok {
		d.Message = fmt.Sprintf("what waits is not what was approved; the plan now is %s", changed.Now)
	} else if !errors.Is(why, ErrNothingWaits) {
		return why // the ledger could not be read
	}
	return errors.Join(why, a.Approvals.RecordDecision(ctx, 0, d))
}
