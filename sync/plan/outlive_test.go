package plan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestAYesToATransferIsForOneDeparture: whoever may be somebody else gets the credential by a yes to the departure
// that somebody judged. Its owner who was seen since leaves anew, and nobody has judged that.
func TestAYesToATransferIsForOneDeparture(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.PublishContacts = false
	w.activate("anna")
	w.settle(t)
	people["anna"].leave(model.Disabled)
	w.now = w.now.Add(time.Hour)
	petra := w.successor("Petra")
	p := w.plan()
	wantLines(t, of(p, "anna"), "transfer E-anna needs-approval", "withdraw E-anna waiting")
	w.later(t, time.Minute)
	people["anna"].comeBack()
	w.approve(p, 30*day)
	w.later(t, time.Hour)
	if w.owner(people["anna"].id) == nil || w.owner(petra.id) != nil {
		t.Fatal("passed on although anna is back")
	}
	people["anna"].leave(model.Disabled)
	if got := of(w.later(t, day), "anna"); !slices.Contains(got, "transfer E-anna needs-approval") {
		t.Errorf("%v", got)
	}
}

// TestTheYesToALateMassIsForItsIDsToo: the pass that finds an ID due has the yes to that, however late it and the
// withdrawal before it come.
func TestTheYesToALateMassIsForItsIDsToo(t *testing.T) {
	t.Parallel()
	w := running(t, 100)
	w.policy.ID, w.policy.GraceID = model.DetachID, 2*day
	for _, e := range w.source().people[:9] {
		w.activate(e.username)
	}
	w.settle(t)
	w.leaveOU(0, model.Disabled)
	p := w.later(t, 2*time.Hour)
	w.given(p, p.AwaitingApproval()...)
	p = w.plan()
	if len(p.AwaitingApproval()) != 9 { // the IDs follow whom somebody lets go
		t.Fatalf("%v", summary(p))
	}
	w.given(p, p.AwaitingApproval()...)
	w.later(t, 6*day) // the machine was off
	if w.done[model.Withdraw] != 9 {
		t.Fatalf("withdrawn %d", w.done[model.Withdraw])
	}
	w.later(t, day)
	w.later(t, 2*day)
	if w.done[model.Detach] != 9 {
		t.Errorf("detached %d", w.done[model.Detach])
	}
}

// TestAYesOfAnHourLastsAnHour: only a step out waits with the row of reads. A second account that leaves meanwhile,
// and comes back a day later, takes nothing over by a yes whose time was over then.
func TestAYesOfAnHourLastsAnHour(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.PublishContacts = false
	w.activate("anna")
	w.settle(t)
	second := w.successor("Petra")
	w.later(t, time.Hour)
	people["anna"].leave(model.Disabled)
	p := w.later(t, time.Hour)
	if got := of(p, "anna"); !slices.Contains(got, "transfer E-anna needs-approval") {
		t.Fatalf("%v", got)
	}
	yes := change(t, p, model.Transfer, "anna")
	second.leave(model.Disabled)
	w.give(model.GivenApproval{ChangeID: yes.ID, Op: yes.Op, Person: yes.Person, Until: w.now.Add(time.Hour)})
	w.later(t, time.Minute)
	w.later(t, 20*time.Hour)
	second.comeBack()
	if got := of(w.later(t, time.Hour), "anna"); !slices.Contains(got, "transfer E-anna needs-approval") {
		t.Errorf("%v", got)
	}
}
