package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// undo asks what it means to take the withdrawal of somebody back.
func (w *world) undo(e *entry, steps ...model.PastStep) plan.Undo {
	return plan.ComputeUndo(w.input(), e.id, model.History{Steps: steps})
}

// takeBack is what the ledger keeps of it.
func (w *world) takeBack(u plan.Undo) {
	w.state.Undone = append(slices.Clone(w.state.Undone), model.UndoneOrder{Person: u.Person, CredentialID: u.CredentialID, At: w.now, By: "anna (uid 1000)"})
}

// ordered withdraws the credential of somebody on somebody's word alone.
func (w *world) ordered(t *testing.T, e *entry) {
	t.Helper()
	own := *w.owner(e.id)
	w.withdrawByHand(e.username)
	w.obeyed(own)
	wantLines(t, of(w.pass(t), e.username), "held E-"+e.username)
}

// TestAWithdrawalIsTakenBack: this one person gets a new credential by the next pass, once, and nobody
// else does.
func TestAWithdrawalIsTakenBack(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	w.ordered(t, people["anna"])
	w.ordered(t, people["bert"])
	u := w.undo(people["anna"])
	if u.Already.Code != "" || u.Refused.Code != "" || !strings.Contains(english.Join(u.Next), "the next pass makes a new credential") {
		t.Fatalf("%+v", u)
	}
	w.takeBack(u)
	wantLines(t, of(w.pass(t), "anna", "bert"), "create E-anna due", "held E-bert")
	wantLines(t, of(w.pass(t), "anna", "bert"), "held E-bert")
	w.withdrawByHand("anna")
	w.later(t, 3*day)
	wantLines(t, of(w.later(t, time.Hour), "anna"), "held E-anna")
	wantWords(t, w.plan(), "withdraw --undo E-anna --reason TEXT")
}

// TestWhatCannotBeTakenBack, and what needs nothing: each with the words for it.
func TestWhatCannotBeTakenBack(t *testing.T) {
	t.Parallel()
	const again = "A withdrawal of credential anna was sent, and no answer says whether it was done"
	open := func(w *world, e *entry) {
		own := *w.owner(e.id)
		w.state.Open = []model.Operation{{ID: 9, Op: model.Withdraw, Ordered: true, Subject: model.Subject{Person: own.Person}, CredentialID: own.CredentialID, Username: "anna"}}
	}
	for _, row := range []struct {
		name                   string
		setup                  func(*testing.T, *world, *entry)
		already, refused, next string
	}{
		{"nothing was withdrawn", func(*testing.T, *world, *entry) {}, "credential anna stands in the package", "", ""},
		{"sent, answer lost, still there", func(_ *testing.T, w *world, e *entry) { open(w, e) }, "", "", again},
		{"sent, answer lost, not listed", func(_ *testing.T, w *world, e *entry) { open(w, e); w.withdrawByHand("anna") }, "", "",
			"Whether credential anna is gone is not certain yet: the package does not list the credential in this pass"},
		{"by hand in the cockpit", func(t *testing.T, w *world, _ *entry) {
			w.withdrawByHand("anna")
			w.pass(t)
			w.now = w.now.Add(time.Hour)
		}, "", "", "the next pass makes a new credential"},
		{"taken back before", func(t *testing.T, w *world, e *entry) { w.ordered(t, e); w.takeBack(w.undo(e)) }, "it was taken back on 2026-03-0", "", ""},
		{"left by now", func(t *testing.T, w *world, e *entry) { w.ordered(t, e); e.leave(model.Absent) }, "", "the directory says that they left (absent", ""},
		{"left, and withdrawn with the departure", func(t *testing.T, w *world, e *entry) {
			e.leave(model.Disabled)
			w.later(t, time.Hour)
			w.activate("anna")
			w.policy.ID = model.DetachID
			w.later(t, day)
		}, "", "credential anna was withdrawn with their departure", ""},
		{"whereabouts unknown", func(t *testing.T, w *world, e *entry) { w.ordered(t, e); e.hide("referral") }, "", "", "when a pass sees them so, it makes a new credential"},
		{"the directory is down", func(t *testing.T, w *world, e *entry) {
			w.ordered(t, e)
			w.source().unread, w.configured = true, []string{"corp"}
		}, "", "", "source corp could not be read"},
		{"held by a fault of the entry", func(t *testing.T, w *world, e *entry) { w.ordered(t, e); e.held = "no name" }, "", "", "they are held (no name)"},
		{"a policy without credentials", func(t *testing.T, w *world, e *entry) { w.ordered(t, e); w.policy.Mode = model.Observe }, "", "", "not under policy: observe"},
		{"back after a departure", func(t *testing.T, w *world, e *entry) {
			e.leave(model.Disabled)
			w.later(t, time.Hour)
			w.later(t, day)
			e.comeBack()
		}, "nothing stands in the way of a new credential", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			row.setup(t, w, people["anna"])
			u := w.undo(people["anna"])
			if !strings.Contains(english.Say(u.Already), row.already) || (row.already == "") != (u.Already.Code == "") ||
				!strings.Contains(english.Say(u.Refused), row.refused) || (row.refused == "") != (u.Refused.Code == "") || !strings.Contains(english.Join(u.Next), row.next) {
				t.Errorf("%+v", u)
			}
			if text := english.Join(u.Next); (u.Already.Code != "" || u.Refused.Code != "") && strings.Contains(text, "new password") {
				t.Errorf("nobody gets a new password: %s", text)
			}
		})
	}
}

