package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

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
	if err := os.Mkdir(w.stateDir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(w.stateDir, serviceUID, serviceUID); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{{"status"}, {"check"}, {"plan"}, {"status"}, {"run", "--once"}, {"status", "--json"}} {
		w.must(t, 0, command...)
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
	w.holds(t, dir.people, false)
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
