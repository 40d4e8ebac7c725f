package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestALimitTellsItsReckoning: the number in the message is the number that is allowed, and the rest of it is how
// that comes about, whichever of percentage, floor, count and half decides.
func TestALimitTellsItsReckoning(t *testing.T) {
	t.Parallel()
	run := model.Window{Count: 10, Percent: 2}
	for _, row := range []struct {
		allowed model.Allowance
		number  int
		words   string
	}{
		{run.AllowsToLeave("limits.leavers.run", 2, 61), 2, "2 allowed (limits.leavers.run: 2 % of 61 is 1, at least 2, but at most 10 and half of them, 30)"},
		{run.AllowsToLeave("k", 2, 400), 8, "8 allowed (k: 2 % of 400 is 8, at least 2, but at most 10 and half of them, 200)"},
		{run.AllowsToLeave("k", 2, 5000), 10, "10 allowed (k: 2 % of 5000 is 100, at least 2, but at most 10 and half of them, 2500)"},
		{run.AllowsToLeave("k", 2, 3), 1, "1 allowed (k: 2 % of 3 is 0, at least 2, but at most 10 and half of them, 1)"},
		{run.Allows("k", 2, 3), 2, "2 allowed (k: 2 % of 3 is 0, at least 2, but at most 10)"},
		{model.HeldLimit{Count: 3, Percent: 5}.Allows(100), 5, "5 allowed (limits.held: 5 % of 100 is 5, at least 3)"},
		{model.HiddenAttributes(600), 6, "6 allowed (1 % of 600 is 6, at least 3)"},
	} {
		if row.allowed.Number() != row.number || english.Say(row.allowed.Reason()) != row.words {
			t.Errorf("%d, %s; want %d, %s", row.allowed.Number(), english.Say(row.allowed.Reason()), row.number, row.words)
		}
	}
}

// TestEachLimitTellsItsReckoning where it trips: of leavers, of those ahead, of creates, changes, held and missing people.
func TestEachLimitTellsItsReckoning(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		happens func(*world)
		words   string
	}{
		"leavers ahead": {func(w *world) { w.leaveSome(5) }, "leavers-run: 5 people in one pass, 2 allowed (limits.leavers.run: 2 % of 100 is 2, at least 2, but at most 10 and half of them, 50)"},
		"leavers":       {func(w *world) { w.policy.GraceWithdraw = 0; w.leaveSome(5) }, "5 people within 24 h, 3 allowed (limits.leavers.day: 3 % of 100 is 3, at least 3, but at most 20 and half of them, 50)"},
		"creates": {func(w *world) {
			for n := range 30 {
				w.hire("new" + string(rune('A'+n)))
			}
		}, "30 people in one pass, 20 allowed (limits.creates.run: 20 % of 100 is 20, at least 2, but at most 500)"},
		"missing credentials": {func(w *world) {
			for _, e := range w.source().people[:5] {
				w.withdrawByHand(e.username)
			}
		}, "5 of the 100 credentials that we manage are missing at once, 3 allowed (2 % of 100 is 2, at least 3)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := running(t, 100)
			row.happens(w)
			p := w.later(t, 2*time.Hour)
			told := ""
			for _, g := range p.Guards {
				told += english.Join(g.Reasons) + "\n"
			}
			if p.Untrusted != nil {
				told += english.Distrusted(*p.Untrusted)
			}
			if !strings.Contains(told, row.words) {
				t.Errorf("does not say %q:\n%s", row.words, told)
			}
		})
	}
}

// TestOnePersonIsNoPlural: a mass of one is told as one.
func TestOnePersonIsNoPlural(t *testing.T) {
	t.Parallel()
	w := crowd(1)
	w.policy.GraceWithdraw = day
	for range 3 {
		w.later(t, 2*time.Hour)
	}
	w.source().people[0].leave(model.Disabled)
	p := w.later(t, 2*time.Hour)
	if len(ahead(p, model.Withdraw)) != 1 {
		t.Fatalf("%v", summary(p))
	}
	detail := english.Join(p.Guards[0].Reasons)
	if !strings.Contains(detail, "of 1 person under way") || !strings.Contains(detail, "From ou=ou0,dc=corp (disabled)") || strings.Contains(detail, "They are") || strings.Contains(detail, "people") {
		t.Errorf("%s", detail)
	}
}
