package plan_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// The limits of config.example.yaml.
func defaultLimits(p *model.Policy) {
	p.LeaversRun, p.LeaversDay, p.LeaversWeek = model.Window{Count: 10, Percent: 2}, model.Window{Count: 20, Percent: 3}, model.Window{Count: 50, Percent: 5}
	p.CreatesRun, p.ChangesRun = model.Window{Count: 500, Percent: 20}, model.Window{Count: 1000, Percent: 30}
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	var p model.Policy
	defaultLimits(&p)
	for _, row := range []struct{ base, run, day, week int }{
		{0, 0, 0, 0}, {1, 0, 0, 0}, {2, 1, 1, 1}, {3, 1, 1, 1}, {4, 2, 2, 2}, {6, 2, 3, 3}, {10, 2, 3, 5}, {40, 2, 3, 5},
		{150, 3, 4, 7}, {1000, 10, 20, 50}, {100_000, 10, 20, 50},
	} {
		got := [3]int{p.LeaversRun.AllowsToLeave("", 2, row.base).Number(), p.LeaversDay.AllowsToLeave("", 3, row.base).Number(), p.LeaversWeek.AllowsToLeave("", 5, row.base).Number()}
		if got != [3]int{row.run, row.day, row.week} {
			t.Errorf("of %d people: %v, want %v", row.base, got, [3]int{row.run, row.day, row.week})
		}
	}
	if got := p.ChangesRun.Allows("", 2, 1).Number(); got != 2 {
		t.Errorf("the only person of a pilot could not be renamed: %d", got)
	}
	if got := (model.Window{Count: 1000, Percent: 100}).AllowsToLeave("", 2, 100).Number(); got != 50 {
		t.Errorf("never more than half: %d of 100", got)
	}
	if got := (model.Window{Count: 1, Percent: 100}).Allows("", 5, 100).Number(); got != 1 {
		t.Errorf("the count is a cap: %d", got)
	}
}

// crowd is a rolled-out package of n people, written straight into the ledger, each in an OU
// of nine, so that only the counted limits speak.
func crowd(n int) *world {
	w := newWorld()
	defaultLimits(&w.policy)
	w.policy.GraceWithdraw, w.policy.PublishContacts = 0, false
	w.budget.Unlimited = true
	w.pkg.Subscription.Licences = 2 * n
	w.state = model.State{Subscription: "SUB1", Baseline: true, RolledOut: true, SyncSince: w.now.Add(-day),
		Sources: map[string]model.SourceBinding{"corp": {NamingContext: "n1", Scope: "s1"}}}
	for i := range n {
		e := w.hire(fmt.Sprintf("p%06d", i))
		e.ou = fmt.Sprintf("OU%d", i/9)
		id := fmt.Sprintf("c%06d", i)
		w.pkg.Credentials = append(w.pkg.Credentials, model.Credential{ID: id, Username: e.username})
		w.pkg.Settings[id] = map[string]string{model.SettingCSI: e.csi, model.SettingFirstName: e.first, model.SettingLastName: e.last}
		w.state.Owned = append(w.state.Owned, model.Ownership{Person: e.id, CredentialID: id, Username: e.username, CSI: e.csi, Created: true})
		w.state.Observations = append(w.state.Observations, model.Observation{
			Subject: model.Subject{Person: e.id, CSI: e.csi, DN: e.dn()}, OU: fmt.Sprintf("ou=ou%d,dc=corp", i/9), State: model.Entitled, LastSeen: w.now.Add(-time.Hour)})
	}
	return w
}

// leaveSome lets n more people leave, of as many OUs as there are.
func (w *world) leaveSome(n int) {
	people := w.source().people
	for column := range 9 {
		for i := column; i < len(people) && n > 0; i += 9 {
			if people[i].state == model.Entitled {
				people[i].leave(model.Disabled)
				n--
			}
		}
	}
}

func statuses(p plan.Plan, op model.Op) map[string]int {
	count := map[string]int{}
	for _, c := range p.Changes {
		if c.Op == op {
			count[string(c.Status)+c.Guard]++
		}
	}
	return count
}

func TestLeaverLimits(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		people, leavers int
		guard           string // "": they go
	}{
		{3, 1, ""}, {3, 2, model.GuardLeaversRun},
		{40, 2, ""}, {40, 3, model.GuardLeaversRun},
		{1000, 10, ""}, {1000, 11, model.GuardLeaversRun},
		{5000, 10, ""}, {5000, 11, model.GuardLeaversRun},
	} {
		t.Run(fmt.Sprintf("%d of %d", row.leavers, row.people), func(t *testing.T) {
			t.Parallel()
			w := crowd(row.people)
			w.leaveSome(row.leavers)
			want := "due"
			if row.guard != "" {
				want = "blocked" + row.guard
			}
			p := w.later(t, time.Hour)
			if got := statuses(p, model.Withdraw); got[want] != row.leavers || len(got) != 1 {
				t.Errorf("got %v, want %d %s: %s", got, row.leavers, want, words(p))
			}
			if guards := slices.ContainsFunc(p.Guards, func(g model.Guard) bool { return g.Name == row.guard && g.Source == "corp" }); guards != (row.guard != "") {
				t.Errorf("guards: %+v", p.Guards)
			}
		})
	}
}

