package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// offices is a rolled-out world with so many people in each office, beside 40 others, that
// takes leavers out as soon as it may.
func offices(t testing.TB, sizes map[string]int) *world {
	t.Helper()
	w := newWorld()
	w.policy.ConfirmReads, w.policy.ConfirmOver, w.policy.GraceWithdraw = 1, 0, 0
	w.staff(40)
	for ou, size := range sizes {
		for n := range size {
			w.hire(fmt.Sprintf("%s%d", strings.ToLower(ou), n)).ou = ou
		}
	}
	w.settle(t)
	w.state.RolledOut = true
	return w
}

// office are the people of an OU, its sentinels first.
func (w *world) office(ou string) []*entry {
	var sentinels, others []*entry
	for _, e := range w.source().people {
		switch {
		case e.ou != ou:
		case w.isSentinel(e):
			sentinels = append(sentinels, e)
		default:
			others = append(others, e)
		}
	}
	return append(sentinels, others...)
}

func (w *world) isSentinel(e *entry) bool {
	return slices.ContainsFunc(w.state.Sentinels, func(s model.Sentinel) bool { return s.Person == e.id })
}

// takes counts the due changes of a plan that take something from somebody.
func takes(p plan.Plan) int {
	n := 0
	for _, c := range p.Changes {
		if c.Status == model.Due && (c.Op.Destructive() || c.Op == model.DisableContact) {
			n++
		}
	}
	return n
}

func each(people []*entry, do func(*entry)) {
	for _, e := range people {
		do(e)
	}
}

func absent(e *entry)  { e.leave(model.Absent) }
func silent(e *entry)  { e.hide("not found, and nothing beside it is readable") }
func moved(e *entry)   { e.leave(model.OutOfScope) }
func deleted(e *entry) { e.leave(model.Tombstone); e.outside = true }

// unreadable is somebody whose entry the look-up finds, but cannot judge.
func unreadable(e *entry) { e.hide("userAccountControl is not readable"); e.trace = true }

func TestLearnedSentinels(t *testing.T) {
	t.Parallel()
	const holds = ""
	for name, row := range map[string]struct {
		do   func(w *world, berlin, paris, rome, bonn []*entry)
		says string // of a condition that fails
	}{
		"nothing happens":            {func(*world, []*entry, []*entry, []*entry, []*entry) {}, holds},
		"two of five are absent":     {func(_ *world, b, _, _, _ []*entry) { each(b[:2], absent) }, holds},
		"three of five are absent":   {func(_ *world, b, _, _, _ []*entry) { each(b[:3], absent) }, "3 of 5 in ou=berlin,dc=corp of those"},
		"three of five are silent":   {func(_ *world, b, _, _, _ []*entry) { each(b[:3], silent) }, "3 of 5 in ou=berlin,dc=corp of those"},
		"absent and silent":          {func(_ *world, b, _, _, _ []*entry) { absent(b[0]); each(b[1:3], silent) }, "3 of 5 in ou=berlin,dc=corp of those"},
		"all five are unreadable":    {func(_ *world, b, _, _, _ []*entry) { each(b[:5], unreadable) }, holds},
		"all five are excluded":      {func(_ *world, b, _, _, _ []*entry) { each(b[:5], func(e *entry) { e.excluded = true }) }, holds},
		"all five have a fault":      {func(_ *world, b, _, _, _ []*entry) { each(b[:5], func(e *entry) { e.held = "no sn" }) }, holds},
		"three of five disabled":     {func(_ *world, b, _, _, _ []*entry) { each(b[:3], func(e *entry) { e.leave(model.Disabled) }) }, holds},
		"three of five deleted":      {func(_ *world, b, _, _, _ []*entry) { each(b[:3], deleted) }, holds},
		"three of five moved away":   {func(_ *world, b, _, _, _ []*entry) { each(b[:3], moved) }, holds},
		"the OU has a new name":      {func(_ *world, b, _, _, _ []*entry) { each(b, func(e *entry) { e.ou = "Potsdam" }) }, holds},
		"three are made anew":        {func(w *world, b, _, _, _ []*entry) { each(b[:3], w.makeAnew) }, holds},
		"others are absent":          {func(_ *world, b, _, _, _ []*entry) { each(b[5:], absent) }, holds},
		"two of three are absent":    {func(_ *world, _, p, _, _ []*entry) { each(p[:2], absent) }, "2 of 3 in ou=paris,dc=corp of those"},
		"one of three is absent":     {func(_ *world, _, p, _, _ []*entry) { absent(p[0]) }, holds},
		"an OU of two proves little": {func(_ *world, _, _, r, _ []*entry) { each(r, absent) }, holds},
		"two OUs":                    {func(_ *world, b, p, _, _ []*entry) { each(b[:4], silent); each(p, silent) }, "4 of 5 in ou=berlin,dc=corp, 3 of 3 in ou=paris,dc=corp"},
		"one each in two OUs":        {func(_ *world, b, p, _, _ []*entry) { silent(b[0]); silent(p[0]) }, holds},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := offices(t, map[string]int{"Berlin": 8, "Paris": 3, "Rome": 2, "Bonn": 4})
			bonn := w.office("Bonn")
			bonn[3].leave(model.Disabled) // somebody to be taken out
			w.hire("zoe").ou = "New"
			row.do(w, w.office("Berlin"), w.office("Paris"), w.office("Rome"), bonn)
			sentinels := w.state.Sentinels
			p := w.later(t, time.Hour)
			c := condition(t, p, "learned-sentinels")
			if c.OK != (row.says == holds) || p.Sources[0].Complete != c.OK {
				t.Fatalf("complete %t, %+v", p.Sources[0].Complete, c)
			}
			if w.credential("zoe") == nil {
				t.Errorf("nobody comes: %v", summary(p))
			}
			if row.says == holds {
				if w.credential(bonn[3].username) != nil {
					t.Errorf("nobody goes: %v", summary(p))
				}
				return
			}
			for _, text := range []string{row.says, "nobody departs", "threema-dirsync approve --baseline"} {
				if !strings.Contains(english.Say(c.Detail), text) {
					t.Errorf("detail %q does not say %q", english.Say(c.Detail), text)
				}
			}
			if takes(p) != 0 || w.done[model.Withdraw] != 0 {
				t.Errorf("somebody goes: %v", summary(p))
			}
			if diff := gocmp.Diff(sentinels, w.state.Sentinels); diff != "" {
				t.Errorf("sentinels changed under doubt:\n%s", diff)
			}
		})
	}
}

