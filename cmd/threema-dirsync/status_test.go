package main

import (
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// TestStatus: before the first pass, after one, and while a leaver waits. It needs neither the
// directory nor the package nor their secrets.
func TestStatus(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 20)
	w := newWorld(t, dir.site)
	if out := w.must(t, 0, "status"); !strings.Contains(out.stdout, "none yet") {
		t.Errorf("before the first pass: %v", out)
	}
	var s struct {
		LastPass *struct {
			Result, Policy string
			ExitCode       int
		}
		Leavers []struct {
			CSI, DN, Stage, Next string
			NotBefore            *time.Time
		}
		ManagedCredentials int
		Seats              struct{ Licences, Used, Free int }
		Quota              struct{ Remaining int }
	}
	w.json(t, &s, 0, "status", "--json")
	if s.LastPass != nil || s.Leavers == nil || s.Quota.Remaining != 10_000 {
		t.Errorf("before the first pass: %+v", s)
	}
	w.must(t, 0, "run", "--once")
	dir.disable(t, dir.people[3])
	w.must(t, 0, "run", "--once")

	dir.Close()
	w.sim.Close()
	w.writeSecret(t, "bind-password", "")
	w.json(t, &s, 0, "status", "--json")
	if s.LastPass == nil || s.LastPass.Result != "ok" || s.LastPass.Policy != "sync" || s.LastPass.ExitCode != 0 {
		t.Errorf("last pass: %+v", s.LastPass)
	}
	if s.ManagedCredentials != 20 || s.Seats.Used != 20 || s.Seats.Licences != 100_000 || s.Quota.Remaining >= 10_000 {
		t.Errorf("counts: %+v", s)
	}
	if len(s.Leavers) != 1 || s.Leavers[0].CSI != dir.people[3].Number || s.Leavers[0].Stage != "confirmed" || s.Leavers[0].Next != "withdraw" || s.Leavers[0].NotBefore == nil {
		t.Errorf("leavers: %+v", s.Leavers)
	}
	out := w.must(t, 0, "status")
	for _, text := range []string{"ok (exit 0), policy sync", "20 of 100000 used", dir.people[3].DN, "disabled", "withdraw / Zugang entziehen not before " + wording.Stamp(*s.Leavers[0].NotBefore)} {
		if !strings.Contains(out.stdout, text) {
			t.Errorf("status does not say %q: %v", text, out)
		}
	}
}

// TestStatusTellsWhatIsWithheld: after the first look nobody has to guess what waits for another policy.
func TestStatusTellsWhatIsWithheld(t *testing.T) {
	t.Parallel()
	w, _ := rolledOut(t, 3)
	if out := w.must(t, 0, "status"); strings.Contains(out.stdout, "Withheld by") {
		t.Errorf("nothing is withheld: %v", out)
	}
	w.set("policy", "observe")
	w.set("mapping.last_name", "X{{ .sn }}")
	w.must(t, 0, "run", "--once")
	w.must(t, 0, "status").tells(t, "Withheld by policy observe:", "3 steps of 3 people: `threema-dirsync plan` lists them")
	var s struct {
		Withheld struct {
			Steps, People int
			More          bool
		}
	}
	w.json(t, &s, 0, "status", "--json")
	if s.Withheld.Steps != 3 || s.Withheld.People != 3 || s.Withheld.More {
		t.Errorf("withheld: %+v", s.Withheld)
	}
}

// TestStatusOfAFailedPass: what was read, and why something was not, stays in view, whatever became
// of the pass.
func TestStatusOfAFailedPass(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 3)
	source := func() view.SourceJSON {
		var s struct{ Sources []view.SourceJSON }
		w.json(t, &s, 0, "status", "--json")
		if len(s.Sources) != 1 {
			t.Fatalf("sources: %+v", s.Sources)
		}
		return s.Sources[0]
	}
	w.set("sources.0.urls", []any{"ldaps://127.0.0.1:1"})
	w.must(t, 4, "run", "--once")
	if s := source(); s.Complete || s.Reason != model.ReadUnreachable || !strings.Contains(s.Error, "check the name and port in urls") {
		t.Errorf("a directory that is down: %+v", s)
	}
	if out := w.must(t, 0, "status"); !strings.Contains(out.stdout, "NOT READ, nothing happened: read source corp: ") {
		t.Errorf("a directory that is down: %v", out)
	}
	w.set("sources.0.urls", []any{dir.url})
	w.set("schedule", "0 3 1 1 *") // the same to whoever asks a second later
	var x struct {
		LastPass struct{ Finished time.Time }
		NextPass time.Time
	}
	w.json(t, &x, 0, "status", "--json") // fixed, but nobody has looked since
	wantSays(t, w.must(t, 0, "status"), "NOT READ", "the last pass, which ended "+wording.Stamp(x.LastPass.Finished), "if the service runs, by the schedule at "+wording.Stamp(x.NextPass), "at once with `threema-dirsync run --once`")
	if !x.NextPass.After(x.LastPass.Finished) {
		t.Errorf("the next pass is not to come: %+v", x)
	}
	w.must(t, 0, "run", "--once")
	if out := w.must(t, 0, "status"); strings.Contains(out.stdout, "\n  as of") || strings.Contains(out.stdout, "NOT READ") {
		t.Errorf("after the next pass: %v", out)
	}
	w.sim.Close()
	w.must(t, 1, "run", "--once")
	if s := source(); !s.Complete || s.Error != "" || len(s.Conditions) < 10 {
		t.Errorf("the package is down, and the directory was read: %+v", s)
	}
	wantSays(t, w.must(t, 0, "status"), "3 of 100000 used, 99997 free, as of the pass of ", "used is the larger of credentials and users")
}