// TestWhatIsUncertainWaits: a credential that one list alone lacks is not made twice.
func TestWhatIsUncertainWaits(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.withdrawByHand("anna")
	w.takeBack(w.undo(people["anna"]))
	wantLines(t, of(w.pass(t), "anna"), "held E-anna")
	wantLines(t, of(w.later(t, time.Hour), "anna"), "create E-anna due")
}

// TestWhoLeavesAfterTheWayBack gets no credential: the directory is right.
func TestWhoLeavesAfterTheWayBack(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.ordered(t, people["anna"])
	w.takeBack(w.undo(people["anna"]))
	people["anna"].leave(model.Disabled)
	w.later(t, time.Hour)
	for range 3 {
		w.later(t, day)
	}
	if w.done[model.Create] != 41 || len(w.state.Undone) > 0 {
		t.Errorf("created %d, taken back %+v", w.done[model.Create], w.state.Undone)
	}
}

// TestAnOrderAfterTheWayBack is the last word.
func TestAnOrderAfterTheWayBack(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.ordered(t, people["anna"])
	w.takeBack(w.undo(people["anna"]))
	if o := w.order(people["anna"]); o.Already.Code == "" || !o.Undone {
		t.Errorf("%s, taken back: %t", answer(o), o.Undone)
	}
}

// TestTheIDsOfTheWayBack: what was destroyed stays so, and that is said.
func TestTheIDsOfTheWayBack(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	kept := w.activate("anna")
	w.pass(t)
	w.ordered(t, people["anna"])
	step := func(op model.Op, state, id string) model.PastStep {
		return model.PastStep{Operation: model.Operation{Op: op, ThreemaIDs: []string{id}, At: w.now}, State: state}
	}
	u := w.undo(people["anna"], step(model.Revoke, "done", "GONE0001"), step(model.Revoke, "unknown", "GONE0002"), step(model.Detach, "done", "FREE0003"), step(model.Revoke, "reverted", "NEVER004"))
	text := english.Join(u.Next)
	for _, words := range []string{
		"Threema ID GONE0001 was revoked (widerrufen) on 2026-03-02. That cannot be undone: the person gets a new ID", "GONE0002 was sent on 2026-03-02, and its end is not known",
		"FREE0003 was detached", "Threema ID " + kept + " was not taken",
	} {
		if !strings.Contains(text, words) {
			t.Errorf("does not say %q:\n%s", words, text)
		}
	}
	if strings.Contains(text, "NEVER004") {
		t.Errorf("tells of what never happened:\n%s", text)
	}
}