// makeAnew gives somebody's account a new directory ID.
func (w *world) makeAnew(e *entry) {
	young := w.hire(e.username)
	young.csi, young.ou, young.first = e.csi, e.ou, e.first
	e.leave(model.Absent)
}

// TestSentinelsAreLearned: of those who are known longest, from the second pass on.
func TestSentinelsAreLearned(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for n := range 7 {
		w.hire(fmt.Sprintf("b%d", n))
	}
	for n := range 2 {
		w.hire(fmt.Sprintf("p%d", n)).ou = "Paris"
	}
	if p := w.pass(t); len(w.state.Sentinels) != 0 || !strings.Contains(english.Say(condition(t, p, "learned-sentinels").Detail), "none is learned yet") {
		t.Fatalf("the first pass learned %+v", w.state.Sentinels)
	}
	w.later(t, time.Hour)
	learned := w.now
	var want []model.Sentinel
	for _, e := range w.source().people[:5] {
		want = append(want, model.Sentinel{Person: e.id, OU: "ou=berlin,dc=corp", Since: learned})
	}
	if diff := gocmp.Diff(want, w.state.Sentinels); diff != "" {
		t.Fatalf("sentinels (-want +got):\n%s", diff)
	}
	// Somebody new has a lower ID and takes no place, as there are others known longer.
	young := w.hire("young")
	young.id.ID = "guid-000"
	w.later(t, time.Hour)
	w.later(t, time.Hour)
	w.source().people[2].leave(model.Disabled)
	w.later(t, time.Hour)
	if w.isSentinel(young) || w.isSentinel(w.source().people[2]) || !w.isSentinel(w.source().people[5]) || len(w.state.Sentinels) != 5 {
		t.Errorf("after a departure: %+v", w.state.Sentinels)
	}
	if again := w.later(t, time.Hour); english.Say(condition(t, again, "learned-sentinels").Detail) != "5 of 5 are seen, in 1 OUs" {
		t.Errorf("detail %q", condition(t, again, "learned-sentinels").Detail)
	}
}

// TestSentinelsMove: with a person, and with a whole OU.
func TestSentinelsMove(t *testing.T) {
	t.Parallel()
	w := offices(t, map[string]int{"Berlin": 8, "Paris": 4})
	e := w.office("Berlin")[0]
	e.ou = "Paris"
	w.later(t, time.Hour)
	if got := w.ousOfSentinels(); got["ou=berlin,dc=corp"] != 5 || got["ou=paris,dc=corp"] != 5 || !w.isSentinel(e) {
		t.Errorf("sentinels by OU: %v", got)
	}
	each(w.office("Berlin"), func(e *entry) { e.ou = "Potsdam" })
	w.later(t, time.Hour)
	if got := w.ousOfSentinels(); got["ou=berlin,dc=corp"] != 0 || got["ou=potsdam,dc=corp"] != 5 {
		t.Errorf("sentinels by OU: %v", got)
	}
}

