package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func TestBaseline(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		do   func(*world)
		say  string
	}{
		{"another package", func(w *world) { w.pkg.Subscription.ID = "SUB2" }, "belongs to the licence package SUB2, the ledger to SUB1"},
		{"another directory", func(w *world) { w.source().context = "n9" }, "source corp is another directory (n9)"},
		{"another scope", func(w *world) { w.source().scope = "s9" }, "the scope of source corp has changed"},
		{"one setting of the scope", func(w *world) {
			b := w.state.Sources["corp"]
			b.Scope, w.source().scope = "s1 base_dn=a groups=b", "s2 base_dn=a groups=c account=d"
			w.state.Sources["corp"] = b
		}, "the scope of source corp has changed (groups, account). If you did not mean to change it, fix it or put it back"},
		{"a new source", func(w *world) {
			w.sources = append(w.sources, &directory{name: "north", scope: "s2", context: "n2"})
			w.hireAt(w.sources[1], "nora")
		}, "source north is new"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna", "bert")
			w.policy.GraceWithdraw = 0
			row.do(w)
			people["anna"].leave(model.Disabled)
			people["bert"].last = "Neu"
			before := w.state
			p := w.later(t, time.Hour)
			for _, line := range of(p, "anna", "bert") {
				if line != "withdraw E-anna blocked by baseline" && line != "set-settings E-bert blocked by baseline" {
					t.Errorf("not a preview: %s", line)
				}
			}
			wantWords(t, p, row.say)
			wantWords(t, p, "threema-dirsync approve --baseline")
			if w.state.Subscription != before.Subscription || len(w.state.Sources) != 1 || w.state.Sources["corp"] != before.Sources["corp"] ||
				len(w.state.Observations) != len(before.Observations) {
				t.Error("a preview was remembered")
			}
			w.accept = true
			w.later(t, time.Hour)
			w.accept = false
			p = w.later(t, time.Hour)
			wantLines(t, of(p, "bert"), "set-settings E-bert due")
			if len(p.Guards) != 0 {
				t.Errorf("guards after the approval: %+v", p.Guards)
			}
		})
	}
}

// TestAnotherServer: the first read from another server counts and is no doubt, but it confirms
// nobody's departure alone; the second one does.
func TestAnotherServer(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	w.policy.GraceWithdraw = 0
	w.source().server = "dc2"
	people["anna"].leave(model.Disabled)
	people["bert"].last = "Neu"
	w.hire("zoe")
	p := w.later(t, time.Hour)
	wantLines(t, of(p, "anna", "bert", "zoe"), "withdraw E-anna waiting", "set-settings E-bert due", "create E-zoe due")
	c := condition(t, p, "first-read-from-this-server")
	if !p.Sources[0].Complete || !c.OK || !strings.Contains(english.Say(c.Detail), "dc2 answered, and dc1 before") {
		t.Errorf("complete %t, %+v", p.Sources[0].Complete, c)
	}
	if len(p.Guards) != 0 || w.state.Sources["corp"].Server != "dc2" {
		t.Errorf("guards %+v, bound to %+v", p.Guards, w.state.Sources)
	}
	p = w.later(t, time.Hour)
	wantLines(t, of(p, "anna"), "withdraw E-anna due")
	if !p.Sources[0].Complete {
		t.Errorf("%+v", p.Sources[0].Conditions)
	}
}

// TestAnotherServerDoesNotReset: who was missed through the server of before departs when the next
// one agrees.
func TestAnotherServerDoesNotReset(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.GraceWithdraw = 0
	people["anna"].leave(model.Absent)
	w.pass(t)
	w.source().server = "dc2"
	wantLines(t, of(w.later(t, day), "anna"), "withdraw E-anna due")
}

// TestNameOfTheServer: its spelling is no other server, and a ledger without one knows none.
func TestNameOfTheServer(t *testing.T) {
	t.Parallel()
	for _, was := range []string{"", "DC1"} {
		w, people := rolledOut(t, "anna")
		w.policy.GraceWithdraw = 0
		w.state.Sources["corp"] = model.SourceBinding{NamingContext: "n1", Scope: "s1", Server: was}
		people["anna"].leave(model.Disabled)
		p := w.plan()
		wantLines(t, of(p, "anna"), "withdraw E-anna due")
	}
}

