package main

import (
	"strings"
	"testing"
)

// TestStatusTellsOfWhoIsLeftOut: two people with one csi, both held, and a joiner whom somebody forgot to put
// into the group. No limit is reached and the pass is a success; `status` counts them, and says what to type.
func TestStatusTellsOfWhoIsLeftOut(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 20)
	w := newWorld(t, dir.site)
	team := "cn=team," + memorySuffix
	var members []string
	for _, p := range dir.people[:19] {
		members = append(members, p.DN)
	}
	addGroup(t, dir, team, members...)
	w.set("sources.0.groups", []any{team})
	if err := dir.Modify(dir.people[1].DN, "employeeNumber", dir.people[0].Number); err != nil {
		t.Fatal(err)
	}
	w.must(t, 0, "run", "--once").tells(t, "1 person in scope and in none of its groups")
	if out := w.must(t, 0, "status"); strings.Contains(out.stdout, "\ufffd") {
		t.Errorf("a column is lost: %v", out)
	}
	w.must(t, 0, "status").tells(t, "Held, nothing is done for them:", "2 people. Why: ", dir.people[0].Number, "`threema-dirsync plan` lists them",
		"1 person in scope and in none of its groups; is somebody missed? Then add them to the group "+team, "- "+dir.people[19].Number+" "+dir.people[19].DN)
	var s struct {
		HeldPeople struct{ People int }
		Sources    []struct {
			Outside       int
			OutsidePeople []struct{ DN string }
			Groups        []string
		}
	}
	w.json(t, &s, 0, "status", "--json")
	if s.HeldPeople.People != 2 || s.Sources[0].Outside != 1 || s.Sources[0].OutsidePeople[0].DN != dir.people[19].DN || s.Sources[0].Groups[0] != team {
		t.Errorf("%+v", s)
	}
	w.must(t, 0, "explain", dir.people[19].Account).tells(t, "in none of the groups that entitle", "nothing in the package is managed for them; if they should have access, add them to the group "+team)
	w.set("sources.0.groups", []any{})
	if err := dir.Modify(dir.people[1].DN, "employeeNumber", "nobody-elses"); err != nil {
		t.Fatal(err)
	}
	w.must(t, 3, "run", "--once") // another scope
	w.must(t, 0, "approve", "--baseline")
	w.must(t, 0, "run", "--once")
	w.json(t, &s, 0, "status", "--json")
	if s.HeldPeople.People != 0 || s.Sources[0].Outside != 0 {
		t.Errorf("corrected: %+v", s)
	}
}
