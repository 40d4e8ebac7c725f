package ldapsource

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// town is a directory of many people as a test loaded it. Who is entitled in it follows from what
// was loaded, by rules that stand here a second time: no line of the product takes part.
type town struct {
	people []testdir.Person
	groups []testdir.Entry
}

// townSize is 600, and with make soak what DIRECTORY_PEOPLE says.
func townSize(t *testing.T) int {
	t.Helper()
	text := os.Getenv("DIRECTORY_PEOPLE")
	if text == "" {
		return 600
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// newTown draws up the groups: top, two, three and four lie within each other, and top is in four
// again. In four is big, with two people of five; in three is names, whatever that lists. A third of the
// people is in none of them; of those, rest has everybody and entitles to nothing. group turns a
// name with its members into an entry of the product.
func newTown(people []testdir.Person, group func(name string, members []string, inner ...string) testdir.Entry) *town {
	lists := map[string][]string{}
	for i, p := range people {
		name := [10]string{"big", "big", "big", "big", "top", "two", "three", "rest", "rest", "rest"}[i%10]
		if i%100 == 44 {
			name = "four"
		}
		if i%100 == 45 {
			name = "names"
		}
		lists[name] = append(lists[name], p.DN)
	}
	lists["three"] = append(lists["three"], lists["two"][:3]...) // in two groups at once
	w := &town{people: people}
	for _, g := range []struct {
		name  string
		inner []string
	}{
		{"rest", nil}, {"big", nil}, {"names", nil}, {"four", []string{"big", "top"}},
		{"three", []string{"four", "names"}}, {"two", []string{"three"}}, {"top", []string{"two"}},
	} {
		w.groups = append(w.groups, group(g.name, lists[g.name], g.inner...))
	}
	return w
}

// listed is everybody whom a group lists, or a group in it does: the DNs and names of the
// members, folded.
func (w *town) listed(root string) map[string]bool {
	byDN := map[string]testdir.Entry{}
	for _, g := range w.groups {
		byDN[strings.ToLower(g.DN)] = g
	}
	found, open := map[string]bool{}, []string{strings.ToLower(root)}
	for len(open) > 0 {
		group := byDN[open[0]]
		open = open[1:]
		for _, name := range []string{"member", "uniqueMember", "memberUid"} {
			for _, value := range group.Attributes[name] {
				value, _, _ = strings.Cut(strings.ToLower(value), "#'")
				if _, nested := byDN[value]; nested && !found[value] {
					open = append(open, value)
				}
				found[value] = true
			}
		}
	}
	return found
}

// truth is what must come of each person, by account.
func (w *town) truth(root string) map[string]string {
	listed := w.listed(root)
	verdicts := map[string]string{}
	for _, p := range w.people {
		switch {
		case p.State == testdir.Disabled:
			verdicts[p.Account] = "departed disabled"
		case p.State == testdir.Expired:
			verdicts[p.Account] = "departed expired"
		case listed[strings.ToLower(p.DN)] || listed[strings.ToLower(p.Account)]:
			verdicts[p.Account] = "entitled"
		default:
			verdicts[p.Account] = "departed out-of-scope"
		}
	}
	return verdicts
}

// blindTruth is truth for a reader who does not see one unit: its people are unknown, and as they
// stand in groups that may hide more, so is everybody who is in none.
func (w *town) blindTruth(root, hidden string) map[string]string {
	verdicts := w.truth(root)
	for _, p := range w.people {
		if strings.HasSuffix(p.DN, hidden) || verdicts[p.Account] == "departed out-of-scope" {
			verdicts[p.Account] = "unknown"
		}
	}
	return verdicts
}

// verdicts is what a snapshot made of everybody, whether on a page or looked up by ID.
func verdicts(snapshot model.Snapshot, account map[model.PersonID]string, attribute string) map[string]string {
	found := map[string]string{}
	word := func(state model.AccountState, evidence model.Evidence) string {
		return strings.TrimSpace(state.String() + " " + string(evidence.Kind))
	}
	for _, p := range snapshot.People {
		found[strings.Join(p.Attributes[attribute], "+")] = word(p.State, p.Evidence)
	}
	for _, s := range snapshot.Sightings {
		found[account[s.ID]] = word(s.State, s.Evidence)
	}
	return found
}

// wantTown reads as the reader and as the blind account, and compares person by person.
func wantTown(t *testing.T, w *town, cfg Config, at testdir.Endpoint, attribute string) {
	t.Helper()
	start := time.Now()
	cfg.PageSize, cfg.Timeout = 500, 5*time.Minute
	s := mustNew(t, cfg)
	snapshot := mustRead(t, s)
	t.Logf("%d people read in %v; %s", len(snapshot.People), time.Since(start).Round(time.Millisecond), english.Say(condition(t, snapshot.Conditions, groups).Detail))
	if !snapshot.Departures() {
		t.Errorf("departures are blocked: %+v", snapshot.Conditions)
	}
	if diff := cmp.Diff(w.truth(cfg.Groups[0]), verdicts(snapshot, nil, attribute)); diff != "" {
		t.Error(diff)
	}
	sample := snapshot
	sample.People = slices.Concat(snapshot.People[:8], snapshot.People[len(snapshot.People)-8:]) // Samba takes up to half a second for each
	start = time.Now()
	wantSameFromBelow(t, s, sample)
	t.Logf("%d asked for from below in %v", len(sample.People), time.Since(start).Round(time.Millisecond))

	account := map[model.PersonID]string{}
	var all []model.Tracked
	for _, p := range snapshot.People {
		account[p.ID] = strings.Join(p.Attributes[attribute], "+")
		all = append(all, trackedAs(p))
	}
	start = time.Now()
	cfg.BindDN = at.BlindDN
	blind := mustRead(t, mustNew(t, cfg), all...)
	t.Logf("blind: %d people read and %d looked up in %v", len(blind.People), len(blind.Sightings), time.Since(start).Round(time.Millisecond))
	if blind.Departures() {
		t.Error("somebody may depart though members of the groups are hidden")
	}
	if diff := cmp.Diff(w.blindTruth(cfg.Groups[0], at.HiddenOU), verdicts(blind, account, attribute)); diff != "" {
		t.Error("seen by the blind account:", diff)
	}
}

// outsiders are n active people of a town who are in no group that entitles.
func (w *town) outsiders(n int) []*testdir.Person {
	var found []*testdir.Person
	for i := range w.people {
		if p := &w.people[i]; i%10 >= 7 && p.State == testdir.Active && len(found) < n {
			found = append(found, p)
		}
	}
	return found
}
