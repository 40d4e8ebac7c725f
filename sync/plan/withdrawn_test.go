package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// TestDepartureAfterADoneWithdrawal: what an order did before somebody left is not planned, announced, counted
// or waited for again. The contact and the Threema ID go by the departure's own confirmation and graces.
func TestDepartureAfterADoneWithdrawal(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(t *testing.T, w *world, e *entry){
		"days before":     func(t *testing.T, w *world, _ *entry) { w.later(t, 3*day) },
		"within one pass": func(*testing.T, *world, *entry) {},
		"and then taken back": func(t *testing.T, w *world, e *entry) {
			w.state.Undone = []plan.UndoneOrder{{Person: e.id, CredentialID: w.owner(e.id).CredentialID}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna", "bert", "carl", "dora", "emil")
			w.policy.ID = plan.DetachID
			id := w.activate("anna")
			w.settle(t)
			ordered := w.order(people["anna"])
			w.obey(t, ordered)
			before(t, w, people["anna"])
			people["anna"].leave(plan.Disabled)
			taken := len(w.state.Taken)
			left := w.now
			w.later(t, time.Hour)
			confirmed := w.now
			for ; w.user(id) != nil; w.later(t, 6*time.Hour) {
				p := w.plan()
				if lines := strings.Join(of(p, "anna"), "\n"); strings.Contains(lines, "withdraw") || !strings.Contains(lines, "detach E-anna") {
					t.Fatalf("%s after the order: %s", w.now.Sub(left), lines)
				}
				if x, err := explain.Explain(w.input(), p, "E-anna", nil); err != nil || strings.Contains(x.Next.Words, "withdraw") {
					t.Fatalf("%q, %v", x.Next.Words, err)
				}
				if c := w.contact(id); c != nil && !c.Enabled && w.now.Sub(confirmed) < w.policy.GraceWithdraw {
					t.Fatal("the contact went before the grace was over")
				}
			}
			if took := w.now.Sub(confirmed); took < w.policy.GraceWithdraw+w.policy.GraceID || took > w.policy.GraceWithdraw+w.policy.GraceID+day {
				t.Errorf("the ID went %s after the confirmation", took)
			}
			w.settle(t)
			if len(w.state.Taken) != taken+1 {
				t.Errorf("the limits count %v", w.state.Taken[taken:])
			}
			if w.owner(people["anna"].id) != nil || w.saga(people["anna"].id) != nil {
				t.Error("the departure is not over")
			}
		})
	}
}

// TestDepartureAfterADoneWithdrawalWithNothingLeft is over by itself, so that the person can be forgotten.
func TestDepartureAfterADoneWithdrawalWithNothingLeft(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	w.obey(t, w.order(people["anna"]))
	people["anna"].leave(plan.Disabled)
	for range 4 {
		p := w.later(t, day)
		if lines := strings.Join(of(p, "anna"), "\n"); strings.Contains(lines, "withdraw") {
			t.Fatal(lines)
		}
	}
	if w.owner(people["anna"].id) != nil || w.saga(people["anna"].id) != nil {
		t.Error("the departure is not over")
	}
}
