package plan_test

import (
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// TestPlacesAreTheSources: where somebody lies is what their source calls it, whatever their DN looks like.
func TestPlacesAreTheSources(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	people["bert"].outside, people["bert"].trace = true, true
	in := w.input()
	view := &in.Sources[0]
	view.Identities[0].OU, view.Snapshot.Sightings[0].OU = "unit 7", "unit 8"
	in.State.Observations = nil
	seen := map[model.PersonID]string{}
	for _, o := range plan.Compute(in).Update.Observations {
		seen[o.Person] = o.OU
	}
	now := plan.Places(in.Sources)
	for name, want := range map[string]string{"anna": "unit 7", "bert": "unit 8"} {
		if id := people[name].id; seen[id] != want || now[id] != want {
			t.Errorf("%s: remembered in %q, now in %q, want %q", name, seen[id], now[id], want)
		}
	}
}
