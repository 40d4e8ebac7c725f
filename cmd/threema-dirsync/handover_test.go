package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHandoverForExcel: separator, byte order mark and further columns are as configured; the file of before
// the change stays as it is, and everybody is told where the new lines are.
func TestHandoverForExcel(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 2)
	w := newWorld(t, dir.site)
	wantSays(t, w.must(t, 0, "run", "--once"), "Passwords: 2 new lines in "+w.handover())
	before := w.lines(t)

	w.set("handover.csv", map[string]any{"separator": "semicolon", "bom": true, "text": true})
	w.set("handover.columns", []any{map[string]any{"name": "class", "value": "{{ .departmentNumber }}"}, map[string]any{"name": "class", "value": "{{ .nothing"}})
	wantSays(t, w.must(t, 78, "run", "--once"), "handover.columns[1].name", "give this one another name", "handover.columns[1].value: line 1")

	w.set("handover.columns", []any{map[string]any{"name": "class", "value": "{{ .departmentNumber }}"}})
	joiner := dir.join(t, 2)
	dir.edit(t, joiner, "employeeNumber", "00123")
	dir.edit(t, joiner, "departmentNumber", "＝3a")
	beside := filepath.Join(w.stateDir, "handover-2.csv")
	wantSays(t, w.must(t, 0, "check"), "handover.file", w.handover()+" has other columns or another separator", "new lines go to "+beside)
	out := w.must(t, 0, "run", "--once")
	wantSays(t, out, "Passwords: 1 new line in "+beside, w.handover()+" has other columns or another separator", "fetch and delete it too")
	text, err := os.ReadFile(beside)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(text), "\n")
	if want := "\ufeffusername;password;activation_link;csi;first_name;last_name;class;replaces"; head != want {
		t.Errorf("the file begins with %q", head)
	}
	if !strings.Contains(rest, `;"=""00123""";`) || !strings.HasSuffix(rest, ";\"=\"\"＝3a\"\"\";\n") {
		t.Errorf("the line of %s is not as configured", joiner.Account)
	}
	cells := strings.Split(rest, ";")
	w.secrets = append(w.secrets, cells[1])
	if after := w.lines(t); len(after) != len(before) {
		t.Errorf("the file of before has %d lines, and had %d", len(after), len(before))
	}
	if strings.Contains(out.String(), cells[1]) {
		t.Error("a password was printed")
	}
	w.must(t, 0, "plan", "--detailed-exitcode")
}

// TestEachScreenTellsThatNothingCanBeHandedOver: what a pass fails by, plan, explain and status tell before it, with
// what to type, and write nothing.
func TestEachScreenTellsThatNothingCanBeHandedOver(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 1)
	w := newWorld(t, dir.site)
	w.must(t, 0, "run", "--once")
	young := dir.join(t, 7)
	missing := filepath.Join(w.dir, "missing")
	w.set("handover.file", filepath.Join(missing, "handover.csv"))
	cure := "mkdir -p -m 700 " + missing
	wantSays(t, w.must(t, 1, "plan"), "create", "waiting", "no password can be handed over", cure, "no credential was created (1 are due)")
	wantSays(t, w.must(t, 1, "plan", "--detailed-exitcode"), cure)
	wantSays(t, w.must(t, 0, "explain", young.Number), "waiting: no password can be handed over", cure)
	wantSays(t, w.must(t, 0, "status"), "NOBODY GETS A CREDENTIAL", cure)
	before := w.sim.frozen(t)
	wantSays(t, w.must(t, 1, "run", "--once"), "no credential was created (1 are due)", cure)
	w.unchanged(t, before)
	wantSays(t, w.must(t, 0, "status"), "Why:", "no credential was created (1 are due)", cure, "threema-dirsync check")

	if err := os.Mkdir(missing, 0o700); err != nil {
		t.Fatal(err)
	}
	wantSays(t, w.must(t, 0, "explain", young.Number), "by the next pass")
	var told struct{ NoHandover string }
	if w.json(t, &told, 0, "status", "--json"); told.NoHandover != "" {
		t.Errorf("status: %s", told.NoHandover)
	}
	if names, err := os.ReadDir(missing); err != nil || len(names) > 0 {
		t.Errorf("a command that only looks left %v, %v", names, err)
	}
	w.must(t, 2, "plan", "--detailed-exitcode")
	w.must(t, 0, "run", "--once")
	w.holds(t, dir.people, false)
}
