package plan_test

import "testing"

// TestIdentityOfADirectoryIsLearned: once the bind account may read what tells the directory from
// another, as the failed condition asked for, no further stop follows from that. Another identity is one.
func TestIdentityOfADirectoryIsLearned(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.source().context = ""
	w.hire("anna")
	w.settle(t)
	w.source().context = "n1"
	if p := w.pass(t); p.Tripped("baseline") {
		t.Errorf("%+v", p.Guards)
	}
	w.source().context = "n2"
	if p := w.pass(t); !p.Tripped("baseline") {
		t.Error("another directory is not told")
	}
}