func (w *world) ousOfSentinels() map[string]int {
	count := map[string]int{}
	for _, s := range w.state.Sentinels {
		count[s.OU]++
	}
	return count
}

// TestSentinelIsReplacedByConfirmation: who is missing stays a sentinel until the departure is
// confirmed, and then another takes the place.
func TestSentinelIsReplacedByConfirmation(t *testing.T) {
	t.Parallel()
	w := offices(t, map[string]int{"Berlin": 8})
	w.policy.ConfirmReads, w.policy.ConfirmOver = 2, day
	berlin := w.office("Berlin")
	absent(berlin[0])
	for range 23 {
		w.later(t, time.Hour)
		if !w.isSentinel(berlin[0]) || w.isSentinel(berlin[5]) {
			t.Fatalf("replaced before the confirmation: %+v", w.state.Sentinels)
		}
	}
	w.later(t, 2*time.Hour)
	if w.isSentinel(berlin[0]) || !w.isSentinel(berlin[5]) {
		t.Errorf("not replaced after the confirmation: %+v", w.state.Sentinels)
	}
}

// TestSentinelsRotate: one sentinel of an office leaves each day for two months, which never
// raises a doubt.
func TestSentinelsRotate(t *testing.T) {
	t.Parallel()
	w := offices(t, map[string]int{"Berlin": 100})
	w.policy.ConfirmReads, w.policy.ConfirmOver, w.policy.GraceWithdraw = 2, day, day
	var gone []*entry
	for range 60 {
		for _, e := range w.office("Berlin") {
			if w.isSentinel(e) && e.state == model.Entitled {
				absent(e)
				gone = append(gone, e)
				break
			}
		}
		if p := w.later(t, day); !p.Sources[0].Complete {
			t.Fatalf("after %d leavers: %+v", len(gone), condition(t, p, "learned-sentinels"))
		}
	}
	w.later(t, 2*day) // confirmed
	w.later(t, 2*day)
	for _, e := range gone {
		if w.isSentinel(e) || w.credential(e.username) != nil {
			t.Errorf("%s left: sentinel %t, credential %v", e.username, w.isSentinel(e), w.credential(e.username))
		}
	}
	if got := w.ousOfSentinels()["ou=berlin,dc=corp"]; len(gone) != 60 || got != 5 {
		t.Errorf("%d leavers, %d sentinels", len(gone), got)
	}
}

// TestRestartLoopUnderDoubt: however often a hidden office is read, and for how long, nobody of
// it departs, and once it is seen again everything is as before (pitfall D5).
func TestRestartLoopUnderDoubt(t *testing.T) {
	t.Parallel()
	for name, hide := range map[string]func(*entry){"absent": absent, "silent": silent} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := offices(t, map[string]int{"Berlin": 12})
			each(w.office("Berlin"), hide)
			for _, pause := range []time.Duration{time.Second, 10 * time.Minute, 3 * day} {
				for range 20 {
					if p := w.later(t, pause); p.Sources[0].Complete || takes(p) != 0 {
						t.Fatalf("complete %t: %v", p.Sources[0].Complete, summary(p))
					}
				}
			}
			each(w.office("Berlin"), (*entry).comeBack)
			if p := w.later(t, time.Hour); !p.Sources[0].Complete || len(summary(p)) != 0 {
				t.Errorf("not as before: %v", summary(p))
			}
		})
	}
}

// TestDissolvedOU: a doubt ends by approve --baseline, and then the people of the OU go the way
// of all leavers: confirmation, grace and limits.
func TestDissolvedOU(t *testing.T) {
	t.Parallel()
	w := offices(t, map[string]int{"Berlin": 12})
	w.policy.ConfirmReads, w.policy.ConfirmOver, w.policy.GraceWithdraw = 2, day, day
	berlin := w.office("Berlin")
	each(berlin, absent)
	for range 5 {
		if p := w.later(t, day); p.Sources[0].Complete {
			t.Fatal("not doubted")
		}
	}
	w.accept = true
	p := w.later(t, time.Hour)
	if c := condition(t, p, "learned-sentinels"); !c.OK || !strings.Contains(english.Say(c.Detail), "accepted with the baseline: missing are 5 of 5 in ou=berlin") {
		t.Fatalf("not accepted: %+v", c)
	}
	w.accept = false
	w.later(t, 20*time.Hour)
	if got := statuses(w.later(t, 3*time.Hour), model.Withdraw); got["waiting"+model.GuardAhead] != 12 {
		t.Fatalf("not confirmed yet: %v", got)
	}
	w.later(t, 2*time.Hour) // confirmed
	p = w.later(t, day)
	if got := statuses(p, model.Withdraw); got["blocked"+model.GuardLeaversRun]+got["blocked"+model.GuardLeaversOU] != 12 || !p.Sources[0].Complete {
		t.Fatalf("past the limits: %v", got)
	}
	w.approve(p, day)
	w.later(t, time.Hour)
	for _, e := range berlin {
		if w.credential(e.username) != nil {
			t.Errorf("%s is still there", e.username)
		}
	}
}

