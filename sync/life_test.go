package sync_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

func TestRollOut(t *testing.T) {
	t.Parallel()
	people := employees(3)
	w := newWorld(t, options{}, people...)
	preview := w.preview("")
	w.wantExit(preview, dirsync.ExitOK)
	if code := preview.DetailedExitCode(); code != dirsync.ExitChanges {
		t.Errorf("detailed exit code %d", code)
	}
	if len(w.usernames()) != 0 {
		t.Fatalf("a preview made %v", w.usernames())
	}
	r := w.ok()
	w.equal("results", []string{"create user01 done", "create user02 done", "create user03 done"}, results(r))
	w.equal("usernames", []string{"user01", "user02", "user03"}, w.usernames())
	for _, p := range people {
		w.wantSettings(p)
		c := w.credential(p.UID)
		if !c.Hashed || !c.Locked || c.LicenseCount != 1 {
			t.Errorf("credential is not hashed, locked and personal: %+v", c)
		}
		w.activate(p.UID)
	}
	w.settled()
	w.settled()
	preview = w.preview("")
	if code := preview.DetailedExitCode(); code != dirsync.ExitOK {
		t.Errorf("settled, but the detailed exit code is %d", code)
	}
	w.equal("handed over", []string{"user01", "user02", "user03"}, slices.Sorted(maps.Keys(w.handedOver())))
}

func TestJoinerAndMover(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(4)...)
	w.rollOut()
	joiner := employee(5)
	w.directory.put(joiner)
	w.directory.change(t, "id-01", func(p *person) { p.Last = "Married" })
	w.directory.change(t, "id-02", func(p *person) { p.Title = "" })
	r := w.ok()
	w.equal("results", []string{"set-settings user01 done", "unset-setting user02 done", "create user05 done"}, results(r))
	w.wantSettings(joiner)
	w.wantSettings(w.directory.people["id-01"])
	w.wantSettings(w.directory.people["id-02"])
	w.equal("writes", []string{
		"POST /mdm-bulk", "DELETE /credentials/" + escaped(w.credential("user02").ID) + "/mdm/th_job_title", "POST /credentials", "POST /mdm-bulk",
	}, w.writes())
	w.activate("user05")
	w.settled()
	w.advance(25 * time.Hour)
	if c, _ := w.contact(w.userID("user01")); c.LastName != "Married" {
		t.Errorf("the contact is called %s: the name did not reach the phone", c.LastName)
	}
	w.settled()
}

// TestLeaver takes one of five out, under each policy.
func TestLeaver(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		withdraw          bool
		id                model.IDPolicy
		approval          model.Approval
		exit              int
		withdrawn         int
		detached, revoked int
	}{
		"keep, keep":                           {id: model.KeepID, approval: model.ApproveNone},
		"withdraw, keep":                       {withdraw: true, id: model.KeepID, approval: model.ApproveNone, withdrawn: 1},
		"withdraw, detach":                     {withdraw: true, id: model.DetachID, approval: model.ApproveNone, withdrawn: 1, detached: 1},
		"withdraw, revoke":                     {withdraw: true, id: model.RevokeID, approval: model.ApproveNone, withdrawn: 1, revoked: 1},
		"withdraw, revoke needs approval":      {withdraw: true, id: model.RevokeID, approval: model.ApproveIrreversible, withdrawn: 1, exit: dirsync.ExitWaiting},
		"withdraw, detach, all needs approval": {withdraw: true, id: model.DetachID, approval: model.ApproveAll, exit: dirsync.ExitWaiting},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{sim: worksim.Options{Quirks: []string{worksim.KeepContacts}}}, employees(5)...)
			w.policy.Withdraw, w.policy.ID, w.policy.Approval = tt.withdraw, tt.id, tt.approval
			w.rollOut()
			id := w.userID("user03")
			w.directory.dismiss(t, "id-03")
			w.exits(tt.exit)
			w.exits(tt.exit)
			state := w.sim.State()
			w.equal("effects", []int{tt.withdrawn, tt.detached, tt.revoked}, []int{len(state.Withdrawn), len(state.Detached), len(state.Revoked)})
			for _, gone := range slices.Concat(state.Detached, state.Revoked) {
				if gone.ID != id {
					t.Errorf("%s was taken out, not %s", gone.ID, id)
				}
			}
			if c, _ := w.contact(id); c.Enabled == (tt.withdrawn > 0) {
				t.Errorf("the contact is enabled: %v", c.Enabled)
			}
			if len(w.usernames()) != 5-tt.withdrawn {
				t.Errorf("left: %v", w.usernames())
			}
			if tt.exit == dirsync.ExitOK {
				w.settled()
			}
		})
	}
}

