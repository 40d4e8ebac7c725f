package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// captivePortal is what answers instead of the service in a hotel.
const captivePortal = "<html><body>Please log in</body></html>"

// apiFault is a failure of the Work API, and what the program must say: the cause in its first
// line, and what to do somewhere.
type apiFault struct {
	name        string
	fault       worksim.Fault
	cause, cure string
}

func readFaults() []apiFault {
	html := worksim.Fault{Status: http.StatusOK, Body: captivePortal, ContentType: "text/html"}
	return []apiFault{
		{"401", worksim.Fault{Status: 401}, "401", "threema.api_key_file"},
		{"403", worksim.Fault{Status: 403}, "403", "cockpit"},
		{"404", worksim.Fault{Status: 404}, "404", "threema.base_url"},
		{"422", worksim.Fault{Status: 422}, "422", "does not accept"},
		{"500", worksim.Fault{Status: 500}, "500", "out of order"},
		{"302", worksim.Fault{Status: 302, Location: "https://elsewhere.example/"}, "redirect", "threema.base_url"},
		{"HTML with 200", html, "not JSON", "captive portal"},
		{"a cut connection", worksim.Fault{Drop: worksim.DropBefore}, "did not answer", ""},
		{"half an answer", worksim.Fault{Drop: worksim.DropMiddle}, "did not answer", ""},
		{"no answer in time", worksim.Fault{Delay: time.Minute}, "did not answer", ""},
		{"a list that ends early", worksim.Fault{Truncate: new(7), Path: "/credentials"}, "credentials", ""},
		{"an empty list", worksim.Fault{Truncate: new(0), Path: "/users"}, "users", ""},
		{"429", worksim.Fault{Status: 429}, "429", "used up"},
	}
}

// TestReadFaults lets the four lists fail in every way. No pass begins on such ground.
func TestReadFaults(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 20)
	w := newWorld(t, dir.site)
	w.must(t, 0, "run", "--once")
	w.activateAll(t)
	w.must(t, 0, "run", "--once")
	dir.join(t, 500) // there would be something to do
	before := w.sim.frozen(t)
	for _, fault := range readFaults() {
		t.Run(fault.name, func(t *testing.T) {
			if fault.fault.Path == "" {
				fault.fault.Path = "/mdm-bulk"
			}
			fault.fault.Method = http.MethodGet
			w.strike(t, fault.fault)
			out := w.must(t, 1, "run", "--once")
			first, _, _ := strings.Cut(out.stdout, "\n")
			if !strings.Contains(first, fault.cause) || !strings.Contains(out.stdout, fault.cure) {
				t.Errorf("want the cause %q in the first line, and %q: %v", fault.cause, fault.cure, out)
			}
			w.unchanged(t, before)
			w.recover(t)
		})
	}
	if out := w.must(t, 1, "plan"); !strings.Contains(out.stdout, "429") {
		t.Errorf("after 429 the service is to be left alone: %v", out)
	}
	w.advance(t, 25*time.Hour)
	w.must(t, 0, "run", "--once")
	w.holdsPeople(t, dir.people)
}

// strike injects a fault. Where it is a silence, the program is told to be impatient.
func (w *world) strike(t *testing.T, f worksim.Fault) {
	t.Helper()
	if f.Delay > 0 {
		w.set("threema.timeout", "1s")
	}
	w.sim.fault(t, f)
}

// recover ends all faults.
func (w *world) recover(t *testing.T) {
	t.Helper()
	w.sim.clearFaults(t)
	w.set("threema.timeout", "1m")
}

// holdsPeople compares the package with people some of whom have no phone.
func (w *world) holdsPeople(t *testing.T, people []testdir.Person) {
	t.Helper()
	w.activateAll(t)
	w.must(t, 0, "run", "--once")
	w.advance(t, 24*time.Hour)
	w.must(t, 0, "run", "--once")
	w.must(t, 0, "plan", "--detailed-exitcode")
	w.holds(t, people, true)
}

// writeFault is a failure of a request that changes something.
type writeFault struct {
	apiFault
	code int // of the pass that meets it
}

