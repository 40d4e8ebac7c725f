package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// TestNoticesOfTheConfiguration: a filter that decides who is switched off, and an entry of adopt.personal
// that is no credential, are told once, and hold nobody.
func TestNoticesOfTheConfiguration(t *testing.T) {
	t.Parallel()
	w, _ := rolledOut(t, "anna", "bert")
	before := w.plan()
	w.policy.AdoptPersonal = []string{"nobody", "anna", w.credential("bert").ID}
	in := w.input()
	in.Sources[0].Snapshot.StateInFilter = []string{"userAccountControl"}
	p := plan.Compute(in)
	var said []string
	for _, n := range p.Notices {
		said = append(said, string(n.Kind)+" "+n.Person.Source+": "+english.Say(n.Reason))
	}
	slices.Sort(said)
	if len(said) != 2 || !strings.Contains(said[0], `listed-nobody : adopt.personal lists "nobody"`) || !strings.Contains(said[1], "state-in-filter corp: the filter names userAccountControl") {
		t.Errorf("%q", said)
	}
	if p.Hash != before.Hash || len(p.Changes) != len(before.Changes) {
		t.Errorf("it changed the plan: %v", p.Changes)
	}
}
