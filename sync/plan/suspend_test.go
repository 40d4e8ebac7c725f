package plan_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// hold is what the ledger keeps when somebody says that a person is on leave for so long.
func (w *world) hold(e *entry, d time.Duration) {
	w.suspend(model.Suspension{
		Subject: model.Subject{Person: e.id, CSI: e.csi, DN: e.dn()}, LastDay: w.now.Add(d - time.Hour).Format(time.DateOnly), Until: w.now.Add(d), Reason: "sabbatical", By: "anna (uid 1000)", Since: w.now,
	})
	w.state.Approvals = slices.DeleteFunc(slices.Clone(w.state.Approvals), func(a model.GivenApproval) bool { return a.Person == e.id })
}

func (w *world) suspend(s model.Suspension) {
	w.state.Suspensions = append(slices.DeleteFunc(slices.Clone(w.state.Suspensions), func(had model.Suspension) bool { return had.Person == s.Person }), s)
}

// endHold is what the ledger keeps when somebody ends that.
func (w *world) endHold(e *entry) {
	for _, s := range w.state.Suspensions {
		if s.Person == e.id {
			s.Until, s.Over = w.now, w.now
			w.suspend(s)
		}
	}
}

// passSuspension is what the ledger does with a transfer.
func (w *world) passSuspension(from, to model.PersonID) {
	for _, s := range w.state.Suspensions {
		had, said := model.Suspension{}, false
		for _, other := range w.state.Suspensions {
			if other.Person == to {
				had, said = other, true
			}
		}
		if s.Person != from || from == to {
			continue
		}
		w.state.Suspensions = slices.DeleteFunc(slices.Clone(w.state.Suspensions), func(s model.Suspension) bool { return s.Person == from })
		if s.Person = to; !said || had.Until.Before(s.Until) {
			w.suspend(s)
		}
		return
	}
}

// checkSuspended: nobody on leave loses anything, asks anybody or counts in a limit; and after the leave
// the whole grace passes.
func (w *world) checkSuspended(t testing.TB, in plan.Input, p plan.Plan) {
	t.Helper()
	for _, c := range p.Changes {
		n := slices.IndexFunc(in.State.Suspensions, func(s model.Suspension) bool { return s.Person == c.Person })
		if n < 0 || c.By != "" || !c.Op.Destructive() && c.Op != model.DisableContact {
			continue
		}
		s := in.State.Suspensions[n]
		if in.Now.Before(s.Until) && c.Status != model.Suspended {
			t.Fatalf("%s of somebody on leave until %s is %s at %s", c.Op, s.Until, c.Status, in.Now)
		}
		if c.Op == model.Withdraw && c.Status == model.Due && in.Now.Before(s.Until.Add(in.Policy.GraceWithdraw)) {
			t.Fatalf("withdrawal at %s, a leave was over at %s and the grace is %s", in.Now, s.Until, in.Policy.GraceWithdraw)
		}
	}
	for _, h := range p.Held {
		n := slices.IndexFunc(in.State.Suspensions, func(s model.Suspension) bool { return s.Person == h.Person })
		if n >= 0 && h.Ask == model.AskByHand && in.Now.Before(in.State.Suspensions[n].Until) {
			t.Fatalf("asks about somebody on leave: %+v", h)
		}
	}
}

// TestALeaveSuspendsADeparture: whatever shows the departure, nothing is done before the leave is over,
// nobody is asked for anything, and then the whole grace passes.
func TestALeaveSuspendsADeparture(t *testing.T) {
	t.Parallel()
	for _, kind := range model.EvidenceKinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.activate("anna")
			w.policy.ID, w.policy.Approval = model.DetachID, model.ApproveAll
			w.pass(t)
			w.hold(people["anna"], 30*day)
			people["anna"].leave(kind)
			var p plan.Plan
			for range 29 {
				p = w.later(t, day)
				wantLines(t, of(p, "anna"), "withdraw E-anna suspended", "disable-contact E-anna suspended", "detach E-anna suspended")
				if waits := p.Waits(); len(waits) > 0 {
					t.Fatalf("somebody is asked: %+v", waits)
				}
			}
			c := find(t, p, model.Withdraw, "anna")
			if want := w.state.Suspensions[0].Until; c.NotBefore.Before(want) || !strings.Contains(english.Join(c.Reasons), w.state.Suspensions[0].LastDay) {
				t.Errorf("not before %s, reason %q", c.NotBefore, english.Join(c.Reasons))
			}
			wantLines(t, of(w.later(t, day), "anna"), "withdraw E-anna suspended", "disable-contact E-anna suspended", "detach E-anna suspended") // it records the end
			p = w.later(t, 23*time.Hour)
			wantLines(t, of(p, "anna"), "withdraw E-anna waiting", "disable-contact E-anna waiting", "detach E-anna waiting")
			wantWords(t, p, "the leave of absence is over since")
			wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna needs-approval", "disable-contact E-anna needs-approval", "detach E-anna waiting")
		})
	}
}

