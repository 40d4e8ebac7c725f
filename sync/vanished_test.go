package sync_test

import (
	"slices"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestVanishedIDGoesAfterAll: a leaver's ID is not in two lists, the departure is settled, and the ID is
// back: an alarm, and it is detached.
func TestVanishedIDGoesAfterAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(5)...)
	w.policy.ID, w.policy.GraceID = model.DetachID, day
	w.rollOut()
	id := w.userID("user03")
	w.directory.dismiss(t, "id-03")
	w.ok()
	w.advance(time.Hour)
	var hidden worksim.User
	w.put(func(s *worksim.State) {
		n := slices.IndexFunc(s.Users, func(u worksim.User) bool { return u.ID == id })
		hidden = s.Users[n]
		s.Users, s.Phones = slices.Delete(s.Users, n, n+1), nil // no phone checks in and brings it back
	})
	w.equal("one list", []string{"detach E03 waiting"}, waitingFor(w.ok()))
	w.advance(2 * time.Hour)
	w.equal("two lists", []string(nil), waitingFor(w.ok()))
	w.advance(2 * day)
	w.settled()
	w.put(func(s *worksim.State) { s.Users = append(s.Users, hidden) })
	r := w.ok()
	w.equal("alarms", []string{"withdraw verified", "ALARM id-returned"}, watched(r))
	w.equal("detached", 1, len(w.sim.State().Detached))
}

// waitingFor lists the steps that wait.
func waitingFor(r dirsync.Report) []string {
	var lines []string
	for _, c := range r.Plan.Changes {
		if c.Status == model.Waiting {
			lines = append(lines, string(c.Op)+" "+c.CSI+" waiting")
		}
	}
	return lines
}

// TestWithdrawnAfterAll: a credential that two lists lacked is there when the first step of the departure looks, which does
// not begin: the next pass withdraws.
func TestWithdrawnAfterAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(5)...)
	w.rollOut()
	var back worksim.State
	w.put(func(s *worksim.State) {
		back = w.sim.State()
		withdrawnByHand(s, "user03")
	})
	w.directory.dismiss(t, "id-03")
	w.ok()
	w.advance(time.Hour)
	w.directory.recheck = func(tracked []model.Tracked) ([]model.Sighting, error) {
		w.put(func(s *worksim.State) {
			s.Credentials, s.Settings, s.Users = back.Credentials, back.Settings, back.Users
		})
		return []model.Sighting{{ID: tracked[0].ID, State: model.Departed, Evidence: model.Evidence{Kind: model.Disabled}, Found: true}}, nil
	}
	w.equal("skipped", []string{"disable-contact user03 skipped"}, results(w.ok()))
	w.equal("withdrawn", 0, len(w.sim.State().Withdrawn))
	w.directory.recheck = nil
	w.ok()
	w.equal("withdrawn by the next pass", 1, len(w.sim.State().Withdrawn))
}