// TestLimitsAreCumulative lets 1 % leave at each pass: each is within the limit of a pass, and
// the day, then the week stop it (pitfall D3).
func TestLimitsAreCumulative(t *testing.T) {
	t.Parallel()
	w := crowd(1000)
	gone := func() int { return 1000 - len(w.pkg.Credentials) }
	var p plan.Plan
	for range 24 { // pitfall K14: hourly losses, over a day
		w.leaveSome(10)
		p = w.later(t, time.Hour)
	}
	if gone() != 20 {
		t.Errorf("%d went within a day, want 20", gone())
	}
	if got := statuses(p, model.Withdraw); got["blocked"+model.GuardLeaversRun] != 220 {
		t.Errorf("got %v", got)
	}
	wantWords(t, p, "leavers-run withdraw: 220 people in one pass, 10 allowed (limits.leavers.run: 2 % of 980 is 19, at least 2, but at most 10 and half of them, 490)")
	wantWords(t, p, "leavers-day withdraw: 240 people within 24 h, 20 allowed (limits.leavers.day: 3 % of 1000 is 30, at least 3, but at most 20 and half of them, 500)")
	wantWords(t, p, "They are: ")
}

func TestWindowsMove(t *testing.T) {
	t.Parallel()
	w := crowd(1000)
	gone := func() int { return 1000 - len(w.pkg.Credentials) }
	for range 5 { // ten a pass, twenty a day
		w.leaveSome(10)
		w.later(t, 12*time.Hour)
	}
	if gone() != 50 {
		t.Fatalf("%d went, want 50", gone())
	}
	w.leaveSome(1)
	p := w.later(t, 12*time.Hour)
	wantLines(t, slices.Compact(slices.Collect(func(yield func(string) bool) {
		for _, g := range p.Guards {
			if !yield(g.Name) {
				return
			}
		}
	})), model.GuardLeaversWeek)
	w.later(t, 6*day)
	if gone() != 51 {
		t.Errorf("%d went after the week moved on, want 51", gone())
	}
}

