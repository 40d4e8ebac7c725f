package main

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// service is row 12, at the two requests that cannot be taken back and at the lists before them.
// What the same faults do to joiners is the matter of TestCreateFaults.
func (m *matrix) service(t *testing.T) {
	rows := []string{"no answer, after the effect", "302", "HTML with 200", "HTML with 200 after the effect", "409", "429", "500", "500 after the effect"}
	for _, path := range []string{"/credentials/", "/users/"} {
		for _, f := range writeFaults() {
			if slices.Contains(rows, f.name) {
				m.scenario(t, f.name+" at DELETE "+path, func(t *testing.T) {
					f.fault.Method, f.fault.Path, f.fault.Times = http.MethodDelete, path, 1
					newFronted(t).strikes(t, f.apiFault)
				})
			}
		}
	}
	for _, f := range readFaults() {
		if slices.Contains(rows, f.name) {
			m.scenario(t, f.name+" at a list", func(t *testing.T) {
				f.fault.Method, f.fault.Path = http.MethodGet, "/users"
				newFronted(t).strikes(t, f)
			})
		}
	}
	for spent := range 12 { // all that such a pass takes
		m.scenario(t, fmt.Sprintf("budget gone after %d requests", spent), func(t *testing.T) {
			newFronted(t).strikes(t, apiFault{fault: worksim.Fault{Status: http.StatusTooManyRequests, Skip: spent}, cause: "429", cure: "used up"})
		})
	}
	for day := 5; day <= 14; day += 3 {
		m.scenario(t, fmt.Sprintf("a budget of %d", day), func(t *testing.T) {
			x := newFronted(t)
			x.set("threema.daily_requests", day)
			x.lasts(t, 0, 1)
			x.set("threema.daily_requests", 10_000)
			x.fixed(t)
		})
	}
}

// strikes lets a pass with a leaver meet a fault of the service.
func (x fronted) strikes(t *testing.T, f apiFault) {
	t.Helper()
	x.advance(t, 25*time.Hour)
	x.world.strike(t, f.fault)
	out := x.must(t, 1, "run", "--once")
	if !strings.Contains(out.stdout, f.cause) || !strings.Contains(out.stdout, f.cure) {
		t.Errorf("want %q and %q: %v", f.cause, f.cure, out)
	}
	x.spared(t)
	x.recover(t)
	x.advance(t, 25*time.Hour)
	x.fixed(t)
}

// process is row 13.
func (m *matrix) process(t *testing.T) {
	m.scenario(t, "two passes, one amid the withdrawal", func(t *testing.T) {
		x := newFronted(t)
		x.sim.fault(t, worksim.Fault{Method: http.MethodDelete, Path: "/credentials/", Delay: time.Hour, Times: 1})
		first := x.start(t, "run", "--once")
		x.sim.awaitRequest(t, 1, "DELETE /credentials/")
		x.must(t, 5, "run", "--once").says(t, "another pass is running; nothing was done")
		x.must(t, 0, "plan")
		x.must(t, 0, "status")
		x.must(t, 1, "approve", strings.Repeat("0", 16)).says(t, "nothing was approved")
		x.gone(t, 0, 0)
		first.signal(t, syscall.SIGKILL)
		first.wait(t)
		x.fixed(t)
	})
	m.scenario(t, "many passes at once", func(t *testing.T) {
		x := newFronted(t)
		var running []*child
		for range 4 {
			running = append(running, x.startRaw(t, "--config", x.configFile(), "run", "--once"))
		}
		worked := 0
		for _, c := range running {
			switch out := c.wait(t); out.code {
			case 0:
				worked++
			case 5:
			default:
				t.Errorf("%v", out)
			}
		}
		if worked == 0 {
			t.Error("none worked")
		}
		x.fixed(t)
	})
	m.scenario(t, "SIGHUP with a bad configuration", hangUp)
	for name, tt := range map[string]struct {
		fault   worksim.Fault
		joins   bool
		revoked int
	}{
		"SIGTERM amid the withdrawal": {worksim.Fault{Method: http.MethodDelete, Path: "/credentials/"}, false, 0},
		"SIGTERM amid the revocation": {worksim.Fault{Method: http.MethodDelete, Path: "/users/"}, false, 1},
		"SIGTERM amid a POST":         {worksim.Fault{Method: http.MethodPost, Path: "/credentials"}, true, 1},
	} {
		m.scenario(t, name, func(t *testing.T) {
			x := newFronted(t)
			if tt.joins {
				x.fixed(t)
				x.people = append(x.people, x.join(t, 500))
			}
			tt.fault.Delay, tt.fault.Times = 2*time.Second, 1
			x.sim.fault(t, tt.fault)
			pass := x.start(t, "run", "--once")
			x.sim.awaitRequest(t, 1, tt.fault.Method+" "+tt.fault.Path)
			pass.signal(t, syscall.SIGTERM)
			pass.wait(t)
			x.spared(t)
			x.gone(t, 0, tt.revoked, "u000003") // what was sent has happened, and nothing more
			if open := x.dump(t).State.Open; len(open) > 0 {
				t.Errorf("what was sent is not recorded: %+v", open)
			}
			if tt.joins {
				x.must(t, 0, "run", "--once")
				x.unpack(t, x.people[staff], "")
			}
			x.fixed(t)
		})
	}
}

// hangUp tells the daemon to read a configuration that is none, while it withdraws somebody.
func hangUp(t *testing.T) {
	x := newFronted(t)
	x.sim.fault(t, worksim.Fault{Method: http.MethodDelete, Path: "/credentials/", Delay: 2 * time.Second, Times: 1})
	x.advance(t, 25*time.Hour)
	d := x.serve(t)
	d.told(t, "READY=1")
	x.sim.awaitRequest(t, 1, "DELETE /credentials/")
	if err := os.WriteFile(x.configFile(), []byte("policy: sync\nlimitz: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.signal(t, syscall.SIGHUP)
	out := x.startRaw(t, "--config", x.configFile(), "run", "--once").wait(t)
	if out.code != 78 {
		t.Errorf("want exit 78, got %v", out)
	}
	out.says(t, "limitz")
	x.spared(t)
	x.env = nil
	x.set("metrics.listen", "")
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	d.wait(t)
	x.fixed(t)
}
