package sync

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/lookup"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
)

// GivenLedger is what taking a yes back needs of the ledger.
type GivenLedger interface {
	State(ctx context.Context) (model.State, error)
	// EndApprovals drops approvals, by the ids of their changes, because somebody took them back.
	EndApprovals(ctx context.Context, by string, changes []string) error
}

// TakeBack ends the approvals that a query means and no pass has carried out (see [lookup.Given]), or those of them
// that are for the people and OUs of only, if it names any (see [lookup.GivenOnly]): the next
// plan asks again for what is still to be done. It asks neither directory nor package. The caller holds the lock of the passes, so that
// none goes on with a yes that was taken back.
func TakeBack(ctx context.Context, ledger GivenLedger, query string, only []string, by string, policy model.Policy, now time.Time) (outcomes.TakenBack, error) {
	state, err := ledger.State(ctx)
	if err != nil {
		return outcomes.TakenBack{}, fmt.Errorf("load the ledger: %w", err)
	}
	given, err := lookup.Given(state, policy, now, query)
	if err == nil {
		given, err = pick(state, given, only)
	}
	if err != nil {
		return outcomes.TakenBack{}, err
	}
	taken := outcomes.TakenBack{Query: strings.Join(append([]string{query}, only...), ", only "), Approvals: given, Titles: lookup.TitlesOf(state, given), Left: len(state.LiveApprovals(policy, now)) - len(given)}
	if len(given) == 0 {
		return taken, nil
	}
	var changes []string
	for _, a := range given {
		changes = append(changes, a.ChangeID)
	}
	return taken, ledger.EndApprovals(ctx, by, changes)
}

// pick leaves of approvals those of some people and OUs, of everybody where none is named.
func pick(state model.State, given []model.GivenApproval, only []string) ([]model.GivenApproval, error) {
	if len(only) == 0 || len(given) == 0 {
		return given, nil
	}
	ids := map[string]bool{}
	for _, query := range only {
		theirs, err := lookup.GivenOnly(state, given, query)
		if err != nil {
			return nil, err
		}
		for _, a := range theirs {
			ids[a.ChangeID] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(given), func(a model.GivenApproval) bool { return !ids[a.ChangeID] }), nil
}
