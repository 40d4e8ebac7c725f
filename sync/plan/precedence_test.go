package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// twoSources is a company of two directories, corp before hr, each with a staff of its own.
func twoSources(t testing.TB) *world {
	t.Helper()
	w := newWorld()
	w.sources = append(w.sources, &directory{name: "hr", scope: "s2", context: "n2", server: "ldap1"})
	w.configured = []string{"corp", "hr"}
	w.staff(40)
	for n := range 40 {
		w.hireAt(w.hr(), fmt.Sprintf("clerk%03d", n)).ou = fmt.Sprintf("Clerks%d", n%7)
	}
	w.settle(t)
	w.state.RolledOut = true
	return w
}

func (w *world) hr() *directory { return w.sources[1] }

// again is the same person, by csi and username, in another directory.
func (w *world) again(e *entry, d *directory) *entry {
	other := w.hireAt(d, e.username)
	other.csi, other.first, other.last = e.csi, e.first, e.last
	return other
}

// wantOwner fails unless this entry has the one credential of that name, and the phone on it.
func (w *world) wantOwner(t testing.TB, e *entry, credentialID, threemaID string) {
	t.Helper()
	own := w.owner(e.id)
	if own == nil || own.CredentialID != credentialID {
		t.Fatalf("%s owns %+v, want credential %s", e.id, own, credentialID)
	}
	if u := w.user(threemaID); u == nil || u.CredentialID != credentialID {
		t.Fatalf("the Threema ID is %+v, want it on credential %s", u, credentialID)
	}
	if carry := w.carrying(e.csi); len(carry) != 1 {
		t.Fatalf("the csi %s stands on %v", e.csi, carry)
	}
}

