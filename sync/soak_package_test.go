package sync_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// What somebody else owns in the package of a soaked world. None of it may ever change.
const (
	soakShared  = "c/shared="
	soakForeign = "c/foreign="
)

// settleForeigners fills the package before the first pass, sometimes with credentials of people
// who are in the directory: those are to be adopted.
func (w *soak) settleForeigners(rt *rapid.T) {
	w.put(func(s *worksim.State) {
		s.Subscription.ValidUntil = worksim.Time{Time: w.sim.Now().AddDate(50, 0, 0)}
		s.Credentials = []worksim.Credential{
			{ID: soakShared, Username: "reception", Password: "p", LicenseCount: 5, Users: []string{"SHARED01", "SHARED02"}},
			{ID: soakForeign, Username: "kiosk", Password: "p", Locked: true},
		}
		s.Users = []worksim.User{{ID: "SHARED01"}, {ID: "SHARED02"}, {ID: "ORPHAN01"}, {ID: "*GATEWAY"}}
		s.Contacts = []worksim.Contact{{ID: "SHARED01", FirstName: "Front", LastName: "Desk", Enabled: true}, {ID: "*GATEWAY", FirstName: "G", LastName: "W", Enabled: true}}
		s.Settings = map[string]map[string]any{soakForeign: {"th_csi": "X1", "th_firstname": "Kiosk"}}
	})
	for range rapid.IntRange(0, 2).Draw(rt, "credentials to adopt") {
		a := w.some(rt, func(a *account) bool { return !w.owns(a.human) })
		id := fmt.Sprintf("c/old%d=", a.human)
		w.put(func(s *worksim.State) {
			s.Credentials = append(s.Credentials, worksim.Credential{ID: id, Username: "old." + a.uid, Password: "p"})
			s.Settings[id] = map[string]any{"th_csi": a.csi}
		})
		w.belongs[id] = a.human
		w.log("the package has a credential of %v", a)
	}
	w.foreign = w.foreigners()
	w.accept()
}

// foreigners shows what is not ours, without what moves by itself.
func (w *soak) foreigners() string {
	state := w.sim.State()
	ids := []string{"SHARED01", "SHARED02", "ORPHAN01", "*GATEWAY"}
	var shown worksim.State
	for _, c := range state.Credentials {
		if c.ID == soakShared || c.ID == soakForeign {
			shown.Credentials = append(shown.Credentials, c)
		}
	}
	for _, u := range state.Users {
		if slices.Contains(ids, u.ID) {
			u.LastCheck = worksim.Time{}
			shown.Users = append(shown.Users, u)
		}
	}
	for _, c := range state.Contacts {
		if slices.Contains(ids, c.ID) {
			shown.Contacts = append(shown.Contacts, c)
		}
	}
	shown.Settings = map[string]map[string]any{soakForeign: state.Settings[soakForeign], soakShared: state.Settings[soakShared]}
	text, err := json.MarshalIndent(shown, "", " ")
	w.must(err)
	return string(text)
}

// put edits the package by hand.
func (w *soak) put(edit func(*worksim.State)) {
	state := w.sim.State()
	edit(&state)
	w.must(w.sim.SetState(state))
}

// owns tells whether a credential of the package belongs to a human.
func (w *soak) owns(human int) bool {
	return slices.ContainsFunc(w.sim.State().Credentials, func(c worksim.Credential) bool {
		n, known := w.belongs[c.ID]
		return known && n == human
	})
}

// ours picks a credential that belongs to one of our people.
func (w *soak) ours(rt *rapid.T, is func(worksim.Credential) bool) worksim.Credential {
	var fit []worksim.Credential
	for _, c := range w.sim.State().Credentials {
		if _, known := w.belongs[c.ID]; known && is(c) {
			fit = append(fit, c)
		}
	}
	if len(fit) == 0 {
		rt.Skip("no credential fits")
	}
	return fit[rapid.IntRange(0, len(fit)-1).Draw(rt, "credential")]
}

