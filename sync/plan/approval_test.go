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

// revoking is a rolled-out company that revokes at once, of which somebody with an ID left and
// was withdrawn: only the revocation is left.
func revoking(t *testing.T) (*world, *entry) {
	t.Helper()
	w, people := rolledOut(t, "anna")
	w.staff(20)
	w.policy.GraceWithdraw, w.policy.GraceID = 0, 0
	w.policy.ID, w.policy.Approval = model.RevokeID, model.ApproveIrreversible
	w.activate("anna")
	w.settle(t)
	people["anna"].leave(model.Disabled)
	wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna due", "disable-contact E-anna due", "revoke E-anna needs-approval")
	return w, people["anna"]
}

// TestApprovalGatesItsOwnStep: the withdrawal went ahead, the revocation waits, and one yes is
// for one time.
func TestApprovalGatesItsOwnStep(t *testing.T) {
	t.Parallel()
	w, _ := revoking(t)
	p := w.later(t, time.Hour)
	wantLines(t, of(p, "anna"), "revoke E-anna needs-approval")
	w.approve(p, day)
	p = w.later(t, time.Hour)
	c := find(t, p, model.Revoke, "anna")
	if c.Status != model.Due || !c.Approved || !c.ApprovedUntil.Equal(w.now.Add(day-time.Hour)) {
		t.Errorf("not due and approved: %+v", c)
	}
	if w.done[model.Revoke] != 1 || len(w.state.Approvals) != 0 || len(w.state.Taken) != 1 {
		t.Errorf("revoked %d, approvals left %v, counted %v", w.done[model.Revoke], w.state.Approvals, w.state.Taken)
	}
}

// TestAnApprovalThatDoesNotCount changes nothing.
func TestAnApprovalThatDoesNotCount(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		edit func(*world, *model.GivenApproval)
	}{
		{"of another change", func(_ *world, a *model.GivenApproval) { a.ChangeID += "0" }},
		{"of another person", func(_ *world, a *model.GivenApproval) { a.Person.ID += "0" }},
		{"over before the departure began", func(w *world, a *model.GivenApproval) { a.Until = w.saga(a.Person).StartedAt }},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, _ := revoking(t)
			w.approve(w.later(t, time.Hour), day)
			row.edit(w, &w.state.Approvals[0])
			wantLines(t, of(w.later(t, time.Hour), "anna"), "revoke E-anna needs-approval")
		})
	}
}

// TestApprovalExpires before the departure begins, and is forgotten.
func TestApprovalExpires(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		after time.Duration
		want  string
		left  int
	}{
		{time.Hour - time.Nanosecond, "withdraw E-anna due", 0}, // carried out, so used up
		{time.Hour, "withdraw E-anna needs-approval", 0},
	} {
		w, people := rolledOut(t, "anna")
		w.staff(20)
		w.policy.GraceWithdraw, w.policy.Approval = 0, model.ApproveAll
		w.settle(t)
		people["anna"].leave(model.Disabled)
		w.approve(w.pass(t), time.Hour)
		wantLines(t, of(w.later(t, row.after), "anna"), row.want)
		if len(w.state.Approvals) != row.left {
			t.Errorf("after %s: %v", row.after, w.state.Approvals)
		}
	}
}

// TestAStartedSagaKeepsItsApproval: what was approved before the departure began, or during it,
// stays approved until it is carried out, however long the service, the day's requests or the
// directory let it wait.
func TestAStartedSagaKeepsItsApproval(t *testing.T) {
	t.Parallel()
	w, _ := revoking(t)
	w.approve(w.later(t, time.Hour), time.Hour)
	w.source().incomplete = true
	for range 3 {
		wantLines(t, of(w.later(t, day), "anna"), "revoke E-anna waiting")
	}
	if len(w.state.Approvals) != 1 {
		t.Fatalf("approvals: %v", w.state.Approvals)
	}
	w.source().incomplete = false
	if live := w.state.LiveApprovals(w.policy, w.now); len(live) != 1 {
		t.Errorf("live: %v", live)
	}
	c := find(t, w.later(t, day), model.Revoke, "anna")
	if c.Status != model.Due || !c.Approved || !c.ApprovedUntil.IsZero() || w.done[model.Revoke] != 1 {
		t.Errorf("%+v", c)
	}
}

// TestAnApprovalEndsWithTheSaga that kept it.
func TestAnApprovalEndsWithTheSaga(t *testing.T) {
	t.Parallel()
	w, anna := revoking(t)
	w.approve(w.later(t, time.Hour), time.Hour)
	w.budget.Remaining = 0
	w.later(t, 2*time.Hour)
	anna.comeBack() // the departure is over, and so is the approval
	w.later(t, time.Hour)
	if len(w.state.Approvals) != 0 {
		t.Errorf("approvals of somebody who is back: %v", w.state.Approvals)
	}
}

