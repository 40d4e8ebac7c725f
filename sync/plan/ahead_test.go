package plan_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/lookup"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// running is a crowd with the grace of the default, whose passes have run every two hours.
func running(t testing.TB, n int) *world {
	t.Helper()
	w := crowd(n)
	w.policy.GraceWithdraw = 24 * time.Hour
	for range 3 {
		w.later(t, 2*time.Hour)
	}
	return w
}

// ahead lists the people whom the guard names, by op.
func ahead(p plan.Plan, op model.Op) []string {
	var names []string
	for _, c := range p.Changes {
		if c.Op == op && c.Status == model.Waiting && c.Guard == model.GuardAhead {
			names = append(names, c.Username)
		}
	}
	return names
}

// TestAMassIsAnnouncedAtFirstSight: whichever way a mass is under way, the first pass that sees it says so,
// and what else there is to do is done.
func TestAMassIsAnnouncedAtFirstSight(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		leave  func(testing.TB, *world)
		people int
		says   []string
		check  string
	}{
		{"missing all over the company", func(_ testing.TB, w *world) {
			for n := range 6 {
				w.source().people[9*n].leave(model.Absent)
			}
		}, 6, []string{"6 people", "leavers-run: 6 people in one pass, 2 allowed (limits.leavers.run: 2 % of 100 is 2, at least 2, but at most 10 and half of them, 50)", "1 from ou=ou0,dc=corp (not found", "from other OUs", "not before 2026-03-04 16:00"}, "restore there"},
		{"an OU that was moved out of the scope", func(_ testing.TB, w *world) { w.moveOU(0, "Old,OU=Archive") }, 9, []string{
			"9 people", "9 from ou=ou0,dc=corp (moved to ou=old,ou=archive,dc=corp, which base_dn, filter and groups do not cover)",
		}, "base_dn, filter and groups of source corp cover ou=old,ou=archive,dc=corp, or move it back; exclude_dns"},
		{"an OU that a filter covers no more", func(_ testing.TB, w *world) { w.leaveOU(0, model.OutOfScope) }, 9, []string{"9 from ou=ou0,dc=corp (still there"}, "base_dn, filter and groups of source corp"},
		{"an OU that no group entitles any more", func(_ testing.TB, w *world) { w.leaveGroups(0, "") }, 9, []string{
			"9 from ou=ou0,dc=corp (still there, where base_dn and filter cover them, and in none of groups)",
		}, "did not leave: add them to the group CN=Threema,DC=corp; look who changed that group"},
		{"an OU that was moved within the base, and its DNs taken out of the group", func(_ testing.TB, w *world) { w.leaveGroups(0, "New") }, 9, []string{
			"moved to ou=new,dc=corp, which base_dn and filter cover, and in none of groups)",
		}, "did not leave: add them to the group CN=Threema,DC=corp; look who changed that group, also where it lists the DN that somebody had before"},
		{"an OU that is deleted", func(_ testing.TB, w *world) { w.leaveOU(0, model.Tombstone) }, 9, []string{"9 from ou=ou0,dc=corp (deleted)"}, "restore there"},
		{"disabled all over the company", func(_ testing.TB, w *world) { w.leaveSome(5) }, 5, []string{"5 people", "(disabled)", "leavers-day", "2026-03-03 16:00"}, "enable who did not leave"},
		{"an OU in which limits would let all go", func(t testing.TB, w *world) {
			w.policy.LeaversRun, w.policy.LeaversDay, w.policy.LeaversWeek = model.Window{Count: 90, Percent: 50}, model.Window{Count: 90, Percent: 50}, model.Window{Count: 90, Percent: 50}
			for n := range 12 {
				w.source().people[n].ou = "Sales"
			}
			w.pass(t)
			for n := range 12 {
				w.source().people[n].ou = "Sold"
				w.source().people[n].leave(model.OutOfScope)
			}
		}, 12, []string{"leavers-ou", "100 % of ou=sales"}, "exclude_dns"},
		{"as many as may go", func(_ testing.TB, w *world) { w.leaveSome(2) }, 0, nil, ""},
		{"with a yes of their own anyway", func(_ testing.TB, w *world) { w.policy.Approval = model.ApproveAll; w.leaveSome(5) }, 0, nil, ""},
		{"where leavers are only watched", func(_ testing.TB, w *world) { w.policy.Mode = model.UpsertOnly; w.leaveSome(5) }, 0, nil, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := running(t, 100)
			row.leave(t, w)
			w.hire("new")
			p := w.later(t, 2*time.Hour)
			if got := ahead(p, model.Withdraw); len(got) != row.people || p.Tripped(model.GuardAhead) != (row.people > 0) {
				t.Fatalf("%d named, guards %+v: %v", len(got), p.Guards, summary(p))
			}
			wantLines(t, of(p, "new"), "create E-new due")
			if row.people == 0 {
				return
			}
			wait := p.Waits()[0]
			if wait.Code != model.WaitCode(model.GuardAhead) || wait.People != row.people || wait.Command != "threema-dirsync approve "+p.Hash {
				t.Errorf("%+v", wait)
			}
			if look, yes, _ := strings.Cut(english.Wait(wait), wait.Command); !strings.Contains(look, "GUARD mass-departure-ahead says; if they really left") || yes != "" {
				t.Errorf("the yes comes first: %s", english.Wait(wait))
			}
			if check := english.Sentences(p.Guards[0].Check); !strings.Contains(check, row.check) || strings.Contains(check, p.Hash) {
				t.Errorf("check first: %s", check)
			}
			if len(english.Join(p.Guards[0].Reasons)) > 800 {
				t.Errorf("too long: %s", english.Join(p.Guards[0].Reasons))
			}
			for _, says := range row.says {
				if !strings.Contains(english.Join(p.Guards[0].Reasons), says) {
					t.Errorf("does not say %q: %s", says, english.Join(p.Guards[0].Reasons))
				}
			}
		})
	}
}

