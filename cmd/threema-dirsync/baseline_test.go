package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
)

// The files of the ledger in the state folder. The first is what an administrator backs up.
const (
	ledgerFile    = "ledger.db"
	highWaterFile = "ledger.db.high-water"
)

// backUp copies files of the state folder aside, while no command runs. The returned function
// puts them back.
func (w *world) backUp(t *testing.T, names ...string) (putBack func()) {
	t.Helper()
	saved := map[string][]byte{}
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(w.stateDir, name))
		if err != nil {
			t.Fatal(err)
		}
		saved[name] = content
	}
	return func() {
		w.lose(t, ledgerFile, ledgerFile+"-wal", ledgerFile+"-shm")
		for name, content := range saved {
			if err := os.WriteFile(filepath.Join(w.stateDir, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// lose deletes files of the state folder.
func (w *world) lose(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.Remove(filepath.Join(w.stateDir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

// enable takes back disable.
func (m *memory) enable(t *testing.T, p testdir.Person) {
	t.Helper()
	if err := m.Modify(p.DN, "pwdAccountLockedTime"); err != nil {
		t.Fatal(err)
	}
}

// week is what happens between a backup of the ledger and its return: one leaves for ever, one
// leaves and comes back to another phone, two join.
func week(t *testing.T, w *world, dir *memory) {
	leaver, returner := &dir.people[0], dir.people[1]
	dir.disable(t, *leaver, returner)
	leaver.State = testdir.Disabled
	for day := range 7 {
		w.advance(t, 24*time.Hour)
		switch day {
		case 2:
			dir.enable(t, returner)
		case 3:
			dir.join(t, 100)
			dir.join(t, 101)
		}
		w.must(t, 0, "run", "--once")
	}
	for _, p := range []testdir.Person{returner, dir.people[20], dir.people[21]} {
		if !w.sim.activate(t, w.latest(t)[p.Account], "") {
			t.Errorf("the last line of %s does not work", p.Account)
		}
	}
	w.advance(t, 24*time.Hour)
	w.must(t, 0, "run", "--once")
	w.gone(t, 2, 0, leaver.Account, returner.Account)
	w.holds(t, dir.people, true)
}

// TestOlderLedger puts the ledger of a week ago back (matrix 10). It knows two credentials that
// are gone and misses three that are there; it says so, and does nothing until somebody accepts.
func TestOlderLedger(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	putBack := w.backUp(t, ledgerFile)
	week(t, w, dir)
	putBack()

	before := w.sim.frozen(t)
	for range 3 { // it does not pass by itself
		w.waitsForAHuman(t, "GUARD baseline: pass ", "most likely an older ledger.db was put back", "stop the service and put that back",
			"threema-dirsync approve --baseline", "If you accept the baseline: 2 enter")
	}
	if out := w.must(t, 0, "status"); !strings.Contains(out.stdout, "waits for you, see the guard: 2 enter, 1 of ours") {
		t.Errorf("status does not tell: %v", out)
	}
	out := w.must(t, 0, "approve", "--baseline")
	for _, text := range []string{"Accepted: pass ", "Baseline accepted: 2 enter, 1 of ours is not entitled any more", dir.people[0].DN, dir.people[21].DN, "Nothing was carried out"} {
		if !strings.Contains(out.stdout, text) {
			t.Errorf("the answer does not say %q: %v", text, out)
		}
	}
	w.unchanged(t, before)
	for range 3 {
		w.must(t, 0, "run", "--once")
		w.advance(t, 24*time.Hour)
	}
	w.must(t, 0, "plan", "--detailed-exitcode")
	w.gone(t, 2, 0, dir.people[0].Account, dir.people[1].Account)
	w.holds(t, dir.people, true)
	w.must(t, 0, "audit", "verify")
}

// TestOlderLedgerThatLacksALeave puts the ledger of before a leave of absence back, where no pass ran in between. That it does
// not know the leave shows, and who is on leave loses nothing by it.
func TestOlderLedgerThatLacksALeave(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	person := dir.people[7]
	putBack := w.backUp(t, ledgerFile)
	w.must(t, 0, "hold", person.Number, "--until", w.inDays(30), "--reason", "Sabbatical")
	putBack()
	dir.disable(t, person)
	for range 3 {
		w.waitsForAHuman(t, "GUARD baseline: somebody said something here at ", "a leave of absence", "must be typed again", "threema-dirsync approve --baseline")
		w.advance(t, 24*time.Hour)
	}
	w.must(t, 0, "hold", person.Number, "--until", w.inDays(30), "--reason", "Sabbatical")
	w.must(t, 0, "approve", "--baseline")
	for range 3 {
		w.must(t, 0, "run", "--once")
		w.advance(t, 24*time.Hour)
	}
	w.gone(t, 0, 0)
	w.must(t, 0, "plan", "--detailed-exitcode")
	w.must(t, 0, "audit", "verify")
}

// TestOlderStateFolder puts the high-water file back with the ledger, as a snapshot of a whole
// machine does. Then the package tells.
func TestOlderStateFolder(t *testing.T) {
	t.Parallel()
	t.Run("people whom it never saw", func(t *testing.T) {
		t.Parallel()
		w, dir := rolledOut(t, 20)
		putBack := w.backUp(t, ledgerFile, highWaterFile)
		for n := range 3 {
			w.advance(t, 24*time.Hour)
			dir.join(t, 100+2*n)
			dir.join(t, 101+2*n)
			w.must(t, 0, "run", "--once")
		}
		w.activateAll(t)
		putBack()
		w.waitsForAHuman(t, "the licence package knows 6 people, by their csi, whom this ledger never saw, 3 allowed (2 % of 20 is 0, at least 3); was an older ledger restored?", "6 enter")
		before := w.sim.frozen(t)
		w.must(t, 0, "approve", "--baseline")
		w.unchanged(t, before)
		w.must(t, 0, "run", "--once")
		w.must(t, 0, "plan", "--detailed-exitcode")
		w.gone(t, 0, 0)
		w.holds(t, dir.people, true)
	})
	t.Run("people who were taken out since", func(t *testing.T) {
		t.Parallel()
		w, dir := rolledOut(t, 20)
		w.set("limits.leavers", map[string]any{"run": window(9, 50), "day": window(9, 50), "week": window(9, 50)})
		putBack := w.backUp(t, ledgerFile, highWaterFile)
		dir.disable(t, dir.people[:5]...)
		w.must(t, 0, "run", "--once")
		putBack()
		before := w.sim.frozen(t)
		w.must(t, 0, "run", "--once") // the directory says that they left: nothing is lost
		w.unchanged(t, before)
		w.advance(t, 2*time.Hour)
		w.must(t, 0, "run", "--once")
		w.unchanged(t, before)
	})
	t.Run("people who were taken out since, and came back", func(t *testing.T) {
		t.Parallel()
		w, dir := rolledOut(t, 20)
		w.set("limits.leavers", map[string]any{"run": window(9, 50), "day": window(9, 50), "week": window(9, 50)})
		putBack := w.backUp(t, ledgerFile, highWaterFile)
		dir.disable(t, dir.people[:5]...)
		w.must(t, 0, "run", "--once")
		for _, p := range dir.people[:5] {
			dir.enable(t, p)
		}
		putBack()
		before := w.sim.frozen(t)
		for _, command := range [][]string{{"plan"}, {"run", "--once"}, {"approve", "--baseline"}} {
			out := w.must(t, 1, command...)
			if !strings.Contains(out.stdout, "5 of the 20 credentials that we manage are missing at once, 3 allowed (2 % of 20 is 0, at least 3). One list proves nothing") {
				t.Errorf("%q does not say why: %v", command, out)
			}
		}
		w.advance(t, 2*time.Hour)
		w.waitsForAHuman(t, "5 of the 20 credentials that we manage are missing at once", "5 credentials are missing", "Their credential is missing (5):")
		w.unchanged(t, before)
		w.must(t, 0, "approve", "--baseline")
		w.must(t, 0, "run", "--once")
		w.unchanged(t, before)
	})
}

// TestLostLedger deletes the ledger (matrix 10): adoption goes ahead, and nobody joins or is
// taken out before somebody accepts.
func TestLostLedger(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.lose(t, ledgerFile, ledgerFile+"-wal", ledgerFile+"-shm")
	dir.disable(t, dir.people[0])
	dir.join(t, 100)
	for range 2 {
		out := w.must(t, 3, "run", "--once")
		for _, text := range []string{"GUARD baseline: pass ", "this ledger is new: the old one was lost", "put it back, else read the plan, then type `threema-dirsync approve --baseline`"} {
			if !strings.Contains(out.stdout, text) {
				t.Errorf("the report does not say %q: %v", text, out)
			}
		}
		w.advance(t, 24*time.Hour)
	}
	w.activateAll(t)
	w.gone(t, 0, 0)
	w.holds(t, dir.people[:20], true) // the leaver was never adopted
	w.waitsForAHuman(t, "carries the csi of "+dir.people[0].DN+", who is disabled and was never managed: withdraw it by hand")
	dir.disable(t, dir.people[1])
	w.waitsForAHuman(t, "blocked by baseline")
	w.must(t, 0, "approve", "--baseline")
	w.must(t, 0, "run", "--once")
	w.gone(t, 1, 0, dir.people[1].Account)
}

// TestNarrowedFilter lists who leaves because of it, in text and JSON; once it is accepted, they
// go by confirmation, grace and limits only.
func TestNarrowedFilter(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("leavers", map[string]any{
		"id": "detach", "confirm": map[string]any{"reads": 2, "over": "24h"}, "grace": map[string]any{"withdraw": "24h", "id": "168h"},
	})
	leaving := ""
	for _, p := range dir.people[4:8] {
		leaving += fmt.Sprintf("(uid=%s)", p.Account)
	}
	w.set("sources.0.filter", "(&(objectClass=inetOrgPerson)(!(|"+leaving+")))")
	dir.join(t, 100)
	w.waitsForAHuman(t, "GUARD baseline: the scope of source corp has changed", "If you accept the baseline: 1 enters, 4 of ours are not entitled any more",
		"Not entitled any more (4):", dir.people[7].DN, "out-of-scope", "Enter (1):", dir.people[20].DN)
	var document struct {
		Baseline struct {
			Accepted       bool
			Enters, Leaves []struct {
				Person struct{ DN string }
				Reason string
			}
		}
	}
	w.json(t, &document, 0, "plan", "--json")
	var named, want []string
	for _, l := range document.Baseline.Leaves {
		named = append(named, l.Person.DN)
	}
	for _, p := range dir.people[4:8] {
		want = append(want, p.DN)
	}
	if diff := cmp.Diff(want, named); diff != "" || len(document.Baseline.Enters) != 1 {
		t.Errorf("who leaves (-want +got), and %d enter:\n%s", len(document.Baseline.Enters), diff)
	}
	var status struct {
		Baseline struct{ Enters, Leaves, Rekeyed int }
	}
	if w.json(t, &status, 0, "status", "--json"); status.Baseline.Enters != 1 || status.Baseline.Leaves != 4 {
		t.Errorf("status counts %+v", status.Baseline)
	}

	before := w.sim.frozen(t)
	if w.json(t, &document, 0, "approve", "--baseline", "--json"); !document.Baseline.Accepted || len(document.Baseline.Leaves) != 4 {
		t.Errorf("the answer tells %+v", document.Baseline)
	}
	w.unchanged(t, before)
	w.must(t, 3, "run", "--once") // they are more than the limits let through, and it is said at once
	w.advance(t, 25*time.Hour)
	w.must(t, 3, "run", "--once") // confirmed
	w.gone(t, 0, 0)
	w.advance(t, 25*time.Hour)
	out := w.must(t, 3, "run", "--once") // out of grace, and more than the limits let through
	if !strings.Contains(out.stdout, "GUARD leavers-run corp: withdraw: 4 people in one pass") {
		t.Errorf("no limit: %v", out)
	}
	w.gone(t, 0, 0)
	var p struct{ Hash string }
	w.json(t, &p, 0, "plan", "--json")
	w.must(t, 0, "approve", p.Hash)
	w.must(t, 3, "run", "--once") // their Threema IDs are as many
	w.gone(t, 0, 0, dir.people[4].Account, dir.people[5].Account, dir.people[6].Account, dir.people[7].Account)
}

// TestDirectoryLoadedAnew gives everybody on a real OpenLDAP a new entryUUID (pitfall K9, matrix
// 9): nothing happens until somebody accepts, and then everybody keeps what they have.
func TestDirectoryLoadedAnew(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 40})
	w := newWorld(t, atOpenLDAP(srv))
	w.set("leavers", map[string]any{
		"id": "revoke", "approval": "none", "confirm": map[string]any{"reads": 1, "over": "0s"}, "grace": map[string]any{"withdraw": "0s", "id": "0s"},
	})
	w.must(t, 0, "run", "--once")
	w.activateAll(t)
	w.must(t, 0, "run", "--once")
	people := testdir.Entitled(srv.People)
	for _, p := range people {
		srv.Delete(t, p.DN)
		srv.AddPerson(t, p)
	}
	before := w.sim.frozen(t)
	for range 2 {
		w.waitsForAHuman(t, fmt.Sprintf("%d of the %d people whose credentials we manage have a new directory ID", len(people), len(people)),
			fmt.Sprintf("0 enter, 0 of ours are not entitled any more, %d have a new directory ID", len(people)), "was corp/")
	}
	out := w.must(t, 0, "approve", "--baseline")
	if !strings.Contains(out.stdout, fmt.Sprintf("%d have a new directory ID", len(people))) {
		t.Errorf("the answer does not tell: %v", out)
	}
	for range 3 {
		w.must(t, 0, "run", "--once")
		w.advance(t, 25*time.Hour)
	}
	w.must(t, 0, "plan", "--detailed-exitcode")
	w.gone(t, 0, 0)
	w.holds(t, srv.People, true)
	if now := w.sim.frozen(t); len(now.Credentials) != len(before.Credentials) || len(w.lines(t)) != len(people) {
		t.Errorf("%d credentials, %d hand-over lines", len(now.Credentials), len(w.lines(t)))
	}
}

// asService lets the program work as an account that modes bind, where the tests run as root.
func (w *world) asService(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	if err := os.Chmod(filepath.Dir(filepath.Dir(w.stateDir)), 0o755); err != nil { // the service must get there
		t.Fatal(err)
	}
	err := filepath.WalkDir(w.stateDir, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Chown(path, serviceUID, serviceUID))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestLedgerFaults is a memory that cannot be written or understood (matrix 10). Whatever waits,
// nothing is sent that could not be recorded; once it is fixed, it happens once.
func TestLedgerFaults(t *testing.T) {
	t.Parallel()
	mode := func(name string, mode fs.FileMode) func(*testing.T, *world) {
		return func(t *testing.T, w *world) {
			if err := os.Chmod(filepath.Join(w.stateDir, name), mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	write := func(name, text string) func(*testing.T, *world) {
		return func(t *testing.T, w *world) {
			if err := os.WriteFile(filepath.Join(w.stateDir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, row := range []struct {
		name       string
		spoil, fix func(*testing.T, *world)
		say        string
	}{
		{"a ledger that cannot be written", mode(ledgerFile, 0o400), mode(ledgerFile, 0o600), "must be able to write the ledger, what lies beside it and its folder"},
		{"a folder that cannot be written", mode("", 0o500), mode("", 0o700), "must be able to write the ledger, what lies beside it and its folder"},
		{"a high-water file that is damaged", write(highWaterFile, "{"), func(t *testing.T, w *world) { w.lose(t, highWaterFile) }, "If the ledger is surely the latest one, delete the file"},
		{"a high-water file that cannot be read", mode(highWaterFile, 0), mode(highWaterFile, 0o600), "must be able to read and write it"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, dir := rolledOut(t, 20)
			w.asService(t)
			dir.disable(t, dir.people[0])
			dir.join(t, 100)
			before := w.sim.frozen(t)
			row.spoil(t, w)
			for _, command := range [][]string{{"run", "--once"}, {"approve", "--baseline"}, {"plan"}} {
				out := w.must(t, 1, command...)
				if text := out.stdout + out.stderr; !strings.Contains(text, row.say) {
					t.Errorf("%q does not say %q: %v", command, row.say, out)
				}
			}
			w.unchanged(t, before)
			row.fix(t, w)
			w.must(t, 0, "run", "--once")
			w.gone(t, 1, 0, dir.people[0].Account)
			w.must(t, 0, "plan", "--detailed-exitcode")
		})
	}
}

// TestDiskFull lets files grow to a limit only, so that the disk is full at ever later moments of
// a pass that takes somebody out. What cannot be recorded is not sent, and nothing is done twice.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	w.set("limits.leavers", map[string]any{"run": window(9, 50), "day": window(9, 50), "week": window(9, 50)})
	w.must(t, 0, "plan") // writes the configuration
	failed := 0
	for blocks, n := 1, 0; blocks <= 1024; blocks, n = blocks*2, n+1 {
		if n%3 == 0 && n/3 < 3 { // somebody new to take out, and somebody who joins
			dir.disable(t, dir.people[n/3])
			dir.join(t, 100+n)
		}
		w.sim.requests(t)
		out := w.limited(t, blocks, "run", "--once")
		switch {
		case out.code == 1:
			failed++
			text := out.stdout + out.stderr
			if !strings.Contains(text, "look at the disk") || !strings.Contains(text, "nothing is sent before it is recorded") || strings.Contains(text, "requests are spent") {
				t.Errorf("%d blocks: the wrong words: %v", blocks, out)
			}
		case out.code != 0:
			t.Errorf("%d blocks: %v", blocks, out)
		}
		state := w.sim.state(t)
		if left := min(3, n/3+1); len(state.Withdrawn) > left || len(state.Detached) > left {
			t.Errorf("%d blocks: withdrawn %v, detached %v", blocks, state.Withdrawn, state.Detached)
		}
		w.advance(t, 24*time.Hour)
	}
	if failed < 3 {
		t.Errorf("only %d passes failed; this test proved little", failed)
	}
	for day := range 3 {
		w.must(t, 0, "run", "--once")
		for _, p := range dir.people[20:] {
			if used := w.sim.activate(t, w.latest(t)[p.Account], ""); used != (day == 0) { // one credential, one phone
				t.Errorf("day %d: the last line of %s works: %t", day, p.Account, used)
			}
		}
	}
	w.must(t, 0, "plan", "--detailed-exitcode")
	w.gone(t, 3, 0, dir.people[0].Account, dir.people[1].Account, dir.people[2].Account)
	for n := range 3 {
		dir.people[n].State = testdir.Disabled
	}
	w.holds(t, dir.people, true)
}

// limited runs a command that can write no file larger than so many blocks of 512 bytes.
func (w *world) limited(t *testing.T, blocks int, args ...string) outcome {
	t.Helper()
	c := newChild(t, nil, append([]string{"--config", w.configFile()}, args...)...)
	c.cmd.Env = append(c.cmd.Env, "THREEMA_DIRSYNC_TEST_OFFSET="+(w.offset+time.Nanosecond).String())
	program := c.cmd.Path
	c.cmd.Path = "/bin/sh"
	c.cmd.Args = append([]string{"sh", "-c", fmt.Sprintf(`ulimit -f %d; exec "$@"`, blocks), "sh", program}, c.cmd.Args[1:]...)
	c.secrets = func() []string { return append(w.passwords(t), w.secrets...) }
	c.cmd.Stderr = c.stderr
	c.launch(t)
	return c.wait(t)
}
