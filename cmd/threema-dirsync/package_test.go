package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestAdoption meets a package that was filled by hand. Who has a person's csi is adopted, with
// password and phone; everything else is never touched, whatever happens to the people.
func TestAdoption(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 20)
	w := newWorld(t, dir.site)
	w.set("leavers", map[string]any{"id": "detach", "grace": map[string]any{"withdraw": "0s", "id": "0s"}})
	state := w.sim.state(t)
	byHand := func(id, username, csi string, users ...string) {
		state.Credentials = append(state.Credentials, worksim.Credential{ID: id, Username: username, Password: "by-hand-" + id, LicenseCount: max(1, len(users)), Users: users})
		state.Settings[id] = map[string]any{"th_csi": csi}
		for _, user := range users {
			state.Users = append(state.Users, worksim.User{ID: user, CredentialID: id, CSI: csi})
		}
	}
	for n, p := range dir.people[:5] {
		byHand(fmt.Sprintf("hand%d", n), "old."+p.Account, p.Number, fmt.Sprintf("AAAAAAA%d", n))
	}
	byHand("reception", "reception", "", "BBBBBBB1", "BBBBBBB2")
	byHand("stranger", "stranger", "999999", "CCCCCCC1")
	state.Users = append(state.Users, worksim.User{ID: "*COMPANY"}, worksim.User{ID: "DDDDDDD1"})
	w.sim.control(t, http.MethodPut, "state", state, nil, http.StatusNoContent)
	strangers := func() (found []any) {
		now := w.sim.state(t)
		for _, c := range now.Credentials {
			if c.ID == "reception" || c.ID == "stranger" {
				found = append(found, c, now.Settings[c.ID])
			}
		}
		for _, u := range now.Users {
			if strings.HasPrefix(u.ID, "*") || strings.HasPrefix(u.ID, "D") {
				found = append(found, u)
			}
		}
		return found
	}
	before := strangers()

	out := w.must(t, 0, "plan")
	for _, text := range []string{"adopt (5):", "create (15):", "Unmanaged, never touched", "reception", "stranger", "*COMPANY", "DDDDDDD1"} {
		if !strings.Contains(out.stdout, text) {
			t.Errorf("the plan does not say %q: %v", text, out)
		}
	}
	w.must(t, 0, "run", "--once")
	w.advance(t, 24*time.Hour)
	w.must(t, 0, "run", "--once")
	if lines := len(w.lines(t)); lines != 15 {
		t.Errorf("%d hand-over lines, want 15", lines)
	}
	now := members(w.sim.state(t))
	for _, p := range dir.people[:5] {
		want := []reported{{p.Number, p.GivenName, p.Surname, p.Title, p.Department}}
		if diff := cmp.Diff(want, now["old."+p.Account].Users); diff != "" {
			t.Errorf("%s after the adoption (-want +got):\n%s", p.Account, diff)
		}
	}

	// What was there before the first pass is taken out only once somebody has looked.
	dir.disable(t, dir.people[0])
	w.waitsForAHuman(t, "GUARD baseline", "approve --baseline")
	w.must(t, 0, "approve", "--baseline")
	w.gone(t, 0, 0)
	w.must(t, 0, "run", "--once")
	w.gone(t, 1, 0, "old."+dir.people[0].Account)
	if diff := cmp.Diff(before, strangers()); diff != "" {
		t.Errorf("what is not ours changed (-before +after):\n%s", diff)
	}
}

// TestReturner comes back between the withdrawal and the end of the Threema ID: a new
// credential on the old phone, and the ID stays.
func TestReturner(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers.grace.id", "168h")
	returner := dir.people[3]
	dir.disable(t, returner)
	w.must(t, 0, "run", "--once")
	w.gone(t, 0, 0, returner.Account)
	var phone string
	for _, u := range w.sim.state(t).Users {
		if u.CSI == returner.Number {
			phone = u.ID
		}
	}
	w.advance(t, 48*time.Hour)
	if err := dir.Modify(returner.DN, "pwdAccountLockedTime"); err != nil {
		t.Fatal(err)
	}
	w.must(t, 0, "run", "--once")
	if !w.sim.activate(t, w.latest(t)[returner.Account], phone) {
		t.Error("the new line does not work on the old phone")
	}
	for range 3 {
		w.advance(t, 4*24*time.Hour)
		w.must(t, 0, "run", "--once")
	}
	w.must(t, 0, "plan", "--detailed-exitcode")
	w.gone(t, 0, 0, returner.Account)
	want := wanted(dir.people, true)[returner.Account].Users
	if diff := cmp.Diff(want, members(w.sim.state(t))[returner.Account].Users); diff != "" {
		t.Errorf("the returner (-want +got):\n%s", diff)
	}
}