// wentNoWayBack is a world in which the withdrawal of anna was taken back, who never logged in with the new credential and left
// after two weeks. The ID that she has from before is free.
func wentNoWayBack(t *testing.T, policy func(*model.Policy)) (w *world, people map[string]*entry, id string) {
	t.Helper()
	w, people = rolledOut(t, "anna", "bert")
	policy(&w.policy)
	id = w.activate("anna")
	w.settle(t)
	w.ordered(t, people["anna"])
	w.takeBack(w.undo(people["anna"]))
	w.pass(t)
	w.later(t, 14*day)
	people["anna"].leave(model.Disabled)
	return w, people, id
}

// TestTheIDOfAWayBackThatNobodyWent: who never logs in with the new credential and leaves has the ID of before
// still. It belongs to the departure, by the same proof as any: what may be somebody else's asks, what
// somebody else had since is theirs, and what was taken once is not taken again.
func TestTheIDOfAWayBackThatNobodyWent(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		happens  func(w *world, bert *entry, id string)
		want     []string
		question string
	}{
		"nobody else had it": {func(*world, *entry, string) {}, []string{"withdraw E-anna due", "disable-contact E-anna due", "revoke E-anna due"}, ""},
		"somebody at work had it before": {func(w *world, bert *entry, id string) {
			w.state.FormerLinks = append(w.state.FormerLinks, model.FormerLink{ThreemaID: id, Person: bert.id, Until: w.now.Add(-60 * day)})
		}, []string{"withdraw E-anna due", "revoke E-anna needs-approval"}, "was last seen on"},
		"it reports another csi": {func(w *world, _ *entry, id string) { w.user(id).CSI = "E-bert" },
			[]string{"withdraw E-anna due", "revoke E-anna needs-approval"}, "reports the csi E-bert"},
		"somebody else had it since": {func(w *world, bert *entry, id string) {
			w.state.FormerLinks = append(w.state.FormerLinks, model.FormerLink{ThreemaID: id, Person: bert.id, Until: w.now})
		}, []string{"withdraw E-anna due"}, ""},
		"somebody else has it": {func(w *world, bert *entry, id string) { w.user(id).CredentialID = w.owner(bert.id).CredentialID },
			[]string{"withdraw E-anna due"}, ""},
		"it was detached once": {func(w *world, _ *entry, id string) {
			w.state.Effects = append(w.state.Effects, model.Effect{Op: model.Detach, ThreemaID: id, RequestedAt: w.now.Add(-20 * day)})
		}, []string{"withdraw E-anna due"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people, id := wentNoWayBack(t, func(p *model.Policy) { p.ID, p.GraceWithdraw, p.GraceID = model.RevokeID, 0, 0 })
			tt.happens(w, people["bert"], id)
			w.now = w.now.Add(time.Hour)
			p := w.plan()
			wantLines(t, of(p, "anna"), tt.want...)
			if tt.question != "" && !strings.Contains(english.Join(find(t, p, model.Revoke, "anna").Questions), tt.question) {
				t.Errorf("%+v", find(t, p, model.Revoke, "anna"))
			}
		})
	}
}

// TestTheWayBackIsByWhatTheDirectoryShows: an account that is enabled is not to be enabled.
func TestTheWayBackIsByWhatTheDirectoryShows(t *testing.T) {
	t.Parallel()
	for kind, way := range map[model.EvidenceKind]string{
		model.Disabled: "Enable the account there", model.Expired: "Move the end date of the account", model.Absent: "Restore the entry",
		model.Tombstone: "Restore the entry", model.OutOfScope: "move it back, put the person into the group again, or let base_dn",
	} {
		w, people := rolledOut(t, "anna", "bert")
		w.ordered(t, people["anna"])
		people["anna"].leave(kind)
		w.later(t, time.Hour)
		u := w.undo(people["anna"])
		wantParts(t, english.Say(u.Refused), "the directory says that they left ("+string(kind), way)
		if kind != model.Disabled && strings.Contains(english.Say(u.Refused), "Enable") {
			t.Error(english.Say(u.Refused))
		}
		people["anna"].comeBack()
		w.later(t, time.Hour)
		if u := w.undo(people["anna"]); u.Refused.Code != "" {
			t.Errorf("%s, and back: %s", kind, english.Say(u.Refused))
		}
	}
}

