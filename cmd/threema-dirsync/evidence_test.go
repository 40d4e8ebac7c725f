package main

import (
	"strings"
	"testing"
)

// TestSentinelExits4: while a sentinel is not seen, people come, nobody goes, and every view says
// which one it is.
func TestSentinelExits4(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	const guard = "ou=board," + memorySuffix
	w.set("sources.0.sentinels", []any{dir.people[3].DN, guard})
	dir.disable(t, dir.people[7])
	dir.join(t, 100)
	lines := len(w.lines(t))
	for _, args := range [][]string{{"plan"}, {"run", "--once"}} {
		if out := w.must(t, 4, args...); !strings.Contains(out.stdout, "failed: sentinels: not seen: "+guard) {
			t.Errorf("%q does not say what is not seen: %v", args, out)
		}
	}
	if out := w.must(t, 0, "status"); !strings.Contains(out.stdout, "INCOMPLETE: nobody departs") || !strings.Contains(out.stdout, "FAILED: not seen: "+guard) {
		t.Errorf("status does not show the certificate: %v", out)
	}
	if got := len(w.lines(t)) - lines; got != 1 {
		t.Errorf("%d new lines, want 1: people are added all the same", got)
	}
	w.gone(t, 0, 0)
	if out := w.run(t, "check"); !strings.Contains(out.stdout, "not seen: "+guard) {
		t.Errorf("check: %v", out)
	}
	dir.addUnit(t, guard, "board")
	if out := w.must(t, 0, "check"); !strings.Contains(out.stdout, "2 sentinels are seen") {
		t.Errorf("check: %v", out)
	}
	w.must(t, 0, "run", "--once")
	w.gone(t, 1, 0, dir.people[7].Account)
}

// TestEvidenceInTheConfiguration: what leavers.evidence leaves out takes nobody out.
func TestEvidenceInTheConfiguration(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers.evidence", []any{"expired", "absent"})
	dir.disable(t, dir.people[7])
	if out := w.must(t, 0, "run", "--once"); !strings.Contains(out.stdout, "leavers.evidence does not count that") {
		t.Errorf("the report does not say why nothing happens: %v", out)
	}
	w.gone(t, 0, 0)
	w.set("leavers.evidence", []any{"disabled"})
	w.must(t, 0, "run", "--once")
	w.gone(t, 1, 0, dir.people[7].Account)
}

// TestProtectInTheConfiguration: a protected person waits for a human where nobody else does.
func TestProtectInTheConfiguration(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers.approval", "none")
	w.set("protect.csi", []any{dir.people[7].Number})
	dir.disable(t, dir.people[7])
	w.waitsForAHuman(t, "needs-approval", "protected: every step needs an approval", dir.people[7].DN)
	dir.disable(t, dir.people[8])
	w.must(t, 3, "run", "--once")
	w.gone(t, 1, 0, dir.people[8].Account)
}
