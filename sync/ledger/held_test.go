package ledger

import (
	"slices"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestAcceptedHeld: the set is what the last pass said, whatever it was before.
func TestAcceptedHeld(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	for _, people := range [][]model.PersonID{
		{person("bert"), person("ada")}, {person("ada")}, {person("ada"), person("carl")}, nil,
	} {
		remember(t, l, model.StateUpdate{AcceptedHeld: people})
		want := slices.SortedFunc(slices.Values(people), model.PersonID.Compare)
		if got := state(t, l).AcceptedHeld; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}