// TestGraceOfALeaver walks through confirmation and both spans of grace.
func TestGraceOfALeaver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(5)...)
	w.policy.ID, w.policy.ConfirmReads, w.policy.ConfirmOver = model.DetachID, 2, 24*time.Hour
	w.policy.GraceWithdraw, w.policy.GraceID = 24*time.Hour, 48*time.Hour
	w.rollOut()
	w.directory.remove("id-03") // absent: weak evidence
	for _, step := range []struct {
		wait                time.Duration
		withdrawn, detached int
	}{
		{0, 0, 0}, {23 * time.Hour, 0, 0}, // one day is not over
		{2 * time.Hour, 0, 0}, // confirmed
		{23 * time.Hour, 0, 0}, {2 * time.Hour, 1, 0},
		{47 * time.Hour, 1, 0}, {2 * time.Hour, 1, 1}, {time.Hour, 1, 1},
	} {
		w.advance(step.wait)
		w.ok()
		state := w.sim.State()
		w.equal("effects", []int{step.withdrawn, step.detached}, []int{len(state.Withdrawn), len(state.Detached)})
	}
	w.settled()
}

// TestReturner comes back at each stage of the way out.
func TestReturner(t *testing.T) {
	t.Parallel()
	t.Run("within grace", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, options{}, employees(5)...)
		w.policy.GraceWithdraw = 24 * time.Hour
		w.rollOut()
		before := w.document()
		w.directory.dismiss(t, "id-03")
		w.ok()
		w.directory.rehire(t, "id-03")
		w.ok()
		w.directory.dismiss(t, "id-03") // again: the grace begins anew
		w.advance(23 * time.Hour)
		w.ok()
		w.directory.rehire(t, "id-03")
		w.settled()
		w.advance(25 * time.Hour)
		w.settled()
		if len(w.sim.State().Withdrawn) != 0 {
			t.Errorf("was taken out, before:\n%s", before)
		}
	})
	for name, id := range map[string]model.IDPolicy{"after the cut": model.KeepID, "after the detach": model.DetachID} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(5)...)
			w.policy.ID = id
			w.rollOut()
			threemaID := w.userID("user03")
			w.directory.dismiss(t, "id-03")
			w.ok()
			w.settled()
			w.directory.rehire(t, "id-03")
			r := w.ok()
			w.equal("results", []string{"create user03 done"}, results(r))
			w.wantSettings(employee(3))
			w.activateAs("user03", threemaID)
			w.ok()
			if c, _ := w.contact(threemaID); !c.Enabled {
				t.Errorf("the contact of somebody who came back is not enabled: %+v\n%s", c, text(w.run()))
			}
			w.settled()
			state := w.sim.State()
			if len(state.Withdrawn) != 1 || len(state.Revoked) != 0 {
				t.Errorf("withdrawn %v, revoked %v", state.Withdrawn, state.Revoked)
			}
		})
	}
}

// TestRecreatedAccount: a new directory ID with the same csi keeps credential and Threema ID,
// and two consecutive passes during the change take nobody out.
func TestRecreatedAccount(t *testing.T) {
	t.Parallel()
	for name, old := range map[string]func(*world){
		"the old entry is gone":           func(w *world) { w.directory.remove("id-03") },
		"the old entry is still disabled": func(w *world) { w.directory.dismiss(w.T, "id-03") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{}, employees(5)...)
			w.policy.ID = model.DetachID
			w.rollOut()
			before := w.document()
			again := employee(3)
			again.ID = "id-99"
			old(w)
			w.advance(time.Minute)
			w.directory.put(again)
			r := w.ok()
			w.equal("results", []string{"transfer user03 done"}, results(r))
			w.ok()
			w.settled()
			w.equal("package", before, w.document())
			w.directory.dismiss(t, "id-99") // and it is the new ID that counts from now on
			w.ok()
			w.equal("withdrawn", 1, len(w.sim.State().Withdrawn))
		})
	}
}

