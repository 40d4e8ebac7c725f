package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// checkRow is something that check must see: the verdict on one of its points, and its exit code.
type checkRow struct {
	name    string
	arrange func(*testing.T, *world)
	point   string
	verdict string
	code    int
}

func checkRows() []checkRow {
	subscription := func(change func(*worksim.Subscription)) func(*testing.T, *world) {
		return func(t *testing.T, w *world) {
			state := w.sim.state(t)
			change(&state.Subscription)
			w.sim.control(t, http.MethodPut, "state", state, nil, http.StatusNoContent)
		}
	}
	until := func(left time.Duration) func(*testing.T, *world) {
		return subscription(func(s *worksim.Subscription) { s.ValidUntil.Time = time.Now().Add(left) })
	}
	set := func(key string, value any) func(*testing.T, *world) {
		return func(_ *testing.T, w *world) { w.set(key, value) }
	}
	list := func(f worksim.Fault) func(*testing.T, *world) {
		f.Method = http.MethodGet
		return func(t *testing.T, w *world) { w.sim.fault(t, f) }
	}
	return []checkRow{
		{"a wrong key", func(t *testing.T, w *world) { w.writeSecret(t, "api-key", canary("key")) }, "API key", "failure", 1},
		{"a package that ended", until(-48 * time.Hour), "term", "failure", 1},
		{"a package that ends soon", until(30 * 24 * time.Hour), "term", "warning", 0},
		{"a small price plan", subscription(func(s *worksim.Subscription) { s.Type = "essential" }), "plan", "warning", 0},
		{"no folder for the passwords", set("handover.file", "/nonexistent/handover.csv"), "handover.file", "failure", 1},
		{"a list that is refused", list(worksim.Fault{Path: "/users", Status: http.StatusForbidden}), "list of users", "failure", 1},
		{"a page that is too large", list(worksim.Fault{Path: "/mdm-bulk", Status: http.StatusUnprocessableEntity}), "list of settings", "failure", 1},
		{"a list that is none", list(worksim.Fault{Path: "/contacts", Status: 200, Body: "{}"}), "list of contacts", "failure", 1},
		{"a service that breaks down", list(worksim.Fault{Path: "/credentials", Status: 503}), "list of credentials", "failure", 1},
		{"a state folder that others enter", func(t *testing.T, w *world) {
			if err := os.Chmod(w.stateDir, 0o755); err != nil {
				t.Fatal(err)
			}
		}, "state_dir", "warning", 0},
		{"readable passwords", set("credentials.hash", false), "credentials.hash", "warning", 0},
		{"one read as a proof", set("leavers.confirm.reads", 1), "leavers.confirm", "warning", 0},
		{"no grace", set("leavers.grace.withdraw", "0s"), "leavers.grace.withdraw", "warning", 0},
		{"an ID that goes at once", set("leavers", map[string]any{"id": "detach", "grace": map[string]any{"id": "0s"}}), "leavers.grace.id", "warning", 0},
		{"nobody is asked", set("leavers", map[string]any{"id": "revoke", "approval": "none"}), "leavers.approval", "warning", 0},
	}
}

// TestCheck: what is wrong, and how to fix it. Each finding that is no pass has an advice.
func TestCheck(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 3)
	for _, row := range checkRows() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dir.site)
			row.arrange(t, w)
			var report struct {
				Findings []struct{ Area, Name, Verdict, Tried, Came, Advice string }
			}
			w.json(t, &report, row.code, "check", "--json")
			found := false
			for _, f := range report.Findings {
				found = found || f.Name == row.point && f.Verdict == row.verdict
				if f.Verdict != "pass" && f.Advice == "" {
					t.Errorf("no advice: %+v", f)
				}
			}
			if !found {
				t.Errorf("no %s about %s: %+v", row.verdict, row.point, report)
			}
			w.must(t, row.code, "check")
			if _, err := os.Stat(filepath.Join(w.stateDir, "handover.csv")); err == nil {
				t.Error("check wrote a hand-over file")
			}
		})
	}
}

// TestReadablePasswords: without a hash no hand-over is needed.
func TestReadablePasswords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newMemory(t, 3).site)
	w.set("credentials.hash", false)
	w.set("handover", map[string]any{"file": ""})
	w.must(t, 0, "run", "--once")
	w.must(t, 0, "plan", "--detailed-exitcode")
	for _, c := range w.sim.state(t).Credentials {
		if c.Hashed || !w.sim.activate(t, line{username: c.Username, password: c.Password}, "") {
			t.Errorf("%s: the password cannot be read and used", c.Username)
		}
	}
}

// TestKeyAdviceBeginsWithTheKey: a wrong key may be answered with 403, which else means the licences or
// the price plan.
func TestKeyAdviceBeginsWithTheKey(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		w := newWorld(t, newMemory(t, 1).site)
		w.sim.control(t, http.MethodPost, "faults", worksim.Fault{Status: status}, nil, http.StatusCreated)
		var report struct {
			Findings []struct{ Name, Verdict, Came, Advice string }
		}
		w.json(t, &report, 1, "check", "--json")
		said := false
		for _, f := range report.Findings {
			said = said || f.Name == "API key" && strings.HasPrefix(f.Advice, "check the key in threema.api_key_file") && strings.Contains(f.Came, ": check threema.api_key_file")
		}
		if !said {
			t.Errorf("%d: %+v", status, report.Findings)
		}
	}
}
