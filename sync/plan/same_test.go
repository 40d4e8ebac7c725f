package plan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// successor hires somebody with anna's csi and login.
func (w *world) successor(first string) *entry {
	young := w.hire("anna")
	young.first = first
	return young
}

// TestACSIIsNotAPerson: who has a leaver's csi next gets credential and Threema ID only if it is the
// same person, by the first name that we wrote and because the two never stood side by side; else
// somebody says so, and meanwhile the leaver leaves up to the withdrawal.
func TestACSIIsNotAPerson(t *testing.T) {
	t.Parallel()
	asked := []string{"transfer E-anna needs-approval", "withdraw E-anna waiting"}
	passes := []string{"set-settings E-anna due", "transfer E-anna due"}
	nameless := func(w *world, anna *entry) {
		own := w.owner(anna.id)
		own.FirstName = ""
		delete(w.pkg.Settings[own.CredentialID], model.SettingFirstName)
	}
	for _, row := range []struct {
		name  string
		first string
		do    func(w *world, anna *entry)
		want  []string
	}{
		{"a new hire with the number of a leaver", "Petra", nil, asked},
		{"the account made anew", "Anna", nil, []string{"transfer E-anna due"}},
		{"the name in other letters", "  ANNA ", nil, passes},
		{"the name in a compatible form", "Ａnna", nil, passes},
		{"what the phone reports counts for nothing", "Petra", func(w *world, _ *entry) { w.pkg.Users[0].FirstName = "Petra" }, asked},
		{"a name that the directory took on with the departure", "Petra", func(_ *world, anna *entry) { anna.first = "Petra" }, asked},
		{"no first name was ever written", "Anna", nameless, asked},
		{"no first name was ever written, and none is known now", "", nameless, asked},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.policy.PublishContacts = false
			w.activate("anna")
			w.settle(t)
			if row.do != nil {
				row.do(w, people["anna"])
			}
			people["anna"].leave(model.Disabled)
			w.now = w.now.Add(time.Hour)
			w.successor(row.first)
			wantLines(t, of(w.plan(), "anna"), row.want...)
		})
	}
}

// TestNumberReused is the whole way of a leaver whose number somebody else has: out by the proof of
// their own up to the withdrawal, the Threema ID by a yes, and the new one gets a credential.
func TestNumberReused(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.ID, w.policy.PublishContacts = model.RevokeID, false
	id := w.activate("anna")
	w.settle(t)
	people["anna"].leave(model.Absent)
	w.later(t, time.Hour)
	petra := w.successor("Petra")
	petra.username = "petra"
	w.later(t, time.Hour)
	wantLines(t, of(w.later(t, 23*time.Hour), "anna"), "transfer E-anna needs-approval", "withdraw E-anna waiting", "revoke E-anna waiting")
	w.later(t, day)
	if w.credential("anna") != nil || w.credential("petra") != nil {
		t.Fatal("the credential was not withdrawn, or a new one made before")
	}
	wantLines(t, of(w.later(t, time.Hour), "anna"), "create E-anna due", "revoke E-anna waiting")
	p := w.later(t, 8*day)
	wantLines(t, of(p, "anna"), "revoke E-anna needs-approval")
	wantWords(t, p, "has the csi now: the first name is \"Petra\", and was \"Anna\"")
	if w.credential("petra") == nil || w.user(id) == nil {
		t.Fatal("petra has no credential, or anna's ID went without a yes")
	}
	// One read that lacks petra answers no question.
	petra.leave(model.Absent)
	wantLines(t, of(w.later(t, time.Hour), "anna"), "revoke E-anna needs-approval", "withdraw E-anna waiting")
	petra.comeBack()
	w.later(t, time.Hour)
	w.approve(w.plan(), day)
	w.settle(t)
	if w.user(id) != nil {
		t.Error("a yes did not revoke the ID")
	}
	wantLines(t, of(w.later(t, day), "anna"))
}

