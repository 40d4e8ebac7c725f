package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// categories are those of the package, by username.
func (w *world) categories(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for username, m := range members(w.sim.state(t)) {
		if category, ok := m.Settings["th_category"]; ok {
			found[username] = fmt.Sprint(category)
		}
	}
	return found
}

// labels runs a pass, wants these categories and no others, and then nothing left to do.
func (w *world) labels(t *testing.T, want map[string]string) outcome {
	t.Helper()
	out := w.must(t, 0, "run", "--once")
	if diff := cmp.Diff(want, w.categories(t)); diff != "" {
		t.Errorf("the categories (-want +got):\n%s\n%v", diff, out)
	}
	w.must(t, 0, "plan", "--detailed-exitcode")
	return out
}

// labelDirectory is how a scenario changes the group that a label is about.
type labelDirectory struct {
	lists       func(accounts ...string)
	add, remove func() // with no person in it
}

// labelScenario gives two of those who are rolled out a label. While the group cannot be read they
// keep it, and nobody else gets it; who is taken out of the group loses it.
func labelScenario(t *testing.T, w *world, group, anna, bert string, dir labelDirectory) {
	t.Helper()
	dir.add()
	dir.lists(anna, bert)
	w.set("mapping.category", `{{ if member "`+strings.ToUpper(group)+`" }}Sales{{ end }}`)
	if out := w.must(t, 2, "plan", "--detailed-exitcode"); strings.Contains(out.stdout, "baseline") {
		t.Errorf("a label is another scope: %v", out)
	}
	both := map[string]string{anna: "Sales", bert: "Sales"}
	w.labels(t, both)
	if out := w.must(t, 0, "check"); !strings.Contains(out.stdout, "read the group "+strings.ToUpper(group)+" and all groups in it: 2 people") {
		t.Errorf("check does not tell of the group: %v", out)
	}

	dir.remove()
	for range 2 {
		out := w.labels(t, both)
		if !strings.Contains(out.stderr, "a group of mapping.category was not read wholly") {
			t.Errorf("the log does not warn: %v", out)
		}
	}
	if out := w.must(t, 0, "status"); !strings.Contains(out.stdout, "as long as that is so, who is not seen in it keeps the labels as they are") {
		t.Errorf("status does not say what is wrong: %v", out)
	}
	w.explains(t, anna, "stays as it is: nobody can say now whether the group "+strings.ToUpper(group)+" has this person")

	dir.add()
	dir.lists(bert)
	w.labels(t, map[string]string{bert: "Sales"})
}

// TestLabelsOfGroups: labels come with the membership and go with it, nothing waits for a group that
// cannot be read but its labels, and a group that is emptied at once meets the limit of changes.
func TestLabelsOfGroups(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	people, sales := dir.people, "cn=sales,"+dir.baseDN
	list := func(accounts ...string) {
		var members []string
		for _, p := range dir.people {
			if slices.Contains(accounts, p.Account) {
				members = append(members, p.DN)
			}
		}
		if err := dir.Modify(sales, "member", members...); err != nil {
			t.Fatal(err)
		}
	}
	remove := func() {
		if err := dir.Delete(sales); err != nil {
			t.Fatal(err)
		}
	}
	anna, bert := people[0], people[1]
	labelScenario(t, w, sales, anna.Account, bert.Account, labelDirectory{
		lists: list, add: func() { addGroup(t, dir, sales, "cn=printer,"+dir.baseDN) }, remove: remove,
	})

	remove()
	anna.Surname = "Neu"
	if err := dir.Modify(anna.DN, "sn", anna.Surname); err != nil {
		t.Fatal(err)
	}
	joiner := dir.join(t, 100)
	w.labels(t, map[string]string{bert.Account: "Sales"})
	names := members(w.sim.state(t))
	if _, came := names[joiner.Account]; !came || names[anna.Account].Settings["th_lastname"] != "Neu" {
		t.Errorf("a joiner and a name wait for a label: %+v", names)
	}
	addGroup(t, dir, sales, joiner.DN)
	w.labels(t, map[string]string{joiner.Account: "Sales"})

	many := map[string]string{joiner.Account: "Sales"}
	w.set("limits.changes", map[string]any{"run": window(1000, 50)})
	for _, p := range people[2:12] {
		many[p.Account] = "Sales"
	}
	list(append(accountsOf(people[2:12]), joiner.Account)...)
	w.labels(t, many)
	w.set("limits.changes", map[string]any{"run": window(1000, 30)})
	list(joiner.Account)
	w.waitsForAHuman(t, "GUARD changes-run", people[2].DN)
	if diff := cmp.Diff(many, w.categories(t)); diff != "" {
		t.Errorf("the categories (-want +got):\n%s", diff)
	}
}

func accountsOf(people []testdir.Person) []string {
	var accounts []string
	for _, p := range people {
		accounts = append(accounts, p.Account)
	}
	return accounts
}

// TestLabelsOfSeveralDomains: a group is asked of the source of its own domain, and nobody of the
// other one is in it.
func TestLabelsOfSeveralDomains(t *testing.T) {
	t.Parallel()
	corp, hr := newMemory(t, 4), newMemoryAt(t, "dc=hr,dc=org", 0)
	for n := range 3 {
		hr.join(t, 500+n)
	}
	sales := "cn=sales," + corp.baseDN
	addGroup(t, corp, sales, corp.people[1].DN)
	w := newWorld(t, corp.site)
	w.addSource(t, "hr", hr.site)
	w.set("mapping.category", `{{ if member "`+sales+`" }}Sales{{ else }}Rest{{ end }}`)
	want := map[string]string{}
	for _, p := range slices.Concat(corp.people, hr.people) {
		want[p.Account] = "Rest"
	}
	want[corp.people[1].Account] = "Sales"
	w.labels(t, want)
	if out := w.must(t, 0, "check"); strings.Count(out.stdout, "read the group "+sales) != 1 {
		t.Errorf("check asks both: %v", out)
	}
}
