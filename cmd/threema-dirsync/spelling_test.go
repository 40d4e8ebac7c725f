package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestSpellingOfTheCSI: a spreadsheet dropped zeros, and somebody typed capitals, before we came. Nobody
// gets a second credential in silence; check counts them; with a yes, or corrected, each has one.
func TestSpellingOfTheCSI(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 4)
	w := newWorld(t, dir.site)
	state := w.sim.state(t)
	state.Settings = map[string]map[string]any{}
	for n, p := range dir.people[:3] {
		number := []string{"00077", "e-77a", "88 1"}[n]
		dir.edit(t, p, "employeeNumber", number)
		dir.people[n].Number = number
		id := fmt.Sprintf("c/%d=", n)
		username := []string{p.Account, "old.import", p.Account}[n]
		state.Credentials = append(state.Credentials, worksim.Credential{ID: id, Username: username, Password: "p"})
		state.Settings[id] = map[string]any{"th_csi": []string{"77", "E-77A", "881"}[n]}
	}
	w.sim.control(t, http.MethodPut, "state", state, nil, http.StatusNoContent)
	wantSays(t, w.must(t, 0, "check"), "licence package: csi", "3 people have a csi that is another one but for case", "like-csi")
	out := w.must(t, 3, "run", "--once")
	wantSays(t, out, "it has the csi 77, which differs from 00077", "write the csi e-77a to it in the cockpit")
	if got := len(w.sim.state(t).Credentials); got != 4 { // that of the fourth
		t.Fatalf("%d credentials", got)
	}
	now := w.sim.state(t)
	now.Settings["c/1="]["th_csi"] = "e-77a"
	w.sim.control(t, http.MethodPut, "state", now, nil, http.StatusNoContent)
	for _, code := range []int{3, 0} { // that three of four settings change at once asks too
		hash := strings.Fields(w.run(t, "plan").stdout)[1]
		w.must(t, 0, "approve", hash)
		w.must(t, code, "run", "--once")
	}
	w.must(t, 0, "plan", "--detailed-exitcode")
	after := w.sim.state(t)
	for id, want := range map[string]string{"c/0=": "00077", "c/1=": "e-77a", "c/2=": "88 1"} {
		if got := after.Settings[id]["th_csi"]; got != want {
			t.Errorf("%s has the csi %v, want %s", id, got, want)
		}
	}
	if len(after.Credentials) != 4 {
		t.Errorf("%d credentials", len(after.Credentials))
	}
	wantSays(t, w.must(t, 0, "check"), "none is another one but for its spelling")
}
