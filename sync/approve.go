package sync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Approvals is what approving needs of the ledger beside its memory.
type Approvals interface {
	// LastReport is the report of the last pass that ended, nil if there is none.
	LastReport(ctx context.Context) (json.RawMessage, error)
	// Approve records a yes to changes of the plan with this hash: all of them, or none.
	Approve(ctx context.Context, hash, by string, approvals []plan.GivenApproval) error
	// Asked records what is asked for by a hash after a yes.
	Asked(ctx context.Context, waits []plan.Wait) error
	// RecordDecision records in the audit that an approval was refused. Run 0 is beside any pass.
	RecordDecision(ctx context.Context, run int64, d plan.Decision) error
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

// Approval is what was approved.
type Approval struct {
	Hash string
	// Until is the end of the yes to what is due. To a step under way it lasts until as long, TTL, after that is due.
	Until   time.Time
	TTL     time.Duration
	Changes []plan.Change
	// Next is the hash of what waits for a yes from now on, "" if that is not known; Waiting is that, and Freed
	// what waits no more although nobody approved it, as the limits have room without the approved: as it stands now.
	Next    string
	Waiting []plan.Change
	Freed   []plan.Change
	// Waits are what somebody is asked for beside that, by the same rules as in `status`.
	Waits []plan.Wait
}

// ErrNothingWaits refuses an approval for which there is no change.
var ErrNothingWaits = errors.New("nothing waits for an approval; nothing was approved")

// Approve reads both sides afresh and, if what waits for an approval now is what somebody read
// under this hash, records a yes to each of its changes for so long. The report tells the plan,
// or why there is none: then nothing was approved, and there is no error. A set that has changed
// is a [*ChangedSetError].
func (a *Approver) Approve(ctx context.Context, hash string, ttl time.Duration) (Report, Approval, error) {
	if err := checkTTL(ttl); err != nil {
		return Report{}, Approval{}, err
	}
	r, in := a.preview(ctx)
	if !r.Planned {
		return r, Approval{}, nil
	}
	waiting := r.Plan.AwaitingApproval()
	switch {
	case hash != r.Plan.Hash:
		return r, Approval{}, a.refuse(ctx, a.changedSet(ctx, hash, in.State, r.Plan))
	case len(waiting) == 0:
		return r, Approval{}, a.refuse(ctx, ErrNothingWaits)
	}
	named, err := a.named(in, r.Plan)
	if err != nil {
		return r, Approval{}, err
	}
	given, err := a.give(ctx, hash, ttl, named)
	if err == nil {
		a.tellRest(ctx, in, waiting, &given, len(r.Incomplete) == 0)
	}
	return r, given, err
}

// tellRest plans once more on what was read, with the yes that was given. That is recorded already: if
// this does not work, there is just less to tell. What is left counts for status too, if all was read.
func (a *Approver) tellRest(ctx context.Context, in plan.Input, waited []plan.Change, given *Approval, whole bool) {
	state, err := a.Memory.State(ctx)
	if err != nil {
		a.Logger.WarnContext(ctx, "approved, but what waits now could not be read", "err", err)
		return
	}
	in.State = state
	next := plan.Compute(in)
	given.Next, given.Waiting = next.Hash, next.AwaitingApproval()
	waits := next.Waits()
	given.Waits = slices.DeleteFunc(slices.Clone(waits), plan.Wait.Hashed)
	if whole {
		if err := a.Approvals.Asked(ctx, slices.DeleteFunc(waits, func(w plan.Wait) bool { return !w.Hashed() })); err != nil {
			a.Logger.WarnContext(ctx, "approved, but what waits now could not be recorded", "err", err)
		}
	}
	freed := without(without(waited, given.Changes), given.Waiting)
	given.Freed = without(next.Changes, without(next.Changes, freed))
}

// named are the changes that the yes is for.
func (a *Approver) named(in plan.Input, p plan.Plan) ([]plan.Change, error) {
	if len(a.Only) == 0 {
		return p.AwaitingApproval(), nil
	}
	ids := map[string]bool{}
	for _, query := range a.Only {
		changes, err := plan.Only(in, p, query)
		if err != nil {
			return nil, err
		}
		for _, c := range changes {
			ids[c.ID] = true
		}
	}
	return slices.DeleteFunc(p.AwaitingApproval(), func(c plan.Change) bool { return !ids[c.ID] }), nil
}

// give records the yes.
func (a *Approver) give(ctx context.Context, hash string, ttl time.Duration, waiting []plan.Change) (Approval, error) {
	given := Approval{Hash: hash, Until: a.Now().Add(ttl).UTC().Truncate(time.Second), TTL: ttl, Changes: waiting}
	var approvals []plan.GivenApproval
	for _, c := range waiting {
		approvals = append(approvals, plan.GivenApproval{ChangeID: c.ID, Op: c.Op, Person: c.Person, CSI: c.CSI, Until: given.Until})
	}
	if err := a.Approvals.Approve(ctx, hash, a.By, approvals); err != nil {
		return Approval{}, err
	}
	a.Logger.InfoContext(ctx, "changes approved", "hash", hash, "changes", len(waiting), "until", given.Until)
	return given, nil
}

// ApproveOrder does the same for the withdrawal of a person that somebody ordered: hash is what the order told.
// The report tells why nothing could be read, the withdrawal why nothing waits for a yes.
func (a *Approver) ApproveOrder(ctx context.Context, hash string, ttl time.Duration, person string, histories Histories) (Report, Approval, error) {
	if err := checkTTL(ttl); err != nil {
		return Report{}, Approval{}, err
	}
	r := Report{DryRun: true, Started: a.Now()}
	in, ok := a.planPartial(ctx, &r)
	r.Finished = a.Now()
	if !ok {
		return r, Approval{}, nil
	}
	ordered, err := a.planWithdrawal(ctx, in, r.Plan, WithdrawalRequest{Query: person, By: a.By}, histories)
	if err != nil {
		return r, Approval{}, err
	}
	waiting := plan.Plan{Changes: ordered.Changes}.AwaitingApproval()
	switch {
	case len(waiting) == 0, !in.State.Ordered(ordered.CredentialID):
		return r, Approval{}, ErrNothingWaits
	case hash != ordered.Hash:
		return r, Approval{}, &ChangedSetError{Asked: hash, Now: ordered.Hash, New: waiting, Waiting: waiting}
	}
	given, err := a.give(ctx, hash, ttl, waiting)
	return r, given, err
}

func checkTTL(ttl time.Duration) error {
	if ttl < plan.MinApproval || ttl > plan.MaxApproval {
		return fmt.Errorf("an approval lasts from %s to %.0fh, not %s", plan.MinApproval, plan.MaxApproval.Hours(), ttl)
	}
	return nil
}

// refuse records why there is no approval. What was asked for is not recorded: it is what somebody
// typed, and may be anything.
func (a *Approver) refuse(ctx context.Context, why error) error {
	d := plan.Decision{Kind: plan.ApprovalRefused, By: a.By, Message: "nothing waits for an approval"}
	if changed, ok := errors.AsType[*ChangedSetError](why); ok {
		d.Message = fmt.Sprintf("what waits is not what was approved; the plan now is %s", changed.Now)
	} else if !errors.Is(why, ErrNothingWaits) {
		return why // the ledger could not be read
	}
	return errors.Join(why, a.Approvals.RecordDecision(ctx, 0, d))
}

// ChangedSetError refuses an approval: what waits for one now is not what somebody read.
type ChangedSetError struct {
	Asked, Now string // hashes
	// Known tells that the last pass had the plan that was asked for, so that the difference
	// can be told; else New is all that waits now.
	Known     bool
	New, Gone []plan.Change
	// Approved are the steps that were approved under this hash, or of that plan, and are not done yet;
	// Waiting is all that waits now.
	Approved, Waiting []plan.Change
	// Only are the people and OUs whom the yes was to be for.
	Only []string
	// Cut tells that the record of the last pass is not complete, and so is the difference.
	Cut bool
}

// shownDifference caps each list of a difference; `plan` shows everything.
const shownDifference = 50

func (e *ChangedSetError) Error() string {
	var lines []string
	list := func(what string, changes []plan.Change) {
		var titles []string
		for _, c := range changes {
			titles = append(titles, "  "+what+c.Title())
		}
		lines = append(lines, plan.Capped(titles, shownDifference, "")...)
	}
	switch {
	case len(e.Approved) > 0:
		lines = append(lines, fmt.Sprintf("of what waited under the hash %s, this is approved already; nothing was approved anew:", e.Asked))
		list("approved: ", e.Approved)
	case !e.Known && len(e.New) == 0:
		return fmt.Sprintf("%s is not the hash of the plan now, in which nothing waits for an approval; nothing was approved", e.Asked)
	case !e.Known:
		lines = append(lines, fmt.Sprintf("%s is not the hash of the plan now; nothing was approved. Waiting for an approval now:", e.Asked))
	default:
		lines = append(lines, fmt.Sprintf("what waits for an approval has changed since the pass that told the hash %s; nothing was approved:", e.Asked))
	}
	if e.Known {
		list("new:  ", e.New)
		list("gone: ", e.Gone)
	} else {
		list("waits: ", e.New)
	}
	if e.Cut {
		lines = append(lines, "  (the record of that pass is cut short; there may be more)")
	}
	list("waits: ", without(e.Waiting, e.New))
	if len(e.Waiting) > 0 {
		if words := plan.ForEver(e.Waiting); words != "" {
			lines = append(lines, words+".")
		}
		lines = append(lines, fmt.Sprintf("Waiting for an approval now: %s. Read `threema-dirsync plan` again; %s, type: %s", plan.CountedSteps(e.Waiting), e.ifRight(), e.command()))
	} else {
		lines = append(lines, "Nothing waits for an approval now.")
	}
	return strings.Join(lines, "\n")
}

// command is the yes to what waits now, for those alone whom the refused one was for.
func (e *ChangedSetError) command() string {
	words := []string{"threema-dirsync approve", e.Now}
	for _, query := range e.Only {
		words = append(words, "--only", plan.Typed(query, plan.PersonID{}))
	}
	return strings.Join(words, " ")
}

func (e *ChangedSetError) ifRight() string {
	if len(e.Only) > 0 {
		return "if it is right for " + strings.Join(e.Only, " and ")
	}
	return "if every one of them is right"
}

// changedSet finds the difference to the last pass, if that is what was read, and what of it was approved
// since.
func (a *Approver) changedSet(ctx context.Context, asked string, state plan.State, now plan.Plan) error {
	waiting := now.AwaitingApproval()
	e := &ChangedSetError{Asked: asked, Now: now.Hash, New: waiting, Waiting: waiting, Only: a.Only}
	text, err := a.Approvals.LastReport(ctx)
	if err != nil {
		return err
	}
	var last pastReport
	var was []plan.Change
	if json.Unmarshal(text, &last) == nil && last.Hash == asked {
		was = last.waiting()
		e.Known, e.Cut = true, last.Omitted["changes"] > 0
		e.New, e.Gone = without(waiting, was), without(was, waiting)
	}
	under := map[string]bool{}
	for _, given := range state.Approvals {
		under[given.ChangeID] = given.Hash == asked
	}
	e.Approved = slices.DeleteFunc(slices.Clone(now.Changes), func(c plan.Change) bool {
		before := slices.ContainsFunc(was, func(old plan.Change) bool { return old.ID == c.ID })
		return !c.Approved || !before && !under[c.ID]
	})
	e.Gone = without(e.Gone, e.Approved)
	return e
}

// pastReport is what of a stored report tells which changes waited.
type pastReport struct {
	Hash    string         `json:"hash"`
	Omitted map[string]int `json:"omitted"`
	Changes []pastChange   `json:"changes"`
}

// pastChange is what is read back of a change in JSON.
type pastChange struct {
	ID        string            `json:"id"`
	Op        plan.Op           `json:"op"`
	ThreemaID string            `json:"threemaId"`
	After     map[string]string `json:"after"`
	Status    plan.Status       `json:"status"`
	Guard     string            `json:"guard"`
	Asks      []plan.Ask        `json:"asks"`
	Person    struct {
		Source string `json:"source"`
		ID     string `json:"id"`
		CSI    string `json:"csi"`
		DN     string `json:"dn"`
	} `json:"person"`
}

func (c pastChange) change() plan.Change {
	return plan.Change{
		ID: c.ID, Op: c.Op, ThreemaID: c.ThreemaID, After: c.After, Status: c.Status, Guard: c.Guard, Asks: c.Asks,
		Person: plan.PersonID{Source: c.Person.Source, ID: c.Person.ID}, CSI: c.Person.CSI, DN: c.Person.DN,
	}
}

func (r pastReport) waiting() []plan.Change {
	return plan.Plan{Changes: r.changes()}.AwaitingApproval()
}

func (r pastReport) changes() []plan.Change {
	var changes []plan.Change
	for _, c := range r.Changes {
		changes = append(changes, c.change())
	}
	return changes
}

// ReadPlan reads its plan back from the report of a pass.
func ReadPlan(report json.RawMessage) plan.PastPlan {
	var told pastReport
	if json.Unmarshal(report, &told) != nil {
		return plan.PastPlan{}
	}
	return plan.PastPlan{Hash: told.Hash, Changes: told.changes()}
}

// without lists the changes of a that are not in b.
func without(a, b []plan.Change) []plan.Change {
	known := map[string]bool{}
	for _, c := range b {
		known[c.ID] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(c plan.Change) bool { return known[c.ID] })
}
