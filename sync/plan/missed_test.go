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
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// TestMissedAreNamed: of each read that proves nothing the plan names whom it misses, and explain says of each
// what stands: since when they are missing, what they wait for, and what to type. Who is there is not named.
func TestMissedAreNamed(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		hide  func(*entry)
		doubt func(*directory)
		shown string
		waits string // for what
		todo  string
	}{
		"too many absent":             {absent, func(*directory) {}, "absent", "count", "approve --baseline"},
		"too many silent":             {silent, func(*directory) {}, "not found", "count", "approve --baseline"},
		"a sentinel is missing":       {absent, func(d *directory) { d.incomplete = true }, "absent", "sentinels, count", "dirsync check"},
		"an entry has no ID":          {absent, func(d *directory) { d.nameless = true }, "absent", "ids, count", "dirsync check"},
		"disabled, and a wrong clock": {func(e *entry) { e.leave(model.Disabled) }, func(d *directory) { d.slow = true }, "disabled", "clock", "dirsync check"},
		"conditions of two commands":  {absent, func(d *directory) { d.incomplete = true }, "absent", "sentinels, count", "what to do: `threema-dirsync check` tells it of sentinels, the plan tells it of count"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := couples(t, 8)
			seen := w.now.Format(time.DateTime)
			people := w.source().people
			each(people[:5], row.hide)
			row.doubt(w.source())
			w.later(t, time.Hour)
			w.now = w.now.Add(time.Hour)
			p := plan.Compute(w.input()) // and again: it lasts
			var text strings.Builder
			if err := view.WritePlan(&text, p, 3); err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{"\nNot shown as entitled by a read that proves nothing, so nothing happens to them (5)", "… and 2 more", people[0].dn(), row.shown, "seen last " + seen, "until this holds again: " + row.waits} {
				if !strings.Contains(text.String(), part) {
					t.Errorf("the plan does not say %q:\n%s", part, text.String())
				}
			}
			for n, e := range people {
				x, words := w.mustExplain(t, e.username)
				if (x.Missed != nil) != (n < 5) {
					t.Errorf("%s: %+v", e.username, x.Missed)
				}
				for _, part := range []string{"nothing: not entitled as this read shows them (" + row.shown, "seen last " + seen, "until this holds again: " + row.waits, row.todo} {
					if n < 5 && !strings.Contains(words, part) {
						t.Errorf("explain does not say %q:\n%s", part, words)
					}
				}
			}
		})
	}
}

// TestNobodyIsMissed by a read that proves something, nor whom the plan tells of already.
func TestNobodyIsMissed(t *testing.T) {
	t.Parallel()
	w := couples(t, 8)
	w.policy.GraceWithdraw = 30 * day
	each(w.source().people[:2], absent)
	if p := w.later(t, time.Hour); len(p.Missed) != 0 || statuses(p, model.Withdraw)["waiting"] != 2 {
		t.Errorf("a read that holds: %+v", p.Missed)
	}
	w.source().incomplete = true
	w.source().people[2].excluded, w.source().people[3].held = true, "no sn"
	p := w.later(t, time.Hour)
	if len(p.Missed) != 0 {
		t.Errorf("on the way out, excluded or with a fault: %+v", p.Missed)
	}
}

// TestShowsKnowsEachConditionOfTheMemory: check reads the directory alone. Of each condition that a plan adds to
// what the directory showed, plan is what shows it; but for the clock, of which check asks the service, too.
func TestShowsKnowsEachConditionOfTheMemory(t *testing.T) {
	t.Parallel()
	w := couples(t, 8)
	in := w.input()
	in.ServiceClock = model.ServiceClock{Told: true}
	var ofDirectory []string
	for _, c := range in.Sources[0].Snapshot.Conditions {
		ofDirectory = append(ofDirectory, c.Name)
	}
	never := []string{"first-read-from-this-server", "view"} // these do not fail
	for _, c := range plan.Compute(in).Sources[0].Conditions {
		want := "threema-dirsync plan"
		if slices.Contains(ofDirectory, c.Name) || c.Name == model.ConditionClock || slices.Contains(never, c.Name) {
			want = "threema-dirsync check"
		}
		if got := plan.Shows(c.Name); got != want {
			t.Errorf("%s: %s", c.Name, got)
		}
	}
}

// TestALossNamesWhoseCredentials are missing, beside the error, which is logged and names nobody.
func TestALossNamesWhoseCredentials(t *testing.T) {
	t.Parallel()
	w := couples(t, 20)
	for n := range 5 {
		w.withdrawByHand(fmt.Sprintf("p%d", n))
	}
	loss := plan.Compute(w.input()).Untrusted
	if loss == nil || loss.Ended || len(loss.Missing) != 5 || strings.Contains(english.Distrusted(*loss), "E-p0") || !strings.Contains(english.BaselinePerson(loss.Missing[0]), "E-p0 "+w.source().people[0].dn()+": credential p0") {
		t.Errorf("%+v", loss)
	}
	w.pkg.Subscription.ValidUntil = w.now
	if ended := plan.Compute(w.input()).Untrusted; ended == nil || !ended.Ended || len(ended.Missing) != 0 {
		t.Errorf("%+v", ended)
	}
}
