package main

import (
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
)

// eager is a policy that takes out at once whom a single read lacks: half of all people if it
// must be.
func (w *world) eager() {
	w.set("leavers", map[string]any{
		"id": "detach", "approval": "none", "confirm": map[string]any{"reads": 1, "over": "0s"}, "grace": map[string]any{"withdraw": "0s", "id": "0s"},
	})
	half := map[string]any{"count": 1000, "percent": 50}
	w.set("limits.leavers", map[string]any{"run": half, "day": half, "week": half})
}

// TestHiddenUnit: an access rule hides a small unit between two passes. Every answer of the server
// is a success, and with HidePeople everything that proves an absence is there: the unit is
// readable, and so is what else lies in it. Only who was always seen there tells that it is a
// partial view (pitfalls B14, C3, D2).
func TestHiddenUnit(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		hide func(*openldap.Server, testing.TB)
	}{
		{"with its people", (*openldap.Server).HideUnit},
		{"its people alone", (*openldap.Server).HidePeople},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			srv := openldap.Start(t, openldap.Options{People: 24}) // eight of them in the unit
			srv.Add(t, testdir.Entry{DN: "cn=plotter," + srv.HiddenOU, Attributes: map[string][]string{"objectClass": {"device"}, "cn": {"plotter"}}})
			w := newWorld(t, atOpenLDAP(srv))
			w.eager()
			w.must(t, 0, "run", "--once")
			w.activateAll(t)
			w.must(t, 0, "run", "--once")
			w.must(t, 0, "run", "--once")

			row.hide(srv, t)
			srv.Disable(t, srv.People[0].DN)
			joiner := srv.NewPerson(30)
			srv.AddPerson(t, joiner)
			says := "failed: learned-sentinels: missing are 5 of 5 in " + strings.ToLower(srv.HiddenOU)
			for _, args := range [][]string{{"plan"}, {"run", "--once"}, {"run", "--once"}, {"run", "--once"}} {
				if out := w.must(t, 4, args...); !strings.Contains(out.stdout, says) || !strings.Contains(out.stdout, "threema-dirsync approve --baseline") {
					t.Errorf("%q does not say what is missing and what to type: %v", args, out)
				}
			}
			if out := w.must(t, 0, "status"); !strings.Contains(out.stdout, "FAILED: missing are 5 of 5") {
				t.Errorf("status: %v", out)
			}
			w.gone(t, 0, 0)
			if _, came := members(w.sim.state(t))[joiner.Account]; !came {
				t.Error("nobody comes either")
			}

			srv.Show(t)
			w.must(t, 0, "run", "--once")
			w.gone(t, 1, 0, srv.People[0].Account)
			w.must(t, 0, "plan", "--detailed-exitcode")
		})
	}
}

// TestDissolvedUnit: where the people of a unit are gone in truth, a person says so, and then they go
// as far as the limits let them; where the unit went with them, each by a yes.
func TestDissolvedUnit(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		unit bool // goes as well
		size int
	}{
		{"its people", false, 8}, {"with the unit", true, 8}, {"with the unit, of two", true, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir := newMemory(t, 16)
			staff, office := dir.baseDN, "ou=office,"+dir.baseDN
			archive := "ou=archive," + office // stays, and shows that the office can be read
			dir.addUnit(t, office, "office")
			dir.addUnit(t, archive, "archive")
			dir.baseDN = office
			for n := range row.size {
				dir.join(t, 100+n)
			}
			dir.baseDN = staff
			w := newWorld(t, dir.site)
			w.eager()
			w.must(t, 0, "run", "--once")
			w.must(t, 0, "run", "--once")

			var gone, dns []string
			for _, p := range dir.people[16:] {
				gone, dns = append(gone, p.Account), append(dns, p.DN)
			}
			if row.unit {
				dns = append(dns, archive, office)
			}
			for _, dn := range dns {
				if err := dir.Delete(dn); err != nil {
					t.Fatal(err)
				}
			}
			if row.size > 2 {
				w.must(t, 4, "run", "--once")
				w.must(t, 4, "run", "--once")
				w.gone(t, 0, 0)
				if out := w.must(t, 0, "approve", "--baseline", "--json"); !strings.Contains(out.stdout, "accepted with the baseline: missing are 5 of 5 in "+office) {
					t.Errorf("it does not say what was accepted: %v", out)
				}
				w.gone(t, 0, 0)
			}
			if row.unit {
				for range 2 {
					out := w.must(t, 3, "run", "--once")
					if !strings.Contains(out.stdout, "may only be hidden") {
						t.Errorf("it does not say why: %v", out)
					}
					w.gone(t, 0, 0)
				}
				w.must(t, 0, "approve", w.hash(t))
			}
			w.must(t, 0, "run", "--once")
			w.gone(t, 0, 0, gone...)
			w.must(t, 0, "plan", "--detailed-exitcode")
		})
	}
}
