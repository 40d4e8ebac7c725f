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

// orderOpen is a world in which an order about somebody's credential is not carried out yet.
func (w *world) orderOpen(e *entry) {
	for _, own := range w.state.Owned {
		if own.Person == e.id {
			w.state.OpenOrders = append(w.state.OpenOrders, model.OpenOrder{Person: e.id, CredentialID: own.CredentialID, At: w.now, By: "anna (uid 1000)"})
		}
	}
}

// ordering is somebody who types an order that no rule refuses at once, and that is not carried out at once.
func (w *world) ordering(e *entry) {
	o := w.order(e)
	stands := slices.ContainsFunc(w.state.OpenOrders, func(had model.OpenOrder) bool { return had.CredentialID == o.CredentialID })
	if len(o.Changes) == 0 || o.Withdrawal().Status == model.Withheld || stands {
		return
	}
	w.state.OpenOrders = slices.Clone(w.state.OpenOrders)
	w.orderOpen(e)
	w.dropUndone(e.id)
}

// endOrder is what the ledger does with an order that is carried out, or taken back.
func (w *world) endOrder(credentialID string) {
	w.state.OpenOrders = slices.DeleteFunc(slices.Clone(w.state.OpenOrders), func(o model.OpenOrder) bool { return o.CredentialID == credentialID })
}

// seeUsers keeps who uses a credential that goes by order: nobody departs.
func (w *world) seeUsers(op model.Operation) {
	w.state.UsersSeen = slices.Clone(w.state.UsersSeen)
	for _, id := range op.ThreemaIDs {
		if !slices.ContainsFunc(w.state.UsersSeen, func(u model.SeenUser) bool { return u.ThreemaID == id && u.CredentialID == op.CredentialID }) {
			w.state.UsersSeen = append(w.state.UsersSeen, model.SeenUser{ThreemaID: id, CredentialID: op.CredentialID, Since: w.now})
		}
	}
}

// passOrdered lets a departure take over what an order took before.
func (w *world) passOrdered(op model.Operation) {
	w.state.Effects = slices.DeleteFunc(slices.Clone(w.state.Effects), func(e model.Effect) bool {
		return e.Ordered && e.Person == op.Person && e.CredentialID == op.CredentialID && e.ReturnedAt.IsZero()
	})
}

// checkOrdered holds what somebody's word reaches: the one credential about which it stands, no Threema ID, and a
// departure only where a complete read shows it.
func checkOrdered(t testing.TB, in plan.Input, c model.Change) {
	t.Helper()
	stands := slices.ContainsFunc(in.State.OpenOrders, func(o model.OpenOrder) bool { return o.CredentialID == c.CredentialID && o.By == c.By })
	switch {
	case c.Op != model.Withdraw && (c.Op != model.DisableContact || c.Ordered):
		t.Fatalf("%s by order: %+v", c.Op, c)
	case !stands:
		t.Fatalf("nobody ordered %+v", c)
	case !c.Ordered && !provenNow(in, c.Person):
		t.Fatalf("a departure begins that nothing shows: %+v", c)
	}
}

// checkOrdersTold holds that no order is forgotten: its step is in the plan, it ends, somebody is asked, or its
// credential passes to another account of the person first.
func checkOrdersTold(t testing.TB, in plan.Input, p plan.Plan) {
	t.Helper()
	for _, o := range in.State.OpenOrders {
		planned := slices.ContainsFunc(p.Changes, func(c model.Change) bool {
			return c.CredentialID == o.CredentialID && (c.By == o.By || c.Op == model.Transfer && c.Status != model.Withheld && c.Status != model.Deferred)
		})
		asked := slices.ContainsFunc(p.Waits(), func(x model.Wait) bool {
			return x.Code == model.WaitOrder && len(x.Whom) > 0
		})
		if !planned && !asked && !p.Update.EndsOrder(o.CredentialID) && !in.AcceptBaseline {
			t.Fatalf("nobody speaks of the order about %s of %s: %v", o.CredentialID, o.Person, summary(p))
		}
	}
}

