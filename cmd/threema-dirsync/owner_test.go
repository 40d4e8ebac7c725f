package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// serviceUID is an account that owns nothing on any system: nobody.
const serviceUID = 65534

// TestRootWorksAsTheOwner: what root tries by hand must not lock the service out (pitfall F6).
func TestRootWorksAsTheOwner(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		testdir.RequireNil(t, errors.New("only root can work as somebody else"))
	}
	if err := os.Chmod(filepath.Dir(t.TempDir()), 0o755); err != nil { // the owner must get there
		t.Fatal(err)
	}
	dir := newMemory(t, 10)
	w := newWorld(t, dir.site)
	if err := os.Chown(w.stateDir, serviceUID, serviceUID); err != nil {
		t.Fatal(err)
	}
	anna := dir.people[0].Account
	for _, command := range []struct {
		code int
		args []string
	}{
		{0, []string{"status"}}, {0, []string{"check"}}, {0, []string{"plan"}}, {0, []string{"status"}}, {0, []string{"run", "--once", "--dry-run"}}, {0, []string{"run", "--once"}},
		{0, []string{"status", "--json"}}, {0, []string{"explain", anna}}, {1, []string{"approve", "no-such-hash"}}, {0, []string{"approve", "--baseline"}},
		{0, []string{"withdraw", anna, "--reason", "stolen"}}, {1, []string{"source", "forget", "nothing"}}, {0, []string{"audit", "verify"}}, {0, []string{"audit", "export"}},
	} {
		w.must(t, command.code, command.args...)
		w.ownedBy(t, serviceUID)
	}
	d := w.serve(t)
	d.told(t, "READY=1")
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Uid:\t65534\t65534\t65534\t65534", "Gid:\t65534\t65534\t65534\t65534", "CapEff:\t0000000000000000"} {
		if !strings.Contains(string(status), want) {
			t.Errorf("the daemon did not give up root: no %q in\n%s", want, status)
		}
	}
	w.must(t, 0, "status")
	w.ownedBy(t, serviceUID)
	d.stop(t)
	w.ownedBy(t, serviceUID)
	w.holds(t, dir.people[1:], false)
}

// everyCommand is each that looks at the ledger or writes to it.
func everyCommand() [][]string {
	return [][]string{{"check"}, {"plan"}, {"run", "--once"}, {"run"}, {"explain", "1"}, {"approve", "hash"}, {"approve", "--baseline"}, {"withdraw", "1", "--reason", "why"},
		{"source", "forget", "x"}, {"apply", "plan.json"}}
}

// TestRootMakesNoFolderForAServiceThatIsNotThere: nobody knows yet whose it will be.
func TestRootMakesNoFolderForAServiceThatIsNotThere(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		testdir.RequireNil(t, errors.New("only root would make it for somebody else"))
	}
	if _, err := user.Lookup(plainfile.ServiceAccount); err == nil {
		t.Skip("there is a user " + plainfile.ServiceAccount + " on this machine")
	}
	w := newWorld(t, newMemory(t, 1).site)
	if err := os.Remove(w.stateDir); err != nil {
		t.Fatal(err)
	}
	for _, command := range everyCommand() {
		out := w.must(t, 78, command...)
		for _, says := range []string{"state_dir", w.stateDir + " is not there", "no user threema-dirsync yet", "systemd-sysusers", "type: mkdir -p -m 700 " + w.stateDir} {
			if !strings.Contains(out.stderr, says) {
				t.Errorf("%v lacks %q: %v", command, says, out)
			}
		}
	}
	w.must(t, 0, "status")
	w.must(t, 1, "audit", "verify")
	if _, err := os.Lstat(w.stateDir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a folder: %v", err)
	}
}

// TestFilesThatRootLeft: the service does not start, and says what to type; that fixes it.
func TestFilesThatRootLeft(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		testdir.RequireNil(t, errors.New("only root can leave files of its own"))
	}
	w := newWorld(t, newMemory(t, 3).site)
	w.must(t, 0, "run", "--once") // as root, in a folder of root's
	if err := errors.Join(os.Chmod(filepath.Dir(filepath.Dir(w.stateDir)), 0o755), os.Chown(w.stateDir, serviceUID, serviceUID)); err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(w.dir, "elsewhere")
	if err := errors.Join(os.WriteFile(elsewhere, nil, 0o600), os.Link(elsewhere, filepath.Join(w.stateDir, "ledger.db-old"))); err != nil {
		t.Fatal(err)
	}
	for _, command := range everyCommand()[:4] {
		out := w.must(t, 78, command...)
		for _, says := range []string{"cannot write", w.stateDir + "/ledger.db,", w.stateDir + "/ledger.db.high-water", w.handover(), "type as root: find " + w.stateDir} {
			if !strings.Contains(out.stdout+out.stderr, says) { // check tells it among what it found
				t.Errorf("%v lacks %q: %v", command, says, out)
			}
		}
	}
	_, command, _ := strings.Cut(w.run(t, "plan").stderr, "type as root: ")
	if out, err := exec.Command("sh", "-c", command).CombinedOutput(); err != nil || strings.Contains(command, "-R") {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	w.must(t, 0, "run", "--once")
	w.must(t, 0, "check")
	if info, err := os.Stat(elsewhere); err != nil || info.Sys().(*syscall.Stat_t).Uid != 0 {
		t.Errorf("a file of root's elsewhere was given away by its second name: %v", err)
	}
	if err := os.Remove(filepath.Join(w.stateDir, "ledger.db-old")); err != nil {
		t.Fatal(err)
	}
	w.ownedBy(t, serviceUID)
}

// ownedBy looks at every file of the state folder: its owner, and that nobody else may read it.
func (w *world) ownedBy(t *testing.T, uid uint32) {
	t.Helper()
	err := filepath.WalkDir(w.stateDir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if stat := info.Sys().(*syscall.Stat_t); stat.Uid != uid || stat.Gid != uid {
			t.Errorf("%s belongs to %d:%d", path, stat.Uid, stat.Gid)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %04o", path, info.Mode().Perm())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
