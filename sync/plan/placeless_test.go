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

// vanish takes somebody away together with all that is readable of their place.
func (e *entry) vanish() {
	e.hide("not found by ID, but nothing of the place is readable either")
	e.placeless = true
}

// asksPlace fails unless the withdrawal of anna waits for a yes because of her place alone.
func asksPlace(t *testing.T, p plan.Plan) model.Change {
	t.Helper()
	c := change(t, p, model.Withdraw, "anna")
	if c.Status != model.NeedsApproval || !slices.Equal(c.Asks, []model.Ask{model.AskPlace}) || !strings.Contains(english.Join(c.Reasons), "hidden") {
		t.Errorf("%s %v: %s", c.Status, c.Asks, english.Join(c.Reasons))
	}
	if !slices.ContainsFunc(p.Waits(), func(w model.Wait) bool { return w.Code == model.WaitCode(model.AskPlace) }) {
		t.Errorf("the pass waits for %+v", p.Waits())
	}
	return c
}

// TestPlaceGone: whoever is gone together with their OU is not held in silence for ever, and does not
// leave by silence either: the departure takes its time, and then a yes.
func TestPlaceGone(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	people["anna"].vanish()
	people["bert"].leave(model.Absent)
	for range 5 {
		w.later(t, day)
	}
	if w.credential("anna") == nil || w.credential("bert") != nil {
		t.Fatalf("anna may be hidden and must stay, bert is absent and must go: %+v", w.pkg.Credentials)
	}
	p := w.later(t, day)
	asksPlace(t, p)
	wantWords(t, p, "hidden, alone or with their place") // it is asked of somebody missed alone too
	w.approveAll(p)
	w.later(t, time.Hour)
	if w.credential("anna") != nil {
		t.Error("a yes does not let her go")
	}
	w.settle(t)
}

// TestPlaceShowsItself: what was read as long as the place hid everything is no proof. Whoever is there
// again stays, whoever is still not found leaves by a row of their own.
func TestPlaceShowsItself(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	people["anna"].vanish()
	people["bert"].vanish()
	for range 4 {
		w.later(t, day)
	}
	people["anna"].comeBack()
	people["bert"].leave(model.Absent)
	p := w.later(t, time.Hour)
	if c := change(t, p, model.Withdraw, "bert"); c.Status != model.Waiting || len(c.Asks) != 0 {
		t.Errorf("the row does not begin afresh: %s %v", c.Status, c.Asks)
	}
	for range 3 {
		w.later(t, day)
	}
	if w.credential("anna") == nil || w.credential("bert") != nil {
		t.Errorf("anna came back, bert left: %+v", w.pkg.Credentials)
	}
}

// TestPlaceGoneAfterTheProof: a place that hides itself amid a departure lets it wait for a yes, and
// one that shows itself again lets it begin afresh.
func TestPlaceGoneAfterTheProof(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	people["anna"].leave(model.Absent)
	w.later(t, time.Hour)
	people["anna"].vanish()
	for range 4 {
		w.later(t, day)
	}
	asksPlace(t, w.plan())
	people["anna"].leave(model.Absent)
	if c := change(t, w.later(t, time.Hour), model.Withdraw, "anna"); c.Status != model.Waiting {
		t.Errorf("the row does not begin afresh: %s %v", c.Status, c.Asks)
	}
}

// TestPlaceGoneOfTheSuccessor: somebody with the number of a leaver goes on standing in the way of the
// leaver's Threema ID while they may be hidden, for as long as that may be.
func TestPlaceGoneOfTheSuccessor(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	w.policy.ID, w.policy.GraceID = model.RevokeID, 7*day
	people["anna"].leave(model.Disabled)
	for w.credential("anna") != nil {
		w.later(t, day)
	}
	petra := w.successor("Petra")
	petra.username = "petra"
	w.later(t, day)
	if w.owner(petra.id) == nil {
		t.Fatal("the successor has no credential")
	}
	petra.vanish()
	for range 9 {
		w.later(t, day)
	}
	c := change(t, w.plan(), model.Revoke, "anna")
	if c.Status != model.NeedsApproval || !slices.Contains(c.Asks, model.AskSamePerson) {
		t.Errorf("%s %v", c.Status, c.Asks)
	}
}

// TestPlaceGoneInWords: whoever is asked reads why.
func TestPlaceGoneInWords(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	people["anna"].vanish()
	w.later(t, day)
	if o := w.order(people["anna"]); o.Departed || !strings.Contains(english.Say(o.Directory), "nothing of the place is readable") {
		t.Errorf("an order reads %q", english.Say(o.Directory))
	}
	w.source().scope = "s2"
	p := w.plan()
	n := slices.IndexFunc(p.Baseline.Leaves, func(b model.BaselinePerson) bool { return b.CSI == "E-anna" })
	if n < 0 || !strings.HasPrefix(english.Say(p.Baseline.Leaves[n].Why), "absent (") {
		t.Errorf("the baseline lists %+v", p.Baseline.Leaves)
	}
}

// TestPlaceGoneWithTheID: the end of a Threema ID asks as the withdrawal does.
func TestPlaceGoneWithTheID(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	w.policy.ID, w.policy.GraceID = model.RevokeID, 7*day
	id := w.activate("anna")
	w.later(t, time.Hour)
	people["anna"].leave(model.Absent)
	for w.credential("anna") != nil {
		w.later(t, day)
	}
	people["anna"].vanish()
	for range 30 {
		w.later(t, day)
	}
	if w.user(id) == nil {
		t.Fatal("the ID of somebody who may only be hidden is revoked")
	}
	c := change(t, w.plan(), model.Revoke, "anna")
	if c.Status != model.NeedsApproval || !slices.Contains(c.Asks, model.AskPlace) || !c.Placeless {
		t.Errorf("%s %v", c.Status, c.Asks)
	}
}

// TestPlaceGoneAndCreatedAnew: an account with the same csi elsewhere takes over nothing by itself from
// somebody who may be there, hidden.
func TestPlaceGoneAndCreatedAnew(t *testing.T) {
	t.Parallel()
	w, people := readForDays(t)
	people["anna"].vanish()
	anew := w.hire("anna")
	p := w.later(t, day)
	c := change(t, p, model.Transfer, "anna")
	if c.Status != model.NeedsApproval || !slices.Contains(c.Asks, model.AskSamePerson) || !strings.Contains(english.Join(c.Reasons), "hidden") {
		t.Fatalf("%s %v: %s", c.Status, c.Asks, english.Join(c.Reasons))
	}
	w.approveAll(p)
	w.later(t, time.Hour)
	if own := w.owner(anew.id); own == nil || own.Username != "anna" {
		t.Errorf("a yes does not pass it on: %+v", own)
	}
}
