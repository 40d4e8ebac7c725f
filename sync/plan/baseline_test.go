package plan_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// acceptBaseline is "approve --baseline": a pass that carries nothing out.
func (w *world) acceptBaseline(t testing.TB) plan.Plan {
	t.Helper()
	w.accept = true
	defer func() { w.accept = false }()
	return w.later(t, time.Hour)
}

// concerned are the csis of a list, each with why.
func concerned(people []model.BaselinePerson) []string {
	list := []string{}
	for _, p := range people {
		list = append(list, strings.TrimPrefix(p.CSI, "E-")+": "+english.Say(p.Why))
	}
	return list
}

// wantPreview fails unless the plan does nothing at all and says why, and how to go on.
func wantPreview(t testing.TB, p plan.Plan, why string) {
	t.Helper()
	for _, c := range p.Changes {
		if c.Status != model.Blocked || c.Guard != model.GuardBaseline {
			t.Errorf("not a preview: %s of %s is %s", c.Op, c.CSI, c.Status)
		}
	}
	if !p.Tripped(model.GuardBaseline) || p.Baseline == nil || p.Baseline.Accepted {
		t.Errorf("guards %v, baseline %+v", p.Guards, p.Baseline)
	}
	wantWords(t, p, why)
	wantWords(t, p, "threema-dirsync approve --baseline")
}

// TestWhoEntersAndLeaves is the list that somebody reads before they accept a baseline.
func TestWhoEntersAndLeaves(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name                    string
		do                      func(*world, map[string]*entry)
		why                     string
		enters, leaves, unclear []string
	}{
		{"a narrowed filter", func(w *world, people map[string]*entry) {
			w.source().scope = "s9"
			people["anna"].leave(model.OutOfScope)
			people["bert"].leave(model.Absent)
		}, "the scope of source corp has changed", nil, []string{"anna: out-of-scope (test)", "bert: absent (test)"}, nil},
		{"a widened filter", func(w *world, _ map[string]*entry) {
			w.source().scope = "s9"
			w.hire("zoe")
		}, "the scope of source corp has changed", []string{"zoe: entitled now, and not known to the last pass"}, nil, nil},
		{"a wider exclude_dns", func(w *world, people map[string]*entry) {
			w.source().scope = "s9"
			people["anna"].excluded = true
		}, "exclude_dns", nil, nil, []string{"anna: lies below exclude_dns: held"}},
		{"somebody who became unreadable with it", func(w *world, people map[string]*entry) {
			w.source().scope = "s9"
			people["anna"].hide("no rights")
		}, "the scope", nil, nil, []string{"anna: whereabouts unknown: no rights; nothing is done"}},
		{"an incomplete read tells them all the same", func(w *world, people map[string]*entry) {
			w.source().scope, w.source().incomplete = "s9", true
			people["anna"].leave(model.OutOfScope)
		}, "the scope", nil, []string{"anna: out-of-scope (test)"}, nil},
		{"another directory", func(w *world, people map[string]*entry) {
			w.source().context = "n9"
			people["anna"].leave(model.Disabled)
		}, "source corp is another directory (n9) than the ledger knows (n1)", nil, []string{"anna: disabled (test)"}, nil},
		{"another package", func(w *world, people map[string]*entry) {
			w.pkg.Subscription.ID = "SUB2"
			people["anna"].leave(model.Disabled)
		}, "a second package needs a state_dir of its own", nil, []string{"anna: disabled (test)"}, nil},
		{"a new source", func(w *world, _ map[string]*entry) {
			w.sources = append(w.sources, &directory{name: "north", scope: "s2", context: "n2"})
			w.hireAt(w.sources[1], "nora")
		}, "source north is new", []string{"nora: entitled now, and not known to the last pass"}, nil, nil},
		{"a source with another name", func(w *world, people map[string]*entry) {
			w.source().unread = true
			w.sources = append(w.sources, &directory{name: "main", scope: "s1", context: "n1"})
			w.hireAt(w.sources[1], "nora")
			for name := range people {
				delete(people, name)
			}
		}, "source main is new, and corp, which the ledger knows, is not configured any more; if it is the same directory under another name, type `threema-dirsync source rename corp main`",
			[]string{"nora: entitled now, and not known to the last pass"}, nil, []string{
				"anna: source corp is not configured any more; nothing is done",
				"bert: source corp is not configured any more; nothing is done",
			}},
		{"a shared csi keeps nobody", func(w *world, people map[string]*entry) {
			w.source().scope = "s9"
			people["anna"].leave(model.OutOfScope)
			people["bert"].csi = "E-anna"
		}, "the scope", nil, []string{"anna: out-of-scope (test)"}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.policy.GraceWithdraw, w.policy.ConfirmReads, w.policy.ConfirmOver = 0, 1, 0
			people := map[string]*entry{"anna": w.hire("anna"), "bert": w.hire("bert")}
			w.settle(t)
			row.do(w, people)
			p := w.later(t, time.Hour)
			wantPreview(t, p, row.why)
			for what, lists := range map[string][2][]string{
				"enter": {row.enters, concerned(p.Baseline.Enters)}, "leave": {row.leaves, concerned(p.Baseline.Leaves)}, "stay unclear": {row.unclear, concerned(p.Baseline.Unclear)},
			} {
				if !slices.Equal(lists[0], lists[1]) {
					t.Errorf("who %s (-want +got):\n%s", what, gocmp.Diff(lists[0], lists[1]))
				}
			}
			accepted := w.acceptBaseline(t)
			accepted.Baseline.Reasons, p.Baseline.Reasons = nil, nil
			if diff := gocmp.Diff(p.Baseline, accepted.Baseline); diff != "" {
				t.Errorf("accepted is something else than was read:\n%s", diff)
			}
			if p = w.later(t, time.Hour); p.Baseline != nil || p.Tripped(model.GuardBaseline) {
				t.Errorf("still asks: %v", p.Guards)
			}
		})
	}
}

