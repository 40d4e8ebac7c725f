package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

func (w *world) ledgerFile() string { return filepath.Join(w.stateDir, "ledger.db") }

// memory is row 10.
func (m *matrix) memory(t *testing.T) {
	m.scenario(t, "deleted", func(t *testing.T) {
		x := newFronted(t)
		x.fixed(t)
		x.lose(t, ledgerFile, ledgerFile+"-wal", ledgerFile+"-shm")
		x.lasts(t, 3).says(t, "GUARD baseline", "this ledger is new: the old one was lost")
		x.disable(t, x.people[5])
		x.endures(t, 3).says(t, "GUARD baseline", "threema-dirsync approve --baseline")
		x.gone(t, 0, 1, x.people[3].Account)
		x.enable(t, 5)
		x.must(t, 0, "approve", "--baseline")
		x.must(t, 0, "run", "--once")
		x.leaves(t, 5)
		x.fixed(t)
	})
	m.scenario(t, "restored from last week", func(t *testing.T) {
		x := newFronted(t)
		x.restored(t, func() {
			x.leaves(t, 6)
			x.away(t, 7)
			x.ends[x.people[7].Number]++
			x.back(t, 7, "")
			x.people = append(x.people, x.join(t, 500))
			x.must(t, 0, "run", "--once")
			x.unpack(t, x.people[staff], "")
		})
	})
	m.scenario(t, "restored from last week, amid a departure", func(t *testing.T) {
		x := newFronted(t)
		x.set("leavers.grace.id", "48h")
		x.away(t, 7)
		x.restored(t, func() { x.back(t, 7, x.phoneOf(x.people[7])) })
	})
	m.scenario(t, "damaged", func(t *testing.T) {
		x := newFronted(t)
		sound, err := os.ReadFile(x.ledgerFile())
		if err != nil {
			t.Fatal(err)
		}
		x.writeLedger(t, append(bytes.Clone(sound[:4096]), bytes.Repeat([]byte{0xa5}, len(sound)-4096)...))
		x.lasts(t, 1).says(t, "open ledger")
		x.writeLedger(t, sound)
		x.fixed(t)
	})
	for name, mode := range map[string]struct{ folder, file os.FileMode }{
		"read-only folder": {0o500, 0o600}, "read-only file": {0o700, 0o400},
	} {
		m.scenario(t, name, func(t *testing.T) {
			x := newFronted(t)
			x.belongToSomebody(t)
			x.chmod(t, mode.folder, mode.file)
			x.lasts(t, 1)
			x.chmod(t, 0o700, 0o600)
			x.fixed(t)
		})
	}
	for room := 0; room <= 192; room += 32 {
		m.scenario(t, fmt.Sprintf("disk full but for %d KiB", room), func(t *testing.T) { fullDisk(t, room) })
	}
}