// moveOU moves everybody of an OU of a crowd where the scope does not reach.
func (w *world) moveOU(n int, to string) {
	for _, e := range w.source().people {
		if e.ou == fmt.Sprintf("OU%d", n) {
			e.ou = to
			e.leave(model.OutOfScope)
		}
	}
}

// leaveGroups takes everybody of an OU of a crowd out of the groups that entitle; to is the OU of the scope in
// which they stand now, "" if it is the same.
func (w *world) leaveGroups(n int, to string) {
	w.source().entitledBy = []string{"CN=Threema,DC=corp"}
	for _, e := range w.source().people {
		if e.ou == fmt.Sprintf("OU%d", n) {
			e.ou = cmp.Or(to, e.ou)
			e.leave(model.OutOfScope)
			e.outside = false
		}
	}
}

// leaveOU lets everybody of an OU of a crowd leave.
func (w *world) leaveOU(n int, kind model.EvidenceKind) {
	for _, e := range w.source().people {
		if e.ou == fmt.Sprintf("OU%d", n) {
			e.leave(kind)
		}
	}
}

// TestTheYesOfTheFirstDay is the one that the due pass asks for: it lets the mass go without another word.
func TestTheYesOfTheFirstDay(t *testing.T) {
	t.Parallel()
	w := running(t, 100)
	w.leaveOU(0, model.OutOfScope)
	p := w.later(t, 2*time.Hour)
	if len(p.AwaitingApproval()) != 9 {
		t.Fatalf("waiting: %v", summary(p))
	}
	for _, c := range p.AwaitingApproval() {
		w.give(model.GivenApproval{ChangeID: c.ID, Person: c.Person, Until: w.now.Add(time.Hour)})
	}
	gone := 0
	for range 30 {
		p := w.later(t, 2*time.Hour)
		if len(p.Waits()) > 0 {
			t.Fatalf("asks again: %+v", p.Waits())
		}
		gone += statuses(p, model.Withdraw)["due"]
	}
	if gone != 9 {
		t.Errorf("%d went", gone)
	}
}

// TestACorrectedMassIsForgotten: who is back is named no more, and an old yes is none to the next departure.
func TestACorrectedMassIsForgotten(t *testing.T) {
	t.Parallel()
	w := running(t, 100)
	w.leaveOU(0, model.OutOfScope)
	w.approve(w.later(t, 2*time.Hour), 72*time.Hour)
	for _, e := range w.source().people {
		e.comeBack()
	}
	if p := w.later(t, 2*time.Hour); len(p.Waits()) != 0 {
		t.Errorf("waits %+v", p.Waits())
	}
	w.leaveOU(0, model.OutOfScope)
	if p := w.later(t, 2*time.Hour); len(ahead(p, model.Withdraw)) != 9 {
		t.Errorf("%v", summary(p))
	}
}