// TestARemovedSource: its people are held, and nothing else stops (design §5.2).
func TestARemovedSource(t *testing.T) {
	t.Parallel()
	w, _ := rolledOut(t, "anna")
	w.policy.GraceWithdraw, w.policy.ConfirmReads, w.policy.ConfirmOver = 0, 1, 0
	w.sources = append(w.sources, &directory{name: "north", scope: "s2", context: "n2"})
	w.hireAt(w.sources[1], "nora")
	w.later(t, time.Hour)
	w.acceptBaseline(t)
	w.settle(t)
	w.sources = w.sources[:1]
	w.hire("zoe")
	for range 3 {
		p := w.later(t, day)
		if len(p.Guards) > 0 {
			t.Errorf("guards: %v", p.Guards)
		}
		wantLines(t, of(p, "nora"), "held E-nora")
		wantWords(t, p, "source north is not configured any more; nothing is done")
	}
	if w.credential("nora") == nil || w.credential("zoe") == nil {
		t.Error("nora is gone, or zoe has not come")
	}
}

// TestAccepting tells what is accepted where nothing makes the plan a preview.
func TestAccepting(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		do   func(*world)
		want string
	}{
		{"the first baseline", func(w *world) { w.state.Baseline = false }, "the first baseline of this ledger"},
		{"nothing", func(*world) {}, "there was nothing to accept"},
		{"a lost ledger", func(w *world) { w.state.Gap = model.Gap{Kind: model.LostLedger, Done: 50} }, "the old one was lost"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := crowd(20)
			row.do(w)
			p := w.acceptBaseline(t)
			if len(p.Baseline.Reasons) != 1 || !strings.Contains(english.Say(p.Baseline.Reasons[0]), row.want) || len(p.Guards) > 0 {
				t.Errorf("%+v, guards %v", p.Baseline, p.Guards)
			}
			if !w.state.Baseline || w.state.Gap != (model.Gap{}) {
				t.Errorf("not accepted: %+v", w.state.Gap)
			}
		})
	}
}

// older puts the ledger of before back.
func (w *world) older(before model.State) {
	w.state = before
	w.state.Gap = model.Gap{Kind: model.OlderLedger, Own: 5, Done: 50, At: w.now}
}

