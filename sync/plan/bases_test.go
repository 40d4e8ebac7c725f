package plan_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// wide lets a kind of limit be the only one that speaks.
func wide(p *model.Policy) {
	all := model.Window{Count: 100_000, Percent: 100}
	p.LeaversRun, p.LeaversDay, p.LeaversWeek, p.CreatesRun, p.ChangesRun = all, all, all, all, all
}

// hireSome lets n people join.
func (w *world) hireSome(prefix string, n int) []*entry {
	var joiners []*entry
	for i := range n {
		joiners = append(joiners, w.hire(fmt.Sprintf("%s%04d", prefix, i)))
	}
	return joiners
}

// TestBlockedJoinersAreInNoBase: what the limit blocked in one pass it blocks in each, until somebody
// says yes, and a company that doubles too.
func TestBlockedJoinersAreInNoBase(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ percent, joiners int }{{20, 14}, {20, 60}, {50, 60}, {50, 31}, {100, 61}} {
		t.Run(fmt.Sprintf("%d of 60 with %d %%", row.joiners, row.percent), func(t *testing.T) {
			t.Parallel()
			w := crowd(60)
			w.policy.CreatesRun.Percent = row.percent
			w.pkg.Subscription.Licences = 1000
			w.hireSome("j", row.joiners)
			for pass := range 4 {
				if got := statuses(w.later(t, time.Hour), model.Create); got["blocked"+model.GuardCreates] != row.joiners {
					t.Errorf("pass %d: %v", pass+1, got)
				}
			}
			w.approve(w.plan(), time.Hour)
			if w.pass(t); len(w.pkg.Credentials) != 60+row.joiners {
				t.Errorf("after a yes there are %d credentials", len(w.pkg.Credentials))
			}
		})
	}
}

// TestNewcomersDoNotWidenTheLeaversLimits: neither those who wait for whatever reason, nor those who
// join within the window.
func TestNewcomersDoNotWidenTheLeaversLimits(t *testing.T) {
	t.Parallel()
	waiting := map[string]func(*world){
		"blocked by the limit for joiners": func(w *world) { w.policy.CreatesRun = model.Window{} },
		"without a licence":                func(w *world) { w.pkg.Subscription.Licences = 60 },
		"withheld by the policy":           nil, // see below
		"deferred to another day":          func(w *world) { w.budget = model.Budget{Remaining: 100, Reserve: 100} },
		"held without a username":          nil,
		"who join":                         func(*world) {},
	}
	for name, do := range waiting {
		for _, window := range []struct {
			guard string
			wait  time.Duration
		}{{model.GuardLeaversRun, time.Hour}, {model.GuardLeaversDay, 12 * time.Hour}, {model.GuardLeaversWeek, 3 * day}} {
			if name == "who join" && window.guard == model.GuardLeaversRun {
				continue // a pass that begins after they joined counts them
			}
			t.Run(name+", "+window.guard, func(t *testing.T) {
				t.Parallel()
				w := crowd(100)
				wide(&w.policy)
				w.pkg.Subscription.Licences = 1000
				limit := map[string]*model.Window{
					model.GuardLeaversRun: &w.policy.LeaversRun, model.GuardLeaversDay: &w.policy.LeaversDay, model.GuardLeaversWeek: &w.policy.LeaversWeek,
				}[window.guard]
				limit.Percent = 10
				w.later(t, 8*day)
				if name == "without a licence" {
					w.pkg.Subscription.Licences = 100
				} else if do != nil {
					do(w)
				}
				for _, e := range w.hireSome("j", 100) {
					if name == "held without a username" {
						e.held = "no username"
					}
				}
				if name == "withheld by the policy" {
					w.policy.Mode = model.Observe
					w.later(t, time.Hour)
					w.policy.Mode = model.Sync
					w.policy.CreatesRun = model.Window{}
				}
				w.later(t, time.Hour)
				w.later(t, window.wait)
				w.leaveSome(11)
				if got := statuses(w.later(t, time.Minute), model.Withdraw); got["blocked"+window.guard] != 11 {
					t.Errorf("11 of 100, where 10 are allowed: %v; bases %+v", got, w.state.Bases)
				}
			})
		}
	}
}

// TestWhoWasWithdrawnIsInNoBase of the next withdrawals: never more than half of who is there.
func TestWhoWasWithdrawnIsInNoBase(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	wide(&w.policy)
	w.policy.ID, w.policy.GraceID = model.DetachID, 90*day
	for i := range 60 {
		w.activate(w.state.Owned[i].Username)
	}
	w.leaveSome(50)
	w.later(t, time.Hour)
	if len(w.pkg.Credentials) != 50 {
		t.Fatalf("%d credentials are left", len(w.pkg.Credentials))
	}
	w.later(t, 8*day)
	w.leaveSome(26)
	if got := statuses(w.later(t, time.Hour), model.Withdraw); got["blocked"+model.GuardLeaversRun] != 26 {
		t.Errorf("26 of 50: %v", got)
	}
}