// TestDifferentDays: a limit of one pass adds up nobody of different days; that of the week does.
func TestDifferentDays(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		week model.Window
		want int
	}{
		{"the week has room", model.Window{Count: 50, Percent: 50}, 0},
		{"the week has not", model.Window{Count: 50, Percent: 1}, 1}, // the floor: five
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := running(t, 100)
			w.policy.LeaversDay, w.policy.LeaversWeek = model.Window{Count: 20, Percent: 3}, row.week
			named := 0
			for range 3 { // two a day are due one day later
				w.leaveSome(2)
				for range 12 {
					p := w.later(t, 2*time.Hour)
					named = max(named, len(ahead(p, model.Withdraw)))
					if p.Tripped(model.GuardLeaversRun) || p.Tripped(model.GuardLeaversDay) {
						t.Fatalf("guards %+v", p.Guards)
					}
				}
			}
			if (named > 0) != (row.want > 0) {
				t.Errorf("%d named", named)
			}
		})
	}
}

// TestWhoeverALimitStopsWasAnnounced in every pass before, from the one that saw them leave, with the id
// that waits then and the time: in any world whose directory stays as it is.
func TestWhoeverALimitStopsWasAnnounced(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := crowd(rapid.IntRange(6, 60).Draw(rt, "people"))
		window := func(name string) model.Window {
			return model.Window{Count: rapid.IntRange(0, 20).Draw(rt, name+" count"), Percent: rapid.IntRange(0, 50).Draw(rt, name+" percent")}
		}
		hours := func(name string, most int) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(rt, name)) * time.Hour
		}
		w.policy.LeaversRun, w.policy.LeaversDay, w.policy.LeaversWeek = window("run"), window("day"), window("week")
		w.policy.ID = rapid.SampledFrom([]model.IDPolicy{model.KeepID, model.DetachID}).Draw(rt, "id")
		w.policy.ConfirmReads, w.policy.ConfirmOver = rapid.IntRange(1, 4).Draw(rt, "reads"), hours("over", 30)
		w.policy.GraceWithdraw, w.policy.GraceID = hours("grace", 40), hours("grace of the ID", 60)
		w.policy.MaxGap = 1000 * time.Hour
		pace := time.Duration(rapid.IntRange(1, 30).Draw(rt, "pace")) * time.Hour
		for n, e := range w.source().people {
			if w.policy.ID != model.KeepID && n%3 == 0 {
				w.activate(e.username)
			}
		}
		w.later(t, pace)
		w.later(t, pace)
		kinds := []model.EvidenceKind{model.Disabled, model.Absent, model.OutOfScope, model.Expired}
		for _, e := range w.source().people {
			if rapid.IntRange(0, 3).Draw(rt, "leaves") == 0 {
				e.leave(rapid.SampledFrom(kinds).Draw(rt, "kind"))
			}
		}
		yes := rapid.Bool().Draw(rt, "withdrawals are approved") // and the IDs are not
		announced := map[string]int{}
		earliest := map[string]time.Time{}
		free := map[string]int{} // the first pass in which nobody has to say yes to the step before
		for pass := range 25 {
			p := w.later(t, pace)
			leader := plan.Prerequisites(p.Changes)
			for _, c := range p.Changes {
				if l, led := leader(c); !c.Op.Destructive() || led && !l.Approved && l.Status != model.Due && (l.Status != model.Waiting || l.Guard != "") {
					continue
				}
				if _, known := free[c.ID]; !known {
					free[c.ID] = pass
				}
				if c.Status == model.Blocked && announced[c.ID] < pass-free[c.ID] {
					rt.Fatalf("pass %d blocks %s of %s by %s, which was announced %d times since %d", pass, c.Op, c.CSI, c.Guard, announced[c.ID], free[c.ID])
				}
				if at, told := earliest[c.ID]; told && c.Status == model.Blocked && w.now.Before(at) {
					rt.Fatalf("%s of %s is due at %s, and was said to be not before %s", c.Op, c.CSI, w.now, at)
				}
				if c.Op == model.Withdraw && c.Status == model.Waiting && c.Guard != "" {
					earliest[c.ID] = c.NotBefore
				}
				if c.Guard != "" {
					announced[c.ID]++
				}
				if yes && c.Op == model.Withdraw && c.AwaitsApproval() {
					w.give(model.GivenApproval{ChangeID: c.ID, Person: c.Person, Until: w.now.Add(1000 * time.Hour)})
				}
			}
		}
	})
}