// TestOlderLedger: nothing is done, the old memory stays as it was, and once it is accepted, the
// row of departures that it remembers counts no more: the person came back in between.
func TestOlderLedger(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	w.policy.ID, w.policy.Approval = model.RevokeID, model.ApproveAll
	people["anna"].leave(model.Absent)
	p := w.pass(t)
	w.approve(p, 30*day)
	backup := w.state
	backup.Approvals = []model.GivenApproval{{ChangeID: find(t, p, model.Withdraw, "anna").ID, Person: people["anna"].id, Until: w.now.Add(30 * day)}}
	people["anna"].comeBack()
	w.later(t, 3*day)
	people["anna"].leave(model.Absent)
	w.hire("zoe")
	w.later(t, 3*day)

	w.older(backup)
	for range 3 {
		p := w.later(t, time.Hour)
		wantPreview(t, p, "pass 50 of 2026-03-")
		wantWords(t, p, "which ended with pass 5, does not know it: most likely an older ledger.db was put back")
		if len(w.state.Observations) != len(backup.Observations) || w.state.Gap.Kind != model.OlderLedger {
			t.Error("a preview was remembered")
		}
	}
	w.acceptBaseline(t)
	if len(w.state.Approvals) > 0 {
		t.Errorf("old approvals count: %+v", w.state.Approvals)
	}
	w.policy.Approval = model.ApproveNone
	wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna waiting") // not confirmed any more
	w.later(t, day)
	wantLines(t, of(w.later(t, day), "anna"), "withdraw E-anna due")
}

// TestOlderLedgerIsTrusted: it does not know who was taken out since, so many credentials that it
// owns are missing. That is no reason to fail, for nothing is done anyway.
func TestOlderLedgerIsTrusted(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	w.pkg.Credentials = w.pkg.Credentials[9:]
	if w.plan().Untrusted == nil {
		t.Fatal("this test proves nothing")
	}
	w.older(w.state)
	if err := w.plan().Untrusted; err != nil {
		t.Error(err)
	}
	w.pkg.Credentials = nil
	if w.plan().Untrusted == nil {
		t.Error("an empty list is trusted")
	}
}

// TestLostLedger: people are adopted, nobody joins, for they may have been put out, and nobody is taken out before somebody
// accepts, even where the package held no match of theirs.
func TestLostLedger(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.policy.GraceWithdraw = 0
	anna := w.hire("anna")
	w.foreignCredential("anna", "E-anna")
	w.strangers(20)
	w.hire("new")
	w.state.Gap = model.Gap{Kind: model.LostLedger, Done: 50, At: w.now}
	p := w.settle(t)
	if w.state.Baseline || w.owner(anna.id) == nil || w.done[model.Create] > 0 {
		t.Fatalf("baseline %t, created %d", w.state.Baseline, w.done[model.Create])
	}
	wantWords(t, p, "this ledger is new: the old one was lost")
	anna.leave(model.Disabled)
	wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna blocked by baseline")
	w.acceptBaseline(t)
	wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna due")
	if w.done[model.Create] != 1 {
		t.Errorf("created %d once it is accepted", w.done[model.Create])
	}
}

// TestANewLedgerOfAnOldPackage: where most people are adopted as they are, the ledger is new and the package is not. Who
// has no credential may have been put out by somebody's word, and gets one when somebody says so. A package that others
// made, or in which most people join, is an ordinary first pass.
func TestANewLedgerOfAnOldPackage(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		kept, foreign, joiners int
		waits                  bool
	}{
		"an old package":                    {kept: 20, joiners: 2, waits: true},
		"a small one, half of it put out":   {kept: 2, joiners: 2, waits: true},
		"with a credential made by hand":    {kept: 20, foreign: 3, joiners: 2, waits: true},
		"nobody joins":                      {kept: 20},
		"a package that was made by others": {foreign: 20, joiners: 2},
		"a trial before the roll-out":       {kept: 3, joiners: 20},
		"an empty package":                  {joiners: 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			for n := range row.kept + row.foreign {
				e := w.hire(fmt.Sprintf("x%03d", n))
				c := w.foreignCredential(e.username, e.csi)
				if n < row.kept {
					w.set(c.ID, e.identity().Settings)
				}
			}
			for n := range row.joiners {
				w.hire(fmt.Sprintf("new%d", n))
			}
			for range 3 {
				w.later(t, 2*time.Hour)
			}
			p, want := w.plan(), row.joiners
			if row.waits {
				want = 0
			}
			if w.done[model.Create] != want || p.Tripped(model.GuardBaseline) != row.waits {
				t.Fatalf("created %d, want %d; guards %+v", w.done[model.Create], want, p.Guards)
			}
			if !row.waits {
				return
			}
			wantLines(t, of(p, "new0"), "create E-new0 blocked by baseline")
			w.accept = true
			if b := w.plan().Baseline; len(b.Enters) != row.joiners || !strings.Contains(english.BaselinePerson(b.Enters[0]), "the package has no credential of theirs") {
				t.Errorf("who enters: %+v", b.Enters)
			}
			w.accept = false
			w.acceptBaseline(t)
			w.later(t, 2*time.Hour)
			if w.done[model.Create] != row.joiners {
				t.Errorf("created %d once it is accepted", w.done[model.Create])
			}
		})
	}
}