func TestAdoption(t *testing.T) {
	t.Parallel()
	people := employees(5)
	w := newWorld(t, options{sim: worksim.Options{}}, people...)
	w.policy.AdoptUsername = true
	w.put(func(s *worksim.State) {
		s.Credentials = []worksim.Credential{
			{ID: "c/csi=", Username: "other.name", Password: "p"},
			{ID: "c/name=", Username: "user02", Password: "p"},
			{ID: "c/shared=", Username: "user03", Password: "p", LicenseCount: 5, Users: []string{"SHARED01", "SHARED02"}},
			{ID: "c/foreign=", Username: "reception", Password: "p"},
		}
		s.Users = []worksim.User{{ID: "SHARED01"}, {ID: "SHARED02"}, {ID: "*GATEWAY"}}
		s.Settings = map[string]map[string]any{
			"c/csi=":     {"th_csi": "E01", "th_contact_sync": true},
			"c/foreign=": {"th_csi": "X1"},
		}
	})
	foreign := w.foreign("c/shared=", "c/foreign=")
	r := w.exits(dirsync.ExitOK)
	w.equal("results", []string{
		"adopt other.name done", "adopt user02 done", "set-settings other.name done", "set-settings user02 done", "create user04 done", "create user05 done",
	}, results(r))
	if reason := held(r, "E03"); !strings.Contains(reason, "shared") {
		t.Errorf("held: %q", reason)
	}
	state := w.sim.State()
	w.equal("settings", map[string]any{
		"th_csi": "E01", "th_firstname": "First01", "th_lastname": "Last01", "th_job_title": "Title01", "th_contact_sync": true,
	}, state.Settings["c/csi="])
	if _, handed := w.handedOver()["user02"]; handed {
		t.Error("an adopted credential was handed over")
	}
	for _, n := range []string{"id-01", "id-02"} {
		w.directory.dismiss(t, n)
	}
	r = w.exits(dirsync.ExitWaiting) // matches before the first pass: nobody leaves without a baseline
	if len(w.sim.State().Withdrawn) != 0 || !r.Plan.Tripped(model.GuardBaseline) {
		t.Errorf("somebody was taken out without a baseline: %v", w.sim.State().Withdrawn)
	}
	w.pass().AcceptBaseline(w.Context(), "anna")
	w.ok()
	w.equal("withdrawn", 2, len(w.sim.State().Withdrawn))
	w.equal("foreign objects", foreign, w.foreign("c/shared=", "c/foreign="))
}

// foreign shows the credentials and everything that hangs on them, and the users of nobody.
func (w *world) foreign(ids ...string) worksim.State {
	state := w.sim.State()
	shown := worksim.State{Settings: map[string]map[string]any{}}
	for _, c := range state.Credentials {
		if slices.Contains(ids, c.ID) {
			shown.Credentials = append(shown.Credentials, c)
			shown.Settings[c.ID] = state.Settings[c.ID]
		}
	}
	for _, u := range state.Users {
		if u.CredentialID == "" || slices.Contains(ids, u.CredentialID) {
			shown.Users = append(shown.Users, u)
		}
	}
	return shown
}

// TestContacts without automatic contacts: each user becomes one, under the directory's name,
// and follows it.
func TestContacts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{sim: worksim.Options{NoAutoContacts: true}}, employees(3)...)
	w.ok()
	id := w.activate("user01")
	w.ok()
	want := worksim.Contact{ID: id, Type: worksim.ContactCustom, FirstName: "First01", LastName: "Last01", Enabled: true, DirectoryEnabled: true}
	got, _ := w.contact(id)
	w.equal("contact", want, got)
	w.settled()
	w.directory.change(t, "id-01", func(p *person) { p.Last = "Married" })
	w.ok()
	got, _ = w.contact(id)
	want.LastName = "Married"
	w.equal("contact", want, got)
	w.settled()
}

// TestContactOfOthers: we enable a contact once; one that somebody disables later stays so.
func TestContactOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(3)...)
	w.ok()
	id := w.activate("user01")
	disable := func(s *worksim.State) {
		for n := range s.Contacts {
			s.Contacts[n].Enabled = false
		}
	}
	w.put(disable)
	w.ok()
	if c, _ := w.contact(id); !c.Enabled {
		t.Errorf("a contact at first sight was not enabled: %+v", c)
	}
	w.settled()
	w.put(disable)
	r := w.ok()
	if c, _ := w.contact(id); c.Enabled {
		t.Error("a contact that somebody disabled was enabled again")
	}
	if !strings.Contains(held(r, "E01"), id) {
		t.Errorf("nobody is told: %q", held(r, "E01"))
	}
	w.settled()
}