// TestFirstBaseline is design §5.10: on an empty ledger nothing destructive happens until
// somebody accepts the baseline, unless the package held no match at all.
func TestFirstBaseline(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		do       func(*world)
		baseline bool
	}{
		{"an empty package", func(*world) {}, true},
		{"strangers only", func(w *world) { w.foreignCredential("pool", "E-pool") }, true},
		{"a csi of ours", func(w *world) { w.foreignCredential("legacy", "E-anna") }, false},
		{"a username of ours", func(w *world) { w.foreignCredential("Bert", "") }, false},
		{"a csi of somebody disabled", func(w *world) {
			w.hire("carl").leave(model.Disabled)
			w.foreignCredential("legacy", "E-carl")
		}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.policy.GraceWithdraw = 0
			anna := w.hire("anna")
			w.hire("bert")
			w.staff(20)
			row.do(w)
			w.settle(t)
			if w.state.Baseline != row.baseline {
				t.Fatalf("baseline is %v", w.state.Baseline)
			}
			anna.leave(model.Disabled)
			want := "withdraw E-anna due"
			if !row.baseline {
				want = "withdraw E-anna blocked by baseline"
			}
			wantLines(t, of(w.later(t, time.Hour), "anna"), want)
			w.accept = true
			w.later(t, time.Hour)
			w.accept = false
			w.settle(t)
			if own := w.owner(anna.id); own != nil {
				t.Error("still there after the approval")
			}
		})
	}
}

func TestSeats(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.pkg.Subscription.Licences = 3
	for i := range 5 {
		w.hire(fmt.Sprintf("p%d", i))
	}
	p := w.pass(t)
	wantLines(t, summary(p), "create E-p0 due", "create E-p1 due", "create E-p2 due", "create E-p3 waiting", "create E-p4 waiting")
	wantWords(t, p, "no licence is free (0 of 3 used)")
	p = w.later(t, time.Hour)
	if p.Seats != (model.Seats{Licences: 3, Used: 3, Free: 0}) {
		t.Errorf("seats: %+v", p.Seats)
	}
	// Who leaves makes room in the same pass: the credential and, here, the ID go.
	w.policy.GraceWithdraw, w.policy.GraceID, w.policy.ID = 0, 0, model.DetachID
	w.activate("p0")
	w.source().people[0].leave(model.Disabled)
	p = w.later(t, time.Hour)
	wantLines(t, summary(p), "withdraw E-p0 due", "detach E-p0 due", "create E-p3 due", "create E-p4 waiting")
	// Three IDs on two credentials: the larger reading counts.
	w.pkg.Users = append(w.pkg.Users, model.User{ID: "A"}, model.User{ID: "B"}, model.User{ID: "C"}, model.User{ID: "D"})
	if p = w.plan(); p.Seats.Used != 4 || p.Seats.Free != 0 {
		t.Errorf("seats: %+v", p.Seats)
	}
}