// TestARollOutInPartsGoesOn: where the day's requests are enough for a part of it alone, the others follow by the next
// pass. The credentials that this ledger made speak for no older one.
func TestARollOutInPartsGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for n := range 3 { // of a trial before
		e := w.hire(fmt.Sprintf("x%03d", n))
		w.set(w.foreignCredential(e.username, e.csi).ID, e.identity().Settings)
	}
	for n := range 20 {
		w.hire(fmt.Sprintf("new%02d", n))
	}
	w.budget.Remaining, w.budget.Reserve = 15, 0
	w.later(t, 2*time.Hour)
	first := w.done[model.Create]
	if first < 11 || first == 20 {
		t.Fatalf("created %d: not the greater part", first)
	}
	w.budget.Remaining = 9000
	p := w.later(t, 2*time.Hour)
	if w.done[model.Create] != 20 || p.Tripped(model.GuardBaseline) {
		t.Errorf("created %d; guards %+v", w.done[model.Create], p.Guards)
	}
}

// TestWhoEntersAgainIsTold with the credential that they had before.
func TestWhoEntersAgainIsTold(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert", "carl")
	w.leaves(t, people["anna"])
	w.source().scope = "s2"
	p := w.later(t, time.Hour)
	if p.Baseline == nil || len(p.Baseline.Enters) != 1 || !strings.Contains(english.Say(p.Baseline.Enters[0].Why), "entitled again; credential anna of theirs was withdrawn 2026-03-") {
		t.Errorf("%+v", p.Baseline)
	}
}

// strangers are n people who were rolled out by somebody else: their credentials carry their csi,
// and this ledger does not know them.
func (w *world) strangers(n int) {
	for i := range n {
		name := fmt.Sprintf("x%03d", i)
		e := w.hire(name)
		w.foreignCredential(name, e.csi)
	}
}

// TestPeopleNeverSeen is an older ledger whose high-water file was put back with it: the package
// knows people by their csi whom it never saw (design §5.10).
func TestPeopleNeverSeen(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		size, n int
		do      func(*world)
		preview bool
	}{
		{"three of few", 50, 3, nil, false},
		{"four of few", 50, 4, nil, true},
		{"two of a hundred", 600, 12, nil, false},
		{"more than that", 600, 13, nil, true},
		{"in the first roll-out", 50, 30, func(w *world) { w.state.RolledOut = false }, false},
		{"in the first pass", 0, 30, func(w *world) { w.state = model.State{} }, false},
		{"under a policy that adopts nobody", 50, 30, func(w *world) { w.policy.Mode = model.Observe }, false},
		{"without a csi, by their name", 50, 30, func(w *world) {
			w.policy.AdoptUsername = true
			for _, c := range w.pkg.Credentials[50:] {
				delete(w.pkg.Settings[c.ID], model.SettingCSI)
			}
		}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := crowd(row.size)
			w.strangers(row.n)
			if row.do != nil {
				row.do(w)
			}
			p := w.later(t, time.Hour)
			if !row.preview {
				if p.Tripped(model.GuardBaseline) || p.Baseline != nil {
					t.Errorf("guards: %v", p.Guards)
				}
				return
			}
			wantPreview(t, p, fmt.Sprintf("the licence package knows %d people, by their csi, whom this ledger never saw, %d allowed (2 %% of %d is %d, at least 3); was an older ledger restored?", row.n, max(3, row.size/50), row.size, row.size/50))
			if len(p.Baseline.Enters) != row.n || len(w.state.Owned) != row.size || len(w.state.Observations) != row.size {
				t.Errorf("%d enter, %d owned, %d remembered", len(p.Baseline.Enters), len(w.state.Owned), len(w.state.Observations))
			}
			w.acceptBaseline(t)
			w.strangers(0)
			if p = w.settle(t); len(w.state.Owned) != row.size+row.n || len(p.Guards) > 0 || len(w.state.Approvals) > 0 {
				t.Errorf("%d owned, guards %v, approvals %v", len(w.state.Owned), p.Guards, w.state.Approvals)
			}
		})
	}
}

// rekey makes n people anew in the directory, each with the csi of before.
func (w *world) rekey(n int) {
	for _, old := range slices.Clone(w.source().people[:n]) {
		old.leave(model.Absent)
		w.hire(old.username).ou = old.ou
	}
}