// TestNewcomersDoNotHideAnOU: who waits to join it, or joined it this week, makes the loss of an OU no
// smaller.
func TestNewcomersDoNotHideAnOU(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		do    func(*world)
		trips bool
	}{
		{"nobody joins", func(*world) {}, true},
		{"blocked joiners", func(w *world) { w.policy.CreatesRun = model.Window{} }, true},
		{"joiners without a licence", func(w *world) { w.pkg.Subscription.Licences = 1000 }, true},
		{"joiners of this week", nil, true},
		{"joiners of long ago", nil, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := crowd(1000)
			wide(&w.policy)
			for i := range 12 {
				w.source().people[i].ou = "Paris"
			}
			w.later(t, 8*day)
			if row.do != nil {
				row.do(w)
			}
			if row.name != "nobody joins" {
				for _, e := range w.hireSome("j", 20) {
					e.ou = "Paris"
				}
			}
			w.later(t, time.Hour)
			if row.name == "joiners of long ago" {
				w.later(t, 8*day)
			}
			for i := range 6 {
				w.source().people[i].leave(model.Disabled)
			}
			want := "due"
			if row.trips {
				want = "blocked" + model.GuardLeaversOU
			}
			if got := statuses(w.later(t, time.Hour), model.Withdraw); got[want] != 6 {
				t.Errorf("6 of the 12 who were there: %v", got)
			}
		})
	}
}

// TestAnOUOfNewcomersOnly is measured by who is there: nobody was before.
func TestAnOUOfNewcomersOnly(t *testing.T) {
	t.Parallel()
	for leavers, want := range map[int]string{5: "due", 10: "blocked" + model.GuardLeaversOU} {
		w := crowd(1000)
		wide(&w.policy)
		joiners := w.hireSome("j", 20)
		for _, e := range joiners {
			e.ou = "Paris"
		}
		w.later(t, time.Hour)
		for _, e := range joiners[:leavers] {
			e.leave(model.Disabled)
		}
		if got := statuses(w.later(t, time.Hour), model.Withdraw); got[want] != leavers {
			t.Errorf("%d of 20: %v", leavers, got)
		}
	}
}

// TestARenamedSourceBeginsNoWindow: what was taken from people of a source that is configured no more
// counts for the new one, for it may be the same under another name.
func TestARenamedSourceBeginsNoWindow(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	w.configured = []string{"corp"}
	w.later(t, 8*day)
	for range 2 { // two a pass, three a day, five a week
		w.leaveSome(2)
		w.later(t, 25*time.Hour)
	}
	if len(w.pkg.Credentials) != 96 {
		t.Fatalf("%d credentials are left", len(w.pkg.Credentials))
	}
	w.renameSource("corp", "ad")
	w.leaveSome(2)
	p := w.later(t, 25*time.Hour)
	if got := statuses(p, model.Withdraw); got["blocked"+model.GuardLeaversWeek] != 2 {
		t.Errorf("the fifth and sixth of a week: %v, guards %v", got, p.Guards)
	}
}

// TestAnOldSourceInheritsNoWindow: what was taken from a source that was removed is no matter of one that
// has been there all the time.
func TestAnOldSourceInheritsNoWindow(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	w.configured = []string{"corp"}
	w.pass(t)
	w.leaveSome(2)
	w.now = w.now.Add(7*day + time.Hour)
	for i := range 5 {
		person := model.PersonID{Source: "removed", ID: fmt.Sprint(i)}
		w.state.Taken = append(w.state.Taken, model.PastRemoval{Op: model.Withdraw, Person: person, At: w.now.Add(-time.Hour)})
	}
	if got := statuses(w.pass(t), model.Withdraw); got["due"] != 2 {
		t.Errorf("%v", got)
	}
}

// TestStrangersAmongNewcomers: who waits to join makes the people whom this ledger never saw no smaller
// a part.
func TestStrangersAmongNewcomers(t *testing.T) {
	t.Parallel()
	w := crowd(50)
	for _, e := range w.hireSome("y", 500) {
		e.held = "no username"
	}
	w.strangers(4)
	wantPreview(t, w.later(t, time.Hour), "the licence package knows 4 people, by their csi, whom this ledger never saw")
}

// renameSource is what a source with another name in the configuration comes to when all its people
// have passed to it.
func (w *world) renameSource(from, to string) {
	w.state.Sources = map[string]model.SourceBinding{to: w.state.Sources[from]}
	for n := range w.state.Owned {
		w.state.Owned[n].Person.Source = to
	}
	for n := range w.state.Observations {
		w.state.Observations[n].Person.Source = to
	}
	for n := range w.state.Sentinels {
		w.state.Sentinels[n].Person.Source = to
	}
	for n, name := range w.configured {
		if name == from {
			w.configured[n] = to
		}
	}
	for _, d := range w.sources {
		if d.name != from {
			continue
		}
		d.name = to
		for _, e := range d.people {
			e.id.Source = to
		}
	}
}

// TestAnOUInTheFirstWeek: where everybody of an OU was taken over this week, who left since is not the
// whole OU.
func TestAnOUInTheFirstWeek(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID, w.policy.PublishContacts = model.DetachID, 0, time.Hour, false
	for n := range 20 {
		w.hire(fmt.Sprintf("p%02d", n))
	}
	w.settle(t)
	w.state.RolledOut = true
	id := w.activate("p03")
	w.later(t, time.Hour)
	w.source().people[3].leave(model.Disabled)
	w.later(t, time.Hour)
	wantLines(t, of(w.later(t, 2*time.Hour), "p03"), "detach E-p03 due")
	if w.user(id) != nil {
		t.Error("not detached")
	}
}

// TestAnEmptyBeginningIsNoBase: a source that had nobody when a window began is measured by those who came
// first, not by nobody.
func TestAnEmptyBeginningIsNoBase(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.pass(t)
	w.staff(60)
	w.later(t, day)
	w.settle(t)
	w.later(t, day)
	w.leaveSome(6)
	w.later(t, time.Hour)
	p := w.later(t, 3*day)
	if len(p.Guards) > 0 || w.done[model.Withdraw] != 6 {
		t.Errorf("%d of 60 left, guards %+v", w.done[model.Withdraw], p.Guards)
	}
}
