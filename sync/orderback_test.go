package sync_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestAnOrderEndsTheWayBack: whoever orders after somebody took the withdrawal back gets no new credential made,
// however the credential went.
func TestAnOrderEndsTheWayBack(t *testing.T) {
	t.Parallel()
	t.Run("the package is down", func(t *testing.T) {
		t.Parallel()
		w := orderWorld(t)
		w.wantOrdered("E03")
		w.equal("undone", outcomes.AnswerUndone, w.undo("E03").Outcome)
		w.fault(worksim.Fault{Status: 503})
		w.wants("E03", outcomes.OrderFailed, dirsync.ExitFailed, "")
		w.sim.ClearFaults()
		for range 3 {
			w.ok()
			w.advance(2 * time.Hour)
		}
		w.equal("usernames", []string{"user01", "user02", "user04", "user05"}, w.usernames())
	})
	t.Run("it went by hand meanwhile", func(t *testing.T) {
		t.Parallel()
		w := orderWorld(t)
		w.fault(worksim.Fault{Method: http.MethodDelete, Path: "/credentials/", Drop: worksim.DropBefore, Times: 1})
		w.wants("E03", outcomes.OrderUnknown, dirsync.ExitFailed, "")
		w.equal("undone", outcomes.AnswerUndone, w.undo("E03").Outcome)
		w.ok()
		w.stop = func() string { return "the stop file exists" }
		w.wants("E03", outcomes.OrderBlocked, dirsync.ExitWaiting, "")
		w.cockpit("user03")
		for range 3 {
			w.run()
			w.advance(2 * time.Hour)
		}
		w.equal("usernames", []string{"user01", "user02", "user04", "user05"}, w.usernames())
	})
}

// TestTheWayBackEndsWithItsWithdrawal: what was taken back never happened. What somebody does in the cockpit later
// is no part of it.
func TestTheWayBackEndsWithItsWithdrawal(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	w.fault(worksim.Fault{Method: http.MethodDelete, Path: "/credentials/", Drop: worksim.DropBefore, Times: 1})
	w.wants("E03", outcomes.OrderUnknown, dirsync.ExitFailed, "")
	w.equal("undone", outcomes.AnswerUndone, w.undo("E03").Outcome)
	w.ok()
	w.advance(30 * day)
	w.ok()
	w.cockpit("user03")
	for range 3 {
		w.ok()
		w.advance(2 * time.Hour)
	}
	w.equal("usernames", []string{"user01", "user02", "user04", "user05"}, w.usernames())
}

// TestAnOrderThatARuleRefusesUnread does not stand either where the package is down.
func TestAnOrderThatARuleRefusesUnread(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]func(*model.Policy){
		"app_access: keep": func(p *model.Policy) { p.Withdraw, p.ID = false, model.KeepID },
		"policy":           func(p *model.Policy) { p.Mode = model.UpsertOnly },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := orderWorld(t)
			rule(&w.policy)
			w.fault(worksim.Fault{Status: 503})
			got := w.wants("E03", outcomes.OrderRefused, dirsync.ExitFailed, "nobody's access end")
			if got.Stands || w.openOrders() > 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestAnOrderIsTakenBackWhileThePackageIsDown, as it was given: else the pass that finds it up is faster.
func TestAnOrderIsTakenBackWhileThePackageIsDown(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	w.fault(worksim.Fault{Status: 503})
	w.wants("E03", outcomes.OrderFailed, dirsync.ExitFailed, "")
	order, err := dirsync.NewUndo("E03", why, "anna (uid 1000)")
	w.must(err)
	undoer := dirsync.Undoer{Planner: w.planner(w.policy.Mode), Ledger: w.ledger}
	a, err := undoer.Undo(w.Context(), order)
	if err != nil || a.Outcome != outcomes.AnswerUndone {
		t.Errorf("%v %+v", err, a)
	}
	w.equal("orders", 0, w.openOrders())
}

// TestARefusedOrderTellsOfTheOneThatStands.
func TestARefusedOrderTellsOfTheOneThatStands(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	w.fault(worksim.Fault{Method: http.MethodDelete, Path: "/credentials/", Drop: worksim.DropBefore, Times: 1})
	w.wants("E03", outcomes.OrderUnknown, dirsync.ExitFailed, "")
	w.policy.Mode = model.UpsertOnly
	got := w.wants("E03", outcomes.OrderRefused, dirsync.ExitFailed, "")
	var said strings.Builder
	w.must(view.WriteWithdrawal(&said, got))
	if !got.Stands || w.openOrders() != 1 {
		t.Errorf("%+v\n%s", got, said.String())
	}
}

// cockpit withdraws a credential by hand; its users stay behind.
func (w *world) cockpit(username string) {
	w.Helper()
	id := w.credential(username).ID
	w.put(func(s *worksim.State) {
		s.Credentials = slices.DeleteFunc(s.Credentials, func(c worksim.Credential) bool { return c.ID == id })
		delete(s.Settings, id)
		for n := range s.Users {
			if s.Users[n].CredentialID == id {
				s.Users[n].CredentialID = ""
			}
		}
	})
}

// TestAWordSurvivesADeparture: whom an order put out, or somebody in the cockpit, gets nothing back because the account
// was disabled and enabled. The way back is somebody's word, and what is erased is a word no more.
func TestAWordSurvivesADeparture(t *testing.T) {
	t.Parallel()
	without, all := []string{"user01", "user02", "user04", "user05"}, []string{"user01", "user02", "user03", "user04", "user05"}
	for how, put := range map[string]func(*world){
		"by order":         func(w *world) { w.wantOrdered("E03") },
		"by hand":          func(w *world) { w.cockpit("user03"); w.ok(); w.advance(2 * time.Hour) },
		"when they left":   func(w *world) { w.directory.dismiss(t, "id-03"); w.ok(); w.wantOrdered("E03") },
		"by order, erased": func(w *world) { w.retention = 20 * day; w.wantOrdered("E03") },
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w := orderWorld(t)
			put(w)
			w.directory.dismiss(t, "id-03")
			days := 8
			if strings.HasSuffix(how, "erased") {
				days = 40
			}
			for range days {
				w.advance(day)
				w.ok()
			}
			w.directory.rehire(t, "id-03")
			w.ok()
			if days == 40 {
				w.equal("usernames of a joiner", all, w.usernames())
				return
			}
			w.advance(2 * time.Hour)
			w.ok()
			w.equal("usernames", without, w.usernames())
			w.equal("undone", outcomes.AnswerUndone, w.undo("E03").Outcome)
			w.ok()
			w.equal("usernames after the way back", all, w.usernames())
		})
	}
}