// TestWhoIsStoppedIsStillCounted: a withdrawal that a limit blocks makes the base of the IDs no smaller,
// and one that goes and leaves no ID to take does.
func TestWhoIsStoppedIsStillCounted(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		more  int // who leave after the four, and have no phone
		ahead bool
	}{"stopped": {10, false}, "gone": {3, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := crowd(40)
			w.policy.LeaversRun = model.Window{Count: 4, Percent: 10}
			w.policy.LeaversDay, w.policy.LeaversWeek = model.Window{Count: 20, Percent: 50}, model.Window{Count: 20, Percent: 50}
			w.policy.ID, w.policy.GraceID = model.DetachID, 40*time.Hour
			w.policy.MaxGap = 1000 * time.Hour
			people := w.source().people
			for _, e := range people[:4] {
				w.activate(e.username)
			}
			w.later(t, 7*time.Hour)
			w.later(t, 7*time.Hour)
			for _, e := range people[:4] {
				e.leave(model.Disabled)
			}
			w.later(t, 7*time.Hour)
			for _, e := range people[4 : 4+row.more] {
				e.leave(model.Disabled)
			}
			for range 2 { // with the withdrawals, and when they have settled
				p := w.later(t, 7*time.Hour)
				detaches := 0
				for _, c := range p.Changes {
					if c.Op != model.Detach {
						continue
					}
					if detaches++; (c.Guard == model.GuardAhead) != row.ahead {
						t.Errorf("detach of %s: guard %q", c.CSI, c.Guard)
					}
				}
				if detaches != 4 {
					t.Errorf("%d detaches in %v", detaches, summary(p))
				}
			}
		})
	}
}

// TestAnOUAsTheScreensShowIt: where they were, where they are now, by DN or by the beginning of it.
func TestAnOUAsTheScreensShowIt(t *testing.T) {
	t.Parallel()
	w := running(t, 100)
	for n, e := range w.source().people[:30] {
		e.ou = []string{"Berlin", "Berlin,OU=South", `Re\, se`}[n%3]
	}
	w.later(t, 2*time.Hour)
	for n, e := range w.source().people[:30] {
		if n%3 == 1 {
			e.ou = "Berlin,OU=Sold"
		}
		e.leave(model.OutOfScope)
	}
	w.source().people[40].leave(model.Absent)
	p := w.later(t, 2*time.Hour)
	if len(ahead(p, model.Withdraw)) != 31 {
		t.Fatalf("%v", summary(p))
	}
	for _, row := range []struct {
		query string
		want  int
	}{
		{"OU=Berlin,DC=corp", 10}, {"OU=South", 10}, {"ou=south,dc=corp", 10}, {"OU=Sold", 10}, {"OU=Berlin,OU=Sold", 10}, {"ou=berlin, ou=south", 10},
		{`OU=Re\, se,DC=corp`, 10}, {`OU=Re\, se`, 10}, {"dc=corp", 31}, {"OU=OU4", 1},
	} {
		if got, err := lookup.Only(w.input(), p, row.query); err != nil || len(got) != row.want {
			t.Errorf("%s: %d, %v", row.query, len(got), err)
		}
	}
	_, err := lookup.Only(w.input(), p, "OU=Berlin")
	unclear, ok := errors.AsType[*lookup.UnclearOUError](err)
	if !ok || len(unclear.People) != 3 || !strings.Contains(err.Error(), "ou=berlin,ou=south,dc=corp (people: 10)") || !strings.Contains(err.Error(), "nothing was approved") {
		t.Errorf("%v", err)
	}
	_, err = lookup.Only(w.input(), p, "OU=South2")
	if err == nil || !strings.Contains(err.Error(), "ou=berlin,ou=south,dc=corp, now in ou=berlin,ou=sold,dc=corp (people: 10)") {
		t.Errorf("%v", err)
	}
}

// TestAWholeDNIsOneOU: also where that of another directory begins with it.
func TestAWholeDNIsOneOU(t *testing.T) {
	t.Parallel()
	w := running(t, 100)
	for n, e := range w.source().people[:30] {
		e.ou = []string{"Berlin", "Berlin,DC=corp,DC=east"}[n%2]
	}
	w.later(t, 2*time.Hour)
	for _, e := range w.source().people[:30] {
		e.leave(model.OutOfScope)
	}
	p := w.later(t, 2*time.Hour)
	if got, err := lookup.Only(w.input(), p, "OU=Berlin,DC=corp"); err != nil || len(got) != 15 {
		t.Errorf("%d, %v", len(got), err)
	}
}