// TestTheWayBackTellsWhatHoldsIt: an answer promises no new credential at the next pass where something is known to
// stop it, and names what ends that; once it ended, the credential comes.
func TestTheWayBackTellsWhatHoldsIt(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name       string
		stop, lift func(w *world, anna, bert *entry)
		says       string
	}{
		{"a baseline", func(w *world, _, _ *entry) { w.source().scope = "s2" }, func(w *world, _, _ *entry) { w.accept = true; w.remember(w.plan().Update); w.accept = false }, "it waits for baseline. What ends that: threema-dirsync approve --baseline."},
		{"no licence", func(w *world, _, _ *entry) { w.pkg.Subscription.Licences = len(w.pkg.Credentials) }, func(w *world, _, _ *entry) { w.pkg.Subscription.Licences = 1000 }, "it is waiting ("},
		{"a namesake", func(_ *world, anna, bert *entry) { bert.username = anna.username }, func(_ *world, _, bert *entry) { bert.username = "bert" }, "they are held ("},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna", "bert")
			anna, bert := people["anna"], people["bert"]
			w.ordered(t, anna)
			row.stop(w, anna, bert)
			u := w.undo(anna)
			said := english.Join(u.Next)
			if !strings.Contains(said, row.says) || !strings.Contains(said, "no credential comes yet") || strings.Contains(said, "the next pass makes") {
				t.Errorf("%q", said)
			}
			w.takeBack(u)
			w.pass(t)
			if w.credential("anna") != nil {
				t.Fatal("nothing stopped it")
			}
			row.lift(w, anna, bert)
			w.pass(t)
			if w.credential("anna") == nil {
				t.Errorf("what the answer names does not end it: %v", summary(w.plan()))
			}
		})
	}
}

// TestAnOrderTakesTheIDOfAWayBackThatNobodyWent: by whoever's word such a departure begins, the ID of before is part of it.
func TestAnOrderTakesTheIDOfAWayBackThatNobodyWent(t *testing.T) {
	t.Parallel()
	w, people, id := wentNoWayBack(t, func(p *model.Policy) { p.ID = model.DetachID })
	w.later(t, time.Hour)
	w.obey(t, w.order(people["anna"]))
	for end := w.now.Add(w.policy.GraceID + 2*day); w.now.Before(end); {
		w.later(t, day)
	}
	if w.user(id) != nil {
		t.Errorf("the ID that she had before goes on: %+v", w.saga(people["anna"].id))
	}
}

// TestTheIDOfAWayBackThatWasInterrupted: the create of the way back was, and then she left. Her ID of before departs, and what
// the create left behind waits for a yes.
func TestTheIDOfAWayBackThatWasInterrupted(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID = model.DetachID, 0, 0
	id := w.activate("anna")
	w.settle(t)
	w.ordered(t, people["anna"])
	w.takeBack(w.undo(people["anna"]))
	w.lost = func(model.Change) loss { return lostAfter }
	w.later(t, time.Hour)
	w.lost = nil
	people["anna"].leave(model.Disabled)
	for range 4 {
		w.later(t, day)
	}
	if w.user(id) != nil {
		t.Errorf("the ID that she had before goes on: %+v", w.saga(people["anna"].id))
	}
	p := w.plan()
	wantLines(t, of(p, "anna"), "withdraw E-anna needs-approval")
	w.approve(p, 7*day)
	w.later(t, day)
	if c := w.credential("anna"); c != nil {
		t.Errorf("what the create left behind stays: %+v", c)
	}
}