// TestApprovedChangesPassTheLimits: they go, they are not counted, and a new leaver neither
// voids nor profits from what was approved before.
func TestApprovedChangesPassTheLimits(t *testing.T) {
	t.Parallel()
	w := crowd(1000)
	w.leaveSome(15)
	p := w.later(t, time.Hour)
	if got := statuses(p, model.Withdraw); got["blocked"+model.GuardLeaversRun] != 15 {
		t.Fatalf("got %v", got)
	}
	w.approve(p, day)
	w.leaveSome(10)
	p = w.later(t, time.Hour)
	if got := statuses(p, model.Withdraw); got["due"] != 25 || len(p.Guards) != 0 {
		t.Errorf("15 approved and 10 new: %v, guards %v", got, p.Guards)
	}
	if len(w.state.Taken) != 10 {
		t.Errorf("%d fill the windows, want 10", len(w.state.Taken))
	}

	w = crowd(1000)
	w.leaveSome(15)
	w.approve(w.later(t, time.Hour), day)
	w.leaveSome(11)
	p = w.later(t, time.Hour)
	if got := statuses(p, model.Withdraw); got["due"] != 15 || got["blocked"+model.GuardLeaversRun] != 11 {
		t.Errorf("15 approved and 11 new: %v", got)
	}
	wantWords(t, p, "withdraw: 11 people in one pass, 10 allowed")
	if n := len(p.AwaitingApproval()); n != 11 {
		t.Errorf("%d wait for an approval, want the new ones", n)
	}
}

func TestApprovedOU(t *testing.T) {
	t.Parallel()
	w := crowd(1000)
	for i := range 12 {
		w.source().people[i].ou = "Paris"
	}
	w.later(t, time.Hour)
	for i := range 7 {
		w.source().people[i].leave(model.Disabled)
	}
	p := w.later(t, time.Hour)
	if got := statuses(p, model.Withdraw); got["blocked"+model.GuardLeaversOU] != 7 {
		t.Fatalf("got %v", got)
	}
	w.approve(p, day)
	w.source().people[7].leave(model.Disabled)
	if got := statuses(w.later(t, time.Hour), model.Withdraw); got["due"] != 8 {
		t.Errorf("got %v", got)
	}
}

// TestApprovedNumbers: what a widened filter, a mass edit or re-keyed IDs trip. More than a
// handful of the latter are a matter of the baseline, see TestRekeyedIDs.
func TestApprovedNumbers(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		op model.Op
		n  int
		do func(*world)
	}{
		{model.Create, 30, func(w *world) {
			for i := range 30 {
				w.hire(fmt.Sprintf("j%02d", i))
			}
		}},
		{model.SetSettings, 40, func(w *world) {
			for i := range 40 {
				w.source().people[i].last = "Neu"
			}
		}},
		{model.Transfer, 3, func(w *world) {
			w.policy.ChangesRun.Percent = 1 // the floor: two
			for i := range 3 {
				old := w.source().people[i]
				old.leave(model.Absent)
				w.hire(old.username)
			}
		}},
	} {
		t.Run(string(row.op), func(t *testing.T) {
			t.Parallel()
			w := crowd(100)
			w.state.RolledOut = true
			row.do(w)
			p := w.later(t, time.Hour)
			n := len(p.AwaitingApproval())
			if got := statuses(p, row.op); n != row.n || got["due"] != 0 {
				t.Fatalf("%d wait, %v", n, got)
			}
			w.approve(p, day)
			if p = w.later(t, time.Hour); statuses(p, row.op)["due"] != n || len(p.Guards) != 0 {
				t.Errorf("%v, guards %v", statuses(p, row.op), p.Guards)
			}
			w.settle(t)
		})
	}
}

// TestApprovalLiftsNothingElse: with every change of the plan approved, what stands against one
// for another reason stands.
func TestApprovalLiftsNothingElse(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		do   func(*world)
		want string
	}{
		{"another scope", func(w *world) { w.source().scope = "s9" }, "revoke E-anna blocked by baseline"},
		{"no baseline", func(w *world) { w.state.Baseline = false }, "revoke E-anna blocked by baseline"},
		{"an incomplete read", func(w *world) { w.source().incomplete = true }, "revoke E-anna waiting"},
		{"policy", func(w *world) { w.policy.Mode = model.UpsertOnly }, "revoke E-anna withheld"},
		{"the stop file", func(w *world) { w.stop = "the stop file is there" }, "revoke E-anna blocked by stop-file"},
		{"grace", func(w *world) { w.policy.GraceID = 7 * day }, "revoke E-anna waiting"},
		{"no requests left", func(w *world) { w.budget.Remaining = 1 }, "revoke E-anna deferred"},
		{"a grown doubt about the ID", func(w *world) { w.pkg.Users[0].CSI = "E-else" }, "revoke E-anna needs-approval"},
		{"the person is back", func(w *world) { w.source().people[0].comeBack() }, "create E-anna due"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, _ := revoking(t)
			w.approve(w.later(t, time.Hour), 30*day)
			row.do(w)
			p := w.later(t, time.Hour)
			wantLines(t, of(p, "anna"), row.want)
			if len(p.AwaitingApproval()) != 0 && !strings.HasSuffix(row.want, "needs-approval") {
				t.Errorf("waits for an approval that was given: %v", p.AwaitingApproval())
			}
		})
	}
}

