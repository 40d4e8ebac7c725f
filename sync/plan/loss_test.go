package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// losing is a pass of a world that may lose more than it should: what is not trusted is remembered, and
// carries nothing out.
func (w *world) losing(t *testing.T, after time.Duration) plan.Plan {
	t.Helper()
	w.now = w.now.Add(after)
	if p := w.plan(); p.Untrusted != nil {
		if slices.ContainsFunc(p.Changes, func(c model.Change) bool { return c.Status == model.Due }) || p.Update.Accepted != nil || len(p.Update.Bases) > 0 {
			t.Fatalf("not trusted, and yet: %v", summary(p))
		}
		accept := w.accept
		w.accept = false // nobody's yes is recorded
		w.remember(p.Update)
		w.accept = accept
		return p
	}
	return w.pass(t)
}

// exit is how such a pass ends: 1 not trusted, 3 it waits for the baseline, else 0.
func exit(p plan.Plan) int {
	switch {
	case p.Untrusted != nil:
		return 1
	case p.Tripped(model.GuardBaseline):
		return 3
	}
	return 0
}

func lose(n int) func(*world) {
	return func(w *world) {
		for _, own := range slices.Clone(w.state.Owned[:n]) {
			w.dropCredential(own.CredentialID)
		}
	}
}

// TestMassLossHasAnEnd: more is missing than may be. One list fails the pass, a second one an hour later
// makes it a question, and a yes ends it.
func TestMassLossHasAnEnd(t *testing.T) {
	t.Parallel()
	const fail, ask, ok = 1, 3, 0
	type step struct {
		after  time.Duration
		do     func(*world)
		accept bool
		exit   int
	}
	users := func(w *world) { w.pkg.Users = nil }
	for name, row := range map[string]struct {
		size  int
		steps []step
		held  int // in the end, of people without a credential
	}{
		"four of sixty": {60, []step{
			{0, lose(4), false, fail}, {59 * minute, nil, false, fail}, {minute, nil, false, ask}, {hour, nil, false, ask},
			{hour, nil, true, ok}, {hour, nil, false, ok}, {30 * day, nil, false, ok},
		}, 4},
		"nobody can say yes to one list": {60, []step{
			{0, lose(4), false, fail}, {30 * minute, nil, true, fail}, {minute, nil, false, fail}, {hour, nil, true, ok}, {hour, nil, false, ok},
		}, 4},
		"all of a small company": {3, []step{
			{0, lose(3), false, fail}, {hour, nil, false, ask}, {hour, nil, true, ok}, {hour, nil, false, ok},
		}, 3},
		"three are no loss": {60, []step{{0, lose(3), false, ok}, {hour, nil, false, ok}}, 3},
		"a cut list, and the next one is whole": {60, []step{
			{0, func(w *world) { w.pkg.Credentials = w.pkg.Credentials[40:] }, false, fail},
			{2 * hour, func(w *world) { w.refill(60) }, false, ok}, {hour, nil, false, ok},
		}, 0},
		"two lists that are cut at another end": {60, []step{
			{0, func(w *world) { w.pkg.Credentials = w.pkg.Credentials[20:] }, false, fail},
			{2 * hour, func(w *world) { w.refill(60); w.pkg.Credentials = w.pkg.Credentials[:40] }, false, fail},
			{59 * minute, nil, false, fail},
		}, 0},
		"most are back, and few are missing": {60, []step{
			{0, lose(10), false, fail}, {2 * hour, func(w *world) { w.refill(60); lose(2)(w) }, false, ok},
		}, 2},
		"more go while it waits": {60, []step{
			{0, lose(4), false, fail}, {2 * hour, lose(9), false, fail}, {hour, nil, false, ask}, {hour, nil, true, ok}, {hour, nil, false, ok},
		}, 9},
		"a second loss after the first was accepted": {60, []step{
			{0, lose(4), false, fail}, {hour, nil, true, ok}, {hour, nil, false, ok},
			{hour, lose(8), false, fail}, {hour, nil, false, ask}, {hour, nil, true, ok}, {hour, nil, false, ok},
		}, 8},
		"accepted ones are not created anew": {60, []step{
			{0, func(w *world) { w.policy.Recreate = true; lose(4)(w) }, false, fail}, {hour, nil, true, ok},
			{hour, nil, false, ok}, {day, nil, false, ok},
		}, 4},
		"whose people left need nothing": {60, []step{
			{0, func(w *world) {
				for _, e := range w.source().people[:8] {
					e.leave(model.Disabled)
				}
				lose(8)(w)
			}, false, ok}, {hour, nil, false, ok}, {hour, nil, false, ok},
		}, 0},
		"whose people are missing too need nothing": {60, []step{
			{0, func(w *world) {
				for n := range 4 { // one of an OU each: a single one is no hidden OU
					w.source().people[9*n].leave(model.Absent)
					w.dropCredential(w.state.Owned[9*n].CredentialID)
				}
			}, false, ok}, {25 * hour, nil, false, ok}, {hour, nil, false, ok},
		}, 0},
		"an incomplete read says of nobody that they left": {60, []step{
			{0, func(w *world) {
				for _, e := range w.source().people[:4] {
					e.leave(model.Disabled)
				}
				w.source().incomplete = true
				lose(4)(w)
			}, false, fail},
		}, 0},
		"the list of users": {60, []step{
			{0, users, false, fail}, {hour, nil, false, ask}, {hour, nil, true, ok}, {hour, nil, false, ok}, {30 * day, nil, false, ok},
		}, 0},
		"another package is not asked": {60, []step{
			{0, func(w *world) { w.pkg.Subscription.ID = "SUB2"; lose(40)(w) }, false, ask},
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := crowd(row.size)
			w.policy.ID = model.DetachID
			for _, own := range w.state.Owned[:min(5, row.size)] {
				w.activate(own.Username)
			}
			w.pass(t)
			var p plan.Plan
			for n, s := range row.steps {
				if s.do != nil {
					s.do(w)
				}
				w.accept = s.accept
				p = w.losing(t, s.after)
				w.accept = false
				if got := exit(p); got != s.exit {
					t.Fatalf("step %d: exit %d, want %d: %v\n%s", n+1, got, s.exit, p.Untrusted, words(p))
				}
			}
			if exit(p) == ok && (len(p.Held) != row.held || w.done[model.Create] > 0) {
				t.Errorf("%d held, want %d, %d created: %v", len(p.Held), row.held, w.done[model.Create], summary(p))
			}
		})
	}
}