// TestTheSamePersonAmongSeveral: who may be the leaver under another ID is asked about first, whoever else
// has the number by now.
func TestTheSamePersonAmongSeveral(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.GraceWithdraw, w.policy.PublishContacts = 0, false
	w.activate("anna")
	w.settle(t)
	people["anna"].leave(model.Disabled)
	w.now = w.now.Add(time.Hour)
	w.successor("Petra").username = "petra"
	w.successor("Anna").username = "anna2"
	p := w.plan()
	wantLines(t, of(p, "anna"), "held E-anna", "held E-anna", "withdraw E-anna needs-approval")
	wantWords(t, p, "the csi is also that of "+w.lastHired().dn()+", who did not leave, and may be the same person")
}

// TestARowUnderAnotherIDBeginsAfresh: while the same person stands under another ID, that is a sighting;
// when that account leaves too, the departure begins with it.
func TestARowUnderAnotherIDBeginsAfresh(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	people["anna"].leave(model.Disabled)
	w.now = w.now.Add(time.Hour)
	again := w.successor("Anna")
	again.username, again.state, again.evidence = "anna2", model.Unknown, model.Evidence{Detail: "not readable"}
	w.later(t, day)
	wantLines(t, of(w.later(t, 3*day), "anna"), "held E-anna", "withdraw E-anna needs-approval")
	again.leave(model.Disabled)
	wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna waiting")
	wantLines(t, of(w.later(t, 25*time.Hour), "anna"), "withdraw E-anna due")
}

// TestWhoIsMeantWhileATransferWaits: by the username of the credential its owner is meant, as in an urgent
// withdrawal, until somebody says that it passes on.
func TestWhoIsMeantWhileATransferWaits(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.activate("anna")
	w.settle(t)
	people["anna"].leave(model.Disabled)
	w.now = w.now.Add(time.Hour)
	w.successor("Petra").username = "petra"
	p := w.plan()
	find(t, p, model.Transfer, "anna")
	if x, err := explain.Explain(w.input(), p, "anna", nil); err != nil || x.Person != people["anna"].id {
		t.Errorf("%+v, %v", x.Person, err)
	}
	if x, err := explain.Explain(w.input(), p, "petra", nil); err != nil || x.Person != w.lastHired().id {
		t.Errorf("%+v, %v", x.Person, err)
	}
}

// TestSamePersonNumberedAnew: who was seen as the person of a former account stays so when they get another
// csi, although the credential was withdrawn by hand meanwhile and could not pass on. Their Threema ID
// waits for a yes. Who has another first name is somebody else all the same.
func TestSamePersonNumberedAnew(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, first string
		seen        bool // by a pass, before they are numbered anew
		asks        bool
	}{
		{"the same person", "Anna", true, true},
		{"another first name", "Petra", true, false},
		{"nobody ever saw the two csis on one account", "Anna", false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.policy.ID, w.policy.PublishContacts = model.RevokeID, false
			w.activate("anna")
			w.settle(t)
			w.withdrawByHand("anna")
			w.later(t, time.Hour)
			w.later(t, 2*time.Hour)
			people["anna"].leave(model.Absent)
			again := w.successor(row.first)
			if row.seen {
				w.later(t, time.Hour)
			}
			again.csi = "R-1"
			w.later(t, time.Hour)
			w.later(t, day)
			w.now = w.now.Add(day)
			p := w.plan()
			wantLines(t, of(p, "anna"), "revoke E-anna waiting")
			if c := find(t, p, model.Revoke, "anna"); slices.Contains(c.Asks, model.AskSamePerson) != row.asks {
				t.Errorf("asks %v: %s", c.Asks, english.Join(c.Questions))
			}
		})
	}
}

