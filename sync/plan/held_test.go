package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// numberless takes the csi from n entitled people of a directory.
func numberless(d *directory, n int) {
	for _, e := range d.people {
		if n > 0 && e.state == model.Entitled && e.held == "" {
			e.csi, e.held = "", "mapping.csi is empty: employeeID"
			n--
		}
	}
}

// TestManyHeldPeopleAsk: each way of being held in a mass is told with the reason, and nothing waits for it.
func TestManyHeldPeopleAsk(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		arrange func(*world)
		people  int // who are counted; 0: nobody is asked
		says    string
	}{
		{"none of ours has a number any more", func(w *world) { numberless(w.source(), 100) }, 100, "100 of 100"},
		{"as many as may be", func(w *world) { numberless(w.source(), 5) }, 0, ""},
		{"one more", func(w *world) { numberless(w.source(), 6) }, 6, "6: mapping.csi is empty: employeeID"},
		{"newcomers count too", func(w *world) {
			numberless(w.source(), 3)
			for n := range 5 {
				w.hire(fmt.Sprintf("new%d", n)).held = "mapping.csi is empty: employeeID"
			}
		}, 8, "8 of 105"},
		{"an account state that nobody can read", func(w *world) {
			for _, e := range w.source().people[:20] {
				e.state, e.evidence = model.Unknown, model.Evidence{Detail: "userAccountControl is hidden"}
			}
		}, 20, "userAccountControl is hidden"},
		{"people of ours below exclude_dns", func(w *world) {
			for _, e := range w.source().people[:20] {
				e.excluded = true
			}
		}, 20, "exclude_dns"},
		{"strangers below exclude_dns", func(w *world) {
			for n := range 20 {
				w.hire(fmt.Sprintf("new%d", n)).excluded = true
			}
		}, 0, ""},
		{"a small source beside a large one", func(w *world) {
			d := &directory{name: "lab", context: "n2", scope: "s2"}
			w.sources = append(w.sources, d)
			for n := range 4 {
				w.hireAt(d, fmt.Sprintf("lab%d", n)).held = "mapping.csi is empty: uidNumber"
			}
		}, 4, "4 of 4"},
		{"who left, where that takes nothing", func(w *world) { w.policy.Withdraw = false; w.leaveSome(30) }, 0, ""},
		{"evidence that does not count", func(w *world) { w.policy.Evidence = []model.EvidenceKind{model.Absent}; w.leaveSome(30) }, 0, ""},
		{"who is withdrawn by hand", func(w *world) { w.withdrawByHand("p000001") }, 0, ""},
		{"a source that was not read", func(w *world) { w.source().unread, w.configured = true, []string{"corp"} }, 0, ""},
		{"leavers for whom somebody is asked already", func(w *world) {
			w.leaveSome(10)
			for n, c := range w.pkg.Credentials {
				w.pkg.Users = append(w.pkg.Users, model.User{ID: fmt.Sprintf("*GATE%03d", n), CredentialID: c.ID})
			}
		}, 0, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := crowd(100)
			row.arrange(w)
			p := w.later(t, time.Hour)
			n := slices.IndexFunc(p.Waits(), func(x model.Wait) bool { return x.Code == model.WaitCode(model.GuardHeld) })
			if (n >= 0) != (row.people > 0) || p.Tripped(model.GuardHeld) != (row.people > 0) {
				t.Fatalf("waits %+v, guards %+v", p.Waits(), p.Guards)
			}
			if n < 0 {
				return
			}
			g := p.Guards[slices.IndexFunc(p.Guards, func(g model.Guard) bool { return g.Name == model.GuardHeld })]
			if x := p.Waits()[n]; x.People != row.people || x.Command != "threema-dirsync approve --baseline" || !strings.Contains(english.Join(g.Reasons), row.says) {
				t.Errorf("%+v, %+v", x, g)
			}
			if !p.Tripped(model.GuardBaseline) && slices.ContainsFunc(p.Changes, func(c model.Change) bool { return c.Status == model.Blocked }) {
				t.Errorf("something waits for it: %v", summary(p))
			}
		})
	}
}

// TestTheFirstPassTellsThatNobodyHasANumber, however few people there are.
func TestTheFirstPassTellsThatNobodyHasANumber(t *testing.T) {
	t.Parallel()
	for _, people := range []int{1, 2, 40} {
		w := newWorld()
		for n := range people {
			w.hire(fmt.Sprintf("p%d", n))
		}
		numberless(w.source(), people)
		if p := w.pass(t); !p.Tripped(model.GuardHeld) {
			t.Errorf("%d people: %+v", people, p.Waits())
		}
	}
	w := newWorld()
	w.hire("anna")
	w.hire("robot").held = "mapping.csi is empty: employeeID"
	if p := w.pass(t); len(p.Waits()) != 0 {
		t.Errorf("one of two: %+v", p.Waits())
	}
}