// TestRekeyedIDs is a directory that was loaded anew, so that all IDs are new (pitfall K9): once
// accepted, everybody keeps the credential, and nobody is ever taken out.
func TestRekeyedIDs(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		size, n int
		preview bool
	}{
		{"three of few", 50, 3, false},
		{"four of few", 50, 4, true},
		{"two of a hundred", 600, 12, false},
		{"one more", 600, 13, true},
		{"everybody", 50, 50, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := crowd(row.size)
			w.policy.ConfirmReads, w.policy.ConfirmOver = 1, 0
			w.rekey(row.n)
			before := w.pkg
			p := w.later(t, time.Hour)
			if row.preview {
				wantPreview(t, p, fmt.Sprintf("%d of the %d people whose credentials we manage have a new directory ID", row.n, row.size))
				if got := p.Baseline; len(got.Rekeyed) != row.n || len(got.Enters)+len(got.Leaves) > 0 || english.Say(got.Rekeyed[0].Why) != "was corp/guid-001" {
					t.Errorf("%d rekeyed, %d enter, %d leave: %+v", len(got.Rekeyed), len(got.Enters), len(got.Leaves), got.Rekeyed[0])
				}
				w.acceptBaseline(t)
			}
			for range 10 {
				p = w.later(t, day)
			}
			if diff := gocmp.Diff(before, w.pkg); diff != "" || len(p.Guards) > 0 || len(p.Held) > 0 {
				t.Errorf("guards %v, %d held; the package changed:\n%s", p.Guards, len(p.Held), diff)
			}
			moved := slices.ContainsFunc(w.state.Owned, func(o model.Ownership) bool { return o.Person == w.source().people[row.size].id })
			if len(w.state.Owned) != row.size || !moved || w.done[model.Transfer] != row.n {
				t.Errorf("%d owned, %d transfers, moved: %t", len(w.state.Owned), w.done[model.Transfer], moved)
			}
		})
	}
}

// TestASecondMassIsAskedAgain: who accepted one mass accepted no other.
func TestASecondMassIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := crowd(50)
	w.strangers(10)
	w.acceptBaseline(t)
	for i := range 10 {
		name := fmt.Sprintf("y%03d", i)
		w.foreignCredential(name, w.hire(name).csi)
	}
	wantPreview(t, w.later(t, time.Hour), "the licence package knows 10 people")
	if len(w.state.Owned) != 50 {
		t.Errorf("%d owned", len(w.state.Owned))
	}
}

// TestTheFirstRunOnAPackageWithAPast adopts who is there, names those who had left before it as
// unmanaged, and takes nobody out: not before the baseline is accepted, and those never.
func TestTheFirstRunOnAPackageWithAPast(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.policy.GraceWithdraw, w.policy.ConfirmReads, w.policy.ConfirmOver, w.policy.ID, w.policy.GraceID = 0, 1, 0, model.RevokeID, 0
	w.staff(20)
	present, left, gone := w.hire("anna"), w.hire("bert"), "E-carl"
	left.leave(model.Disabled)
	for _, name := range []string{"anna", "bert", "carl"} {
		w.foreignCredential(name+".old", "E-"+name)
		w.activate(name + ".old")
	}
	before := slices.Clone(w.pkg.Users)
	w.settle(t)
	for range 2 {
		p := w.later(t, day)
		for name, why := range map[string]string{
			"bert.old": "carries the csi of " + left.dn() + ", who is disabled and was never managed: withdraw it by hand",
			"carl.old": "no entitled person has its csi " + gone,
		} {
			if !slices.ContainsFunc(p.Unmanaged, func(u model.Unmanaged) bool { return u.Name == name && english.Say(u.Reason) == why }) {
				t.Errorf("%s is not named: %+v", name, p.Unmanaged)
			}
		}
		w.acceptBaseline(t)
	}
	if w.owner(present.id) == nil || w.done[model.Withdraw]+w.done[model.Revoke] > 0 || !slices.Equal(before, w.pkg.Users) {
		t.Errorf("anna owned: %t, done %v", w.owner(present.id) != nil, w.done)
	}
	present.leave(model.Disabled)
	w.settle(t)
	if w.done[model.Withdraw] != 1 || w.done[model.Revoke] != 1 || w.credential("bert.old") == nil || w.credential("carl.old") == nil {
		t.Errorf("done %v", w.done)
	}
}