// writeFaults are the ways in which a write may fail. Some take effect all the same.
func writeFaults() []writeFault {
	return []writeFault{
		{apiFault{"401", worksim.Fault{Status: 401}, "401", "threema.api_key_file"}, 1},
		{apiFault{"302", worksim.Fault{Status: 302, Location: "https://elsewhere.example/"}, "redirect", ""}, 1},
		{apiFault{"404", worksim.Fault{Status: 404}, "404", ""}, 1},
		{apiFault{"409", worksim.Fault{Status: 409}, "409", ""}, 1},
		{apiFault{"422", worksim.Fault{Status: 422}, "422", ""}, 1},
		{apiFault{"429", worksim.Fault{Status: 429}, "429", "used up"}, 1},
		{apiFault{"500", worksim.Fault{Status: 500}, "500", "may have happened"}, 1},
		{apiFault{"500 after the effect", worksim.Fault{Status: 500, Effect: true}, "500", "may have happened"}, 1},
		{apiFault{"a cut connection", worksim.Fault{Drop: worksim.DropBefore}, "did not answer", "may have happened"}, 1},
		{apiFault{"no answer, after the effect", worksim.Fault{Drop: worksim.DropAfter, Delay: time.Minute}, "did not answer", "may have happened"}, 1},
		{apiFault{"no answer in time", worksim.Fault{Delay: time.Minute}, "did not answer", "may have happened"}, 1},
		{apiFault{"HTML with 200", worksim.Fault{Status: 200, Body: captivePortal, ContentType: "text/html"}, "not JSON", "may have happened"}, 1},
		{apiFault{"HTML with 200 after the effect", worksim.Fault{Status: 200, Effect: true, Body: captivePortal, ContentType: "text/html"}, "not JSON", "may have happened"}, 1},
	}
}

// TestCreateFaults lets the requests for a joiner fail. Afterwards there is one credential with
// its settings and a hand-over line that works, and nobody else has noticed.
func TestCreateFaults(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/credentials", "/mdm-bulk"} {
		t.Run(path[1:], func(t *testing.T) {
			t.Parallel()
			dir := newMemory(t, 10)
			w := newWorld(t, dir.site)
			w.must(t, 0, "run", "--once")
			for n, f := range append(writeFaults(), noSeat(path)...) {
				t.Run(f.name, func(t *testing.T) {
					f.fault.Method, f.fault.Path = http.MethodPost, path
					if !slices.Contains([]int{404, 409, 422}, f.fault.Status) { // these are about one value, and are halved
						f.fault.Times = 1
					}
					dir.join(t, 1000+n)
					w.strike(t, f.fault)
					out := w.must(t, f.code, "run", "--once")
					if !strings.Contains(out.stdout, f.cause) || !strings.Contains(out.stdout, f.cure) {
						t.Errorf("want %q and %q: %v", f.cause, f.cure, out)
					}
					w.recover(t)
					w.advance(t, 25*time.Hour) // after 429, and after a value that was refused
					w.must(t, 0, "run", "--once")
					w.must(t, 0, "plan", "--detailed-exitcode")
					w.holds(t, dir.people, false)
				})
			}
			w.activateAll(t)
			w.gone(t, 0, 0)
		})
	}
}

// noSeat is 403 on a create: all licences are used. It is nobody's failure.
func noSeat(path string) []writeFault {
	if path != "/credentials" {
		return nil
	}
	return []writeFault{{apiFault{"403", worksim.Fault{Status: 403}, "403", "licences"}, 0}}
}

// TestLeaverFaults lets the requests for a leaver fail. In the end the leaver alone is gone,
// once.
func TestLeaverFaults(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/credentials/", "/users/"} {
		t.Run(strings.Trim(path, "/"), func(t *testing.T) {
			t.Parallel()
			dir := newMemory(t, 30)
			w := newWorld(t, dir.site)
			w.set("leavers", map[string]any{"id": "revoke", "approval": "none", "grace": map[string]any{"withdraw": "0s", "id": "0s"}})
			w.set("limits.leavers", map[string]any{"run": window(10, 50), "day": window(50, 50), "week": window(50, 50)})
			w.must(t, 0, "run", "--once")
			w.activateAll(t)
			w.must(t, 0, "run", "--once")
			var gone []string
			for n, f := range writeFaults() {
				t.Run(f.name, func(t *testing.T) {
					f.fault.Method, f.fault.Path, f.fault.Times = http.MethodDelete, path, 1
					if f.fault.Status == 404 { // somebody else was faster: gone is what we want (design §5.6)
						f.fault.Effect, f.code, f.cause = true, 0, ""
					}
					dir.disable(t, dir.people[n])
					gone = append(gone, dir.people[n].Account)
					w.strike(t, f.fault)
					out := w.must(t, f.code, "run", "--once")
					if !strings.Contains(out.stdout, f.cause) || !strings.Contains(out.stdout, f.cure) {
						t.Errorf("want %q and %q: %v", f.cause, f.cure, out)
					}
					w.recover(t)
					w.advance(t, 25*time.Hour)
					w.must(t, 0, "run", "--once")
					w.advance(t, 2*time.Hour) // a second list settles what the answer did not tell
					w.must(t, 0, "run", "--once")
					w.must(t, 0, "run", "--once")
					w.must(t, 0, "plan", "--detailed-exitcode")
					w.gone(t, 0, len(gone), gone...)
				})
				dir.people[n].State = testdir.Disabled
			}
			w.holds(t, dir.people, true)
		})
	}
}

func window(count, percent int) map[string]any {
	return map[string]any{"count": count, "percent": percent}
}
