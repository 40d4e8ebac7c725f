package main

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
)

// Of row 14: each pass loses two of fifty people.
const (
	lossPasses = 24
	lossEach   = 2
	lossStaff  = 50
)

// trickle is row 14: 4 % a pass, which no limit of a single pass would stop. Under the default
// limits.
func (m *matrix) trickle(t *testing.T) {
	for name, lose := range map[string]func(fronted, testdir.Person) error{
		"disabled": func(x fronted, p testdir.Person) error {
			return x.Modify(p.DN, "pwdAccountLockedTime", openldap.LockedByAdmin)
		},
		"deleted": func(x fronted, p testdir.Person) error { return x.Delete(p.DN) },
	} {
		for _, pace := range []struct {
			every time.Duration
			guard string
			most  int // people in the window
		}{{2 * time.Hour, "leavers-day", 3}, {25 * time.Hour, "leavers-week", 5}} {
			m.scenario(t, fmt.Sprintf("%s, a pass every %v", name, pace.every), func(t *testing.T) {
				f := newFront(t, lossStaff)
				x := fronted{newTrial(t, newWorld(t, f.site), f.memory.people), f}
				delete(x.settings, "limits")
				tripped := false
				for n := range lossPasses {
					for _, p := range slices.Clone(x.people[n*lossEach : (n+1)*lossEach]) {
						if err := lose(x, p); err != nil {
							t.Fatal(err)
						}
						x.left(p)
					}
					out := x.run(t, "run", "--once")
					x.spared(t)
					if out.code == 3 && !tripped {
						tripped = true
						out.says(t, "GUARD "+pace.guard, "limits.leavers.")
					}
					if tripped && out.code == 0 {
						t.Errorf("pass %d goes on as if nothing were the matter: %v", n, out)
					}
					x.advance(t, pace.every)
				}
				if got := len(x.sim.state(t).Withdrawn); !tripped || got == 0 || got > pace.most {
					t.Errorf("%d people are gone, want at most %d and a guard", got, pace.most)
				}
			})
		}
	}
	m.scenario(t, "hidden", func(t *testing.T) {
		x := inPairs(t)
		for n := range lossPasses {
			x.strike(fault{hidden: func(dn string) bool {
				return slices.ContainsFunc(x.people[:(n+1)*lossEach], func(p testdir.Person) bool {
					return dn == p.DN || dn == unitOf(n, x.baseDN)
				})
			}})
			x.advance(t, 2*time.Hour)
			// Somebody is asked, until so many are missing that the read itself is doubted.
			if out := x.run(t, "run", "--once"); out.code != 3 && out.code != 4 {
				t.Errorf("want exit 3 or 4, got %v", out)
			}
			x.gone(t, 0, 0)
		}
		x.strike(fault{})
		x.fixed(t)
	})
}

func unitOf(pair int, base string) string { return fmt.Sprintf("ou=team%d,%s", pair, base) }

// inPairs rolls out a company behind a front, in teams of two. Nobody has left.
func inPairs(t *testing.T) fronted {
	t.Helper()
	f := newFront(t, 0)
	for n := range lossStaff {
		if n%lossEach == 0 {
			f.addUnit(t, unitOf(n/lossEach, f.baseDN), fmt.Sprintf("team%d", n/lossEach))
		}
		p := testdir.NewPerson(n)
		p.DN = "uid=" + p.Account + "," + unitOf(n/lossEach, f.baseDN)
		if err := f.Add(memdir.Entry(openldap.Entry(p))); err != nil {
			t.Fatal(err)
		}
		f.memory.people = append(f.memory.people, p)
	}
	return fronted{newTrial(t, newWorld(t, f.site), f.memory.people), f}
}
