package sync

import (
	"context"
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// beginWithdrawn begins the departure of somebody whose credential is gone (plan.Plan.Begun), after a last look at person and
// credential: one that is there after all has a withdrawal before it. It returns Done if the first step may follow.
func (a *taking) beginWithdrawn(ctx context.Context, first model.Change) (model.Result, error) {
	begun := a.done.plan.Begun
	n := slices.IndexFunc(begun, func(d model.Departure) bool { return d.Person == first.Person })
	if n < 0 || a.mustHalt().Code != "" {
		return model.Done, nil // the steps are told that they halt
	}
	if err := a.ready(ctx); err != nil {
		return model.NotTried, err
	}
	if result, err := a.lastLook(ctx, first, a.credentialGone); result != model.Done {
		return result, err
	}
	return model.Done, a.begins(ctx, begun[n])
}

// beginSettled begins those of them that have no step left: so they are over with the next pass.
func (a *taking) beginSettled(ctx context.Context, stepping map[model.PersonID][]model.Change) error {
	for _, d := range a.done.plan.Begun {
		if len(stepping[d.Person]) > 0 || a.mustHalt().Code != "" {
			continue
		}
		if err := a.ready(ctx); err != nil {
			return err
		}
		there, err := a.credentialGone(shielded(ctx), model.Change{CredentialID: d.CredentialID})
		if err != nil || there.Code != "" {
			a.Logger.DebugContext(ctx, "a departure without a step does not begin", "credential", d.CredentialID, "why", there.Code, "err", err)
			continue // nothing is to be taken: the next pass looks again
		}
		if err := a.begins(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

func (a *taking) begins(ctx context.Context, d model.Departure) error {
	if err := a.Ledger.BeginWithdrawn(shielded(ctx), a.run, d); err != nil {
		return fmt.Errorf("begin a departure: %w", err)
	}
	return nil
}
