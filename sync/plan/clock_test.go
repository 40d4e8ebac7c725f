package plan_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// wrong sets our clock off by so much, and lets the service tell it.
func (w *world) wrong(by time.Duration) {
	w.now = w.now.Add(by)
	w.clock = model.ServiceClock{Told: true, Ahead: -by}
}

// right undoes it.
func (w *world) right() {
	w.now = w.now.Add(w.clock.Ahead)
	w.clock = model.ServiceClock{Told: true}
}

// conditionOf finds a condition of the first source.
func conditionOf(t *testing.T, p plan.Plan, name string) model.Condition {
	t.Helper()
	var found []model.Condition
	for _, c := range p.Sources[0].Conditions {
		if c.Name == name {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d conditions are called %s: %v", len(found), name, p.Sources[0].Conditions)
	}
	return found[0]
}

// TestClockOffTakesNothing: however far our clock is off, and whichever way, no step of a departure
// is taken by it: not the first one nor a later one, by whatever evidence.
func TestClockOffTakesNothing(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{12 * day, 6 * time.Minute, -6 * time.Minute, -12 * day, -56 * 365 * day} {
		for _, kind := range model.EvidenceKinds() {
			t.Run(fmt.Sprint(by, " ", kind), func(t *testing.T) {
				t.Parallel()
				w, people := rolledOut(t, "anna")
				w.policy.ID = model.RevokeID
				id := w.activate("anna")
				w.settle(t)
				people["anna"].leave(kind)
				w.pass(t)
				w.later(t, 30*time.Hour) // whatever the evidence, confirmed by now
				w.wrong(by)
				p := w.pass(t)
				if c := conditionOf(t, p, model.ConditionClock); c.OK || p.Sources[0].Complete || !strings.Contains(english.Say(c.Detail), english.Say(clockOffBy(by))) {
					t.Errorf("the certificate says %+v", c)
				}
				if w.credential("anna") == nil != (kind.Positive()) { // positive evidence was over its grace before
					t.Error("the wrong clock took the credential")
				}
				if u := w.user(id); u == nil {
					t.Error("the wrong clock took the ID")
				}
			})
		}
	}
}

// TestClockWithinItsBounds: a clock that is off as much as everybody's is no reason to wait.
func TestClockWithinItsBounds(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{0, model.MaxSkew, -model.MaxSkew} {
		w, people := rolledOut(t, "anna")
		w.clock = model.ServiceClock{Told: true, Ahead: ahead}
		people["anna"].leave(model.Disabled)
		w.pass(t)
		wantLines(t, of(w.later(t, day), "anna"), "withdraw E-anna due")
	}
}

// TestClockSetRightAgain: what a pass by a wrong clock remembers lets the passes after it go on as if
// it had not been, and everybody leaves at their time.
func TestClockSetRightAgain(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{12 * day, 200 * day, 3650 * day, -3 * day, -56 * 365 * day} {
		t.Run(by.String(), func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna", "bert", "cleo")
			w.policy.ID, w.policy.Approval = model.DetachID, model.ApproveIrreversible
			w.activate("cleo")
			w.settle(t)
			people["cleo"].leave(model.Disabled)
			w.pass(t)
			w.later(t, day) // cleo is withdrawn
			people["anna"].leave(model.Absent)
			people["bert"].leave(model.Expired)
			w.later(t, time.Hour)
			before := w.state
			for range 3 {
				w.wrong(by)
				w.pass(t)
				w.right()
			}
			same := cmpopts.IgnoreFields(model.State{}, "Sources")
			if diff := gocmp.Diff(before, w.state, same, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("the wrong clock left something (-before +after):\n%s", diff)
			}
			wantLines(t, of(w.pass(t), "anna"), "withdraw E-anna waiting")
			wantLines(t, of(w.later(t, day-time.Minute), "bert"), "withdraw E-bert waiting")
			wantLines(t, of(w.later(t, time.Minute), "bert"), "withdraw E-bert due")
			wantLines(t, of(w.later(t, day), "anna"), "withdraw E-anna due")
		})
	}
}

// TestClockOffStillAdds: joiners and changes go on, and so does the end of a departure of somebody
// who is seen again.
func TestClockOffStillAdds(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	people["anna"].leave(model.Absent)
	w.pass(t)
	w.wrong(12 * day)
	w.hire("zoe")
	people["bert"].last = "Married"
	people["anna"].comeBack()
	p := w.pass(t)
	wantLines(t, of(p, "zoe"), "create E-zoe due")
	wantLines(t, of(p, "bert"), "set-settings E-bert due")
	w.right()
	people["anna"].leave(model.Absent)
	w.later(t, 20*time.Hour)
	wantLines(t, of(w.later(t, 10*time.Hour), "anna"), "withdraw E-anna waiting") // the row of before is broken
	if o := w.observed(people["anna"]); o.Reads != 2 || !o.ConfirmedAt.IsZero() {
		t.Errorf("the row of anna: %+v", o)
	}
}

