package sync_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// openOrders counts the orders that stand.
func (w *world) openOrders() int {
	w.Helper()
	state, err := w.ledger.State(w.Context())
	w.must(err)
	return len(state.OpenOrders)
}

// TestAnOrderStandsUntilItIsDone: whatever kept the withdrawal from being done, the order is not forgotten.
// The next pass that can carries it out, exactly once; no pass before says that all is well.
func TestAnOrderStandsUntilItIsDone(t *testing.T) {
	t.Parallel()
	const del, get = http.MethodDelete, http.MethodGet
	for _, row := range []struct {
		name    string
		fault   worksim.Fault
		code    int // of the order
		outcome string
		wait    time.Duration // until the package may be asked again
	}{
		{"500 and nothing happened", worksim.Fault{Method: del, Path: "/credentials/", Status: 500, Times: 1}, dirsync.ExitFailed, outcomes.OrderUnknown, 0},
		{"500 and it happened", worksim.Fault{Method: del, Path: "/credentials/", Status: 500, Effect: true, Times: 1}, dirsync.ExitFailed, outcomes.OrderUnknown, 0},
		{"refused", worksim.Fault{Method: del, Path: "/credentials/", Status: 403, Times: 1}, dirsync.ExitFailed, outcomes.OrderFailed, 0},
		{"401", worksim.Fault{Method: del, Path: "/credentials/", Status: 401, Times: 1}, dirsync.ExitFailed, outcomes.OrderFailed, 0},
		{"429", worksim.Fault{Method: del, Path: "/credentials/", Status: 429, Times: 1}, dirsync.ExitFailed, outcomes.OrderUnknown, day},
		{"no answer", worksim.Fault{Method: del, Path: "/credentials/", Drop: worksim.DropBefore, Times: 1}, dirsync.ExitFailed, outcomes.OrderUnknown, 0},
		{"the answer is lost", worksim.Fault{Method: del, Path: "/credentials/", Drop: worksim.DropAfter, Times: 1}, dirsync.ExitFailed, outcomes.OrderUnknown, 0},
		{"the last look fails", worksim.Fault{Method: get, Path: "/credentials/", Status: 500}, dirsync.ExitFailed, outcomes.OrderFailed, 0},
		{"the package is down", worksim.Fault{Status: 503}, dirsync.ExitFailed, outcomes.OrderFailed, 0},
		{"the API key is refused", worksim.Fault{Status: 401}, dirsync.ExitFailed, outcomes.OrderFailed, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := orderWorld(t)
			w.fault(row.fault)
			got := w.wants("E03", row.outcome, row.code, "")
			var said strings.Builder
			w.must(view.WriteWithdrawal(&said, got))
			if !got.Stands || !strings.Contains(said.String(), "The order stands") || !strings.Contains(said.String(), "withdraw --undo E03 ") {
				t.Errorf("%+v\n%s", got, said.String())
			}
			w.equal("orders that stand", 1, w.openOrders())
			if row.fault.Times == 0 {
				w.exits(dirsync.ExitFailed)
				w.equal("orders that stand after a pass that could not", 1, w.openOrders())
				w.sim.ClearFaults()
			}
			w.advance(row.wait)
			w.ok()
			w.advance(2 * time.Hour) // two lists prove an end
			w.ok()
			w.settled()
			w.equal("effects", []int{1, 0, 0}, w.effects())
			w.equal("orders that stand", 0, w.openOrders())
			if !w.owns("id-03") {
				t.Error("the ownership is gone: nobody said that they left")
			}
		})
	}
}

// TestAnOrderThatARuleHolds is told by each pass until the rule lets it go: exit 3, and in the plan.
func TestAnOrderThatARuleHolds(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		outcome   string
		hold, end func(*world)
		says      model.WaitCode
	}{
		"protect":  {outcomes.OrderApproval, func(w *world) { w.policy.Protected = []string{"E03"} }, func(w *world) { w.approved(day) }, model.WaitApproval},
		"approval": {outcomes.OrderApproval, func(w *world) { w.policy.Approval = model.ApproveAll }, func(w *world) { w.approved(day) }, model.WaitApproval},
		"stop file": {
			outcomes.OrderBlocked, func(w *world) { w.stop = func() string { return "the stop file exists" } },
			func(w *world) { w.stop = func() string { return "" } }, model.GuardStopFile,
		},
		"the policy changes later": {outcomes.OrderUnknown, func(w *world) {
			w.fault(worksim.Fault{Method: http.MethodDelete, Path: "/credentials/", Drop: worksim.DropBefore, Times: 1})
			w.policy.Mode = model.Sync
		}, func(w *world) { w.policy.Mode = model.Sync }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := orderWorld(t)
			row.hold(w)
			if code := w.wants("E03", row.outcome, map[bool]int{true: dirsync.ExitFailed, false: dirsync.ExitWaiting}[row.outcome == outcomes.OrderUnknown], "").ExitCode; code == 0 {
				t.Error("exit 0")
			}
			if row.says == "" {
				w.policy.Mode, row.says = model.UpsertOnly, model.WaitOrder
			}
			for range 2 {
				r := w.exits(dirsync.ExitWaiting)
				if waits := r.Plan.Waits(); len(waits) != 1 || waits[0].Code != row.says || waits[0].People != 1 || len(waits[0].Whom) != 1 || waits[0].Whom[0].CSI != "E03" {
					t.Errorf("%+v", waits)
				}
			}
			w.equal("effects", []int{0, 0, 0}, w.effects())
			row.end(w)
			w.ok()
			w.settled()
			w.equal("effects", []int{1, 0, 0}, w.effects())
			w.equal("usernames", []string{"user01", "user02", "user04", "user05"}, w.usernames())
			w.equal("fills the windows", 0, w.counted())
		})
	}
}