// TestAYesWhileTheOtherAccountIsHidden: the yes that a leaver is the person of an account that cannot be seen
// ends when that account is entitled again: the Threema ID is that of somebody at work.
func TestAYesWhileTheOtherAccountIsHidden(t *testing.T) {
	t.Parallel()
	for name, comesBack := range map[string]bool{"and stays so": false, "and comes back": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID, w.policy.PublishContacts = model.RevokeID, 0, 0, false
			id := w.activate("anna")
			w.settle(t)
			w.withdrawByHand("anna")
			people["anna"].leave(model.Disabled)
			again := w.successor("Anna")
			for range 4 {
				w.later(t, day)
			}
			p := w.plan()
			w.given(p, find(t, p, model.Create, "anna")) // the new account gives nothing back by itself
			w.pass(t)
			again.hide("referral")
			wantLines(t, of(w.later(t, time.Hour), "anna"), "revoke E-anna needs-approval", "held E-anna")
			w.approve(w.plan(), 30*day)
			if comesBack {
				again.comeBack()
			}
			for range 3 {
				w.later(t, day)
			}
			if there := w.user(id) != nil; there != comesBack {
				t.Errorf("the Threema ID is there: %t", there)
			}
		})
	}
}

// TestSecondAccount: an account that stood beside the leaver's is not them without a yes, and gets no
// credential without one either; with a yes it takes over what the leaver had.
func TestSecondAccount(t *testing.T) {
	t.Parallel()
	beside := func(t *testing.T) (*world, *entry, string) {
		w, people := rolledOut(t, "anna")
		w.policy.PublishContacts = false
		id := w.activate("anna")
		w.settle(t)
		second := w.hire("anna2")
		second.csi, second.first = "E-anna", "Anna"
		wantLines(t, of(w.later(t, day), "anna"), "held E-anna", "held E-anna")
		people["anna"].leave(model.Disabled)
		return w, second, id
	}
	t.Run("left alone", func(t *testing.T) {
		t.Parallel()
		w, _, _ := beside(t)
		p := w.later(t, time.Hour)
		wantLines(t, of(p, "anna"), "transfer E-anna needs-approval", "withdraw E-anna waiting")
		wantWords(t, p, "entitled side by side in source corp")
		w.later(t, day)
		for range 3 { // whatever is settled and forgotten of the leaver
			wantLines(t, of(w.later(t, 60*day), "anna"), "create E-anna needs-approval")
		}
		w.approve(w.plan(), day)
		w.settle(t)
		if w.credential("anna2") == nil {
			t.Error("a yes made no credential")
		}
	})
	t.Run("disabled for a while", func(t *testing.T) {
		t.Parallel()
		w, second, _ := beside(t)
		second.leave(model.Disabled)
		w.later(t, time.Hour)
		w.later(t, day)
		w.later(t, day)
		second.comeBack()
		wantLines(t, of(w.later(t, 10*day), "anna"), "create E-anna needs-approval")
	})
	for name, leave := range map[string]func(*entry){
		"moved out of the scope for a while": func(e *entry) { e.leave(model.OutOfScope) },
		"deleted and put back":               func(e *entry) { e.leave(model.Absent) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, second, _ := beside(t)
			for range 4 {
				w.later(t, day)
			}
			leave(second)
			w.later(t, day)
			w.later(t, day)
			second.comeBack()
			wantLines(t, of(w.later(t, day), "anna"), "create E-anna needs-approval")
		})
	}
	t.Run("not readable, when the departure is forgotten", func(t *testing.T) {
		t.Parallel()
		w, second, _ := beside(t)
		for range 6 {
			w.later(t, 60*day)
		}
		second.state, second.evidence = model.Unknown, model.Evidence{Detail: "not readable"}
		w.later(t, day)
		second.comeBack()
		wantLines(t, of(w.later(t, day), "anna"), "create E-anna needs-approval")
	})
	t.Run("without a number while the other was there", func(t *testing.T) {
		t.Parallel()
		w, people := rolledOut(t, "anna")
		second := w.hire("anna2")
		second.csi, second.first, second.cleared = "E-anna", "Anna", true
		w.later(t, day)
		people["anna"].leave(model.Disabled)
		w.later(t, day)
		w.later(t, day)
		w.settle(t)
		second.cleared = false
		wantLines(t, of(w.later(t, day), "anna"), "create E-anna needs-approval")
	})
	t.Run("with a yes", func(t *testing.T) {
		t.Parallel()
		w, second, id := beside(t)
		w.approve(w.later(t, time.Hour), day)
		w.settle(t)
		if own := w.owner(second.id); own == nil || w.user(id) == nil || own.CredentialID != w.user(id).CredentialID {
			t.Errorf("owned %+v, user %+v", own, w.user(id))
		}
	})
	t.Run("a mistyped number that was corrected", func(t *testing.T) {
		t.Parallel()
		w, people := rolledOut(t, "anna")
		second := w.hire("dora")
		second.csi = "E-anna"
		w.later(t, day)
		people["anna"].csi = "E-other"
		w.later(t, time.Hour)
		w.settle(t)
		if w.credential("dora") == nil {
			t.Errorf("dora waits: %v", summary(w.plan()))
		}
	})
}