// TestDatesOfALeave: each screen tells the typed day and the same earliest withdrawal, and the contact goes with
// that. What is over is told until the departure after it went on.
func TestDatesOfALeave(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.activate("anna")
	w.policy.GraceWithdraw = day
	w.pass(t)
	w.hold(people["anna"], 30*day)
	people["anna"].leave(model.Disabled)
	p := w.later(t, day)
	leave := w.state.Suspensions[0]
	earliest := leave.Until.Add(day)
	for _, op := range []model.Op{model.Withdraw, model.DisableContact} {
		if c := find(t, p, op, "anna"); !c.NotBefore.Equal(earliest) {
			t.Errorf("%s not before %s, want %s", op, c.NotBefore, earliest)
		}
	}
	screen := func(p plan.Plan) string {
		var b strings.Builder
		if err := view.WritePlan(&b, p, 0); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	wantParts(t, screen(p), "suspended, at the earliest "+earliest.Format(time.DateTime), "on leave of absence until "+leave.LastDay+", that day included",
		"earliest withdrawal not before "+earliest.Format(time.DateTime), "a fresh grace of 24h counts from the first pass that finds the leave over")
	if s := p.Suspended[0]; !s.Earliest.Equal(earliest) {
		t.Errorf("%+v", s)
	}
	p = w.later(t, 30*day) // which finds it over
	out := screen(p)
	wantParts(t, out, "ENDED with "+leave.LastDay+", and the account is not enabled", "the leave of absence ended with "+leave.LastDay, "earliest withdrawal not before "+w.now.Add(day).Format(time.DateTime))
	if strings.Contains(out, "ENDS SOON") || strings.Contains(out, "until "+leave.LastDay) {
		t.Errorf("a leave that ended is told as one to come: %s", out)
	}
	over := w.now
	p = w.later(t, time.Hour)
	wantParts(t, screen(p), "Leave of absence, said by somebody (1)", "over since "+over.Format(time.DateTime), "earliest withdrawal "+over.Add(day).Format(time.DateTime))
	if !p.Suspended[0].Earliest.Equal(find(t, p, model.Withdraw, "anna").NotBefore) {
		t.Errorf("%+v", p.Suspended)
	}
	if at := find(t, p, model.Withdraw, "anna").NotBefore; !at.After(earliest) || find(t, p, model.DisableContact, "anna").NotBefore != at {
		t.Errorf("after the leave: %s", screen(p))
	}
}

// TestALeaveOfWhoIsThere: while the account is enabled everything goes on, and coming back ends nothing.
func TestALeaveOfWhoIsThere(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	anna := people["anna"]
	w.hold(anna, 30*day)
	anna.last = "Neu"
	wantLines(t, of(w.pass(t), "anna"), "set-settings E-anna due")
	anna.leave(model.Disabled)
	w.later(t, 5*day)
	anna.comeBack()
	wantLines(t, of(w.later(t, day), "anna"))
	anna.leave(model.Disabled)
	wantLines(t, of(w.later(t, 5*day), "anna"), "withdraw E-anna suspended")
}

// TestALeaveOverAStage: what was done before stays done, and what is left waits for the end, and then for
// the whole grace of the ID.
func TestALeaveOverAStage(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.activate("anna")
	w.policy.ID, w.policy.GraceID = model.RevokeID, 7*day
	w.pass(t)
	people["anna"].leave(model.Disabled)
	w.later(t, time.Hour)
	w.later(t, day)
	if w.credential("anna") != nil {
		t.Fatal("not withdrawn")
	}
	w.hold(people["anna"], 30*day)
	for range 3 {
		wantLines(t, of(w.later(t, 9*day), "anna"), "revoke E-anna suspended")
	}
	w.later(t, 3*day) // records the end
	wantLines(t, of(w.later(t, 7*day-time.Hour), "anna"), "revoke E-anna waiting")
	wantLines(t, of(w.later(t, time.Hour), "anna"), "revoke E-anna due")
}

// TestALeaveAndTheClock: no clock that is wrong for a while ends a leave, whatever the grace; and a leave
// ends by itself even so.
func TestALeaveAndTheClock(t *testing.T) {
	t.Parallel()
	const ahead = 100 * day
	for _, row := range []struct {
		name  string
		wrong func(*world) // the clock is wrong from now on
		right func(*world)
	}{
		{"ahead, and the service tells", func(w *world) {
			w.now = w.now.Add(ahead)
			w.clock = model.ServiceClock{Told: true, Ahead: -ahead}
		}, func(w *world) { w.now, w.clock = w.now.Add(-ahead), model.ServiceClock{Told: true} }},
		{"ahead, and nobody tells", func(w *world) { w.now = w.now.Add(ahead) }, func(w *world) { w.now = w.now.Add(-ahead) }},
		{"behind, and nobody tells", func(w *world) { w.now = w.now.Add(-ahead) }, func(w *world) { w.now = w.now.Add(ahead) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.policy.GraceWithdraw = 0
			people["anna"].leave(model.Disabled)
			w.hold(people["anna"], 30*day)
			w.later(t, day)
			row.wrong(w)
			w.pass(t)
			row.right(w)
			for range 28 {
				if lines := of(w.later(t, day), "anna"); !slices.Equal(lines, []string{"withdraw E-anna suspended"}) {
					t.Fatalf("%v at %s, the leave is until %s", lines, w.now, w.state.Suspensions[0].Until)
				}
			}
			w.later(t, 2*day)
			wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna due")
		})
	}
}

// TestALeaveThatSomebodyEnds has a fresh grace too, and is forgotten when nothing counts from it any more.
func TestALeaveThatSomebodyEnds(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	people["anna"].leave(model.Disabled)
	w.hold(people["anna"], 300*day)
	w.later(t, 10*day)
	w.endHold(people["anna"])
	wantLines(t, of(w.pass(t), "anna"), "withdraw E-anna waiting")
	wantLines(t, of(w.later(t, 23*time.Hour), "anna"), "withdraw E-anna waiting")
	wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna due")
	w.later(t, 40*day)
	if left := w.state.Suspensions; len(left) > 0 {
		t.Errorf("kept: %+v", left)
	}
}

// TestALeaveAndOthers: no limit counts people on leave, the others go on beside them, and each list that
// asks leaves them out.
func TestALeaveAndOthers(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert", "carl", "dora", "emil")
	w.policy.LeaversRun = model.Window{Count: 2, Percent: 50}
	for _, name := range []string{"anna", "bert", "carl"} {
		w.hold(people[name], 30*day)
	}
	for _, e := range people {
		e.leave(model.Disabled)
	}
	w.later(t, time.Hour)
	p := w.later(t, day)
	wantLines(t, of(p, "anna", "bert", "carl", "dora", "emil"), "withdraw E-anna suspended", "withdraw E-bert suspended", "withdraw E-carl suspended",
		"withdraw E-dora due", "withdraw E-emil due")
	if len(p.AwaitingApproval()) > 0 || len(p.Guards) > 0 {
		t.Errorf("waits: %v, guards: %v", p.AwaitingApproval(), p.Guards)
	}
}

// TestNobodyIsAskedAboutALeave: what would ask for a hand, or for passes that run more often, waits too.
func TestNobodyIsAskedAboutALeave(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		setup func(*testing.T, *world, *entry)
		code  model.WaitCode
	}{
		{"by hand", func(t *testing.T, w *world, e *entry) {
			w.pkg.Users[0].ID = "*GATEWAY"
			e.leave(model.Disabled)
		}, model.WaitCode(model.AskByHand)},
		{"passes are rare", func(t *testing.T, w *world, e *entry) {
			w.policy.MaxGap = time.Hour
			e.leave(model.Absent)
			for range 4 {
				w.later(t, 5*day)
			}
		}, model.WaitRestarted},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for _, held := range []bool{false, true} {
				w, people := rolledOut(t, "anna")
				w.activate("anna")
				w.pass(t)
				if held {
					w.hold(people["anna"], 300*day)
				}
				row.setup(t, w, people["anna"])
				p := w.later(t, 3*day)
				if asked := slices.ContainsFunc(p.Waits(), func(x model.Wait) bool { return x.Code == row.code }); asked == held {
					t.Errorf("on leave: %t, asked: %t, %v", held, asked, p.Waits())
				}
			}
		})
	}
}

