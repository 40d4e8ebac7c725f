package sync_test

import (
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// goesOn lets the app with an ID check in now.
func (w *world) goesOn(threemaID string) {
	w.put(func(s *worksim.State) {
		for n := range s.Users {
			if s.Users[n].ID == threemaID {
				s.Users[n].LastCheck = worksim.Time{Time: w.sim.Now()}
			}
		}
	})
}

// stolenPhone is a world in which a phone of somebody who stays entitled goes on after an order, and the
// pass found that.
func stolenPhone(t *testing.T) (*world, string) {
	t.Helper()
	w := orderWorld(t)
	id := w.userID("user03")
	w.wants("E03", outcomes.OrderWithdrawn, dirsync.ExitOK, "")
	w.equal("right after the order", 1, len(w.watched()))
	w.ok()
	w.advance(29 * time.Hour)
	w.goesOn(id)
	w.advance(time.Hour)
	w.equal("30 h later", []string{"withdraw requested", "ALARM still-active"}, watched(w.ok()))
	return w, id
}

// TestWithdrawnByOrderIsVerified: who stays entitled is looked for as a leaver is, by every pass.
func TestWithdrawnByOrderIsVerified(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	w.wants("E03", outcomes.OrderWithdrawn, dirsync.ExitOK, "")
	w.equal("first pass", []string{"withdraw requested"}, watched(w.ok()))
	w.advance(23 * time.Hour)
	w.equal("23 h", []string{"withdraw requested"}, watched(w.ok()))
	w.advance(time.Hour)
	w.equal("24 h", []string{"withdraw verified"}, watched(w.ok()))
}

// TestWithdrawnByOrderAndActive alarms as long as the order stands, and no longer.
func TestWithdrawnByOrderAndActive(t *testing.T) {
	t.Parallel()
	t.Run("taken back", func(t *testing.T) {
		t.Parallel()
		w, _ := stolenPhone(t)
		w.equal("undo", outcomes.AnswerUndone, w.undo("E03").Outcome)
		w.equal("the next pass", []string{"withdraw returned"}, watched(w.ok()))
		w.equal("the one after", []string(nil), watched(w.ok()))
	})
	t.Run("a departure takes it over", func(t *testing.T) {
		t.Parallel()
		w, id := stolenPhone(t)
		w.policy.ID = model.KeepID
		w.directory.dismiss(t, "id-03")
		for range 3 {
			w.advance(day)
			w.goesOn(id)
			w.equal("still", []string{"withdraw requested", "ALARM still-active"}, watched(w.ok()))
		}
		if w.owns("id-03") {
			t.Error("the departure did not begin")
		}
		w.directory.rehire(t, "id-03")
		w.equal("and is back", []string{"withdraw returned"}, watched(w.ok()))
	})
}