// TestUnusedCredentialIsNotPassedOn: its password is known to the leaver alone.
func TestUnusedCredentialIsNotPassedOn(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	people["anna"].leave(model.Disabled)
	w.now = w.now.Add(time.Hour)
	w.successor("Petra").username = "petra"
	p := w.pass(t)
	wantLines(t, of(p, "anna"), "held E-anna", "withdraw E-anna waiting")
	wantWords(t, p, "was never used and only they know its password")
	old := w.credential("anna").ID
	w.later(t, day)
	w.later(t, time.Hour)
	w.settle(t)
	if c := w.credential("petra"); c == nil || c.ID == old || w.credentialByID(old) != nil {
		t.Errorf("petra has %+v", c)
	}
}

// TestAcceptedBaselineIsTheYes: who accepts a baseline that lists somebody as known under a new ID has
// said that it is the same person, however few they are.
func TestAcceptedBaselineIsTheYes(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.PublishContacts = false
	w.activate("anna")
	w.settle(t)
	people["anna"].leave(model.Disabled)
	w.source().scope = "s2"
	w.now = w.now.Add(time.Hour)
	young := w.successor("Petra")
	if got := len(w.plan().Baseline.Rekeyed); got != 1 {
		t.Fatalf("%d are listed", got)
	}
	w.acceptBaseline(t)
	w.settle(t)
	if w.owner(young.id) == nil {
		t.Errorf("no transfer: %v", summary(w.plan()))
	}
}

// TestTwoSourcesAreHeldAgainstTheName: the overlap of sources is legal, and a number range that two
// sources share makes nobody the same person.
func TestTwoSourcesAreHeldAgainstTheName(t *testing.T) {
	t.Parallel()
	for first, want := range map[string]string{"Anna": "transfer E-anna due", "Petra": "transfer E-anna needs-approval"} {
		w, people := rolledOut(t, "anna")
		w.policy.PublishContacts = false
		w.activate("anna")
		w.settle(t)
		w.sources = append(w.sources, &directory{name: "north", scope: "s2", context: "n2", server: "dc9"})
		w.configured = []string{"corp", "north"}
		w.acceptBaseline(t)
		young := w.hireAt(w.sources[1], "anna")
		young.first = first
		w.later(t, day)
		people["anna"].leave(model.Disabled)
		p := w.later(t, day)
		if got := find(t, p, model.Transfer, "anna"); string(got.Op)+" E-anna "+string(got.Status) != want {
			t.Errorf("%s: %s %s, want %s", first, got.Op, got.Status, want)
		}
	}
}