// refill brings back the credentials of a crowd.
func (w *world) refill(n int) {
	w.pkg.Credentials = nil
	for i := range n {
		w.pkg.Credentials = append(w.pkg.Credentials, model.Credential{ID: fmt.Sprintf("c%06d", i), Username: fmt.Sprintf("p%06d", i)})
	}
}

// TestMassLossIsTold: whoever is to say yes is told who it is, what it means, and what to type and when.
func TestMassLossIsTold(t *testing.T) {
	t.Parallel()
	w := crowd(60)
	lose(4)(w)
	text := english.Distrusted(*w.losing(t, 0).Untrusted)
	for _, says := range []string{"4 of the 60 credentials", "the first pass from 2026-03-02 09:00:00 UTC on", "`threema-dirsync approve --baseline`"} {
		if !strings.Contains(text, says) {
			t.Errorf("does not say %q: %s", says, text)
		}
	}
	p := w.losing(t, time.Hour)
	if len(p.Baseline.Missing) != 4 || !strings.Contains(english.Say(p.Baseline.Missing[0].Why), "credential p00000") {
		t.Errorf("missing: %+v", p.Baseline.Missing)
	}
	wantWords(t, p, "then type `threema-dirsync approve --baseline`")
	w.accept = true
	w.losing(t, time.Hour)
	w.accept = false
	w.policy.Recreate = true
	wantWords(t, w.losing(t, time.Hour), "together with many others, and somebody accepted that: credentials.recreate does not create it anew")
}

// TestWhatIsMissingAlreadyIsNoBase: a loss is counted of those that status counts as managed.
func TestWhatIsMissingAlreadyIsNoBase(t *testing.T) {
	t.Parallel()
	w := crowd(60)
	w.pass(t)
	w.dropCredential(w.state.Owned[10].CredentialID)
	w.pass(t)
	if n := len(w.state.Managed()); n != 59 {
		t.Fatalf("%d are managed", n)
	}
	lose(4)(w)
	if text := english.Distrusted(*w.losing(t, time.Hour).Untrusted); !strings.Contains(text, "4 of the 59 credentials") {
		t.Error(text)
	}
	if n := len(w.state.Managed()); n != 59 { // nobody said yet that the four are gone
		t.Errorf("%d are managed", n)
	}
	w.accept = true
	w.losing(t, time.Hour)
	if n := len(w.state.Managed()); n != 55 {
		t.Errorf("%d are managed once it is accepted", n)
	}
}

// TestAcceptedPersonGetsAccessBack: by a credential that somebody makes for them.
func TestAcceptedPersonGetsAccessBack(t *testing.T) {
	t.Parallel()
	w := crowd(60)
	lose(4)(w)
	w.losing(t, 0)
	w.accept = true
	w.losing(t, time.Hour)
	w.accept = false
	w.foreignCredential("back", w.source().people[0].csi)
	p := w.losing(t, time.Hour)
	if !slices.ContainsFunc(p.Changes, func(c model.Change) bool { return c.Op == model.Adopt && c.Username == "back" && c.Status == model.Due }) {
		t.Errorf("not adopted: %v", summary(p))
	}
}

// TestAnAcceptedLossIsAWordUnderRecreate: credentials.recreate gives back what went by hand, and nothing of a mass that
// somebody accepted: not to who left and came back, and not to an account made anew.
func TestAnAcceptedLossIsAWordUnderRecreate(t *testing.T) {
	t.Parallel()
	for name, back := range map[string]func(w *world, lost *entry) *entry{
		"who left and came back": func(_ *world, lost *entry) *entry { lost.comeBack(); return lost },
		"an account made anew": func(w *world, lost *entry) *entry {
			young := w.hire("young")
			young.csi = lost.csi
			return young
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := crowd(60)
			w.policy.Recreate = true
			lose(4)(w)
			w.losing(t, 0)
			w.accept = true
			w.losing(t, time.Hour)
			w.accept = false
			lost := w.source().people[0]
			lost.leave(model.Disabled)
			for range 12 {
				w.later(t, day)
			}
			comes := back(w, lost)
			for range 3 {
				p := w.later(t, day)
				if slices.ContainsFunc(p.Changes, func(c model.Change) bool {
					return c.Op == model.Create && c.Person == comes.id && c.Status == model.Due
				}) {
					t.Fatalf("gets a credential again: %v", summary(p))
				}
			}
		})
	}
}