// TestSeatsBeforeTheLimit: who finds no licence is nobody's flood of joiners. With the limit
// asked first, 30 waiting people would trip it in every pass.
func TestSeatsBeforeTheLimit(t *testing.T) {
	t.Parallel()
	w := crowd(100)
	w.state.RolledOut = true
	w.pkg.Subscription.Licences = 102
	for i := range 30 {
		w.hire(fmt.Sprintf("j%02d", i))
	}
	p := w.pass(t)
	if got := statuses(p, model.Create); got["due"] != 2 || got["waiting"] != 28 || len(p.Guards) != 0 {
		t.Errorf("creates: %v, guards %v", got, p.Guards)
	}
	w.pkg.Subscription.Licences = 0 // not told: the service says it with a 403
	if got := statuses(w.pass(t), model.Create); got["waiting"] != 0 {
		t.Errorf("without a number: %v", got)
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	// One leaver (5, and 1 for the contact), 3 changes (1 in bulk), 1 unset, 1 contact, 3 creates (1 each, and 1 in bulk).
	full := func(t *testing.T) *world {
		w, people := rolledOut(t, "anna", "b1", "b2", "b3", "carl", "dora")
		w.policy.GraceWithdraw = 0
		w.activate("anna")
		w.settle(t)
		people["anna"].leave(model.Disabled)
		for _, name := range []string{"b1", "b2", "b3"} {
			people[name].last = "Neu"
		}
		w.set(w.credential("carl").ID, []model.Setting{{Name: "th_nickname", Value: "C"}})
		people["carl"].extra = map[string]string{"th_nickname": ""}
		w.activate("dora")
		for _, name := range []string{"x1", "x2", "x3"} {
			w.hire(name)
		}
		return w
	}
	names := []string{"anna", "b1", "b2", "b3", "carl", "dora", "x1", "x2", "x3"}
	lines := func(withdraw, disable, set, unset, publish, x1, x2, x3 string) []string {
		return []string{"withdraw E-anna " + withdraw, "disable-contact E-anna " + disable, "set-settings E-b1 " + set, "set-settings E-b2 " + set,
			"set-settings E-b3 " + set, "unset-setting E-carl " + unset, "publish-contact E-dora " + publish,
			"create E-x1 " + x1, "create E-x2 " + x2, "create E-x3 " + x3}
	}
	const d, f = "due", "deferred"
	for _, row := range []struct {
		name               string
		remaining, reserve int
		unlimited          bool
		cost               int
		want               []string
	}{
		{"all", 100, 10, false, 13, lines(d, d, d, d, d, d, d, d)},
		{"unlimited", 0, 10, true, 13, lines(d, d, d, d, d, d, d, d)},
		{"to the last", 23, 10, false, 13, lines(d, d, d, d, d, d, d, d)},
		{"one short", 22, 10, false, 12, lines(d, d, d, d, d, d, d, f)},
		{"the second create", 21, 10, false, 11, lines(d, d, d, d, d, d, f, f)},
		{"creates defer", 19, 10, false, 9, lines(d, d, d, d, d, f, f, f)},
		{"the reserve is for leavers", 10, 10, false, 6, lines(d, d, f, f, f, f, f, f)},
		{"withdrawals to the last", 5, 10, false, 5, lines(d, f, f, f, f, f, f, f)},
		{"nothing left", 4, 10, false, 4, lines(f, f, f, f, f, f, f, f)},
		{"overdrawn", -5, 10, false, 0, lines(f, f, f, f, f, f, f, f)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := full(t)
			w.budget = model.Budget{Unlimited: row.unlimited, Remaining: row.remaining, Reserve: row.reserve, FreeAt: w.now.Add(5 * time.Hour)}
			p := w.later(t, time.Hour)
			wantLines(t, of(p, names...), row.want...)
			if row.name == "nothing left" {
				row.cost = 0
			}
			if p.Requests != row.cost {
				t.Errorf("costs %d, want %d", p.Requests, row.cost)
			}
			for _, c := range p.Changes {
				if c.Status == model.Deferred && !c.NotBefore.Equal(w.budget.FreeAt) {
					t.Errorf("%s deferred until %s", c.Op, c.NotBefore)
				}
			}
		})
	}
}

func TestBulkIsChargedPerChunk(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.policy.ChunkSize, w.policy.Batch = 10, 4
	for i := range 25 {
		w.hire(fmt.Sprintf("p%02d", i))
	}
	if p := w.pass(t); p.Requests != 25+7 {
		t.Errorf("creates cost %d", p.Requests)
	}
	for _, e := range w.source().people {
		e.last = "Neu"
	}
	if p := w.pass(t); p.Requests != 3 {
		t.Errorf("changes cost %d", p.Requests)
	}
}

func TestDeferredLeaverFreesNoSeat(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.GraceWithdraw = 0
	w.pkg.Subscription.Licences = len(w.pkg.Credentials)
	people["anna"].leave(model.Disabled)
	w.hire("new")
	w.budget = model.Budget{Remaining: 3}
	wantLines(t, of(w.later(t, time.Hour), "anna", "new"), "withdraw E-anna deferred", "create E-new waiting")
	w.budget.Remaining = 100
	wantLines(t, of(w.later(t, time.Hour), "anna", "new"), "withdraw E-anna due", "create E-new due")
}
