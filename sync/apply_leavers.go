package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// taking takes departed people out.
type taking struct {
	*requests
	halted model.Reason // why nothing more may be taken from anybody, nothing if it may
}

// leavers takes departed people out, one person after the other and each in the order of
// design §5.6: persist the IDs, withdraw, disable the contact, detach or revoke each ID.
func (a *taking) leavers(ctx context.Context, due map[model.Op][]model.Change) error {
	var steps []model.Change
	for _, op := range model.OpsThat(model.Op.OfDeparture) {
		steps = append(steps, due[op]...)
	}
	people := map[model.PersonID][]model.Change{}
	var order []model.PersonID
	for _, c := range steps {
		if people[c.Person] == nil {
			order = append(order, c.Person)
		}
		people[c.Person] = append(people[c.Person], c)
	}
	for _, person := range order {
		if err := a.leaver(ctx, people[person]); err != nil {
			return err
		}
	}
	return a.beginSettled(ctx, people)
}

// leaver carries out the steps of one person. A step that was not done ends the person's
// turn: the later ones rely on it, and each is told with its reason.
func (a *taking) leaver(ctx context.Context, steps []model.Change) error {
	result, err := a.beginWithdrawn(ctx, steps[0])
	if err != nil {
		return err
	}
	if result != model.Done {
		a.skipRest(ctx, steps[0], steps[1:])
		return nil
	}
	for n, c := range steps {
		if err := a.ready(ctx); err != nil {
			return err
		}
		if why := a.mustHalt(); why.Code != "" {
			a.skip(ctx, why, steps[n:]...)
			return nil
		}
		result, err := a.leaverStep(ctx, c)
		if err != nil {
			return err
		}
		if result != model.Done {
			a.skipRest(ctx, c, steps[n+1:])
			return nil
		}
	}
	return nil
}

// skipRest notes the steps that are not done because one before them was not.
func (a *taking) skipRest(ctx context.Context, undone model.Change, rest []model.Change) {
	why := a.halted
	if why.Code == "" {
		why = model.Because("step-before-not-done", string(undone.Op))
	}
	a.skip(ctx, why, rest...)
}

// leaverStep carries out one step: a last look, the intent, the request, what came of it. That the object
// was gone already is as good. The last look took its time, so the stop file is asked for once more.
func (a *taking) leaverStep(ctx context.Context, c model.Change) (model.Result, error) {
	if result, err := a.lastLook(ctx, c, a.objectOf(c)); result != model.Done {
		return result, err
	}
	if why := a.mustHalt(); why.Code != "" {
		a.skip(ctx, why, c)
		return model.NotTried, nil
	}
	begun, err := a.begin(ctx, a.operation(c))
	if err != nil {
		return model.NotTried, err
	}
	if err = a.take(shielded(ctx), c); model.KindOf(err) == model.FailureNotFound {
		err = nil
	}
	result, stop := a.conclude(ctx, c, err)
	settlement := model.Settlement{Operation: begun[0].ID, Result: result, Message: kindWord(err)}
	if c.Op == model.Withdraw && result == model.Done {
		settlement.ThreemaIDs = a.lateIDs(ctx, c)
	}
	return result, errors.Join(stop, a.settle(ctx, settlement))
}

// take sends the request of a step.
func (a *taking) take(ctx context.Context, c model.Change) error {
	switch c.Op {
	case model.Withdraw:
		return a.Package.Withdraw(ctx, c.CredentialID)
	case model.DisableContact:
		return a.Package.UpdateContact(ctx, a.disabled(c.ThreemaID))
	case model.Revoke:
		return a.Package.Revoke(ctx, c.ThreemaID)
	case model.Detach:
		return a.Package.Detach(ctx, c.ThreemaID)
	default:
		return fmt.Errorf("%s is no step of a departure that this program can carry out", c.Op)
	}
}

// mustHalt says why nothing may be taken from anybody, nothing if it may: somebody has laid the stop file, or the plan has
// grown old. Once it is so, it holds for the rest of the pass: the next one looks anew.
func (a *taking) mustHalt() model.Reason {
	if a.halted.Code != "" {
		return a.halted
	}
	stop := a.Stop()
	if stop == "" {
		a.halted = stale(a.Now().Round(0).Sub(a.done.plan.GeneratedAt.Round(0)))
		return a.halted
	}
	a.halted = model.Because("stop-file", stop)
	if !a.done.plan.Tripped(model.GuardStopFile) {
		a.done.plan.Guards = append(slices.Clip(a.done.plan.Guards), model.Guard{Name: model.GuardStopFile, Reasons: a.halted.Some()})
	}
	return a.halted
}

// employees are the IDs of users who can be an employee (D-05).
func employees(users []model.User) []string {
	var ids []string
	for _, u := range users {
		if !u.Special() {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

// lateIDs finds IDs that link to a credential just withdrawn. A service that drops the link
// with the credential shows none; that the question fails changes nothing of the withdrawal.
func (a *taking) lateIDs(ctx context.Context, c model.Change) []string {
	users, err := a.Package.UsersOf(shielded(ctx), c.CredentialID, 0)
	if err != nil {
		a.Logger.WarnContext(ctx, "cannot read who used the withdrawn credential; the IDs read before count", "change", c.ID, "why", describePublicly(err))
		return nil
	}
	return employees(users)
}
