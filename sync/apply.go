package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// applier carries out the due changes of one plan. Withdrawals come first and creates last
// (design §5.8); the order within is the plan's, but for creates.
type applier struct {
	*requests
	taking   *taking
	writing  *writing
	creating *creating
}

func newApplier(p *Pass, run int64, d draft) *applier {
	r := newRequests(p, run, d)
	w := &writing{requests: r, service: d.in.State.Service}
	return &applier{r, &taking{requests: r}, w, &creating{writing: w}}
}

// apply carries out those of the changes that are due. What was done until an error ended it is told in any case.
func (a *applier) apply(ctx context.Context, changes []model.Change) (applied, error) {
	err := a.inOrder(ctx, changes)
	a.done.unsettled, a.done.plan.Seats = len(a.unsettled), a.seats()
	a.done.complete = err == nil && !a.creating.full
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
		func() error { return a.taking.leavers(ctx, leavers) },
		func() error { return a.writing.settings(ctx, settings) },
		func() error { return a.unsets(ctx, unsets) },
		func() error { return a.publish(ctx, contacts) },
		func() error { return a.creating.unhanded(changes) },
		func() error { return a.creating.creates(ctx, creates) },
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
	changes := slices.Clone(a.creating.made)
	for _, x := range a.done.outcomes {
		if x.Result == model.Done && x.Change.Op.Destructive() {
			changes = append(changes, x.Change)
		}
	}
	return a.inventory.SeatsAfter(changes)
}