func (w *world) carrying(csi string) []string {
	var ids []string
	for _, c := range w.pkg.Credentials {
		if w.pkg.Settings[c.ID][model.SettingCSI] == csi {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// TestOnePersonInTwoSources: the entry of the first source counts, the other is held with the
// reason and told as a notice. A source that comes later may speak only once the first has said
// in a complete read that the person left it.
func TestOnePersonInTwoSources(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		corp  func(*world, *entry)
		hr    func(*world, *entry)
		want  []string
		words string
		note  bool
	}{
		{"entitled in both", nil, nil, []string{"create E-anna due", "held E-anna"}, "also in source corp, which comes first, as CN=Anna Muster,OU=Berlin,DC=corp: that entry counts", true},
		{"with another login there", nil, func(_ *world, e *entry) { e.username = "a.muster" }, []string{"create E-anna due", "held E-anna"}, "that entry counts", true},
		{"held in the first", func(_ *world, e *entry) { e.held = "no sn" }, nil, []string{"held E-anna", "held E-anna"}, "that entry counts", true},
		{"unknown in the first", func(_ *world, e *entry) { e.state = model.Unknown }, nil, []string{"held E-anna", "held E-anna"}, "no complete read says that they left there", true},
		{"excluded in the first", func(_ *world, e *entry) { e.excluded = true }, nil, []string{"held E-anna", "held E-anna"}, "no complete read says that they left there", true},
		{"disabled in the first", func(_ *world, e *entry) { e.leave(model.Disabled) }, nil, []string{"create E-anna due"}, "no credential carries the csi", false},
		{"unknown in the second", nil, func(_ *world, e *entry) { e.state = model.Unknown }, []string{"create E-anna due", "held E-anna"}, "account state unknown", false},
		{"disabled in the second", nil, func(_ *world, e *entry) { e.leave(model.Disabled) }, []string{"create E-anna due"}, "no credential carries the csi", false},
		{"the same login, but another csi", nil, func(_ *world, e *entry) { e.csi = "E-other" }, []string{"held E-anna", "held E-other"}, "the username anna is also that of", false},
		{"twice in the first", func(w *world, e *entry) { w.again(e, w.source()).username = "anna2" }, nil,
			[]string{"held E-anna", "held E-anna", "held E-anna"}, "the csi E-anna is also that of", true},
		{"twice in the second", nil, func(w *world, e *entry) { w.again(e, w.hr()) }, []string{"create E-anna due", "held E-anna", "held E-anna"}, "that entry counts", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := twoSources(t)
			first := w.hire("anna")
			second := w.again(first, w.hr())
			if row.corp != nil {
				row.corp(w, first)
			}
			if row.hr != nil {
				row.hr(w, second)
			}
			p := w.later(t, time.Hour)
			wantLines(t, of(p, "anna", "other"), row.want...)
			wantWords(t, p, row.words)
			if got := slices.ContainsFunc(p.Notices, func(n plan.Notice) bool { return n.Kind == plan.NoticeTwoSources && n.Person == second.id }); got != row.note {
				t.Errorf("notices: %+v", p.Notices)
			}
			w.settle(t)
		})
	}
}

// TestTheOrderOfSourcesDecides: with the list turned round, the other entry counts.
func TestTheOrderOfSourcesDecides(t *testing.T) {
	t.Parallel()
	w := twoSources(t)
	w.configured = []string{"hr", "corp"}
	second := w.again(w.hire("anna"), w.hr())
	w.later(t, time.Hour)
	if w.owner(second.id) == nil {
		t.Errorf("the credential is not that of %s: %+v", second.id, w.state.Owned)
	}
}

// TestMoveBetweenSources: who moves keeps credential and Threema ID, forth and back, with an
// overlap and without, and whatever read fails on the day.
func TestMoveBetweenSources(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		forth   bool               // from corp, which comes first, to hr
		overlap bool               // entitled in both for a while
		old     model.EvidenceKind // what the old source shows at last
	}{
		{"forth, disabled", true, false, model.Disabled}, {"forth, deleted", true, false, model.Absent},
		{"forth, with an overlap", true, true, model.OutOfScope},
		{"back, disabled", false, false, model.Disabled}, {"back, deleted", false, false, model.Absent},
		{"back, with an overlap", false, true, model.OutOfScope},
	} {
		for _, fails := range []string{"", "old", "old in part", "new", "new in part"} {
			t.Run(row.name+", fails: "+fails, func(t *testing.T) {
				t.Parallel()
				w := twoSources(t)
				w.policy.ID, w.policy.GraceID = model.RevokeID, 0
				from, to := w.source(), w.hr()
				if !row.forth {
					from, to = to, from
				}
				old := w.hireAt(from, "anna")
				w.settle(t)
				credential, phone := w.credential("anna").ID, w.activate("anna")
				w.settle(t)

				young := w.again(old, to)
				young.last = "Neu"
				if row.overlap {
					w.later(t, time.Hour)
					w.settle(t)
				}
				old.leave(row.old)
				from.unread, from.incomplete = fails == "old", fails == "old in part"
				to.unread, to.incomplete = fails == "new", fails == "new in part"
				w.later(t, 12*time.Hour)
				from.unread, from.incomplete, to.unread, to.incomplete = false, false, false, false
				w.later(t, time.Hour)
				w.settle(t)
				w.wantOwner(t, young, credential, phone)
				if got := w.pkg.Settings[credential][model.SettingLastName]; got != "Neu" {
					t.Errorf("the last name is %q, want that of the new source", got)
				}
				for range 4 {
					w.later(t, 3*day)
				}
				w.wantOwner(t, young, credential, phone)
			})
		}
	}
}

// TestTransferWaitsForBothSources: no credential passes from or to somebody whose source was not
// read, or not wholly.
func TestTransferWaitsForBothSources(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		fails func(from, to *directory)
		words string
	}{
		{"old not read", func(from, _ *directory) { from.unread = true }, "also in source corp, which comes first, as CN=Anna Muster,OU=Berlin,DC=corp: source corp could not be read in this pass"},
		{"old in part", func(from, _ *directory) { from.incomplete = true }, "no complete read says that they left there"},
		{"new not read", func(_, to *directory) { to.unread = true }, "source hr could not be read in this pass"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := twoSources(t)
			old := w.hire("anna")
			w.settle(t)
			young := w.again(old, w.hr())
			old.leave(model.Absent)
			row.fails(w.source(), w.hr())
			p := w.later(t, time.Hour)
			if w.owner(old.id) == nil || w.owner(young.id) != nil {
				t.Errorf("the credential passed on: %v", of(p, "anna"))
			}
			wantWords(t, p, row.words)
		})
	}
}