// TestOneLeaverGoesWithoutTheMass: a yes to one person, or to one OU, is none to the others.
func TestOneLeaverGoesWithoutTheMass(t *testing.T) {
	t.Parallel()
	w := running(t, 100)
	w.leaveOU(0, model.OutOfScope)
	one := w.source().people[50]
	one.leave(model.Absent)
	for range 26 {
		w.later(t, 2*time.Hour)
	}
	p := w.plan()
	if got := statuses(p, model.Withdraw); got["blockedleavers-run"] != 10 {
		t.Fatalf("%v", got)
	}
	for _, row := range []struct {
		query string
		want  int
	}{
		{one.username, 1}, {one.csi, 1}, {one.dn(), 1}, {"ou=ou0,dc=corp", 9}, {"OU=OU0, DC=corp", 9}, {"OU=OU0", 9}, {"dc=corp", 10}, {"ou=ou5,dc=corp", 1}, {"p000001", 1},
	} {
		if got, err := lookup.Only(w.input(), p, row.query); err != nil || len(got) != row.want {
			t.Errorf("%s: %d, %v", row.query, len(got), err)
		}
	}
	for _, query := range []string{"p000099", "nobody", "ou=ou9,dc=corp", "u0,dc=corp", "ou=ou", "ou0", ""} {
		got, err := lookup.Only(w.input(), p, query)
		if _, idle := errors.AsType[*lookup.IdleChoiceError](err); !idle || !strings.Contains(err.Error(), "ou=ou0,dc=corp (people: 9)") {
			t.Errorf("%s: %v, %v", query, got, err)
		}
	}
	theirs, err := lookup.Only(w.input(), p, one.username)
	if err != nil {
		t.Fatal(err)
	}
	w.give(model.GivenApproval{ChangeID: theirs[0].ID, Person: one.id, Until: w.now.Add(day)})
	p = w.later(t, 2*time.Hour)
	if got := statuses(p, model.Withdraw); got["due"] != 1 || got["blockedleavers-run"] != 9 || w.credential(one.username) != nil {
		t.Errorf("%v", got)
	}
	if slices.ContainsFunc(p.AwaitingApproval(), func(c model.Change) bool { return c.Person == one.id }) {
		t.Errorf("%v", summary(p))
	}
}

// uneven are times between passes that no forecast gets right: by hand, one after the other, then the schedule, a
// weekend, and a hole of weeks before them.
func uneven() map[string][]time.Duration {
	return map[string][]time.Duration{
		"by hand, then daily":     {time.Minute, time.Minute, time.Minute, day, day, day, day},
		"minutes, then a weekend": {5 * time.Minute, 5 * time.Minute, 40 * time.Hour, 45 * time.Hour, 45 * time.Hour},
		"daily, a moment early":   {day - time.Second, day - time.Second, day - time.Second, day - time.Second, day, day},
		"every two days":          {45 * time.Hour, 45 * time.Hour, 45 * time.Hour, 45 * time.Hour},
		"after a hole of weeks":   {time.Minute, 2 * time.Hour, 23 * time.Hour, 25 * time.Hour, 25 * time.Hour, 25 * time.Hour},
	}
}

// unevenMass is a mass under way that one pass has seen, after passes at such a pace.
func unevenMass(t *testing.T, kind model.EvidenceKind) (*world, plan.Plan) {
	t.Helper()
	w := running(t, 100)
	w.later(t, 28*day)
	w.later(t, time.Minute)
	w.leaveOU(0, kind)
	return w, w.later(t, time.Minute)
}

// TestTheYesWaitsWithTheStep: a short yes of the first day is there when the step is due, whenever that is, and no
// longer than it was given for once a pass has found it so.
func TestTheYesWaitsWithTheStep(t *testing.T) {
	t.Parallel()
	for name, paces := range uneven() {
		for _, kind := range []model.EvidenceKind{model.Disabled, model.OutOfScope} {
			t.Run(name+", "+string(kind), func(t *testing.T) {
				t.Parallel()
				w, p := unevenMass(t, kind)
				if len(ahead(p, model.Withdraw)) != 9 {
					t.Fatalf("%v", summary(p))
				}
				first := p.GeneratedAt
				w.approve(p, model.MinApproval)
				gone := 0
				for _, pace := range paces {
					p := w.later(t, pace)
					if len(p.Waits()) > 0 {
						t.Fatalf("asks again after %v: %+v", w.now.Sub(first), p.Waits())
					}
					gone += statuses(p, model.Withdraw)["due"]
				}
				if gone != 9 {
					t.Errorf("%d went within %v", gone, w.now.Sub(first))
				}
			})
		}
	}
}