// TestAcceptedHeldPeople: who was accepted is asked about no more, until they are held anew.
func TestAcceptedHeldPeople(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	for n := range 10 {
		w.hire(fmt.Sprintf("svc%d", n)).held = "mapping.csi is empty: employeeID"
	}
	if p := w.later(t, time.Hour); !p.Tripped(model.GuardHeld) {
		t.Fatalf("guards %+v", p.Guards)
	}
	w.accept = true
	p := w.pass(t)
	if p.Tripped(model.GuardHeld) || p.Baseline == nil || !strings.Contains(english.Join(p.Baseline.Reasons), "held") {
		t.Fatalf("guards %+v, baseline %+v", p.Guards, p.Baseline)
	}
	w.accept = false
	quiet := func(what string) {
		t.Helper()
		if p := w.later(t, time.Hour); len(p.Waits()) != 0 {
			t.Fatalf("%s: %+v", what, p.Guards)
		}
	}
	quiet("accepted")
	w.source().unread, w.configured = true, []string{"corp"}
	w.later(t, time.Hour)
	w.source().unread = false
	quiet("a read that failed forgets nobody")
	numberless(w.source(), 5)
	quiet("five more are a handful")
	numberless(w.source(), 1)
	if p := w.later(t, time.Hour); !p.Tripped(model.GuardHeld) || !strings.Contains(english.Join(p.Guards[0].Reasons), "6 of 110") {
		t.Fatalf("people of ours count beside the accepted: %+v", p.Guards)
	}
	w.accept = true
	w.pass(t)
	w.accept = false
	quiet("accepted too")
	for _, e := range w.source().people {
		if e.held != "" {
			e.held, e.csi = "", "E-"+e.username
		}
	}
	w.settle(t)
	for _, e := range w.source().people[100:] { // those who were accepted before
		e.held = "mapping.csi is empty: employeeID"
	}
	if p := w.later(t, time.Hour); !p.Tripped(model.GuardHeld) {
		t.Errorf("held anew: %+v", p.Guards)
	}
}

// TestWhoAsksIsHeldOnce: what is waited for under a question is not asked about again.
func TestWhoAsksIsHeldOnce(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	w.sources, w.configured = []*directory{{name: "new", context: "n2", scope: "s2"}}, []string{"new"}
	w.hire("anna")
	p := w.later(t, time.Hour)
	if !slices.Contains(codes(p), string(model.AskForgotten)) || p.Tripped(model.GuardHeld) {
		t.Errorf("waits %+v", p.Waits())
	}
}

// TestHeldByAReadThatWasNotWhole, as where a group is not there: the failed condition tells of it, no guard
// asks, and no yes makes these people accepted.
func TestHeldByAReadThatWasNotWhole(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	for n := range 40 {
		e := w.hire(fmt.Sprintf("new%d", n))
		e.state, e.evidence = model.Unknown, model.Evidence{Detail: "a group was not read"}
	}
	w.source().incomplete = true
	if p := w.later(t, time.Hour); p.Tripped(model.GuardHeld) || len(p.Waits()) != 0 {
		t.Fatalf("guards %+v, waits %+v", p.Guards, p.Waits())
	}
	w.accept = true
	p := w.pass(t)
	if p.Baseline == nil || len(p.Baseline.Refused) != 1 || strings.Contains(english.Join(p.Baseline.Reasons), "held") {
		t.Fatalf("baseline %+v", p.Baseline)
	}
	for _, text := range []string{"source corp (40)", "sentinels: CN=Always,DC=corp", "Fix that first"} {
		if !strings.Contains(english.Say(p.Baseline.Refused[0]), text) {
			t.Errorf("does not say %q: %s", text, english.Say(p.Baseline.Refused[0]))
		}
	}
	p.Baseline.Accepted = true // as once the ledger has recorded it
	var screen strings.Builder
	if err := view.WritePlan(&screen, p, 0); err != nil || !strings.Contains(screen.String(), "NOT accepted: the held people of source corp (40)") {
		t.Errorf("%v: %s", err, screen.String())
	}
	w.accept, w.source().incomplete = false, false
	if p := w.later(t, time.Hour); !p.Tripped(model.GuardHeld) {
		t.Errorf("who is held by a whole read was accepted before: %+v", p.Guards)
	}
	w.accept = true
	if p := w.pass(t); len(p.Baseline.Refused) != 0 {
		t.Errorf("%+v", p.Baseline)
	}
}