// TestTheFirstSourceTakesOver: whom a later source had, the first one has from the day on which it
// knows them: their credential passes on while they are entitled in both.
func TestTheFirstSourceTakesOver(t *testing.T) {
	t.Parallel()
	w := twoSources(t)
	second := w.hireAt(w.hr(), "anna")
	w.settle(t)
	credential, phone := w.credential("anna").ID, w.activate("anna")
	w.settle(t)
	first := w.again(second, w.source())

	w.hr().unread = true
	p := w.later(t, time.Hour)
	wantLines(t, slices.DeleteFunc(of(p, "anna"), func(line string) bool { return line == "held E-anna" }))
	w.hr().unread = false
	w.wantOwner(t, second, credential, phone)

	p = w.later(t, time.Hour)
	wantWords(t, p, "the same csi in two sources: corp comes before hr")
	w.settle(t)
	w.wantOwner(t, first, credential, phone)
	first.leave(model.Disabled)
	w.later(t, time.Hour)
	w.wantOwner(t, second, credential, phone)
}

// TestAnInterruptedCreateIsFinishedFirst: a credential that is being made for the entry of a later
// source passes on when it is handed over, and not half made.
func TestAnInterruptedCreateIsFinishedFirst(t *testing.T) {
	t.Parallel()
	for _, how := range []loss{lostAfter, crashed} {
		t.Run(fmt.Sprint(how), func(t *testing.T) {
			t.Parallel()
			w := twoSources(t)
			second := w.hireAt(w.hr(), "anna")
			w.lost = func(c model.Change) loss {
				if c.Op == model.Create {
					return how
				}
				return arrives
			}
			w.later(t, time.Hour)
			w.lost = nil
			first := w.again(second, w.source())
			w.hr().unread = true
			p := w.later(t, time.Hour)
			wantWords(t, p, "source hr could not be read in this pass")
			if strings.Contains(words(p), "is not entitled now: delete it") {
				t.Errorf("an administrator is told to delete it:\n%s", words(p))
			}
			w.hr().unread = false
			p = w.later(t, time.Hour)
			if c := find(t, p, model.Create, "anna"); c.Person != second.id || c.Status != model.Due || statuses(p, model.Transfer)["due"] > 0 {
				t.Fatalf("not finished: %v", of(p, "anna"))
			}
			w.settle(t)
			w.wantOwner(t, first, w.credential("anna").ID, w.activate("anna"))
		})
	}
}

// TestOneSourceFails: its people are held and keep everything, their csis stay theirs; the others
// join and leave.
func TestOneSourceFails(t *testing.T) {
	t.Parallel()
	w := twoSources(t)
	corpLeaver, hrLeaver := w.hire("anna"), w.hireAt(w.hr(), "hanna")
	w.settle(t)
	w.hr().unread = true
	corpLeaver.leave(model.Disabled)
	hrLeaver.leave(model.Disabled)
	w.hire("zoe")
	hrJoiner := w.hireAt(w.hr(), "zora")
	stranger := w.foreignCredential("stranger", "E-stranger")
	var p plan.Plan
	for range 4 {
		p = w.later(t, day)
	}
	wantLines(t, of(p, "hanna", "zora", "anna", "zoe"), "held E-hanna")
	if w.credential("anna") != nil || w.credential("zoe") == nil || w.credential("hanna") == nil || w.owner(hrJoiner.id) != nil {
		t.Errorf("the credentials are %+v", w.pkg.Credentials)
	}
	wantWords(t, p, "source hr could not be read in this pass; nothing is done")
	if len(p.Guards) > 0 {
		t.Errorf("guards: %v", p.Guards)
	}
	for _, u := range p.Unmanaged {
		if u.ID == stranger.ID && !strings.Contains(english.Say(u.Reason), "cannot be told: source hr could not be read") {
			t.Errorf("unmanaged: %+v", u)
		}
	}
	w.hr().unread = false
	for range 3 {
		w.later(t, day)
	}
	w.settle(t)
	if w.credential("hanna") != nil || w.owner(hrJoiner.id) == nil {
		t.Errorf("hr did not catch up: %+v", w.pkg.Credentials)
	}
}

// TestWhatCanNeverBeUndoneWaitsForAllSources: a leaver may be at work in the one that fails.
func TestWhatCanNeverBeUndoneWaitsForAllSources(t *testing.T) {
	t.Parallel()
	for _, id := range []model.IDPolicy{model.DetachID, model.RevokeID} {
		t.Run(string(id), func(t *testing.T) {
			t.Parallel()
			w := twoSources(t)
			w.policy.ID = id
			anna := w.hire("anna")
			w.settle(t)
			phone := w.activate("anna")
			w.settle(t)
			anna.leave(model.Disabled)
			w.hr().unread = true
			for range 12 {
				w.later(t, day)
			}
			if w.credential("anna") != nil {
				t.Error("the credential still stands")
			}
			if stays := w.user(phone) != nil; stays != (id == model.RevokeID) {
				t.Errorf("the Threema ID stays: %t", stays)
			}
			w.hr().unread = false
			w.later(t, time.Hour)
			if w.user(phone) != nil {
				t.Error("the Threema ID is still there")
			}
		})
	}
}

