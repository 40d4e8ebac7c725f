package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestCountRule: more than half of our people missing at once, and more than three, is no wave
// of departures. They are in OUs of two, which have no sentinels.
func TestCountRule(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		size, missing int
		how           func(*entry)
		holds         bool
	}{
		"half moved away":           {20, 10, moved, true},
		"more than half moved away": {20, 11, moved, false},
		"more than half absent":     {20, 11, absent, false},
		"more than half silent":     {20, 11, silent, false},
		"all unreadable":            {20, 20, unreadable, true},
		"all disabled":              {20, 20, func(e *entry) { e.leave(model.Disabled) }, true},
		"all expired":               {20, 20, func(e *entry) { e.leave(model.Expired) }, true},
		"all with a tombstone":      {20, 20, deleted, true},
		"all excluded":              {20, 20, func(e *entry) { e.excluded = true }, true},
		"all with a fault":          {20, 20, func(e *entry) { e.held = "no sn" }, true},
		"three of three":            {3, 3, absent, true},
		"four of four":              {4, 4, absent, false},
		"four of seven":             {7, 4, absent, false},
		"four of eight":             {8, 4, absent, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := couples(t, row.size)
			each(w.source().people[:row.missing], row.how)
			p := w.later(t, time.Hour)
			c := condition(t, p, "count")
			if c.OK != row.holds || p.Sources[0].Complete != row.holds {
				t.Fatalf("complete %t, %+v", p.Sources[0].Complete, c)
			}
			if row.holds {
				return
			}
			if takes(p) != 0 {
				t.Errorf("somebody goes: %v", summary(p))
			}
			for _, text := range []string{
				fmt.Sprintf("%d of %d people of ours (%d %%) are missing all at once, %d allowed (50 %% of %d is %d, at least 3), 2 of 2 in ou=ou0,dc=corp", row.missing, row.size, row.missing*100/row.size, max(3, row.size/2), row.size, row.size/2),
				"threema-dirsync approve --baseline",
			} {
				if !strings.Contains(english.Say(c.Detail), text) {
					t.Errorf("detail %q does not say %q", english.Say(c.Detail), text)
				}
			}
		})
	}
}

// couples is a rolled-out world of so many people, two in each OU.
func couples(t testing.TB, n int) *world {
	t.Helper()
	w := newWorld()
	w.policy.ConfirmReads, w.policy.ConfirmOver, w.policy.GraceWithdraw = 1, 0, 0
	for i := range n {
		w.hire(fmt.Sprintf("p%d", i)).ou = fmt.Sprintf("OU%d", i/2)
	}
	w.settle(t)
	w.state.RolledOut = true
	return w
}

// TestCountRuleLasts: a doubt does not wear off, neither by absence nor by silence; it ends with
// the people's return, or when somebody accepts it, and then only the limits stand.
func TestCountRuleLasts(t *testing.T) {
	t.Parallel()
	for name, hide := range map[string]func(*entry){"absent": absent, "silent": silent, "moved": moved} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := couples(t, 20)
			each(w.source().people[:15], hide)
			for range 5 {
				if p := w.later(t, day); p.Sources[0].Complete {
					t.Fatalf("the doubt wore off: %+v", p.Sources[0].Conditions)
				}
			}
			each(w.source().people, (*entry).comeBack)
			if p := w.later(t, day); !p.Sources[0].Complete || len(summary(p)) != 0 {
				t.Fatalf("not as before: %v", summary(p))
			}
			each(w.source().people[:15], hide)
			w.accept = true
			if c := condition(t, w.later(t, day), "count"); !c.OK || !strings.Contains(english.Say(c.Detail), "accepted with the baseline: 15 of 20") {
				t.Fatalf("not accepted: %+v", c)
			}
			w.accept = false
			p := w.later(t, day)
			if got := statuses(p, model.Withdraw); !p.Sources[0].Complete || name != "silent" && got["blocked"+model.GuardLeaversRun] != 15 || takes(p) != 0 {
				t.Errorf("complete %t, %v", p.Sources[0].Complete, summary(p))
			}
		})
	}
}

// TestCountRuleLetsTheLimitsSpeak: who is on the way out already is not newly missing.
func TestCountRuleLetsTheLimitsSpeak(t *testing.T) {
	t.Parallel()
	w := couples(t, 20)
	w.policy.GraceWithdraw = 30 * day
	for n := range 10 { // one OU at a time
		each(w.source().people[2*n:2*n+2], absent)
		if p := w.later(t, day); !p.Sources[0].Complete {
			t.Fatalf("%d gone: %+v", 2*n+2, p.Sources[0].Conditions)
		}
	}
}

// TestBindAccount: once seen as an entry, it must be seen, until somebody accepts that it is
// another account now.
func TestBindAccount(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.GraceWithdraw = 0
	const reader = "cn=reader,dc=corp"
	for n, step := range []struct {
		account       string
		accept, holds bool
		says          string
	}{
		{"", false, true, "never readable"},
		{reader, false, true, reader + " is seen"},
		{"", false, false, "cannot read its own entry any more"},
		{"", false, false, "threema-dirsync approve --baseline"},
		{reader, false, true, reader + " is seen"},
		{"", false, false, "nobody departs"},
		{"", true, true, "accepted with the baseline: "},
		{"", false, true, "never readable"},
		{reader, true, true, reader + " is seen"},
		{"", false, false, "cannot read"},
	} {
		w.source().account, w.accept = step.account, step.accept
		people["anna"].leave(model.Disabled)
		p := w.plan()
		if c := condition(t, p, "bind-account"); c.OK != step.holds || !strings.Contains(english.Say(c.Detail), step.says) || p.Sources[0].Complete != step.holds {
			t.Errorf("step %d: complete %t, %+v", n, p.Sources[0].Complete, c)
		}
		if got := takes(p) > 0; got != step.holds {
			t.Errorf("step %d: somebody goes: %t", n, got)
		}
		people["anna"].comeBack()
		w.later(t, time.Hour)
	}
}
