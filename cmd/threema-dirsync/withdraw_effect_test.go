package main

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestWithdrawIsLookedFor: a phone is stolen, and its owner's account stays enabled. status names what is
// under way at once, raises an alarm when the app goes on a day later, and clears it when the order is
// taken back.
func TestWithdrawIsLookedFor(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	person := dir.people[7]
	status := []string{"status", "--json"}
	w.orders(t, 0, person.Account, "WITHDRAWN: ")
	w.says(t, status, "withdraw requested")
	if out := w.must(t, 0, "status"); !strings.Contains(out.stdout, "withdraw / Zugang entziehen "+person.Account) {
		t.Errorf("status does not say what is under way: %v", out)
	}
	w.explains(t, person.Number, "withdrawn by order", "not verified yet, effective by ")
	w.must(t, 0, "run", "--once")
	w.advance(t, 30*time.Hour)
	state := w.sim.state(t)
	for n := range state.Users {
		if state.Users[n].CSI == person.Number {
			state.Users[n].LastCheck.Time = state.Users[n].LastCheck.Add(29 * time.Hour)
		}
	}
	w.sim.control(t, http.MethodPut, "state", state, nil, http.StatusNoContent)
	w.must(t, 0, "run", "--once")
	doc := w.says(t, status, "withdraw requested", "still-active")
	if a := doc.Alarms[0]; a.Person.CSI != person.Number || a.ThreemaID == "" {
		t.Errorf("%+v", a)
	}
	w.must(t, 0, "withdraw", "--undo", person.Number, "--reason", "the phone was found")
	w.must(t, 0, "run", "--once")
	w.says(t, status)
}