// TestAcceptedSilence: after approve --baseline a hidden office is held, and does not raise the
// doubt again; its people do not depart.
func TestAcceptedSilence(t *testing.T) {
	t.Parallel()
	w := offices(t, map[string]int{"Berlin": 60}) // more than half of all: the count rule doubts too
	each(w.office("Berlin"), silent)
	if p := w.later(t, time.Hour); condition(t, p, "learned-sentinels").OK || condition(t, p, "count").OK {
		t.Fatalf("not doubted: %+v", p.Sources[0].Conditions)
	}
	w.accept = true
	w.later(t, time.Hour)
	w.accept = false
	for range 5 {
		if p := w.later(t, day); !p.Sources[0].Complete || takes(p) != 0 {
			t.Fatalf("complete %t: %v", p.Sources[0].Complete, summary(p))
		}
	}
	wantWords(t, w.plan(), "whereabouts unknown: not found")
}

// TestNoDoubtAgainstAnotherScope: what the ledger knows does not compare with another scope;
// the guard of the baseline holds everything anyway.
func TestNoDoubtAgainstAnotherScope(t *testing.T) {
	t.Parallel()
	w := offices(t, map[string]int{"Berlin": 60})
	w.source().account = "cn=reader"
	w.later(t, time.Hour)
	w.source().scope, w.source().account = "s2", ""
	berlin := w.office("Berlin")
	each(berlin[1:], silent)
	berlin[0].ou = "Paris"
	before := w.state.Sentinels
	p := w.later(t, time.Hour)
	if !p.Sources[0].Complete || !p.Tripped(model.GuardBaseline) || takes(p) != 0 {
		t.Fatalf("complete %t, guards %v: %v", p.Sources[0].Complete, p.Guards, summary(p))
	}
	if diff := gocmp.Diff(before, w.state.Sentinels); diff != "" || !w.state.Sources["corp"].AccountSeen {
		t.Errorf("a preview was remembered: %s", diff)
	}
}

// TestNothingIsLearnedUnderDoubt: neither from an incomplete snapshot, nor forgotten by it.
func TestNothingIsLearnedUnderDoubt(t *testing.T) {
	t.Parallel()
	w := offices(t, map[string]int{"Berlin": 8})
	berlin := w.office("Berlin")
	before := w.state.Sentinels
	w.source().incomplete = true
	berlin[0].leave(model.Disabled)
	berlin[1].ou = "Paris"
	w.later(t, time.Hour)
	if diff := gocmp.Diff(before, w.state.Sentinels); diff != "" {
		t.Errorf("sentinels changed:\n%s", diff)
	}
}

// TestHiddenSentinels lets any people of any offices vanish in any way at once: exactly if some
// office lost more than half of its sentinels, and more than one, or everybody lost more than
// half of the people, nobody departs in this pass.
func TestHiddenSentinels(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		sizes := map[string]int{}
		for n := range rapid.IntRange(1, 4).Draw(rt, "offices") {
			sizes[fmt.Sprintf("Office%d", n)] = rapid.IntRange(1, 9).Draw(rt, "size")
		}
		w := offices(t, sizes)
		vanish := rapid.SampledFrom([]func(*entry){absent, silent, absent, silent, moved, deleted, unreadable, func(*entry) {}})
		lost, all := map[string]int{}, w.ousOfSentinels()
		missing := 0
		for _, e := range w.source().people {
			if e.ou[0] != 'O' {
				continue
			}
			vanish.Draw(rt, e.username)(e)
			if e.outside && !e.trace && w.isSentinel(e) {
				lost[strings.ToLower("ou="+e.ou+",dc=corp")]++
			}
			if e.outside && (!e.trace || e.evidence.Kind == model.OutOfScope) {
				missing++
			}
		}
		doubt := missing > max(3, len(w.source().people)/2)
		for ou, n := range lost {
			doubt = doubt || n > 1 && 2*n > all[ou]
		}
		p := w.later(t, day)
		if p.Sources[0].Complete == doubt {
			rt.Fatalf("lost %v of %v, complete %t", lost, all, p.Sources[0].Complete)
		}
		if doubt && takes(p) != 0 {
			rt.Fatalf("somebody goes under doubt: %v", summary(p))
		}
	})
}
