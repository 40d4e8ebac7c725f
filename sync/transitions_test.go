package sync_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestTransitions has a row for each event in the life of an employee, by the names of the
// domain §4.2. Each begins with five people who use their credentials, under policy
// revoke without grace, and ends with a pass that wants nothing.
func TestTransitions(t *testing.T) {
	t.Parallel()
	for name, event := range map[string]func(*world){
		"joiner":                       joiner,
		"activation":                   activation,
		"mover":                        mover,
		"name change":                  nameChange,
		"login change":                 loginChange,
		"leave of absence":             leaveOfAbsence,
		"leaver, revoke policy":        leaverRevoke,
		"leaver, detach policy":        leaverDetach,
		"leaver, cut-only policy":      leaverCutOnly,
		"leaver who never activated":   leaverWhoNeverActivated,
		"returner inside grace":        returnerInsideGrace,
		"returner after cut":           returnerAfterCut,
		"returner after detach":        returnerAfterDetach,
		"returner after revoke":        returnerAfterRevoke,
		"device change with backup":    deviceChangeWithBackup,
		"device change without backup": deviceChangeWithoutBackup,
		"duplicate csi":                duplicateCSI,
		"ID from private Threema":      idFromPrivateThreema,
		"Work ID to be kept privately": workIDKeptPrivately,
		"lost or stolen device":        lostDevice,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{sim: worksim.Options{Quirks: []string{worksim.KeepContacts}}}, employees(5)...)
			w.policy.ID = model.RevokeID
			w.rollOut()
			event(w)
			w.settled()
		})
	}
}

// taken is what was taken from anybody: credentials withdrawn, IDs detached, IDs revoked.
func (w *world) taken(withdrawn, detached, revoked int) {
	w.Helper()
	w.equal("withdrawn, detached, revoked", []int{withdrawn, detached, revoked}, w.effects())
}

// noticed finds the notice of a kind about a person.
func noticed(r dirsync.Report, kind plan.NoticeKind, csi string) string {
	n := slices.IndexFunc(r.Plan.Notices, func(n plan.Notice) bool { return n.Kind == kind && n.CSI == csi })
	if n < 0 {
		return ""
	}
	return english.Say(r.Plan.Notices[n].Reason)
}

// joiner: the values stand on the credential before anybody has its password.
func joiner(w *world) {
	w.directory.put(employee(6))
	w.ok()
	w.equal("writes", []string{"POST /credentials", "POST /mdm-bulk"}, w.writes())
	w.wantSettings(employee(6))
	if _, handed := w.handedOver()["user06"]; !handed {
		w.Error("the credential was not handed over")
	}
	c := w.credential("user06")
	w.equal("hashed, locked, licences", []any{true, true, 1}, []any{c.Hashed, c.Locked, c.LicenseCount})
}

// activation asks for nothing but the contact; the ID is remembered, as the leaver's shows.
func activation(w *world) {
	joiner(w)
	id := w.activate("user06")
	w.sim.ClearRequests()
	w.ok()
	if contact, _ := w.contact(id); !contact.Enabled {
		w.Errorf("contact %+v", contact)
	}
	w.settled()
	w.put(func(s *worksim.State) { withdrawnByHand(s, "user06") })
	w.directory.dismiss(w.T, "id-06")
	w.ok()
	w.equal("revoked after one list without the credential", 0, len(w.sim.State().Revoked))
	w.advance(time.Hour)
	w.ok()
	w.equal("revoked", id, w.sim.State().Revoked[0].ID)
}

// withdrawnByHand deletes a credential as the cockpit does; its users stay behind.
func withdrawnByHand(s *worksim.State, username string) {
	n := slices.IndexFunc(s.Credentials, func(c worksim.Credential) bool { return c.Username == username })
	id := s.Credentials[n].ID
	s.Credentials = slices.Delete(s.Credentials, n, n+1)
	delete(s.Settings, id)
	for u := range s.Users {
		if s.Users[u].CredentialID == id {
			s.Users[u].CredentialID = ""
		}
	}
}

// mover: only what differs is written.
func mover(w *world) {
	w.directory.change(w.T, "id-03", func(p *person) { p.OU, p.Title = "Basel", "Lead" })
	r := w.ok()
	w.equal("results", []string{"set-settings user03 done"}, results(r))
	w.equal("after", map[string]string{"th_job_title": "Lead"}, r.Results[0].Change.After)
	w.wantSettings(w.directory.people["id-03"])
}

// nameChange: the settings follow, the credential keeps its name.
func nameChange(w *world) {
	before := w.credential("user03")
	w.directory.change(w.T, "id-03", func(p *person) { p.Last = "Neumann" })
	w.equal("results", []string{"set-settings user03 done"}, results(w.ok()))
	w.wantSettings(w.directory.people["id-03"])
	w.equal("credential", before, w.credential("user03"))
}

