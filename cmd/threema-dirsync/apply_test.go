package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
)

// TestPlanOutThenApply: what was written is carried out, once, and nothing else.
func TestPlanOutThenApply(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	dir.disable(t, dir.people[7])
	path := filepath.Join(t.TempDir(), "plan.json")
	if out := w.must(t, 2, "plan", "--out", path, "--detailed-exitcode"); !strings.Contains(out.stdout, "Plan ") {
		t.Errorf("the plan is not printed: %v", out)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var d map[string]any
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	shape(t, "", d, map[string]bool{})
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if out := w.must(t, 1, "plan", "--out", path); !strings.Contains(out.stderr, "is not overwritten: remove it, or name another file") {
		t.Errorf("%v", out)
	}
	if again, err := os.ReadFile(path); err != nil || string(again) != string(text) {
		t.Errorf("the plan was overwritten: %v", err)
	}
	joiner := dir.join(t, 100) // came later: left to a later pass
	if out := w.must(t, 0, "apply", path); !strings.Contains(out.stdout, "Done: 1 withdraw") || !strings.Contains(out.stdout, "SKIPPED: create of "+joiner.DN) {
		t.Errorf("%v", out)
	}
	w.gone(t, 1, 0, dir.people[7].Account)
	if got := len(w.sim.state(t).Credentials); got != 19 {
		t.Errorf("%d credentials: something was done that nobody asked for", got)
	}
	before := w.sim.frozen(t)
	if out := w.must(t, 1, "apply", path); !strings.Contains(out.stdout, "nothing was carried out") || !strings.Contains(out.stdout, dir.people[7].DN) {
		t.Errorf("%v", out)
	}
	w.unchanged(t, before)
	w.must(t, 0, "run", "--once")
	w.must(t, 0, "plan", "--detailed-exitcode")
}

// TestApplyInAnotherWorld: one of two leavers came back since. Nothing is done for the other.
func TestApplyInAnotherWorld(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	dir.disable(t, dir.people[7], dir.people[8])
	path := filepath.Join(t.TempDir(), "plan.json")
	w.must(t, 0, "plan", "--out", path, "--json")
	if err := dir.Modify(dir.people[8].DN, "pwdAccountLockedTime"); err != nil {
		t.Fatal(err)
	}
	before := w.sim.frozen(t)
	out := w.must(t, 1, "apply", path)
	for _, text := range []string{"nothing was carried out", "withdraw / Zugang entziehen", dir.people[8].DN, "no longer in the plan", "Done: nothing"} {
		if !strings.Contains(out.stdout, text) {
			t.Errorf("the refusal does not say %q: %v", text, out)
		}
	}
	if strings.Contains(out.stderr, dir.people[8].Surname) {
		t.Errorf("a person in the log: %v", out)
	}
	var d map[string]any
	w.json(t, &d, 1, "apply", path, "--json")
	shape(t, "", d, map[string]bool{})
	w.unchanged(t, before)
	w.must(t, 0, "run", "--once")
	w.gone(t, 1, 0, dir.people[7].Account)
}

// TestApplyLiftsNoLimit: five leavers that a limit blocks are not asked for by the written plan.
func TestApplyLiftsNoLimit(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	dir.disable(t, dir.people[:5]...)
	path := filepath.Join(t.TempDir(), "plan.json")
	w.must(t, 0, "plan", "--out", path)
	before := w.sim.frozen(t)
	w.must(t, 3, "apply", path)
	w.unchanged(t, before)
}

func TestApplyRefusesFiles(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 5)
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	runs := len(w.dump(t).Runs)
	for path, says := range map[string]string{
		filepath.Join(folder, "missing"): "no such file",
		folder:                           "is not a regular file",
		write("text", "hello"):           "it is no JSON of a plan",
		write("other", "{}"):             "it lacks hash, subscription or changes",
		write("twice", `{"hash":"h","subscription":"s","changes":[]} {}`): "something follows the plan",
	} {
		if out := w.must(t, 1, "apply", path); !strings.Contains(out.stderr, says) || !strings.Contains(out.stderr, "nothing was done") {
			t.Errorf("%s does not say %q: %v", path, says, out)
		}
	}
	if got := len(w.dump(t).Runs); got != runs {
		t.Errorf("%d passes, want %d: a bad file began one", got, runs)
	}
	out := w.must(t, 1, "apply", write("package", `{"hash":"h","subscription":"other","changes":[]}`))
	if !strings.Contains(out.stdout, `is for the licence package "other"`) {
		t.Errorf("%v", out)
	}
	if out := w.must(t, 1, "plan", "--out", filepath.Join(folder, "no", "plan")); !strings.Contains(out.stderr, "no such file") {
		t.Errorf("%v", out)
	}
	dir.SetOutage(memdir.Down)
	unread := filepath.Join(folder, "unread")
	w.must(t, 4, "plan", "--out", unread)
	if _, err := os.Stat(unread); err == nil {
		t.Error("a file without a plan stayed")
	}
}