// TestAnOrderThatTheLastLookStops is told at once, and by the next pass too: nothing was sent, and the order stands.
func TestAnOrderThatTheLastLookStops(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	w.directory.dismiss(t, "id-03")
	w.directory.recheck = func([]model.Tracked) ([]model.Sighting, error) { return nil, errors.New("connection lost") }
	w.wants("E03", outcomes.OrderRefused, dirsync.ExitFailed, "connection lost")
	r := w.exits(dirsync.ExitWaiting)
	if told := r.Plan.Waits(); len(told) != 1 || told[0].Code != model.WaitOrder || told[0].People != 1 {
		t.Errorf("waits: %+v", told)
	}
	w.equal("effects", []int{0, 0, 0}, w.effects())
	w.directory.recheck = nil
	w.ok()
	w.equal("effects", []int{1, 0, 0}, w.effects())
	w.equal("orders that stand", 0, w.openOrders())
}

// TestAYesToAnOrderIsTakenBack: the next plan asks again, as it is told.
func TestAYesToAnOrderIsTakenBack(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	w.policy.Protected = []string{"E03"}
	w.wants("E03", outcomes.OrderApproval, dirsync.ExitWaiting, "")
	hash := w.preview("").Plan.Hash
	w.approved(day)
	taken, err := dirsync.TakeBack(w.Context(), w.ledger, "E03", nil, "bert (uid 1001)", w.policy, w.sim.Now())
	w.must(err)
	w.equal("taken back", 1, len(taken.Approvals))
	w.equal("asked again", hash, w.exits(dirsync.ExitWaiting).Plan.Hash)
	w.equal("effects", []int{0, 0, 0}, w.effects())
}

// TestAnOrderIsTakenBackBeforeItIsDone: it ends, and nothing is withdrawn, nor made anew.
func TestAnOrderIsTakenBackBeforeItIsDone(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]bool{"entitled": false, "departed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := orderWorld(t)
			if leave {
				w.directory.dismiss(t, "id-03")
			}
			w.policy.Protected = []string{"E03"}
			w.wants("E03", outcomes.OrderApproval, dirsync.ExitWaiting, "")
			if a := w.undo("E03"); a.Outcome != outcomes.AnswerUndone || !strings.Contains(view.Headline(a), "the order to withdraw credential user03") {
				t.Errorf("%+v", a)
			}
			w.equal("orders that stand", 0, w.openOrders())
			before := w.document()
			w.ok()
			w.settled()
			w.equal("package", before, w.document())
			if a := w.undo("E03"); leave != (a.Outcome == outcomes.AnswerRefused) {
				t.Errorf("a second time: %+v", a)
			}
		})
	}
}

// TestAnOrderNeverReachesAThreemaID by itself, also where a later pass carries it out: the ID of who departs afterwards
// waits for the whole proof of that, and for its grace.
func TestAnOrderNeverReachesAThreemaID(t *testing.T) {
	t.Parallel()
	for name, unseen := range map[string]func(*world){
		"entitled":              func(*world) {},
		"the directory is down": func(w *world) { w.directory.failure = http.ErrServerClosed },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := orderWorld(t)
			w.policy.ID, w.policy.GraceID = model.RevokeID, 2*day
			w.fault(worksim.Fault{Method: http.MethodDelete, Path: "/credentials/", Drop: worksim.DropBefore, Times: 1})
			w.wants("E03", outcomes.OrderUnknown, dirsync.ExitFailed, "")
			unseen(w)
			w.run()
			w.equal("effects", []int{1, 0, 0}, w.effects())
			w.directory.failure = nil
			w.ok()
			w.directory.dismiss(t, "id-03")
			for _, step := range []time.Duration{0, 23 * time.Hour, time.Hour, 47 * time.Hour} {
				w.advance(step)
				w.ok()
				w.equal("effects before the grace of the ID is over", []int{1, 0, 0}, w.effects())
			}
			w.advance(50 * time.Hour)
			w.run()
			w.equal("effects", []int{1, 0, 1}, w.effects())
		})
	}
}