// loginChange: nothing in the package; the difference is told.
func loginChange(w *world) {
	before := w.document()
	w.directory.change(w.T, "id-03", func(p *person) { p.UID = "new.login" })
	r := w.ok()
	w.equal("package", before, w.document())
	if said := noticed(r, plan.NoticeLogin, "E03"); !strings.Contains(said, "new.login") || !strings.Contains(said, "user03") {
		w.Errorf("the report says %q of the new login", said)
	}
}

// leaveOfAbsence: an account that is disabled for less than the grace keeps everything, and so
// does one that is put below exclude_dns for as long as it takes.
func leaveOfAbsence(w *world) {
	w.policy.GraceWithdraw = 72 * time.Hour
	before := w.document()
	w.directory.dismiss(w.T, "id-03")
	w.directory.change(w.T, "id-04", func(p *person) {
		p.State, p.Excluded, p.Held = model.Departed, true, "lies below exclude_dns"
		p.Evidence = model.Evidence{Kind: model.Disabled}
	})
	for range 2 {
		w.ok()
	}
	w.equal("package", before, w.document())
	w.advance(71 * time.Hour)
	w.ok()
	w.directory.rehire(w.T, "id-03")
	w.advance(1000 * time.Hour)
	w.ok()
	w.taken(0, 0, 0)
}

// leaverRevoke: persist, delete the credential, revoke, gone.
func leaverRevoke(w *world) {
	id, credential := w.userID("user03"), escaped(w.credential("user03").ID)
	w.directory.dismiss(w.T, "id-03")
	w.ok()
	w.taken(1, 0, 1)
	w.equal("order of effects", []string{"DELETE /credentials/" + credential, "PUT /contacts/" + id, "DELETE /users/" + id}, w.writes())
}

func leaverDetach(w *world) {
	w.policy.ID = model.DetachID
	id, credential := w.userID("user03"), escaped(w.credential("user03").ID)
	w.directory.dismiss(w.T, "id-03")
	w.ok()
	w.taken(1, 1, 0)
	w.equal("order of effects", []string{"DELETE /credentials/" + credential, "PUT /contacts/" + id, "POST /users/" + id + "/detach"}, w.writes())
}

// leaverCutOnly: the ID stays in the package, which is told with whose it was, and left alone.
func leaverCutOnly(w *world) {
	w.policy.ID = model.KeepID
	id := w.userID("user03")
	w.directory.dismiss(w.T, "id-03")
	w.ok()
	w.taken(1, 0, 0)
	w.settled()
	r := w.ok()
	for _, kind := range []string{"contact", "user"} {
		n := slices.IndexFunc(r.Plan.Unmanaged, func(u model.Unmanaged) bool { return u.Kind == kind && u.ID == id })
		if n < 0 || !strings.Contains(english.Say(r.Plan.Unmanaged[n].Reason), "kept: of "+employee(3).CSI) || !strings.Contains(english.Say(r.Plan.Unmanaged[n].Reason), "credential user03 was withdrawn on 2026-03-") {
			w.Errorf("the %s %s is not listed as kept: %v", kind, id, r.Plan.Unmanaged)
		}
	}
}

func leaverWhoNeverActivated(w *world) {
	w.directory.put(employee(6))
	w.ok()
	w.sim.ClearRequests()
	credential := escaped(w.credential("user06").ID)
	w.directory.dismiss(w.T, "id-06")
	w.ok()
	w.taken(1, 0, 0)
	w.equal("writes", []string{"DELETE /credentials/" + credential}, w.writes())
}

func returnerInsideGrace(w *world) {
	w.policy.GraceWithdraw = 24 * time.Hour
	before := w.document()
	w.directory.dismiss(w.T, "id-03")
	w.ok()
	w.directory.rehire(w.T, "id-03")
	w.ok()
	w.equal("package", before, w.document())
	w.equal("writes", []string(nil), w.writes())
}

// returnerAfterCut gets a new credential with the settings; the old ID goes on with it.
func returnerAfterCut(w *world) {
	w.policy.ID = model.KeepID
	w.comesBack(w.userID("user03"))
	w.taken(1, 0, 0)
}

// returnerAfterDetach: the ID reappears with the new credential, and nobody detaches it again.
func returnerAfterDetach(w *world) {
	w.policy.ID = model.DetachID
	w.comesBack(w.userID("user03"))
	w.settled()
	w.taken(1, 1, 0)
}

// returnerAfterRevoke: a new ID, which is nobody's leaver.
func returnerAfterRevoke(w *world) {
	old := w.userID("user03")
	w.comesBack("")
	if id := w.userID("user03"); id == old {
		w.Errorf("the revoked ID %s is back", id)
	}
	w.settled()
	w.taken(1, 0, 1)
}