// activate lets somebody type the password that was handed over into a phone: the first one, a
// second one, or the old one again.
func (w *soak) activate(rt *rapid.T) {
	c := w.ours(rt, func(worksim.Credential) bool { return true })
	w.activateOn(c, rapid.IntRange(0, 3).Draw(rt, "which phone") == 0)
}

func (w *soak) activateOn(c worksim.Credential, anotherPhone bool) {
	human := w.belongs[c.ID]
	password, handed := w.password(c)
	if !handed {
		return
	}
	phone := w.humans[human].phone
	if anotherPhone {
		phone = ""
	}
	id, err := w.sim.Activate(c.Username, password, phone)
	if err != nil {
		w.log("human %d cannot activate %s: %v", human, c.Username, err)
		return
	}
	w.phones[id], w.humans[human].phone = human, id
	w.usedOn[id] = c.ID
	w.activations[id]++
	delete(w.seen, id)
	delete(w.loans, id)
	w.log("human %d activates %s on %s", human, c.Username, id)
}

// inherit hands the phone of somebody who left on to somebody at work, with its Threema ID.
func (w *soak) inherit(rt *rapid.T) {
	c := w.ours(rt, func(c worksim.Credential) bool { return w.present(w.belongs[c.ID]) && len(c.Users) == 0 })
	for n, h := range w.humans {
		if h.phone != "" && !w.present(n) {
			w.humans[w.belongs[c.ID]].phone, h.phone = h.phone, ""
			w.activateOn(c, false)
			return
		}
	}
}

// edit is what an administrator does in the cockpit.
func (w *soak) edit(rt *rapid.T) {
	w.editing(rt)()
}

// editing draws an edit, to be done now or in the middle of a pass.
func (w *soak) editing(rt *rapid.T) func() {
	c := w.ours(rt, func(worksim.Credential) bool { return true })
	what := rapid.SampledFrom([]string{"withdraw", "rename", "setting", "unset", "contact", "detach", "foreign", "licences"}).Draw(rt, "edit")
	if what == "withdraw" && w.byHand >= 2 {
		what = "contact" // more at once are a package that nobody trusts: for good, and on purpose
	}
	return func() {
		if !slices.ContainsFunc(w.sim.State().Credentials, func(now worksim.Credential) bool { return now.ID == c.ID }) {
			return
		}
		w.put(func(s *worksim.State) { w.editState(s, c, what) })
		w.accept()
		w.log("by hand: %s %s of human %d", what, c.Username, w.belongs[c.ID])
	}
}

// withdrawIn deletes a credential as the cockpit does.
func withdrawIn(s *worksim.State, c worksim.Credential) {
	s.Credentials = slices.DeleteFunc(s.Credentials, func(x worksim.Credential) bool { return x.ID == c.ID })
	s.Withdrawn = append(s.Withdrawn, worksim.Withdrawn{ID: c.ID, Username: c.Username, At: s.Now})
	delete(s.Settings, c.ID)
	for n := range s.Users {
		if s.Users[n].CredentialID == c.ID {
			s.Users[n].CredentialID = ""
		}
	}
}

// mayHaveAdopted lists the entries of others that a pass may have tied to a credential that was there, by its
// csi: one under trouble, of which tieAll knows nothing, ties it too.
func (w *soak) mayHaveAdopted(c worksim.Credential) []*account {
	return slices.DeleteFunc(slices.Clone(w.accounts), func(a *account) bool {
		return !strings.HasPrefix(c.ID, "c/old") || w.holder[c.ID] != nil || a.csi != w.csiOf[c.ID]
	})
}