// TestHash covers what an approval can lift, and nothing else can change it.
func TestHash(t *testing.T) {
	t.Parallel()
	w, _ := revoking(t)
	p := w.later(t, time.Hour)
	empty := plan.Compute(newWorld().input()).Hash
	if p.Hash == empty || len(p.AwaitingApproval()) != 1 {
		t.Fatalf("hash %s of %v", p.Hash, p.AwaitingApproval())
	}
	w.stop = "the stop file is there"
	w.hire("bert")
	if again := w.plan(); again.Hash != p.Hash {
		t.Error("a joiner and the stop file changed the hash")
	}
	w.source().scope = "s9"
	if preview := w.plan(); preview.Hash != empty || len(preview.AwaitingApproval()) != 0 || !preview.Tripped(model.GuardBaseline) {
		t.Error("the hash covers what only approve --baseline lifts")
	}
}

func TestStopFile(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	w.policy.GraceWithdraw, w.policy.GraceID, w.policy.ID = 0, 0, model.DetachID
	w.activate("anna")
	w.settle(t)
	w.stop = "the stop file /state/stop exists; remove it to go on"
	if p := w.later(t, time.Hour); len(p.Guards) != 0 {
		t.Errorf("nothing is to be taken from anybody: %v", p.Guards)
	}
	people["anna"].leave(model.Disabled)
	people["bert"].last = "Neu"
	w.hire("carl")
	p := w.later(t, time.Hour)
	wantLines(t, of(p, "anna", "bert", "carl"), "withdraw E-anna blocked by stop-file", "disable-contact E-anna blocked by stop-file",
		"detach E-anna waiting", "set-settings E-bert due", "create E-carl due")
	if !slices.ContainsFunc(p.Guards, func(g model.Guard) bool { return g.Name == model.GuardStopFile && english.Join(g.Reasons) == w.stop }) {
		t.Errorf("guards %v", p.Guards)
	}
	w.stop = ""
	w.settle(t)
	if w.done[model.Detach] != 1 {
		t.Error("does not go on once the stop file is gone")
	}
}

func TestFormatTellsOfApprovals(t *testing.T) {
	t.Parallel()
	w, _ := revoking(t)
	text := func(p plan.Plan) string {
		var b strings.Builder
		if err := view.WritePlan(&b, p, 0); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	p := w.later(t, time.Hour)
	if out := text(p); !strings.Contains(out, "Waiting for your yes: 1 step of 1 person.") || !strings.Contains(out, "threema-dirsync approve "+p.Hash+"\n") {
		t.Error(out)
	}
	w.approve(p, day)
	if out := text(w.plan()); !strings.Contains(out, "due, approved until "+w.now.Add(day).Format(time.DateTime)+" UTC") || strings.Contains(out, "Waiting for your yes") {
		t.Error(out)
	}
	grace := w.policy.GraceID
	w.policy.GraceID = 30 * day
	if out := text(w.later(t, day)); !strings.Contains(out, ", approved for when it is due") {
		t.Error(out)
	}
	w.policy.GraceID = grace
	if out := text(w.plan()); !strings.Contains(out, "due, approved for the departure under way") {
		t.Error(out)
	}
}

// TestAYesInAdvanceHasOneEnd: the plan of the pass that finds the steps due and everything that asks the ledger after
// it tell the same end, however late in its time that pass comes.
func TestAYesInAdvanceHasOneEnd(t *testing.T) {
	t.Parallel()
	for _, late := range []time.Duration{0, time.Second, 20 * time.Hour} {
		w := crowd(100)
		w.policy.GraceWithdraw = day
		w.leaveSome(8)
		p := w.later(t, time.Hour)
		for _, c := range p.AwaitingApproval() {
			w.give(model.GivenApproval{ChangeID: c.ID, Op: c.Op, Person: c.Person, At: w.now, Until: w.now.Add(day), Ahead: true})
		}
		w.now = w.now.Add(day + late)
		p = w.plan()
		w.remember(p.Update) // and nothing is carried out
		told := 0
		for _, live := range w.state.LiveApprovals(w.policy, w.now) {
			for _, c := range p.Changes {
				if c.ID == live.ChangeID && c.Approved {
					if told++; live.Ahead || !c.ApprovedUntil.Equal(live.Until) || !live.Until.Equal(w.now.Add(day-late)) {
						t.Errorf("late by %v: the plan tells %s, the ledger %s ahead %v", late, c.ApprovedUntil, live.Until, live.Ahead)
					}
				}
			}
		}
		if told != 8 {
			t.Errorf("late by %v: %d of them: %v", late, told, statuses(p, model.Withdraw))
		}
	}
}