// comesBack lets user03 leave, come back, and activate with an ID, "" for a new one.
func (w *world) comesBack(threemaID string) {
	w.Helper()
	before := w.credential("user03").Password
	w.directory.dismiss(w.T, "id-03")
	w.ok()
	w.settled()
	w.directory.rehire(w.T, "id-03")
	w.equal("results", []string{"create user03 done"}, results(w.ok()))
	w.wantSettings(employee(3))
	if w.credential("user03").Password == before {
		w.Error("the new credential has the old password")
	}
	w.activateAs("user03", threemaID)
	w.ok()
}

func deviceChangeWithBackup(w *world) {
	id := w.userID("user03")
	w.activateAs("user03", id)
	before := w.document()
	r := w.ok()
	w.equal("package", before, w.document())
	w.equal("notice", "", noticed(r, plan.NoticeSeveralIDs, "E03"))
}

// deviceChangeWithoutBackup: a second ID is told and left alone while the person stays, and goes
// with the first when the person leaves.
func deviceChangeWithoutBackup(w *world) {
	old := w.userID("user03")
	w.put(func(s *worksim.State) {
		s.Users = append(s.Users, worksim.User{ID: "SECONDID", CredentialID: w.credential("user03").ID, CSI: "E03", FirstName: "First03", LastName: "Last03"})
		n := slices.IndexFunc(s.Credentials, func(c worksim.Credential) bool { return c.Username == "user03" })
		s.Credentials[n].Users = append(s.Credentials[n].Users, "SECONDID")
	})
	w.ok()
	r := w.ok()
	if said := noticed(r, plan.NoticeSeveralIDs, "E03"); !strings.Contains(said, "SECONDID") || !strings.Contains(said, old) {
		w.Errorf("the report says %q of the second ID", said)
	}
	w.taken(0, 0, 0)
	w.directory.dismiss(w.T, "id-03")
	w.ok()
	w.taken(1, 0, 2)
}

// duplicateCSI: neither is written, both are named, and nobody leaves because of it. If one of them leaves
// with the number of the other, their ID takes a yes.
func duplicateCSI(w *world) {
	before := w.document()
	w.directory.change(w.T, "id-03", func(p *person) { p.CSI, p.Title = "E04", "Lead" })
	for range 2 {
		r := w.ok()
		w.equal("package", before, w.document())
		for _, h := range r.Plan.Held {
			if !strings.Contains(english.Join(h.Reasons), employee(3).dn()) && !strings.Contains(english.Join(h.Reasons), employee(4).dn()) {
				w.Errorf("%s is held without a name: %s", h.DN, english.Join(h.Reasons))
			}
		}
		w.equal("held", 2, len(r.Plan.Held))
	}
	w.directory.remove("id-03") // the survivor of a mistake is no leaver either
	w.exits(dirsync.ExitWaiting)
	w.taken(1, 0, 0)
	w.approved(time.Hour)
	w.ok()
	w.taken(1, 0, 1)
	w.equal("left alone", true, slices.Contains(w.usernames(), "user04"))
}

func idFromPrivateThreema(w *world) {
	w.directory.put(employee(6))
	w.ok()
	w.activateAs("user06", "PRIVATE1")
	w.ok()
	w.settled()
	w.taken(0, 0, 0)
	w.equal("ID", "PRIVATE1", w.userID("user06"))
}

// workIDKeptPrivately: somebody who may keep the ID is detached where others are revoked.
func workIDKeptPrivately(w *world) {
	w.policy.NeverRevoke = []string{"E03"}
	id := w.userID("user03")
	w.directory.dismiss(w.T, "id-03")
	w.directory.dismiss(w.T, "id-04")
	w.ok()
	w.taken(2, 1, 1)
	w.equal("detached", id, w.sim.State().Detached[0].ID)
	if slices.ContainsFunc(w.sim.Requests(), func(r worksim.Request) bool {
		return r.Method == http.MethodDelete && strings.HasSuffix(r.Path, "/users/"+id)
	}) {
		w.Error("a revocation was asked for")
	}
}

// lostDevice: somebody orders the access to end; the person, who stays, gets a new credential where
// that is allowed. The lost ID is revoked by hand.
func lostDevice(w *world) {
	old := w.credential("user03")
	w.wants("E03", outcomes.OrderWithdrawn, dirsync.ExitOK, "is withdrawn (Zugang entzogen)")
	w.taken(1, 0, 0)
	w.ok()
	w.settled()
	w.policy.Recreate = true
	w.ok()
	w.advance(time.Hour)
	w.ok()
	if again := w.credential("user03"); again.ID == old.ID || again.Password == old.Password {
		w.Errorf("the credential is the old one: %+v", again)
	}
	w.wantSettings(employee(3))
	w.taken(1, 0, 0)
}