func (w *soak) editState(s *worksim.State, c worksim.Credential, what string) {
	users := func(u worksim.User) bool { return u.CredentialID == c.ID }
	switch what {
	case "withdraw":
		w.byHand++
		w.humans[w.belongs[c.ID]].withdrawnByHand = true
		for _, a := range append(w.mayHaveAdopted(c), w.strayed[c.ID]...) {
			w.humans[a.human].withdrawnByHand = true
		}
		w.goneByHand[c.ID] = true
		withdrawIn(s, c)
	case "rename":
		for n := range s.Credentials {
			if s.Credentials[n].ID == c.ID {
				s.Credentials[n].Username = fmt.Sprintf("renamed%d", w.steps)
			}
		}
	case "setting", "unset":
		if s.Settings[c.ID] != nil {
			s.Settings[c.ID]["th_lastname"] = "Edited"
			if what == "unset" {
				delete(s.Settings[c.ID], "th_firstname")
			}
		}
	case "contact":
		for n := range s.Contacts {
			if slices.Contains(c.Users, s.Contacts[n].ID) {
				s.Contacts[n].Enabled = false
			}
		}
	case "detach":
		for _, id := range c.Users {
			s.Detached = append(s.Detached, worksim.Departure{ID: id, At: s.Now})
			s.Contacts = slices.DeleteFunc(s.Contacts, func(x worksim.Contact) bool { return x.ID == id })
			s.Phones = slices.DeleteFunc(s.Phones, func(p worksim.Phone) bool { return p.ThreemaID == id })
		}
		s.Users = slices.DeleteFunc(s.Users, users)
		for n := range s.Credentials {
			if s.Credentials[n].ID == c.ID {
				s.Credentials[n].Users = nil
			}
		}
	case "foreign":
		id := fmt.Sprintf("c/guest%d=", w.steps)
		s.Credentials = append(s.Credentials, worksim.Credential{ID: id, Username: fmt.Sprintf("guest%d", w.steps), Password: "p"})
		w.guests[id] = true
	case "licences":
		s.Subscription.LicenseAmount = 5 // the shared one alone takes all: nobody finds a licence
	}
}

// troubleAPI lets a request of one of the next passes fail.
func (w *soak) troubleAPI(rt *rapid.T) {
	f := worksim.Fault{
		Method: rapid.SampledFrom([]string{"", "GET", "POST", "PUT", "DELETE"}).Draw(rt, "method"),
		Path:   rapid.SampledFrom([]string{"", "/credentials", "/users", "/contacts", "/mdm-bulk"}).Draw(rt, "path"),
		Skip:   rapid.IntRange(0, 6).Draw(rt, "skip"),
		Times:  rapid.IntRange(1, 4).Draw(rt, "times"),
	}
	switch rapid.IntRange(0, 3).Draw(rt, "kind") {
	case 0:
		f.Drop = rapid.SampledFrom([]string{worksim.DropBefore, worksim.DropAfter, worksim.DropMiddle}).Draw(rt, "drop")
	case 1:
		f.Status = rapid.SampledFrom([]int{500, 502, 503}).Draw(rt, "status")
		f.Effect = rapid.Bool().Draw(rt, "with effect")
	case 2:
		f.Status = rapid.SampledFrom([]int{400, 401, 403, 422, 429}).Draw(rt, "status")
	case 3:
		f.Method, f.Truncate = "GET", new(rapid.IntRange(0, 3).Draw(rt, "records a page"))
	}
	w.must(w.sim.AddFault(f))
	w.log("API fault: %s %q status %d drop %q effect %v skip %d times %d truncate %v",
		f.Method, f.Path, f.Status, f.Drop, f.Effect, f.Skip, f.Times, f.Truncate != nil)
}

// troubleWire lets an LDAP message of one of the next passes fail.
func (w *soak) troubleWire(rt *rapid.T) {
	f := &wireFault{
		at:  rapid.IntRange(1, 60).Draw(rt, "message"),
		cut: rapid.SampledFrom([]wireCut{cutBefore, cutHalf, cutCode}).Draw(rt, "how"),
	}
	if f.cut == cutCode {
		f.code = rapid.SampledFrom([]uint16{1, 3, 4, 10, 11, 32, 50, 51, 52, 53, 80}).Draw(rt, "code")
	}
	w.wire.arm(f)
	w.log("LDAP fault: %v", f)
}

func (w *soak) licences(n int) {
	w.put(func(s *worksim.State) { s.Subscription.LicenseAmount = n })
}