// TestAYesEnds although its step waits: with the time for which it was given once that is due, with the departure,
// and, where no pass comes to confirm it, thirty days after the earliest time.
func TestAYesEnds(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		kind  model.EvidenceKind
		after time.Duration // the next pass, in which the stop file is there
		then  time.Duration
		asks  bool
	}{
		"while it waits":              {model.OutOfScope, 23 * time.Hour, 23 * time.Hour, false},
		"in time after it is due":     {model.Disabled, 25 * time.Hour, 22 * time.Hour, false},
		"out of time after it is due": {model.Disabled, 25 * time.Hour, 24 * time.Hour, true},
		"no pass came for a month":    {model.Disabled, 32 * day, time.Minute, true},
		"nor to confirm it":           {model.OutOfScope, 33 * day, time.Minute, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := unevenMass(t, row.kind)
			w.approve(p, day)
			w.stop = "stop"
			w.later(t, row.after)
			w.stop = ""
			p = w.later(t, row.then)
			if got := len(p.AwaitingApproval()) > 0; got != row.asks {
				t.Errorf("asks: %t, %v", got, summary(p))
			}
		})
	}
}

// TestNothingMovesBetweenTwoCommands with no pass between them: neither who is named, nor when, nor the hash.
func TestNothingMovesBetweenTwoCommands(t *testing.T) {
	t.Parallel()
	for _, kind := range []model.EvidenceKind{model.Disabled, model.OutOfScope} {
		w, _ := unevenMass(t, kind)
		w.policy.ConfirmReads = 4 // more than there are: no plan between passes confirms
		w.now = w.now.Add(time.Minute)
		told := func() string {
			var words strings.Builder
			p := w.plan()
			for _, g := range p.Guards {
				fmt.Fprintln(&words, g)
			}
			for _, c := range p.Changes {
				fmt.Fprintln(&words, c.ID, c.Status, c.Guard, c.NotBefore)
			}
			return words.String() + p.Hash
		}
		first := told()
		for _, after := range []time.Duration{time.Minute, time.Minute, 10 * time.Minute, 3 * time.Hour, 20 * time.Hour, 10 * time.Hour} {
			w.now = w.now.Add(after)
			if now := told(); kind == model.OutOfScope && now != first || kind == model.Disabled && after < time.Hour && now != first {
				t.Errorf("%s, %v later:\n%s\nbefore:\n%s", kind, after, now, first)
			}
		}
	}
}

// TestPassesByHandAreNoPace: whom two passes a minute apart saw leave are due in one pass, most likely.
func TestPassesByHandAreNoPace(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	w.policy.GraceWithdraw, w.policy.LeaversDay = 24*time.Hour, model.Window{Count: 20, Percent: 50}
	w.policy.LeaversWeek = w.policy.LeaversDay
	for range 3 {
		w.later(t, time.Minute)
	}
	w.source().people[0].leave(model.Disabled)
	w.source().people[11].leave(model.Disabled)
	w.later(t, time.Minute)
	w.source().people[22].leave(model.Disabled)
	w.later(t, time.Minute)
	if got := len(ahead(w.later(t, time.Minute), model.Withdraw)); got != 3 {
		t.Errorf("%d are named", got)
	}
}

// TestDueAtIsOfWhatIsAhead: programs find the day on which a limit will stop a step with the step, and with no other.
func TestDueAtIsOfWhatIsAhead(t *testing.T) {
	t.Parallel()
	w := running(t, 100)
	w.leaveSome(5)
	w.hire("new")
	for _, c := range w.later(t, 2*time.Hour).Changes {
		text, err := json.Marshal(view.NewChangeJSON(c))
		if err != nil {
			t.Fatal(err)
		}
		var told struct{ NotBefore, DueAt *time.Time }
		if err := json.Unmarshal(text, &told); err != nil {
			t.Fatal(err)
		}
		if named := c.Guard == model.GuardAhead; named != (told.DueAt != nil) || named && !told.DueAt.Equal(c.NotBefore) {
			t.Errorf("%s of %s, guard %q: due at %v", c.Op, c.CSI, c.Guard, told.DueAt)
		}
	}
}