// TestALeaveOfSeveralAccounts: it goes with the credential to the account that follows, and covers nobody
// else who has the csi.
func TestALeaveOfSeveralAccounts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name      string
		withdrawn bool // before the leave
		first     string
		want      bool // the new account is on leave
	}{
		{"transferred", false, "Anna", true}, {"a new credential", true, "Anna", true}, {"another person", false, "Berta", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.activate("anna")
			w.policy.ID = model.DetachID
			w.pass(t)
			people["anna"].leave(model.Disabled)
			w.later(t, time.Hour)
			if row.withdrawn {
				w.later(t, day)
			}
			w.hold(people["anna"], 60*day)
			again := w.hire("anna2")
			again.csi, again.first = "E-anna", row.first
			w.later(t, time.Hour)
			w.later(t, time.Hour)
			n := slices.IndexFunc(w.state.Suspensions, func(s model.Suspension) bool { return s.Person == again.id })
			if got := n >= 0; got != row.want {
				t.Fatalf("on leave: %+v", w.state.Suspensions)
			}
			if !row.want {
				return
			}
			again.leave(model.Disabled)
			w.later(t, 3*day)
			p := w.later(t, 3*day)
			if c := find(t, p, model.Withdraw, "anna"); c.Person != again.id || c.Status != model.Suspended {
				t.Errorf("%+v", c)
			}
		})
	}
}