func (w *world) writeLedger(t *testing.T, content []byte) {
	t.Helper()
	w.lose(t, ledgerFile+"-wal", ledgerFile+"-shm")
	if err := os.WriteFile(w.ledgerFile(), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// restored lets a week go by in which something happens, and then puts the ledger back that was
// there before it.
func (x fronted) restored(t *testing.T, happens func()) {
	t.Helper()
	backup, err := os.ReadFile(x.ledgerFile())
	if err != nil {
		t.Fatal(err)
	}
	happens()
	for range 3 {
		x.advance(t, 56*time.Hour)
		x.must(t, 0, "run", "--once")
	}
	x.writeLedger(t, backup)
	x.lasts(t, 3).says(t, "GUARD baseline", "an older ledger.db was put back", "threema-dirsync approve --baseline")
	x.must(t, 0, "approve", "--baseline")
	x.fixed(t)
}

// away lets person n lose the credential, for a while.
func (x fronted) away(t *testing.T, n int) {
	t.Helper()
	x.disable(t, x.people[n])
	x.exits[x.people[n].Account]++
	x.must(t, 0, "run", "--once")
}

// back lets person n come back, to a new phone or to the old one.
func (x fronted) back(t *testing.T, n int, phone string) {
	t.Helper()
	x.enable(t, n)
	x.advance(t, time.Hour)
	x.must(t, 0, "run", "--once")
	x.unpack(t, x.people[n], phone)
}

// unpack lets somebody activate the app with what was handed over, on a new phone or the old one.
func (x *trial) unpack(t *testing.T, p testdir.Person, phone string) {
	t.Helper()
	if !x.sim.activate(t, x.latest(t)[p.Account], phone) {
		t.Errorf("%s cannot activate the app", p.Account)
	}
	x.notePhones(t)
}

func (x fronted) enable(t *testing.T, n int) {
	t.Helper()
	if err := x.Modify(x.people[n].DN, "pwdAccountLockedTime"); err != nil {
		t.Fatal(err)
	}
}

// phoneOf is the Threema ID that somebody uses.
func (x *trial) phoneOf(p testdir.Person) string {
	for id, csi := range x.phones {
		if csi == p.Number {
			return id
		}
	}
	return ""
}

// belongToSomebody gives the state folder to somebody who is not root, whom modes do not bind.
func (x fronted) belongToSomebody(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	if err := errors.Join(os.Chmod(filepath.Dir(filepath.Dir(x.stateDir)), 0o755), os.Chmod(x.caFile, 0o644)); err != nil {
		t.Fatal(err)
	}
	x.eachStateFile(t, func(path string, _ bool) error { return os.Chown(path, serviceUID, serviceUID) })
}

func (w *world) chmod(t *testing.T, folder, file os.FileMode) {
	t.Helper()
	w.eachStateFile(t, func(path string, isDir bool) error {
		if isDir {
			return os.Chmod(path, folder)
		}
		return os.Chmod(path, file)
	})
}

func (w *world) eachStateFile(t *testing.T, do func(path string, isDir bool) error) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(w.stateDir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	err = do(w.stateDir, true)
	for _, path := range files {
		err = errors.Join(err, do(path, false))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// fullDisk makes a pass with a leaver in a state folder on a file system with little room. What
// it could write is there for the next one.
func fullDisk(t *testing.T, room int) {
	unshare, err := exec.LookPath("unshare")
	if err == nil {
		err = exec.Command(unshare, "--mount", "true").Run()
	}
	testdir.RequireNil(t, err)
	x := newFronted(t)
	const script = `set -e
mount -t tmpfs -o size=4m,mode=700 tmpfs "$1/full"; cp -p "$1"/state/* "$1/full"
head -c 16m /dev/zero > "$1/full/filler" 2>/dev/null || true; truncate -s "-${2}K" "$1/full/filler"
shift 2; code=0; "$@" || code=$?
rm "$0/full/filler"; cp -p "$0"/full/* "$0/state"; exit $code`
	top := filepath.Dir(x.stateDir)
	if err := os.Mkdir(filepath.Join(top, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	home := x.stateDir
	x.set("state_dir", filepath.Join(top, "full"))
	x.set("handover.file", filepath.Join(top, "full", "handover.csv"))
	x.under = []string{unshare, "--mount", "sh", "-c", script, top, top, fmt.Sprint(room)}
	out := x.run(t, "run", "--once")
	if out.code != 1 || !strings.Contains(out.stdout+out.stderr, "the disk is full") || !strings.Contains(out.stdout+out.stderr, "make room on the disk") {
		t.Errorf("want exit 1 and what to do, got %v", out)
	}
	x.under = nil
	x.spared(t)
	x.set("state_dir", home)
	x.set("handover.file", x.handover())
	x.fixed(t)
}

// kill is row 11. That each effect happens once after kill -9 at every single step of the
// journal is the matter of TestCrash of package sync; here the disk has lied too.
func (m *matrix) kill(t *testing.T) {
	for name, fault := range leaverCrashes() {
		for wal, drop := range map[string]func(*testing.T, *trial){
			"the WAL kept": func(*testing.T, *trial) {},
			"the un-synced WAL dropped": func(t *testing.T, w *trial) { // an older ledger, for the file beside it knows of the pass
				w.lose(t, ledgerFile+"-wal", ledgerFile+"-shm")
				w.lasts(t, 3).says(t, "GUARD baseline", "an older ledger.db was put back", "threema-dirsync approve --baseline")
				w.must(t, 0, "approve", "--baseline")
			},
			"half of the WAL dropped": func(t *testing.T, w *trial) {
				info, err := os.Stat(w.ledgerFile() + "-wal")
				if err == nil {
					err = os.Truncate(w.ledgerFile()+"-wal", info.Size()/2)
				}
				if err != nil {
					t.Fatal(err)
				}
				w.lose(t, ledgerFile+"-shm")
			},
		} {
			m.scenario(t, name+", "+wal, func(t *testing.T) {
				x := newFronted(t)
				x.killAt(t, fault)
				drop(t, x.trial)
				x.spared(t)
				x.fixed(t)
			})
		}
	}
}