// TestOwnContacts: where the service makes no contacts by itself, the program does, and keeps
// those of leavers from being shown.
func TestOwnContacts(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 10)
	w := newWorld(t, dir.site)
	state := w.sim.state(t)
	state.AutoContacts = false
	w.sim.control(t, http.MethodPut, "state", state, nil, http.StatusNoContent)
	w.set("leavers", map[string]any{"grace": map[string]any{"withdraw": "0s"}})
	w.must(t, 0, "run", "--once")
	w.activateAll(t)
	w.must(t, 0, "run", "--once")
	w.must(t, 0, "plan", "--detailed-exitcode")
	w.holds(t, dir.people, true)

	dir.disable(t, dir.people[2])
	w.must(t, 0, "run", "--once")
	w.gone(t, 0, 0, dir.people[2].Account)
	enabled := 0
	for _, c := range w.sim.state(t).Contacts {
		if c.Enabled {
			enabled++
		}
	}
	if enabled != 9 {
		t.Errorf("%d contacts are shown, want 9", enabled)
	}
	w.must(t, 0, "plan", "--detailed-exitcode")
}

// TestSeats: with fewer licences than people some get none, which is nobody's failure, but something
// that somebody must know when it lasts; and they come next when there are more.
func TestSeats(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 10)
	w := newWorld(t, dir.site)
	licences := func(n int) {
		state := w.sim.state(t)
		state.Subscription.LicenseAmount = n
		w.sim.control(t, http.MethodPut, "state", state, nil, http.StatusNoContent)
	}
	licences(7)
	for pass, code := range []int{0, 3, 3} {
		out := w.must(t, code, "run", "--once")
		if want := "licences: 7 of 7 used"; !strings.Contains(out.stdout, want) {
			t.Errorf("the report does not say %q: %v", want, out)
		}
		if out := w.must(t, 0, "status"); !strings.Contains(out.stdout, "7 of 7 used, 0 free") || strings.Contains(out.stdout, "no-licence") != (pass > 0) {
			t.Errorf("pass %d: status tells %v", pass+1, out)
		}
		if lines := len(w.lines(t)); lines != 7 {
			t.Errorf("%d hand-over lines, want 7", lines)
		}
	}
	w.must(t, 3, "plan", "--detailed-exitcode")
	for n, code := range []int{9: 3, 10: 0}[9:] { // by ones and twos: more at once would be a flood of joiners for so small a company
		licences(9 + n)
		w.must(t, code, "run", "--once")
	}
	w.holds(t, dir.people, false)
}

// TestQuota: a roll-out that does not fit into a day takes several, and never asks for more
// than a day allows.
func TestQuota(t *testing.T) {
	t.Parallel()
	const day = 40
	dir := newMemory(t, 60)
	w := newWorld(t, dir.site)
	w.set("threema.daily_requests", day)
	passes := 0
	for ; len(w.lines(t)) < 60; passes++ {
		if passes > 10 {
			t.Fatalf("%d hand-over lines after %d days", len(w.lines(t)), passes)
		}
		w.sim.requests(t)
		w.must(t, 0, "run", "--once")
		if spent := len(w.sim.requests(t)); spent > day {
			t.Errorf("%d requests in a day of %d", spent, day)
		}
		w.advance(t, 25*time.Hour)
	}
	if passes < 2 {
		t.Errorf("%d passes; this test proved nothing", passes)
	}
	w.must(t, 0, "plan", "--detailed-exitcode")
	w.holds(t, dir.people, false)
}

// TestHandover: the file is for the service alone, its links are those of the configuration,
// and no spreadsheet takes a name for a formula.
func TestHandover(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 3)
	if err := dir.Modify(dir.people[1].DN, "sn", `=HYPERLINK("https://evil.example")`); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, dir.site)
	w.set("handover.link", "threemaonprem://license?server=https://onprem.example")
	w.must(t, 0, "run", "--once")
	info, err := os.Stat(w.handover())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	for _, l := range w.lines(t) {
		if want := "threemaonprem://license?server=https://onprem.example&username=" + l.username + "&password=" + l.password; l.link != want {
			t.Error("another link than configured")
		}
		if l.username == dir.people[1].Account && l.last != `'=HYPERLINK("https://evil.example")` {
			t.Errorf("last name %q", l.last)
		}
	}
	dir.people[1].Surname = `=HYPERLINK("https://evil.example")`
	w.holds(t, dir.people, false)
}

// TestStartTLS reads over ldap:// and StartTLS, and refuses a connection without it.
func TestStartTLS(t *testing.T) {
	t.Parallel()
	srv := small.Get(t)
	w := newWorld(t, atOpenLDAP(srv))
	w.set("sources.0.urls", []any{srv.LDAP})
	w.must(t, 78, "plan")
	w.set("sources.0.start_tls", true)
	w.must(t, 0, "check")
	w.must(t, 0, "run", "--once")
	w.holds(t, testdir.Entitled(srv.People), false)
}
