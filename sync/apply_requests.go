package sync

import (
	"context"
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// requests is what every step of a pass has that sends some: the journal, and what came of those before.
type requests struct {
	*Pass
	run         int64
	done        applied
	failures    []error         // of the pass, but they did not end it
	inventory   model.Inventory // as it was read
	contacts    map[string]model.Contact
	interrupted map[model.PersonID]model.Operation // creates that an earlier pass left open
	unsettled   map[int64]bool                     // open journal rows, those of earlier passes too
	strikes     int                                // lost answers in a row
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
func (a *requests) fail(err error) { a.failures = append(a.failures, err) }

// newRequests knows the contacts, and which rows of the journal are open.
func newRequests(p *Pass, run int64, d draft) *requests {
	a := &requests{
		Pass: p, run: run, done: applied{plan: d.plan, skips: map[string]model.Skip{}}, inventory: d.in.Inventory,
		contacts: map[string]model.Contact{}, interrupted: map[model.PersonID]model.Operation{}, unsettled: map[int64]bool{},
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

// ready lets one more request go out, but not after a cancelled context.
func (a *requests) ready(ctx context.Context) error {
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
func (a *requests) claims(ctx context.Context, changes []model.Change) error {
	return a.journalled(ctx, changes, func(context.Context, model.Change) error { return nil })
}

func (a *requests) unsets(ctx context.Context, changes []model.Change) error {
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