// TestALeaveOfAForgottenSource: nobody is asked about it before it is over.
func TestALeaveOfAForgottenSource(t *testing.T) {
	t.Parallel()
	r := removable(t, "anna", "bert")
	r.hold(r.people["anna"], 60*day)
	r.remove(t)
	r.forgetCorp()
	for range 10 {
		r.later(t, day)
	}
	wantLines(t, of(r.later(t, day), "anna", "bert"), "withdraw E-anna suspended", "disable-contact E-anna suspended",
		"withdraw E-bert needs-approval", "disable-contact E-bert needs-approval")
}

// TestAnOrderIsStrongerThanALeave: the access ends, the rest waits on, and the order says so.
func TestAnOrderIsStrongerThanALeave(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.activate("anna")
	w.policy.ID, w.policy.GraceID = model.RevokeID, 0
	w.pass(t)
	people["anna"].leave(model.Disabled)
	w.hold(people["anna"], 60*day)
	w.later(t, 3*day)
	o := w.order(people["anna"])
	if got := answer(o); got != "withdraw due, disable-contact due" || o.Suspended == nil || !strings.Contains(english.Say(o.Withdrawal().Evidence), "on leave of absence until "+o.Suspended.LastDay) {
		t.Fatalf("%s: %+v, %s", got, o.Suspended, english.Say(o.Withdrawal().Evidence))
	}
	w.obey(t, o)
	wantLines(t, of(w.later(t, 3*day), "anna"), "revoke E-anna suspended")
}

// TestALeaveIsShown: all the time in plan and explain, loudly for the last 14 days; the reason only where
// somebody asks for the person.
func TestALeaveIsShown(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	w.hold(people["anna"], 30*day)
	w.hold(people["bert"], 60*day)
	people["anna"].leave(model.Disabled)
	for _, row := range []struct {
		wait time.Duration
		soon bool
	}{{day, false}, {15*day - time.Second, false}, {2 * time.Second, true}, {13 * day, true}} {
		p := w.later(t, row.wait)
		text, doc := planText(t, p), inJSON(t, view.NewPlanJSON(p))
		if len(p.Suspended) != 2 || p.Suspended[0].CSI != "E-anna" || p.Suspended[0].Soon != row.soon || p.Suspended[1].Soon || !p.Suspended[0].Standing {
			t.Errorf("%+v", p.Suspended)
		}
		if strings.Contains(text, "ENDS SOON") != row.soon || !strings.Contains(text, "Leave of absence, said by somebody (2)") || !strings.Contains(text, p.Suspended[0].LastDay) {
			t.Errorf("soon %t:\n%s", row.soon, text)
		}
		if strings.Contains(text+doc, "sabbatical") || !strings.Contains(doc, `"endsSoon":true`) == row.soon {
			t.Errorf("%s\n%s", text, doc)
		}
	}
	x, err := explain.Explain(w.input(), w.plan(), "E-anna", nil)
	if err != nil || x.Suspension == nil || !strings.Contains(x.Next.Words, "once the leave of absence is over") {
		t.Fatalf("%+v, %v", x, err)
	}
	if doc := inJSON(t, view.NewExplanationJSON(x)); !strings.Contains(doc, "sabbatical") {
		t.Errorf("explain does not tell the reason: %s", doc)
	}
}

func planText(t testing.TB, p plan.Plan) string {
	t.Helper()
	var b strings.Builder
	if err := view.WritePlan(&b, p, 0); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func inJSON(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
