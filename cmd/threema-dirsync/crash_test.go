package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// crash is a moment at which the program is killed: when the sign is seen, while the service
// sits on the answer.
type crash struct {
	name   string
	faults []worksim.Fault
	sign   func(*testing.T, *world)
}

func crashes() []crash {
	const long = time.Minute
	arrived := func(n int, request string) func(*testing.T, *world) {
		return func(t *testing.T, w *world) { w.sim.awaitRequest(t, n, request) }
	}
	created := func(n int) func(*testing.T, *world) {
		return func(t *testing.T, w *world) {
			eventually(t, "a credential is there", func() bool { return len(w.sim.state(t).Credentials) == n })
		}
	}
	var all []crash
	for _, n := range []int{0, 5, 11} {
		post := worksim.Fault{Method: http.MethodPost, Path: "/credentials", Delay: long, Skip: n, Times: 1}
		effect := post
		effect.Drop = worksim.DropAfter
		all = append(all,
			crash{fmt.Sprintf("before create %d", n), []worksim.Fault{post}, arrived(n+1, "POST /credentials")},
			crash{fmt.Sprintf("after create %d", n), []worksim.Fault{effect}, created(n + 1)})
	}
	bulk := worksim.Fault{Method: http.MethodPost, Path: "/mdm-bulk", Delay: long, Times: 1}
	effect := bulk
	effect.Drop = worksim.DropAfter
	all = append(all,
		crash{"before the settings", []worksim.Fault{bulk}, arrived(1, "POST /mdm-bulk")},
		crash{"after the settings", []worksim.Fault{effect}, func(t *testing.T, w *world) {
			eventually(t, "the settings are there", func() bool { return len(w.sim.state(t).Settings) == 12 })
		}},
		crash{"at the hand-over", nil, func(t *testing.T, w *world) {
			eventually(t, "a line is there", func() bool { return len(w.lines(t)) > 0 })
		}})
	slow := worksim.Fault{Method: http.MethodPost, Delay: 10 * time.Millisecond}
	for n := range 3 {
		after := time.Duration(rand.IntN(250)) * time.Millisecond
		all = append(all, crash{fmt.Sprintf("at random %d", n), []worksim.Fault{slow}, func(t *testing.T, _ *world) {
			t.Logf("killed %v after the start", after)
			time.Sleep(after)
		}})
	}
	return all
}

// TestCrash kills the program in the middle of a roll-out. The next passes make good for it:
// everybody has one credential, its settings, and a hand-over line that works.
func TestCrash(t *testing.T) {
	t.Parallel()
	for _, c := range crashes() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := newMemory(t, 12)
			w := newWorld(t, dir.site)
			w.sim.fault(t, c.faults...)
			victim := w.start(t, "run", "--once")
			c.sign(t, w)
			_ = victim.cmd.Process.Kill() // one that was faster has ended
			victim.wait(t)
			w.sim.clearFaults(t)

			w.must(t, 0, "run", "--once")
			w.must(t, 0, "plan", "--detailed-exitcode")
			w.holds(t, dir.people, false)
			latest := w.latest(t)
			for _, p := range dir.people {
				if l := latest[p.Account]; l.csi != p.Number || !w.sim.activate(t, l, "") {
					t.Errorf("the last line of %s does not work", p.Account)
				}
			}
			w.gone(t, 0, 0)
		})
	}
}

// leaverCrashes are the moments around the two requests that cannot be taken back.
func leaverCrashes() map[string]worksim.Fault {
	return map[string]worksim.Fault{
		"before the withdrawal": {Path: "/credentials/"},
		"after the withdrawal":  {Path: "/credentials/", Drop: worksim.DropAfter},
		"before the revocation": {Path: "/users/"},
		"after the revocation":  {Path: "/users/", Drop: worksim.DropAfter},
	}
}

// killAt kills a pass at one of the leaverCrashes.
func (w *world) killAt(t *testing.T, fault worksim.Fault) {
	t.Helper()
	fault.Method, fault.Delay, fault.Times = http.MethodDelete, time.Hour, 1
	w.sim.fault(t, fault)
	w.sim.requests(t)
	victim := w.start(t, "run", "--once")
	w.sim.awaitRequest(t, 1, "DELETE "+fault.Path)
	if fault.Drop != "" {
		eventually(t, "it takes effect", func() bool {
			state := w.sim.state(t)
			return len(state.Revoked) == 1 || fault.Path == "/credentials/" && len(state.Withdrawn) == 1
		})
	}
	victim.signal(t, syscall.SIGKILL)
	victim.wait(t)
}

// TestCrashOfALeaver kills the program around the two requests that cannot be taken back. The
// leaver alone is gone afterwards, once.
func TestCrashOfALeaver(t *testing.T) {
	t.Parallel()
	for name, fault := range leaverCrashes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, dir := rolledOut(t, 12)
			w.set("leavers.id", "revoke")
			w.set("leavers.approval", "none")
			leaver := &dir.people[4]
			dir.disable(t, *leaver)
			leaver.State = testdir.Disabled
			w.killAt(t, fault)

			for range 3 {
				w.advance(t, time.Hour)
				w.must(t, 0, "run", "--once")
			}
			w.must(t, 0, "plan", "--detailed-exitcode")
			w.gone(t, 0, 1, leaver.Account)
			w.holds(t, dir.people, true)
		})
	}
}