// TestANewSourceMustBeRead: until its people were seen, nobody knows who moved there.
func TestANewSourceMustBeRead(t *testing.T) {
	t.Parallel()
	w := twoSources(t)
	anna := w.hire("anna")
	w.settle(t)
	w.sources = append(w.sources, &directory{name: "north", scope: "s3", context: "n3", unread: true})
	w.configured = append(w.configured, "north")
	anna.leave(model.Disabled)
	w.hire("zoe")
	for range 4 {
		p := w.later(t, day)
		wantWords(t, p, "source north is new and could not be read: fix that")
	}
	if w.credential("anna") == nil || w.credential("zoe") != nil {
		t.Error("something was done")
	}
}

// TestAdoptionByNameWaitsForAllSources: the credential may be a namesake's.
func TestAdoptionByNameWaitsForAllSources(t *testing.T) {
	t.Parallel()
	w := twoSources(t)
	w.policy.AdoptUsername = true
	w.foreignCredential("anna", "")
	anna := w.hire("anna")
	w.hr().unread = true
	wantWords(t, w.later(t, time.Hour), "may be a namesake's: source hr could not be read")
	if w.owner(anna.id) != nil {
		t.Error("adopted")
	}
	w.hr().unread = false
	w.later(t, time.Hour)
	if w.owner(anna.id) == nil {
		t.Error("not adopted")
	}
}

// TestAcrossSources lets people join, move, stand in both directories, leave and come back, while
// reads fail. Whoever is entitled somewhere keeps credential and Threema ID; nothing at all happens
// to people of a source that was not read (see check); one csi never stands on two credentials.
func TestAcrossSources(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := twoSources(t)
		w.policy.ID = rapid.SampledFrom([]model.IDPolicy{model.KeepID, model.DetachID, model.RevokeID}).Draw(rt, "id")
		w.policy.GraceID = day
		if rapid.Bool().Draw(rt, "hr first") {
			w.configured = []string{"hr", "corp"}
		}
		people := make([]*wanderer, 4)
		for n := range people {
			people[n] = w.wander(fmt.Sprintf("p%d", n))
		}
		w.settle(t)
		for _, person := range people {
			person.credential, person.phone = w.credential(person.at[0].username).ID, w.activate(person.at[0].username)
		}
		w.settle(t)
		for range rapid.IntRange(5, 40).Draw(rt, "passes") {
			rapid.SampledFrom(people).Draw(rt, "who").step(rapid.IntRange(0, 4).Draw(rt, "step"))
			for _, d := range w.sources {
				// A failure is short: who moves while it lasts for days looks like a leaver.
				was := d.unread
				d.unread = !was && rapid.IntRange(0, 3).Draw(rt, d.name+" fails") == 0
			}
			w.later(t, 12*time.Hour)
			for _, person := range people {
				person.look(w)
				person.check(rt, w)
			}
		}
		for _, d := range w.sources {
			d.unread = false
		}
		for range 6 {
			w.later(t, day)
		}
		w.settle(t)
		for _, person := range people {
			person.atRest(rt, w)
		}
	})
}

// wanderer is a person with an entry in each of two directories, at most one of them open at
// first.
type wanderer struct {
	at                [2]*entry
	credential, phone string
	gone              bool // was entitled nowhere for a while, so anything may have become of the credential
	unseen            int  // passes in a row that read no source in which they are entitled
}

func (w *world) wander(name string) *wanderer {
	first := w.hire(name)
	second := w.again(first, w.hr())
	first.ou, second.ou = "Staff"+name[1:], "Clerks"+name[1:] // or so few would be an OU that vanished
	second.leave(model.Absent)
	return &wanderer{at: [2]*entry{first, second}}
}

func (x *wanderer) step(n int) {
	switch a, b := x.at[0], x.at[1]; n {
	case 0, 1: // a move, one way or the other
		x.at[n].comeBack()
		x.at[1-n].leave(model.Disabled)
	case 2: // both
		a.comeBack()
		b.comeBack()
	case 3:
		a.leave(model.Absent)
		b.leave(model.Disabled)
		x.gone = true
	case 4:
		a.comeBack()
	}
}