// TestBaselineViews: counts first, then names, capped, in text; all of it in JSON.
func TestBaselineViews(t *testing.T) {
	t.Parallel()
	w := crowd(20)
	w.source().scope = "s9"
	for _, e := range w.source().people[:5] {
		e.leave(model.OutOfScope)
	}
	w.hire("zoe\x1b[2J")
	p := w.plan()
	var b bytes.Buffer
	if err := view.WritePlan(&b, p, 2); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	at := 0
	for _, want := range []string{
		"GUARD baseline: the scope of source corp has changed", "If you accept the baseline: 1 enters, 5 of ours are not entitled any more, 0 have a new directory ID",
		"Not entitled any more (5):", "- E-p000000", "out-of-scope (test)", "… and 3 more", "Enter (1):", "+ E-zoe\uFFFD[2J",
	} {
		n := strings.Index(text[at:], want)
		if n < 0 {
			t.Fatalf("no %q after byte %d of\n%s", want, at, text)
		}
		at += n
	}
	var document struct {
		Baseline struct {
			Reasons                 []string
			Accepted                *bool
			Enters, Leaves, Rekeyed []struct {
				Person struct{ Source, ID, CSI, DN string }
				Reason string
			}
		}
	}
	body, err := json.Marshal(view.NewPlanJSON(p))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &document); err != nil {
		t.Fatal(err)
	}
	got := document.Baseline
	if len(got.Reasons) != 1 || got.Accepted == nil || len(got.Enters) != 1 || len(got.Leaves) != 5 || got.Rekeyed == nil {
		t.Errorf("%s", body)
	}
	if got.Leaves[0].Person.ID != "guid-001" || got.Leaves[0].Reason != "out-of-scope (test)" {
		t.Errorf("%+v", got.Leaves[0])
	}
	w.accept = true
	p = w.plan()
	p.Baseline.Accepted = true // as sync does when it is recorded
	b.Reset()
	if err := view.WritePlan(&b, p, 0); err != nil || !strings.Contains(b.String(), "Accepted: the scope of source corp") || !strings.Contains(b.String(), "Nothing was carried out") {
		t.Errorf("%v:\n%s", err, b.String())
	}
}

// TestAScopeThatBoundNobody is learned anew: no complete read showed who belongs to it, and nobody of the
// source is ours. Either of the two makes another scope a question.
func TestAScopeThatBoundNobody(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name       string
		mode       model.Mode
		incomplete bool // the first pass
		asks       bool
	}{
		{"a first read that was not whole, and nothing managed", model.Observe, true, false},
		{"a complete read", model.Observe, false, true},
		{"people who are ours", model.Sync, true, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.policy.Mode = row.mode
			for n := range 5 {
				w.hire(fmt.Sprintf("p%d", n))
			}
			w.source().incomplete = row.incomplete
			w.pass(t)
			w.source().scope, w.source().incomplete = "s2", false
			p := w.later(t, time.Hour)
			if p.Tripped(model.GuardBaseline) != row.asks {
				t.Fatalf("guards %+v", p.Guards)
			}
			w.source().scope = "s3"
			if p := w.later(t, time.Hour); !p.Tripped(model.GuardBaseline) {
				t.Errorf("the scope of a complete read binds: %+v", p.Guards)
			}
		})
	}
}

// TestAcceptedUnseen: who accepts the baseline says yes to the people whom the plan listed under a new directory
// ID. Whom only the acceptance lets depart, as the count was in doubt, it did not list: who has their number
// now asks for a yes of their own.
func TestAcceptedUnseen(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert", "carl", "dora", "emil", "fritz", "gerd", "hans")
	w.activate("anna")
	w.settle(t)
	for _, name := range []string{"anna", "bert", "carl", "dora", "emil"} {
		people[name].leave(model.Absent)
	}
	w.hire("paul").csi = "E-anna"
	if p := w.later(t, time.Hour); len(of(p, "anna")) != 1 || !strings.HasPrefix(of(p, "anna")[0], "held") {
		t.Fatalf("before: %v", of(p, "anna"))
	}
	w.accept = true
	w.later(t, time.Hour)
	w.accept = false
	w.later(t, time.Hour)
	p := w.later(t, time.Hour)
	if got := of(p, "anna"); !slices.Contains(got, "transfer E-anna needs-approval") {
		t.Errorf("after: %v\n%s", got, words(p))
	}
}
