package ledger

import (
	"slices"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// TestAcceptedHeld: the set is what the last pass said, whatever it was before.
func TestAcceptedHeld(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	for _, people := range [][]plan.PersonID{
		{person("bert"), person("ada")}, {person("ada")}, {person("ada"), person("carl")}, nil,
	} {
		remember(t, l, plan.StateUpdate{AcceptedHeld: people})
		want := slices.SortedFunc(slices.Values(people), plan.PersonID.Compare)
		if got := state(t, l).AcceptedHeld; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}