// look: who moves back and forth, each time into the source that fails just then, is seen as disabled only, and looks
// like a leaver once that is proved: by two reads a day apart.
func (x *wanderer) look(w *world) {
	x.unseen++
	for _, e := range x.at {
		for _, d := range w.sources {
			if d.name == e.id.Source && !d.unread && e.state == model.Entitled {
				x.unseen = 0
			}
		}
	}
	x.gone = x.gone || x.unseen > 2
}

func (x *wanderer) check(rt *rapid.T, w *world) {
	if carry := w.carrying(x.at[0].csi); len(carry) > 1 {
		rt.Fatalf("%s stands on %v", x.at[0].csi, carry)
	}
	if x.gone {
		return
	}
	if w.credentialByID(x.credential) == nil || w.user(x.phone) == nil {
		rt.Fatalf("%s was entitled all the time, and lost credential or Threema ID", x.at[0].csi)
	}
}

// atRest: who is entitled has one credential, under the entry of the first source that has them;
// who is not has none.
func (x *wanderer) atRest(rt *rapid.T, w *world) {
	for _, source := range w.configured {
		for _, e := range x.at {
			if e.id.Source == source && e.state == model.Entitled {
				if own := w.owner(e.id); own == nil || w.credentialByID(own.CredentialID) == nil {
					rt.Fatalf("%s, who is entitled, owns %+v", e.id, own)
				}
				return
			}
		}
	}
	if carry := w.carrying(x.at[0].csi); len(carry) > 0 {
		rt.Fatalf("%s left, and has %v", x.at[0].csi, carry)
	}
}

// TestTwoAccountsOfALeaver: who left in two sources is out when both departures are confirmed: the end of
// the one is no sighting for the other, which would be one for the first again, and so for ever.
func TestTwoAccountsOfALeaver(t *testing.T) {
	t.Parallel()
	for name, between := range map[string]time.Duration{"at once": 0, "soon": time.Hour, "in the middle of the proof": 25 * time.Hour, "late": 10 * day} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := twoSources(t)
			w.policy.ConfirmReads, w.policy.ConfirmOver = 3, 0
			anna := w.hire("anna")
			w.settle(t)
			w.activate("anna")
			w.later(t, time.Hour)
			w.withdrawByHand("anna")
			w.later(t, 2*time.Hour)
			anna.leave(model.OutOfScope)
			elsewhere := w.again(anna, w.hr())
			w.later(t, time.Hour)
			w.approve(w.plan(), day) // the new entry gives nothing back by itself
			w.pass(t)
			if w.credential("anna") == nil {
				t.Fatal("no credential in the other source")
			}
			w.later(t, between)
			elsewhere.leave(model.OutOfScope)
			for range 8 {
				w.later(t, day)
			}
			wantLines(t, of(w.plan(), "anna"))
			if w.credential("anna") != nil {
				t.Error("still in")
			}
		})
	}
}

// TestOneEntryInTwoSources: who moves from one source to another of the same directory is the same person
// by the ID of the entry, although they get another csi and name with that. In another directory the same
// ID says nothing.
func TestOneEntryInTwoSources(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		context string
		csi     string
		want    []string
	}{
		"numbered anew":                     {"n1", "R-9", []string{"withdraw E-anna needs-approval"}},
		"married":                           {"n1", "E-anna", []string{"set-settings E-anna due", "transfer E-anna due"}},
		"numbered anew, another directory":  {"n2", "R-9", []string{"withdraw E-anna due"}},
		"married in a directory of its own": {"n2", "E-anna", []string{"transfer E-anna needs-approval", "withdraw E-anna waiting"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.sources = append(w.sources, &directory{name: "hr", scope: "s2", context: row.context, server: "ldap1"})
			w.configured = []string{"corp", "hr"}
			w.staff(40)
			w.hireAt(w.hr(), "clerk")
			anna := w.hire("anna")
			w.settle(t)
			w.state.RolledOut = true
			w.activate("anna")
			w.settle(t)
			w.policy.GraceWithdraw, w.policy.PublishContacts = 0, false
			anna.leave(model.OutOfScope)
			moved := w.hireAt(w.hr(), "anna")
			moved.id.ID, moved.csi, moved.first = anna.id.ID, row.csi, "Anne"
			if row.csi != "E-anna" {
				w.later(t, time.Hour)
				w.now = w.now.Add(2 * day)
			} else {
				w.now = w.now.Add(time.Hour)
			}
			wantLines(t, of(w.plan(), "anna"), row.want...)
		})
	}
}