// TestClockOffDecidesNoDate: by a clock that stands in 1970 nobody's account has ended, and by one
// that is ahead everybody's. Neither gives a leaver a new credential nor ends what is known.
func TestClockOffDecidesNoDate(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	w.policy.ID, w.policy.GraceWithdraw = model.DetachID, 0
	w.activate("anna")
	w.settle(t)
	people["anna"].leave(model.Expired)
	people["anna"].dated, people["bert"].dated = true, true
	w.later(t, time.Hour)
	if w.credential("anna") != nil {
		t.Fatal("anna was not withdrawn")
	}
	stranger := w.hire("zoe")
	stranger.dated = true
	stranger.leave(model.Expired)
	w.wrong(-56 * 365 * day)
	people["anna"].comeBack() // says the wrong clock
	stranger.comeBack()
	people["bert"].leave(model.Expired)
	before := w.state.Observations
	p := w.pass(t)
	for _, name := range []string{"anna", "bert", "zoe"} {
		if slices.ContainsFunc(of(p, name), func(line string) bool { return strings.Contains(line, "create") || strings.Contains(line, " due") }) {
			t.Errorf("%s: %v", name, of(p, name))
		}
	}
	if w.credential("anna") != nil || w.credential("zoe") != nil || w.saga(people["anna"].id) == nil {
		t.Error("the wrong clock brought somebody back")
	}
	if !reflect.DeepEqual(before, w.state.Observations) {
		t.Errorf("what was known of people changed: %s", gocmp.Diff(before, w.state.Observations))
	}
}

// TestClockOfOneServer: where the service confirms our clock, it is the server that is wrong, and
// only its source waits. Where nobody can say who is right, everybody waits.
func TestClockOfOneServer(t *testing.T) {
	t.Parallel()
	for told, want := range map[bool]string{true: "withdraw E-otto due", false: "withdraw E-otto waiting"} {
		w, people := rolledOut(t, "anna")
		other := &directory{name: "other", scope: "s2", context: "n2", server: "ldap2"}
		w.sources = append(w.sources, other)
		otto := w.hireAt(other, "otto")
		for n := range 40 {
			w.hireAt(other, fmt.Sprintf("other%02d", n))
		}
		w.accept, w.state.RolledOut = true, false
		w.pass(t)
		w.accept = false
		w.settle(t)
		people["anna"].leave(model.Disabled)
		otto.leave(model.Disabled)
		w.pass(t)
		w.source().slow, w.clock.Told = true, told
		p := w.later(t, day)
		wantLines(t, of(p, "anna"), "withdraw E-anna waiting")
		wantLines(t, of(p, "otto"), want)
	}
}

// TestClockNobodyTells changes nothing: then the row of reads is what bounds a jump.
func TestClockNobodyTells(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	people["anna"].leave(model.Absent)
	w.pass(t)
	p := w.later(t, 12*day) // the clock jumped
	wantLines(t, of(p, "anna"), "withdraw E-anna waiting")
	if o := w.observed(people["anna"]); o.Reads != 1 || o.Restarts != 1 {
		t.Errorf("the row of anna: %+v", o)
	}
}

// observed is what is known of somebody.
func (w *world) observed(e *entry) model.Observation {
	n := slices.IndexFunc(w.state.Observations, func(o model.Observation) bool { return o.Person == e.id })
	if n < 0 {
		return model.Observation{}
	}
	return w.state.Observations[n]
}

// TestClockOffKeepsWhereANewcomerStands: a pass under a wrong clock gives newcomers a credential. Without
// their place in the directory nothing could ever prove that they are absent.
func TestClockOffKeepsWhereANewcomerStands(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{12 * day, -12 * day} {
		t.Run(by.String(), func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			before := w.now
			w.wrong(by)
			bert := w.hire("bert")
			w.pass(t)
			n := slices.IndexFunc(w.state.Observations, func(o model.Observation) bool { return o.Person == bert.id })
			if w.credential("bert") == nil || n < 0 {
				t.Fatalf("no credential, or nothing known of him: %+v", w.state.Observations)
			}
			o := w.state.Observations[n]
			if o.State != model.Entitled || o.DN != bert.dn() || o.CSI != "E-bert" || o.LastSeen.Sub(before).Abs() > time.Second {
				t.Errorf("remembered is %+v", o)
			}
			if len(w.state.Observations) < len(people)+1 {
				t.Error("somebody is forgotten")
			}
		})
	}
}

// clockOffBy says how the clock of the service stands to ours, which runs ahead by a span, or behind by a negative one.
func clockOffBy(span time.Duration) model.Reason {
	if span < 0 {
		return model.Because("clock-ahead", span.Abs())
	}
	return model.Because("clock-behind", span)
}

// TestClockOffInAPreview: a plan that may do nothing, as the scope has changed, records nothing by a clock in doubt
// either.
func TestClockOffInAPreview(t *testing.T) {
	t.Parallel()
	w, _ := rolledOut(t, "anna")
	w.state.SyncSince = time.Time{} // another policy until now
	w.source().scope = "s2"
	w.wrong(12 * day)
	p := w.plan()
	if !p.Tripped(model.GuardBaseline) || !p.Update.Timeless || !p.Update.SyncSince.IsZero() {
		t.Errorf("it records by the wrong clock: baseline %t, timeless %t, sync since %v", p.Tripped(model.GuardBaseline), p.Update.Timeless, p.Update.SyncSince)
	}
	w.right()
	if p = w.plan(); p.Update.Timeless || !p.Update.SyncSince.Equal(w.now) {
		t.Errorf("by the right clock: timeless %t, sync since %v", p.Update.Timeless, p.Update.SyncSince)
	}
}
