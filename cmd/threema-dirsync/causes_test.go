package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// typed follows what status says of the last pass: it runs the command, whatever its exit code, and returns what
// that says.
func (w *world) typed(t *testing.T, want string) outcome {
	t.Helper()
	var s struct {
		LastPass struct{ Cause, Command string }
	}
	w.json(t, &s, 0, "status", "--json")
	if s.LastPass.Command != want {
		t.Errorf("%s: type %q, want %q", s.LastPass.Cause, s.LastPass.Command, want)
	}
	return w.run(t, strings.Fields(strings.TrimPrefix(s.LastPass.Command, commandName+" "))...)
}

// TestTheCommandOfACauseShowsIt: of causes of each sort, status names a command, and that command tells the cause
// and whom it concerns, or ends it.
func TestTheCommandOfACauseShowsIt(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 8)

	state := w.sim.state(t)
	gone, cut := state.Credentials[:4], w.sim.state(t)
	cut.Credentials = cut.Credentials[4:]
	for n := range cut.Users {
		if slices.ContainsFunc(gone, func(c worksim.Credential) bool { return c.ID == cut.Users[n].CredentialID }) {
			cut.Users[n].CredentialID = ""
		}
	}
	for _, c := range gone {
		delete(cut.Settings, c.ID)
	}
	w.sim.control(t, http.MethodPut, "state", cut, nil, http.StatusNoContent)
	w.must(t, 1, "run", "--once")
	out := w.typed(t, "threema-dirsync plan")
	for _, c := range gone {
		wantSays(t, out, "credential "+c.Username+", missing since")
	}
	w.sim.control(t, http.MethodPut, "state", state, nil, http.StatusNoContent)

	w.set("sources.0.sentinels", []any{"uid=nobody," + dir.baseDN})
	w.must(t, 4, "run", "--once")
	wantSays(t, w.typed(t, "threema-dirsync check"), "sentinels", "uid=nobody,"+dir.baseDN)
	w.set("sources.0.sentinels", []any{})

	for n := range 5 {
		dir.remove(t, n)
	}
	w.must(t, 4, "run", "--once")
	out = w.typed(t, "threema-dirsync plan")
	for _, p := range dir.people[:5] {
		wantSays(t, out, p.DN)
	}
	wantSays(t, out, "approve --baseline")
	wantSays(t, w.must(t, 4, "explain", dir.people[0].DN), "not entitled as this read shows them (absent", "seen last", "until this holds again: ", "approve --baseline")
	w.must(t, 0, "approve", "--baseline")
	w.must(t, 3, "run", "--once") // by the limits now
}
