package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// trust is what check says of the package as a whole.
func (w *world) trust(t *testing.T, code int, name string) (verdict, came string) {
	t.Helper()
	var report checked
	w.json(t, &report, code, "check", "--json")
	for _, f := range report.Findings {
		if f.Area == "licence package" && f.Name == name {
			return f.Verdict, f.Came + "\n" + f.Advice
		}
	}
	t.Fatalf("check says nothing of %s: %+v", name, report)
	return "", ""
}

// TestCheckDistrustsAsAPassDoes: what makes a pass end with "not trusted" is a FAIL of check, in the same words.
func TestCheckDistrustsAsAPassDoes(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 12)
	w := newWorld(t, dir.site)
	w.must(t, 0, "run", "--once")
	before := w.sim.state(t)
	verdict, _ := w.trust(t, 0, "trust")
	if verdict != "pass" {
		t.Errorf("%s where nothing is missing", verdict)
	}

	state := w.sim.state(t)
	state.Credentials = slices.DeleteFunc(state.Credentials, func(c worksim.Credential) bool {
		gone := slices.ContainsFunc(dir.people[:5], func(p testdir.Person) bool { return strings.EqualFold(p.Account, c.Username) })
		if gone {
			delete(state.Settings, c.ID)
		}
		return gone
	})
	w.sim.control(t, "PUT", "state", state, nil, 204)
	_, reason, _ := strings.Cut(w.must(t, 1, "plan").stdout, "the licence package is not trusted")
	verdict, came := w.trust(t, 1, "trust")
	for _, says := range []string{"5 of the 12 credentials that we manage are missing at once", "approve --baseline", "exit code 1"} {
		if verdict != "failure" || !strings.Contains(came, says) {
			t.Errorf("%s, and it does not say %q: %s", verdict, says, came)
		}
	}
	if words, _, _ := strings.Cut(reason, " from 2"); words == "" || !strings.Contains(came, words) {
		t.Errorf("other words than a pass: %s\n%s", came, reason)
	}

	for _, p := range dir.people[:5] { // who left may be withdrawn by hand
		dir.disable(t, p)
	}
	if verdict, came = w.trust(t, 0, "trust"); verdict != "pass" {
		t.Errorf("%s where they left: %s", verdict, came)
	}

	before.Subscription.ValidUntil.Time = time.Now().Add(-24 * time.Hour)
	w.sim.control(t, "PUT", "state", before, nil, 204)
	if verdict, came = w.trust(t, 1, "term"); verdict != "failure" || !strings.Contains(came, "the licence package is not trusted: its licence ended on") {
		t.Errorf("%s: %s", verdict, came)
	}
}