// TestAYesIsForOneDeparture: whoever is seen as entitled in between has departed anew, and needs a new
// yes; so do all whom a limit had blocked.
func TestAYesIsForOneDeparture(t *testing.T) {
	t.Parallel()
	for name, between := range map[string]func(*world, *entry){
		"seen":                       func(*world, *entry) {},
		"seen in an incomplete read": func(w *world, _ *entry) { w.source().incomplete = true },
		"seen after a doubt": func(w *world, e *entry) {
			e.hide("referral")
			w.plan()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.policy.Protected = []string{"E-anna"}
			anna := people["anna"]
			anna.leave(model.Disabled)
			w.later(t, time.Hour)
			w.approve(w.later(t, 25*time.Hour), 30*day)
			between(w, anna)
			anna.comeBack()
			w.later(t, time.Hour)
			w.source().incomplete = false
			anna.leave(model.Disabled)
			w.later(t, time.Hour)
			wantLines(t, of(w.later(t, 25*time.Hour), "anna"), "withdraw E-anna needs-approval")
		})
	}
	t.Run("in a mass", func(t *testing.T) {
		t.Parallel()
		w := crowd(100)
		w.leaveSome(30)
		p := w.pass(t)
		if got := statuses(p, model.Withdraw)["blocked"+model.GuardLeaversRun]; got != 30 {
			t.Fatalf("%d blocked: %v", got, statuses(p, model.Withdraw))
		}
		w.approve(p, 30*day)
		for _, e := range w.source().people {
			e.comeBack()
		}
		w.later(t, time.Hour)
		w.leaveSome(30)
		if got := statuses(w.later(t, time.Hour), model.Withdraw); got["due"] != 0 {
			t.Errorf("an old yes takes out %v", got)
		}
	})
}

// TestAClockThatStepsBack: which of two accounts was seen before the other stays as it was, so an
// account that stood beside the leaver's still asks, and one that was made after it still does not.
func TestAClockThatStepsBack(t *testing.T) {
	t.Parallel()
	const step = -3 * time.Minute
	t.Run("beside", func(t *testing.T) {
		t.Parallel()
		w, people := rolledOut(t, "anna")
		w.policy.PublishContacts = false
		w.activate("anna")
		w.settle(t)
		second := w.hire("anna2")
		second.csi, second.first = "E-anna", "Anna"
		w.later(t, day)
		w.later(t, step)
		people["anna"].leave(model.Disabled)
		wantLines(t, of(w.later(t, time.Hour), "anna"), "transfer E-anna needs-approval", "withdraw E-anna waiting")
	})
	t.Run("made anew", func(t *testing.T) {
		t.Parallel()
		w, people := rolledOut(t, "anna")
		w.policy.PublishContacts = false
		w.activate("anna")
		w.settle(t)
		w.later(t, day)
		people["anna"].leave(model.Disabled)
		w.successor("Anna")
		wantLines(t, of(w.later(t, step), "anna"), "transfer E-anna due")
	})
	t.Run("hired after a departure that is over", func(t *testing.T) {
		t.Parallel()
		w, people := rolledOut(t, "anna")
		w.later(t, 10*day)
		people["anna"].leave(model.Disabled)
		w.later(t, day)
		w.later(t, day)
		w.settle(t)
		w.now = w.now.Add(-5 * day)
		w.successor("Petra").username = "petra"
		wantLines(t, of(w.plan(), "anna"), "create E-anna due")
	})
}

// TestAYesOfBeforeTheQuestion: who said yes to a leaver's steps before somebody else stood there with
// their csi was not asked whether it is the same person.
func TestAYesOfBeforeTheQuestion(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		first string
		want  []string
	}{
		"the same person, under another ID": {"Anna", []string{"withdraw E-anna waiting", "revoke E-anna waiting"}},
		"somebody else, perhaps":            {"Petra", []string{"transfer E-anna needs-approval", "withdraw E-anna due", "revoke E-anna needs-approval"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.policy.ID, w.policy.PublishContacts = model.RevokeID, false
			w.policy.Approval, w.policy.GraceWithdraw, w.policy.GraceID = model.ApproveAll, 0, 0
			w.activate("anna")
			w.settle(t)
			people["anna"].leave(model.Disabled)
			w.later(t, day)
			w.later(t, day)
			p := w.plan()
			wantLines(t, of(p, "anna"), "withdraw E-anna needs-approval", "revoke E-anna needs-approval")
			w.approve(p, 7*day)
			again := w.successor(row.first)
			again.username = "anna2"
			if row.first == "Anna" { // else the credential passes to her at once
				w.now = w.now.Add(time.Minute)
				w.remember(w.plan().Update)
				again.leave(model.Absent) // one read that lacks her proves nothing: the departure is that of both
			}
			w.now = w.now.Add(time.Minute)
			wantLines(t, of(w.plan(), "anna"), row.want...)
		})
	}
}
