package main

import (
	"strings"
	"testing"
)

// TestPeopleByName: who has a name alone is explained and withdrawn by it; of several each is listed, and
// nobody loses anything.
func TestPeopleByName(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 5)
	for n, last := range []string{"Müller", "Müller", "Unger"} {
		dir.edit(t, dir.people[n], "sn", last)
		dir.edit(t, dir.people[n], "givenName", []string{"Anna", "Bert", "Carla"}[n])
	}
	w.must(t, 0, "run", "--once")
	before := w.sim.frozen(t)
	for _, command := range [][]string{{"explain", "Müller"}, {"withdraw", "Müller", "--reason", "fired"}} {
		out := w.must(t, 1, command...)
		for _, part := range []string{"Müller means 2 people", dir.people[0].DN, dir.people[1].DN, "ask by the directory ID"} {
			if !strings.Contains(out.stderr, part) {
				t.Errorf("%q does not say %q: %v", command, part, out)
			}
		}
	}
	out := w.must(t, 1, "withdraw", "Mueller", "--reason", "fired")
	for _, part := range []string{"nobody is known as Mueller", "a csi, a username, a mail address", "a DN, a Threema ID", "a name that one person alone has"} {
		if !strings.Contains(out.stderr, part) {
			t.Errorf("%q is not said: %v", part, out)
		}
	}
	w.unchanged(t, before)
	if out := w.must(t, 0, "explain", "Anna Müller"); !strings.Contains(out.stdout, dir.people[0].DN) {
		t.Errorf("%v", out)
	}
	if out := w.must(t, 0, "withdraw", "unger, carla", "--reason", "fired"); !strings.Contains(out.stdout, dir.people[2].DN) {
		t.Errorf("%v", out)
	}
	if left := len(w.sim.state(t).Credentials); left != 4 {
		t.Errorf("%d credentials are left, want 4", left)
	}
}
