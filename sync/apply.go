package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// applier carries out the due changes of one plan. Withdrawals come first and creates last
// (design §5.8); the order within is the plan's, but for creates.
type applier struct {
	*Pass
	run         int64
	done        applied
	failures    []error // of the pass, but they did not end it
	contacts    map[string]model.Contact
	interrupted map[model.PersonID]model.Operation // creates that an earlier pass left open
	unsettled   map[int64]bool                     // open journal rows, those of earlier passes too
	strikes     int                                // lost answers in a row
	refusals    int                                // bad values found in this pass
	full        bool                               // the service has no licence left
	inventory   model.Inventory                    // as it was read
	past        pastCreates                        // credentials that were handed over before this pass
	made        []model.Change                     // creates whose credential is there now, handed over or not
	halted      model.Reason                       // why nothing more may be taken from anybody, nothing if it may
	service     model.Service                      // what the service taught, also in this pass
	trialEnded  bool                               // the settings of service.Trial are safe
}

// applied is what came of carrying a plan out, as far as it came.
type applied struct {
	plan       plan.Plan // with the guards and the waits that were met, and the licences that are left
	outcomes   []outcomes.Step
	skips      map[string]model.Skip // of the changes that the last look stopped, by their IDs
	handedOver []outcomes.HandedOver
	unsettled  int  // journal rows whose end is not known
	complete   bool // everything due was tried
}

// add notes what became of a change.
func (d *applied) add(c model.Change, result model.Result, why model.Reason) {
	d.outcomes = append(d.outcomes, outcomes.Step{Change: c, Result: result, Why: why})
}

// skip notes that the last look stopped a change.
func (d *applied) skip(c model.Change, why model.Reason) {
	d.add(c, model.NotTried, why)
	if d.plan.Tripped(model.GuardStopFile) {
		return // that is a guard, and says so itself
	}
	now := model.Skip{ChangeID: c.ID, Since: d.plan.GeneratedAt, Seen: d.plan.GeneratedAt, Why: why}
	if c.Skipped.Stands() && c.Skipped.Since.Before(now.Since) {
		now.Since = c.Skipped.Since
	}
	d.skips[c.ID] = now
}

// mark notes at the changes that were tried whether the last look stopped them: what an earlier pass noted there is over.
func (d *applied) mark() {
	tried := map[string]bool{}
	for _, x := range d.outcomes {
		tried[x.Change.ID] = true
	}
	d.plan.Changes = slices.Clone(d.plan.Changes)
	for n := range d.plan.Changes {
		if c := &d.plan.Changes[n]; tried[c.ID] {
			c.Skipped = d.skips[c.ID]
		}
	}
}

// fail notes a failure of the pass after which it goes on.
func (a *applier) fail(err error) { a.failures = append(a.failures, err) }

func newApplier(p *Pass, run int64, d draft) *applier {
	a := &applier{
		Pass: p, run: run, done: applied{plan: d.plan, skips: map[string]model.Skip{}}, inventory: d.in.Inventory,
		service: d.in.State.Service, contacts: map[string]model.Contact{}, interrupted: map[model.PersonID]model.Operation{}, unsettled: map[int64]bool{},
	}
	for _, c := range d.in.Inventory.Contacts {
		a.contacts[c.ID] = c
	}
	for _, op := range d.in.State.Open {
		a.unsettled[op.ID] = true
		if op.Op == model.Create {
			a.interrupted[op.Person] = op
		}
	}
	for _, settled := range d.plan.Update.Settled {
		delete(a.unsettled, settled.ID)
	}
	return a
}

// apply carries out those of the changes that are due. What was done until an error ended it is told in any case.
func (a *applier) apply(ctx context.Context, changes []model.Change) (applied, error) {
	err := a.inOrder(ctx, changes)
	a.done.unsettled, a.done.plan.Seats = len(a.unsettled), a.seats()
	a.done.complete = err == nil && !a.full
	a.done.mark()
	return a.done, errors.Join(append(a.failures, err)...)
}

func (a *applier) inOrder(ctx context.Context, changes []model.Change) error {
	due := dueByOp(changes)
	of := func(ops ...model.Op) (changes []model.Change) {
		for _, op := range ops {
			changes = append(changes, due[op]...)
			delete(due, op)
		}
		return changes
	}
	claims, leavers := of(model.Adopt, model.Transfer), dueByOp(of(model.OpsThat(model.Op.OfDeparture)...))
	settings, unsets := of(model.SetSettings), of(model.UnsetSetting)
	contacts, creates := of(model.PublishContact), of(model.Create)
	for op := range due {
		return fmt.Errorf("no step of a pass carries out the operation %s, so nothing was done", op)
	}
	steps := []func() error{
		func() error { return a.claims(ctx, claims) },
		func() error { return a.leavers(ctx, leavers) },
		func() error { return a.settings(ctx, settings) },
		func() error { return a.unsets(ctx, unsets) },
		func() error { return a.publish(ctx, contacts) },
		func() error { return a.unhanded(changes) },
		func() error { return a.creates(ctx, creates) },
	}
	for _, step := range steps {
		from := len(a.done.outcomes)
		err := step()
		a.tell(ctx, a.done.outcomes[from:]) // no operation has changes in two steps
		if err != nil {
			return err
		}
	}
	return nil
}

// dueByOp sorts the due changes by what they do.
func dueByOp(changes []model.Change) map[model.Op][]model.Change {
	due := map[model.Op][]model.Change{}
	for _, c := range changes {
		if c.Status == model.Due {
			due[c.Op] = append(due[c.Op], c)
		}
	}
	return due
}

// seats counts the licences as this pass leaves them.
func (a *applier) seats() model.Seats {
	changes := slices.Clone(a.made)
	for _, x := range a.done.outcomes {
		if x.Result == model.Done && x.Change.Op.Destructive() {
			changes = append(changes, x.Change)
		}
	}
	return a.inventory.SeatsAfter(changes)
}

// ready lets one more request go out, but not after a cancelled context.
func (a *applier) ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("stopped between two requests, the rest waits for the next pass: %w", err)
	}
	return nil
}

// shielded is the context of a request that changes something: it is never cancelled in
// mid-flight; the client's own time-out bounds it (pitfall F7).
func shielded(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

// kindWord is what the journal keeps of an answer: the kind of a failure, "" of a success.
func kindWord(err error) string {
	if err == nil {
		return ""
	}
	return string(model.KindOf(err))
}

// claims records adoptions and transfers: they are facts of the ledger and need no request.
func (a *applier) claims(ctx context.Context, changes []model.Change) error {
	return a.journalled(ctx, changes, func(context.Context, model.Change) error { return nil })
}

func (a *applier) unsets(ctx context.Context, changes []model.Change) error {
	return a.journalled(ctx, changes, func(ctx context.Context, c model.Change) error {
		for name := range c.Before {
			err := a.Package.UnsetSetting(ctx, c.CredentialID, name)
			if err != nil && model.KindOf(err) != model.FailureNotFound { // gone is what we want
				return err
			}
		}
		return nil
	})
}
