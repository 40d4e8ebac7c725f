package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// orderOpen is a world in which an order about somebody's credential is not carried out yet.
func (w *world) orderOpen(e *entry) {
	for _, own := range w.state.Owned {
		if own.Person == e.id {
			w.state.OpenOrders = append(w.state.OpenOrders, plan.OpenOrder{Person: e.id, CredentialID: own.CredentialID, At: w.now, By: "anna (uid 1000)"})
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
		waits plan.WaitCode
	}{
		{"entitled", func(*world, *entry) {}, "due", ""},
		{"departed, not confirmed", func(_ *world, e *entry) { e.leave(plan.Absent) }, "due", ""},
		{"the directory is down", func(w *world, e *entry) { w.source().unread = true }, "due", ""},
		{"many go for other reasons", func(w *world, _ *entry) {
			w.policy.ConfirmReads, w.policy.ConfirmOver, w.policy.GraceWithdraw = 1, 0, 0
			for _, other := range w.source().people[:8] {
				other.leave(plan.Disabled)
			}
		}, "due", ""},
		{"protected", func(w *world, e *entry) { w.policy.Protected = []string{e.csi} }, "needs-approval", plan.WaitApproval},
		{"stop file", func(w *world, _ *entry) { w.stop = "the stop file exists" }, "blocked stop-file", plan.GuardStopFile},
		{"another policy", func(w *world, _ *entry) { w.policy.Mode = plan.UpsertOnly }, "withheld", plan.WaitOrder},
		{"no requests left", func(w *world, _ *entry) { w.budget = plan.Budget{FreeAt: w.now.Add(time.Hour)} }, "deferred", plan.WaitOrder},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := running(t, 20)
			e := w.source().people[15]
			e.last = "Renamed"
			row.setup(w, e)
			w.orderOpen(e)
			p := w.plan()
			n := slices.IndexFunc(p.Changes, func(c plan.Change) bool { return c.Op == plan.Withdraw && c.Person == e.id })
			if n < 0 {
				t.Fatalf("it is not planned: %+v", p.Changes)
			}
			c := p.Changes[n]
			if tripped := p.Tripped(plan.GuardLeaversRun); tripped != strings.HasPrefix(row.name, "many") {
				t.Errorf("guards %+v", p.Guards)
			}
			if got := strings.TrimSpace(string(c.Status) + " " + c.Guard); got != row.want {
				t.Errorf("%s, want %s", got, row.want)
			}
			if now := w.order(e); len(now.Changes) == 0 || now.Changes[0].ID != c.ID {
				t.Errorf("the order tells another step: %+v", now.Changes)
			}
			waits := slices.ContainsFunc(p.Waits(), func(x plan.Wait) bool {
				return x.Code == row.waits && slices.ContainsFunc(x.Whom, func(who plan.WaitingPerson) bool { return who.Person == e.id })
			})
			if waits != (row.waits != "") {
				t.Errorf("waits %+v", p.Waits())
			}
			if slices.ContainsFunc(p.Changes, func(c plan.Change) bool { return c.Person == e.id && c.Op == plan.SetSettings }) {
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
		withdraws := slices.ContainsFunc(p.Changes, func(c plan.Change) bool { return c.Op == plan.Withdraw })
		if ended := len(p.Memory.EndedOrders) == 1; ended != (n == 1) || withdraws == ended {
			t.Errorf("list %d: ended %v, withdraws %v", n+1, ended, withdraws)
		}
		w.remember(p.Memory)
	}
}

// TestNothingIsWrittenToWhatIsOrdered, also where its credential passes to another account of the same person.
func TestNothingIsWrittenToWhatIsOrdered(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.activate("anna")
	w.settle(t)
	w.orderOpen(people["anna"])
	people["anna"].leave(plan.Disabled)
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
	if !strings.Contains(o.Directory, "does not count") {
		t.Fatal(o.Directory)
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
	if got := strings.Join(p.Baseline.Refused, "\n"); len(of(p, "anna")) > 0 || !strings.Contains(got, "E-anna") || !strings.Contains(got, "`threema-dirsync withdraw E-anna --reason TEXT`") {
		t.Errorf("%v\n%s", of(p, "anna"), got)
	}
}
