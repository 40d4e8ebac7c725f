package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestOnePassAtATime: a second pass gives way, and those who only look do not mind.
func TestOnePassAtATime(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 10)
	w := newWorld(t, dir.site)
	w.sim.fault(t, worksim.Fault{Method: http.MethodGet, Path: "/credentials", Delay: time.Hour, Times: 1})
	first := w.start(t, "run", "--once")
	w.sim.awaitRequest(t, 1, "GET /credentials")
	for _, command := range [][]string{{"run", "--once"}, {"--once"}, {"approve", "--baseline"}, {"apply", "plan.json"}, {"withdraw", "u000001", "--reason", "fired"}} {
		out := w.must(t, 5, command...)
		if !strings.Contains(out.stderr, "another pass is running") {
			t.Errorf("%q: %v", command, out)
		}
	}
	w.must(t, 0, "plan")
	w.must(t, 2, "plan", "--detailed-exitcode")
	w.must(t, 0, "run", "--once", "--dry-run")
	w.must(t, 0, "check")
	w.must(t, 0, "explain", dir.people[0].Account)
	w.must(t, 0, "audit", "verify")
	w.must(t, 0, "audit", "export")
	if out := w.must(t, 0, "status"); !strings.Contains(out.stdout, "has not ended") {
		t.Errorf("status does not know the pass under way: %v", out)
	}
	first.signal(t, syscall.SIGTERM)
	if out := first.wait(t); out.code != 1 {
		t.Errorf("the first pass was stopped, and exits %v", out)
	}
	w.must(t, 0, "run", "--once")
	w.holds(t, dir.people, false)
}

// TestExitCodesOfCheck: README has a row for each that check ends with.
func TestExitCodesOfCheck(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := newMemory(t, 10)
	w := newWorld(t, dir.site)
	ends := func(code int) {
		t.Helper()
		w.must(t, code, "check")
		if !strings.Contains(string(readme), fmt.Sprintf("| `check`: %d |", code)) {
			t.Errorf("README tells nothing of exit %d of check", code)
		}
	}
	ends(0)
	w.sim.fault(t, worksim.Fault{Status: http.StatusUnauthorized})
	ends(1)
	dir.SetOutage(memdir.Down)
	ends(1)
	w.set("policy", "bold")
	ends(78)
}

// rolledOut is a small company whose roll-out is over, with every grace and confirmation set to
// nothing: what a pass finds, it may do.
func rolledOut(t *testing.T, people int) (*world, *memory) {
	t.Helper()
	dir := newMemory(t, people)
	w := newWorld(t, dir.site)
	w.set("leavers", map[string]any{
		"id": "detach", "confirm": map[string]any{"reads": 1, "over": "0s"}, "grace": map[string]any{"withdraw": "0s", "id": "0s"},
	})
	w.must(t, 0, "run", "--once")
	w.activateAll(t)
	w.must(t, 0, "run", "--once")
	w.must(t, 0, "plan", "--detailed-exitcode")
	return w, dir
}

// waitsForAHuman: exit 3 for a pass, and for a plan that is asked; the plan says what it is.
func (w *world) waitsForAHuman(t *testing.T, texts ...string) {
	t.Helper()
	before := w.sim.frozen(t)
	w.must(t, 3, "run", "--once")
	w.must(t, 3, "plan", "--detailed-exitcode")
	out := w.must(t, 0, "plan")
	for _, text := range texts {
		if !strings.Contains(out.stdout, text) {
			t.Errorf("the plan does not say %q: %v", text, out)
		}
	}
	w.unchanged(t, before)
}

func TestGuardExits3(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	dir.disable(t, dir.people[:5]...)
	w.waitsForAHuman(t, "GUARD leavers-run", "limits.leavers.run", "5 people", dir.people[4].DN)
	if out := w.must(t, 0, "status"); !strings.Contains(out.stdout, "GUARD leavers-run") || !strings.Contains(out.stdout, dir.people[4].DN) {
		t.Errorf("status does not tell of the guard and of whom it holds: %v", out)
	}
	w.set("limits.leavers", map[string]any{"run": window(5, 50), "day": window(5, 50), "week": window(5, 50)})
	w.must(t, 0, "run", "--once")
	if got := len(w.sim.state(t).Detached); got != 5 {
		t.Errorf("%d detached once the limit allows it, want 5", got)
	}
}

func TestApprovalExits3(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers.id", "revoke")
	dir.disable(t, dir.people[7])
	// An approval gates its own step: the withdrawal goes ahead, the revocation waits.
	w.must(t, 3, "run", "--once")
	w.gone(t, 0, 0, dir.people[7].Account)
	w.waitsForAHuman(t, "revoke / widerrufen", "needs-approval")
	w.set("leavers.approval", "none")
	w.must(t, 0, "run", "--once")
	w.gone(t, 0, 1, dir.people[7].Account)
}

func TestBaselineExits3(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("sources.0.filter", "(&(objectClass=inetOrgPerson)(!(uid=u000003)))")
	w.waitsForAHuman(t, "GUARD baseline")
	w.must(t, 0, "approve", "--baseline")
	w.gone(t, 0, 0)
	w.must(t, 0, "run", "--once")
	w.gone(t, 1, 0, dir.people[3].Account)
}

// TestObserve changes nothing, and tells what sync would do.
func TestObserve(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("policy", "observe")
	dir.join(t, 100)
	dir.disable(t, dir.people[0])
	before := w.sim.frozen(t)
	lines := len(w.lines(t))
	for range 2 {
		if out := w.must(t, 0, "run", "--once"); !strings.Contains(out.stdout, "withheld") {
			t.Errorf("the report of a pass does not say what is withheld: %v", out)
		}
	}
	w.must(t, 0, "plan", "--detailed-exitcode")
	out := w.must(t, 0, "plan", "--policy", "sync")
	for _, text := range []string{"create (1):", dir.people[20].DN, "withdraw / Zugang entziehen (1):", dir.people[0].DN} {
		if !strings.Contains(out.stdout, text) {
			t.Errorf("plan --policy sync does not say %q: %v", text, out)
		}
	}
	w.must(t, 2, "plan", "--policy", "sync", "--detailed-exitcode")
	w.must(t, 78, "plan", "--policy", "synch")
	w.unchanged(t, before)
	if after := len(w.lines(t)); after != lines {
		t.Errorf("%d lines handed over by observing", after-lines)
	}
	for _, policy := range []string{"create-only", "upsert-only"} {
		w.set("policy", policy)
		w.must(t, 0, "run", "--once")
		if got := len(w.lines(t)) - lines; got != 1 {
			t.Errorf("%s: %d new lines, want 1", policy, got)
		}
		w.gone(t, 0, 0)
	}
}
