package model_test

import (
	"slices"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestTableOfOperations: each operation has a row that is whole, and what must be done before it comes before it.
func TestTableOfOperations(t *testing.T) {
	t.Parallel()
	for n, op := range model.Ops() {
		if !model.Sync.Allows(op) || model.Observe.Allows(op) || op.Class(model.KeepID) == "" || op.Sign() == "" {
			t.Errorf("%s has no row, or one with a gap", op)
		}
		for _, before := range op.After() {
			if at := slices.Index(model.Ops(), before); at < 0 || at >= n {
				t.Errorf("%s must be done before %s, and a pass carries it out after it", before, op)
			}
		}
		taken := model.Effect{Op: op, CredentialID: "c1", ThreemaID: "ABCDEFGH", RequestedAt: time.Unix(0, 0)}
		if op.Destructive() && (!op.OfDeparture() || taken.Object().ID == "" || !taken.EffectiveBy().After(taken.RequestedAt)) {
			t.Errorf("%s takes something, and the table does not say what and until when", op)
		}
		if op.OfDeparture() && !op.BeginsDeparture() && len(op.After()) == 0 {
			t.Errorf("%s is a step of a departure and waits for none", op)
		}
	}
	if op := model.Op("delete-user"); model.Sync.Allows(op) {
		t.Errorf("%s is no operation, and a mode lets it through", op)
	}
	if model.Mode("all").Allows(model.Create) {
		t.Error("an unknown mode lets something through")
	}
}

// TestClassOfADetach: by us it cannot be undone where revoking is the goal (D-17).
func TestClassOfADetach(t *testing.T) {
	t.Parallel()
	for goal, want := range map[model.IDPolicy]model.Class{model.DetachID: model.Recoverable, model.RevokeID: model.Irreversible} {
		if got := model.Detach.Class(goal); got != want {
			t.Errorf("leavers.id: %s: %s", goal, got)
		}
	}
	if got := model.Withdraw.Class(model.RevokeID); got != model.Recoverable {
		t.Errorf("a withdrawal: %s", got)
	}
}
