package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
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
			w.state.Undone = []model.UndoneOrder{{Person: e.id, CredentialID: w.owner(e.id).CredentialID}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna", "bert", "carl", "dora", "emil")
			w.policy.ID = model.DetachID
			id := w.activate("anna")
			w.settle(t)
			ordered := w.order(people["anna"])
			w.obey(t, ordered)
			before(t, w, people["anna"])
			people["anna"].leave(model.Disabled)
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
	people["anna"].leave(model.Disabled)
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

// TestAMassTakesNothingFromWhomItHasNothingToWithdraw: who left with a mass that the limits stop is one of them, also
// if their credential had gone before. From its first day on it names them, the same yes is theirs, and without it
// they lose nothing, neither contact nor Threema ID.
func TestAMassTakesNothingFromWhomItHasNothingToWithdraw(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		publish, yes bool
	}{"the contact": {true, false}, "the Threema ID": {false, false}, "with a yes": {true, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := running(t, 100)
			w.policy.ID, w.policy.PublishContacts = model.DetachID, row.publish
			var ids []string
			gone := w.inOU(0)[:2]
			for _, e := range gone {
				ids = append(ids, w.activate(e.username))
				w.settle(t)
				w.withdrawByHand(e.username)
			}
			w.later(t, 2*time.Hour)
			w.later(t, 2*time.Hour)
			w.leaveOU(0, model.OutOfScope)
			p := w.later(t, 2*time.Hour)
			if row.publish && len(stepsOf(p, model.GuardAhead, gone)) != 2 {
				t.Errorf("the announcement lacks them: %v", of(p, gone[0].username, gone[1].username))
			}
			for hours := 0; hours < 14*24; hours += 6 {
				p = w.later(t, 6*time.Hour)
				if n := hours / 24; row.yes && n == 4 {
					w.approve(p, day)
				} else if !row.yes && n == 12 && len(stepsOf(p, model.GuardLeaversRun, gone)) != 2 {
					t.Fatalf("day %d: not stopped with the mass: %v", n, of(p, gone[0].username, gone[1].username))
				}
			}
			for _, id := range ids {
				taken := w.user(id) == nil
				if c := w.contact(id); c != nil && row.publish {
					taken = taken || !c.Enabled
				}
				if taken != row.yes {
					t.Errorf("%s is taken: %t", id, taken)
				}
			}
			if !row.yes && !strings.Contains(words(p)+english.Join(p.Guards[0].Reasons), "With them wait 2 people whose credential had gone before") {
				t.Errorf("the guard does not tell of them: %+v", p.Guards)
			}
		})
	}
}

// inOU lists the people of an OU of a crowd.
func (w *world) inOU(n int) []*entry {
	return slices.DeleteFunc(slices.Clone(w.source().people), func(e *entry) bool { return e.ou != fmt.Sprintf("OU%d", n) })
}

// stepsOf lists the people among some who have a step under a guard.
func stepsOf(p plan.Plan, guard string, people []*entry) map[model.PersonID]bool {
	found := map[model.PersonID]bool{}
	for _, c := range p.Changes {
		if c.Guard == guard && slices.ContainsFunc(people, func(e *entry) bool { return e.id == c.Person }) {
			found[c.Person] = true
		}
	}
	return found
}

// TestWhatADepartureTakesIsNotUnmanaged: no plan lists as never touched what it is about to take.
func TestWhatADepartureTakesIsNotUnmanaged(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	w.policy.ID = model.DetachID
	id := w.activate("anna")
	w.settle(t)
	w.obey(t, w.order(people["anna"]))
	w.later(t, 3*time.Hour)
	people["anna"].leave(model.Disabled)
	p := w.later(t, time.Hour)
	wantLines(t, of(p, "anna"), "disable-contact E-anna waiting", "detach E-anna waiting")
	for _, u := range p.Unmanaged {
		if u.ID == id {
			t.Errorf("%+v", u)
		}
	}
}