// TestAnOpenOrderIsPlanned like any change, through the gates that hold for an order and no others, and each
// view tells it. It is the step that the order itself told: one yes is for both.
func TestAnOpenOrderIsPlanned(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		setup func(*world, *entry)
		want  string // the withdrawal's status and guard
		waits model.WaitCode
	}{
		{"entitled", func(*world, *entry) {}, "due", ""},
		{"departed, not confirmed", func(_ *world, e *entry) { e.leave(model.Absent) }, "due", ""},
		{"the directory is down", func(w *world, e *entry) { w.source().unread = true }, "due", ""},
		{"many go for other reasons", func(w *world, _ *entry) {
			w.policy.ConfirmReads, w.policy.ConfirmOver, w.policy.GraceWithdraw = 1, 0, 0
			for _, other := range w.source().people[:8] {
				other.leave(model.Disabled)
			}
		}, "due", ""},
		{"protected", func(w *world, e *entry) { w.policy.Protected = []string{e.csi} }, "needs-approval", model.WaitApproval},
		{"stop file", func(w *world, _ *entry) { w.stop = "the stop file exists" }, "blocked stop-file", model.GuardStopFile},
		{"another policy", func(w *world, _ *entry) { w.policy.Mode = model.UpsertOnly }, "withheld", model.WaitOrder},
		{"no requests left", func(w *world, _ *entry) { w.budget = model.Budget{FreeAt: w.now.Add(time.Hour)} }, "deferred", model.WaitOrder},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := running(t, 20)
			e := w.source().people[15]
			e.last = "Renamed"
			row.setup(w, e)
			w.orderOpen(e)
			p := w.plan()
			n := slices.IndexFunc(p.Changes, func(c model.Change) bool { return c.Op == model.Withdraw && c.Person == e.id })
			if n < 0 {
				t.Fatalf("it is not planned: %+v", p.Changes)
			}
			c := p.Changes[n]
			if tripped := p.Tripped(model.GuardLeaversRun); tripped != strings.HasPrefix(row.name, "many") {
				t.Errorf("guards %+v", p.Guards)
			}
			if got := strings.TrimSpace(string(c.Status) + " " + c.Guard); got != row.want {
				t.Errorf("%s, want %s", got, row.want)
			}
			if now := w.order(e); len(now.Changes) == 0 || now.Changes[0].ID != c.ID {
				t.Errorf("the order tells another step: %+v", now.Changes)
			}
			waits := slices.ContainsFunc(p.Waits(), func(x model.Wait) bool {
				return x.Code == row.waits && slices.ContainsFunc(x.Whom, func(who model.WaitingPerson) bool { return who.Person == e.id })
			})
			if waits != (row.waits != "") {
				t.Errorf("waits %+v", p.Waits())
			}
			if slices.ContainsFunc(p.Changes, func(c model.Change) bool { return c.Person == e.id && c.Op == model.SetSettings }) {
				t.Error("settings are written to what goes")
			}
		})
	}
}

// TestAnOpenOrderEnds when its credential is proven to be gone; until then it stands.
func TestAnOpenOrderEnds(t *testing.T) {
	t.Parallel()
	w := running(t, 20)
	e := w.source().people[15]
	w.orderOpen(e)
	w.withdrawByHand(w.owner(e.id).Username)
	for n := range 2 {
		w.now = w.now.Add(2 * time.Hour)
		p := w.plan()
		withdraws := slices.ContainsFunc(p.Changes, func(c model.Change) bool { return c.Op == model.Withdraw })
		if ended := len(p.Update.EndedOrders) == 1; ended != (n == 1) || withdraws == ended {
			t.Errorf("list %d: ended %v, withdraws %v", n+1, ended, withdraws)
		}
		w.remember(p.Update)
	}
}

// TestNothingIsWrittenToWhatIsOrdered, also where its credential passes to another account of the same person.
func TestNothingIsWrittenToWhatIsOrdered(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.activate("anna")
	w.settle(t)
	w.orderOpen(people["anna"])
	people["anna"].leave(model.Disabled)
	w.now = w.now.Add(time.Hour)
	young := w.successor("Anna")
	young.last = "Neu"
	wantLines(t, of(w.plan(), "anna"), "transfer E-anna due")
}

// TestAnOrderWhereNoPlaceShows proves no departure: the screen and the plan say the same.
func TestAnOrderWhereNoPlaceShows(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.activate("anna")
	w.settle(t)
	people["anna"].vanish()
	w.now = w.now.Add(time.Hour)
	o := w.order(people["anna"])
	if !strings.Contains(english.Say(o.Directory), "does not count") {
		t.Fatal(english.Say(o.Directory))
	}
	if o.Departed {
		t.Errorf("a departure begins: %s", answer(o))
	}
}

// TestAnOrderOfAnOlderLedger is carried out by nobody who accepts that it was put back: whoever does so is told what
// to type, should the access end still.
func TestAnOrderOfAnOlderLedger(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.orderOpen(people["anna"])
	w.older(w.state)
	wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna blocked by baseline")
	w.accept = true
	p := w.later(t, time.Hour)
	if got := english.Join(p.Baseline.Refused); len(of(p, "anna")) > 0 || !strings.Contains(got, "E-anna") || !strings.Contains(got, "`threema-dirsync withdraw E-anna --reason TEXT`") {
		t.Errorf("%v\n%s", of(p, "anna"), got)
	}
}

// TestAnOrderThatAnotherAccountAwaits is told, where the credential may not pass on.
func TestAnOrderThatAnotherAccountAwaits(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.PublishContacts = false
	w.activate("anna")
	w.settle(t)
	w.orderOpen(people["anna"])
	people["anna"].leave(model.Disabled)
	w.now = w.now.Add(time.Hour)
	w.successor("Anna")
	w.policy.Mode = model.CreateOnly
	p := w.later(t, time.Hour)
	wantLines(t, of(p, "anna"), "transfer E-anna withheld")
	if got := codes(p); !slices.Equal(got, []string{string(model.WaitOrder)}) {
		t.Errorf("waits for %v", got)
	}
	w.policy.Mode = model.Sync
	w.later(t, time.Hour)
	wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna due")
}

// TestWhatWasOrderedComesFirst: where the day's requests are enough for one withdrawal, a phone that is stolen does not
// wait for a leaver who comes before it in the order of csis.
func TestWhatWasOrderedComesFirst(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	w.policy.GraceWithdraw = 0
	w.orderOpen(people["bert"])
	people["anna"].leave(model.Disabled)
	w.budget = model.Budget{Remaining: 5, FreeAt: w.now.Add(time.Hour)}
	p := w.plan()
	wantLines(t, of(p, "bert"), "withdraw E-bert due")
	wantLines(t, of(p, "anna"), "withdraw E-anna deferred")
}