func TestOURule(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		size, leave int
		trips       bool
	}{{9, 9, false}, {10, 4, false}, {10, 5, true}, {11, 5, false}, {11, 6, true}} {
		t.Run(fmt.Sprintf("%d of %d", row.leave, row.size), func(t *testing.T) {
			t.Parallel()
			w := crowd(1000)
			for i := range row.size {
				w.source().people[100+i].ou = "Paris"
			}
			w.later(t, time.Hour)
			for i := range row.leave {
				w.source().people[100+i].leave(model.OutOfScope) // seen elsewhere, so no sentinel is missing
			}
			w.policy.ConfirmReads, w.policy.ConfirmOver = 1, 0
			p := w.later(t, time.Hour)
			want := "due"
			if row.trips {
				want = "blocked" + model.GuardLeaversOU
				wantWords(t, p, "of ou=paris,dc=corp")
			}
			if got := statuses(p, model.Withdraw); got[want] != row.leave {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestOURuleCountsTheWeek(t *testing.T) {
	t.Parallel()
	w := crowd(1000)
	for i := range 12 {
		w.source().people[i].ou = "Paris"
	}
	w.later(t, time.Hour)
	for i := range 6 { // one a day, so that only the OU can tell
		w.source().people[i].leave(model.Disabled)
		w.later(t, day)
	}
	if gone := 1000 - len(w.pkg.Credentials); gone != 5 {
		t.Errorf("%d of 12 went, want 5", gone)
	}
}

func TestTrippingBlocksTheWholeClass(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	w.policy.ID, w.policy.GraceID = model.DetachID, 0
	w.source().people[50].last = "Neu"
	w.hire("joiner")
	for i := range 3 {
		w.activate(fmt.Sprintf("p%06d", i*9))
	}
	w.leaveSome(3)
	p := w.later(t, time.Hour)
	wantLines(t, summary(p),
		"withdraw E-p000000 blocked by leavers-run", "withdraw E-p000009 blocked by leavers-run", "withdraw E-p000018 blocked by leavers-run",
		"detach E-p000000 waiting", "detach E-p000009 waiting", "detach E-p000018 waiting",
		"set-settings E-p000050 due", "create E-joiner due")
	if again := w.plan(); again.Hash != p.Hash {
		t.Error("the hash changed although the gated set did not")
	}
}

func TestEachIDIsLimitedToo(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	w.policy.ID, w.policy.GraceID = model.RevokeID, 30*day
	for round := range 3 { // one a week withdrawn, all due to be revoked on one day
		for n := range 2 {
			i := (2*round + n) * 9
			w.activate(fmt.Sprintf("p%06d", i))
			w.source().people[i].leave(model.Disabled)
		}
		w.later(t, 8*day)
	}
	if w.done[model.Withdraw] != 6 {
		t.Fatalf("%d withdrawn", w.done[model.Withdraw])
	}
	p := w.later(t, 60*day)
	if got := statuses(p, model.Revoke); got["blocked"+model.GuardLeaversRun] != 6 {
		t.Errorf("got %v", got)
	}
}

func TestSourcesAreLimitedApart(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	w.state.Sources["north"] = model.SourceBinding{NamingContext: "n2", Scope: "s2"}
	north := &directory{name: "north", scope: "s2", context: "n2"}
	w.sources = append(w.sources, north)
	w.state.RolledOut = false
	for i := range 60 {
		w.hireAt(north, fmt.Sprintf("n%02d", i)).ou = fmt.Sprintf("N%d", i/9)
	}
	w.settle(t)
	w.leaveSome(3)
	north.people[0].leave(model.Disabled)
	p := w.later(t, time.Hour)
	if got := statuses(p, model.Withdraw); got["blocked"+model.GuardLeaversRun] != 3 || got["due"] != 1 {
		t.Errorf("got %v", got)
	}
}

func TestCreatesAndChangesAreLimitedAfterRollOut(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name              string
		rolledOut         bool
		joiners, changed  int
		creates, settings string
	}{
		{"first roll-out is free", false, 90, 90, "due", "due"},
		{"within", true, 20, 30, "due", "due"},
		{"a filter was widened", true, 21, 30, "blocked" + model.GuardCreates, "due"},
		{"a mass edit", true, 20, 31, "due", "blocked" + model.GuardChanges},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := crowd(100)
			w.state.RolledOut = row.rolledOut
			for i := range row.joiners {
				w.hire(fmt.Sprintf("j%02d", i))
			}
			for i := range row.changed {
				w.source().people[i].last = "Neu"
			}
			p := w.pass(t)
			if got := statuses(p, model.Create); got[row.creates] != row.joiners {
				t.Errorf("creates: %v", got)
			}
			if got := statuses(p, model.SetSettings); got[row.settings] != row.changed {
				t.Errorf("changes: %v", got)
			}
		})
	}
}

// TestInterruptedCreatesAreNotCountedAgain: they passed the limit when they began, and their
// credentials stand in the package with a password that nobody has.
func TestInterruptedCreatesAreNotCountedAgain(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	for i := range 30 {
		e := w.hire(fmt.Sprintf("j%02d", i))
		id := fmt.Sprintf("j%06d", i)
		w.pkg.Credentials = append(w.pkg.Credentials, model.Credential{ID: id, Username: e.username})
		w.state.Open = append(w.state.Open, model.Operation{
			ID: int64(1000 + i), Op: model.Create, Subject: model.Subject{Person: e.id, CSI: e.csi}, Username: e.username, CredentialID: id,
		})
	}
	p := w.plan()
	if got := statuses(p, model.Create); got["due"] != 30 || len(p.Guards) != 0 {
		t.Errorf("creates: %v, guards: %v", got, p.Guards)
	}
}

func TestMassTransferIsLimited(t *testing.T) {
	t.Parallel()
	// Everybody's directory ID changed: a restored domain, or another id attribute.
	w := crowd(100)
	for i := range 100 {
		old := w.source().people[i]
		old.leave(model.Absent)
		young := w.hire(old.username)
		young.last = "Neu"
	}
	p := w.pass(t)
	for _, op := range []model.Op{model.Transfer, model.SetSettings} {
		if got := statuses(p, op); got["blocked"+model.GuardBaseline] != 100 {
			t.Errorf("%s: %v", op, got)
		}
	}
	w.accept = true
	w.pass(t)
	w.accept = false
	p = w.pass(t) // that the IDs are new was accepted, not that everybody has another name
	if got := statuses(p, model.Transfer); got["due"] != 100 {
		t.Errorf("transfers: %v", got)
	}
	if got := statuses(p, model.SetSettings); got["blocked"+model.GuardChanges] != 100 {
		t.Errorf("settings: %v", got)
	}
	if p.Requests != 0 {
		t.Errorf("costs %d", p.Requests)
	}
}