// TestADepartureWithNothingToTakeBeginsByTheSameRules: nobody is asked about it and no request is sent, and all the same
// it begins by nothing that would not let a withdrawal go: another scope, a clock in doubt, a policy that only watches,
// a read that proves nothing.
func TestADepartureWithNothingToTakeBeginsByTheSameRules(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		happens func(w *world, anna *entry)
		begins  bool
	}{
		"as ever":             {func(*world, *entry) {}, true},
		"leavers are watched": {func(w *world, _ *entry) { w.policy.Mode = model.UpsertOnly }, false},
		"leavers are watched, without a grace": {func(w *world, _ *entry) {
			w.policy.Mode, w.policy.GraceWithdraw = model.UpsertOnly, 0
		}, false},
		"another scope":         {func(w *world, _ *entry) { w.source().scope = "s2" }, false},
		"another package":       {func(w *world, _ *entry) { w.pkg.Subscription.ID = "SUB2" }, false},
		"the clock is in doubt": {func(w *world, _ *entry) { w.clock = model.ServiceClock{Told: true, Ahead: -time.Hour} }, false},
		"a leave of absence": {func(w *world, anna *entry) {
			w.state.Suspensions = append(w.state.Suspensions, model.Suspension{Subject: model.Subject{Person: anna.id}, Until: w.now.Add(30 * day), Since: w.now})
		}, false},
		"a read that is not whole": {func(w *world, _ *entry) { w.source().incomplete = true }, false},
		"the clock is in doubt, and somebody accepts the baseline": {func(w *world, _ *entry) {
			w.clock, w.accept = model.ServiceClock{Told: true, Ahead: -time.Hour}, true
		}, false},
		"nobody accepted the baseline": {func(w *world, _ *entry) { w.state.Baseline = false }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna", "bert")
			w.obey(t, w.order(people["anna"]))
			w.later(t, 3*time.Hour)
			people["anna"].leave(model.Disabled)
			w.later(t, time.Hour)
			w.now = w.now.Add(w.policy.GraceWithdraw + time.Hour)
			row.happens(w, people["anna"])
			if p := w.plan(); len(p.Begun) == 1 != row.begins || len(of(p, "anna")) > 1 {
				t.Errorf("begins %+v: %v", p.Begun, of(p, "anna"))
			}
		})
	}
}

// TestTheContactAsksWhatTheWithdrawalWouldHaveAsked: it went together with that, under one yes. Where the credential is
// gone, nobody else asks.
func TestTheContactAsksWhatTheWithdrawalWouldHaveAsked(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		leaves func(w *world, anna *entry)
		want   []model.Ask
	}{
		"disabled":         {func(_ *world, anna *entry) { anna.leave(model.Disabled) }, nil},
		"with their place": {func(_ *world, anna *entry) { anna.vanish() }, []model.Ask{model.AskPlace}},
		"to another bind account": {func(w *world, anna *entry) {
			w.readBy(reader("new"))
			anna.leave(model.Absent)
		}, []model.Ask{model.AskView}},
		"and an account made anew": {func(w *world, anna *entry) {
			young := w.hire("anna")
			young.csi = anna.csi
			anna.leave(model.Disabled)
		}, []model.Ask{model.AskSamePerson}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := readForDays(t)
			w.obey(t, w.order(people["anna"]))
			w.later(t, 3*time.Hour)
			row.leaves(w, people["anna"])
			var c model.Change
			for range 6 {
				if p := w.later(t, day/2); len(changesOf(p, model.DisableContact, people["anna"])) > 0 {
					c = changesOf(p, model.DisableContact, people["anna"])[0]
				}
			}
			if c.Op == "" || !slices.Equal(c.Asks, row.want) {
				t.Errorf("the contact asks %q, want %q: %+v", c.Asks, row.want, c)
			}
		})
	}
}

func changesOf(p plan.Plan, op model.Op, e *entry) []model.Change {
	return slices.DeleteFunc(slices.Clone(p.Changes), func(c model.Change) bool { return c.Op != op || c.Person != e.id })
}
