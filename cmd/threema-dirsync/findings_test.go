package main

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/sambaad"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// TestFindings makes every finding of the table of design §5.1, and holds the program to the column
// beside it. The settings are the sharpest; somebody has left in truth, somebody joins, and somebody
// has another name. While the finding lasts, that is what happens:
//
//	row a  nothing, exit 4
//	row b  the joiner and the name, exit 4
//	row c  nothing, exit 3, until somebody accepts the baseline
//
// Every view names the finding. Once it is over, the leaver goes, and nobody else.
func TestFindings(t *testing.T) {
	t.Parallel()
	for _, f := range slices.Concat(noSnapshot(), nobodyDeparts(), planOnly()) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			f.run(t)
		})
	}
	t.Run("unreadable mandatory attributes", func(t *testing.T) {
		t.Parallel()
		unreadableAttributes(t)
	})
	t.Run("ledger age, lost ledger", func(t *testing.T) {
		t.Parallel()
		lostLedger(t)
	})
}

// anomaly is one of the table.
type anomaly struct {
	name        string // the words of the table
	title       string // the condition of the certificate, or the guard
	detail      string // what it says
	consequence func(scene, *testing.T, anomaly)
	settings    func(*testing.T, *world, *front) // for the roll-out; nil: the usual ones
	strike, fix func(*testing.T, fronted)        // before a pass, and at the end; fix nil: the front does as ever
}

// scene is a company to which something happens.
type scene struct {
	*trial
	leaver, renamed int // among the people
	join            func(*testing.T) testdir.Person
	rename          func(*testing.T, testdir.Person)
	leave           func(*testing.T)
	strike, fix     func(*testing.T)
}

// run makes the scene of a finding behind a front.
func (f anomaly) run(t *testing.T) {
	t.Helper()
	x := settledFronted(t, func(w *world, front *front) {
		if f.settings != nil {
			f.settings(t, w, front)
		}
	})
	s := behind(x)
	s.strike = func(t *testing.T) { f.strike(t, x) }
	s.fix = func(t *testing.T) {
		if f.fix != nil {
			f.fix(t, x)
		}
		x.strike(fault{})
	}
	f.consequence(s, t, f)
}

// joinerNumber is who joins, and is listed in groups before.
const joinerNumber = 500

func behind(x fronted) scene {
	return scene{
		trial: x.trial, leaver: 3, renamed: 6,
		join: func(t *testing.T) testdir.Person { return x.front.join(t, joinerNumber) },
		rename: func(t *testing.T, p testdir.Person) {
			if err := x.Modify(p.DN, "givenName", p.GivenName); err != nil {
				t.Fatal(err)
			}
		},
		leave: func(t *testing.T) { x.leaves(t, 3) },
	}
}

// news is that somebody joins, and that somebody else has another name.
func (s scene) news(t *testing.T) {
	t.Helper()
	s.people = append(s.people, s.join(t))
	p := &s.people[s.renamed]
	p.GivenName = "Neu"
	s.rename(t, *p)
}

func (s scene) joiner() testdir.Person { return s.people[len(s.people)-1] }

// nothingHappens makes two passes, a day apart, of which the package notices nothing.
func (s scene) nothingHappens(t *testing.T, code int) {
	t.Helper()
	for range 2 {
		s.advance(t, 25*time.Hour)
		s.strike(t)
		before := s.sim.frozen(t)
		s.must(t, code, "run", "--once")
		s.unchanged(t, before)
	}
	s.must(t, code, "plan", "--detailed-exitcode")
}

// nothing is the consequence of row a.
func (s scene) nothing(t *testing.T, f anomaly) {
	t.Helper()
	s.news(t)
	s.leave(t)
	s.nothingHappens(t, 4)
	s.tells(t, f)
	s.fix(t)
	s.endsWell(t)
}

// additionsOnly is the consequence of row b.
func (s scene) additionsOnly(t *testing.T, f anomaly) {
	t.Helper()
	s.news(t)
	s.leave(t)
	for n := range 2 {
		s.advance(t, 25*time.Hour)
		s.strike(t)
		s.must(t, 4, "run", "--once")
		if n == 0 {
			s.unpack(t, s.joiner(), "")
		}
	}
	s.stays(t)
	s.strike(t)
	s.must(t, 4, "plan", "--detailed-exitcode")
	s.tells(t, f)
	s.fix(t)
	s.endsWell(t)
}

// stays wants everybody in the package, with the new name, the joiner and the leaver too.
func (s scene) stays(t *testing.T) {
	t.Helper()
	people := slices.Clone(s.people)
	people[s.leaver].State = testdir.Active
	s.gone(t, 0, 0)
	s.holds(t, people, true)
}

// untilAccepted is the consequence of row c.
func (s scene) untilAccepted(t *testing.T, f anomaly) {
	t.Helper()
	s.strike(t)
	s.news(t)
	s.leave(t)
	s.strike = func(*testing.T) {}
	s.nothingHappens(t, 3)
	s.tellsGuard(t, f)
	before := s.sim.frozen(t)
	s.must(t, 0, "approve", "--baseline")
	s.unchanged(t, before)
	s.endsWell(t)
}

// tells wants status and explain to name the one condition that fails.
func (s scene) tells(t *testing.T, f anomaly) {
	t.Helper()
	var status struct{ Sources []view.SourceJSON }
	s.json(t, &status, 0, "status", "--json")
	var failed []string
	for _, c := range status.Sources[0].Conditions {
		if !c.OK {
			failed = append(failed, c.Name+": "+c.Detail)
		}
	}
	if len(failed) != 1 || !strings.HasPrefix(failed[0], f.title+": ") || !strings.Contains(failed[0], f.detail) {
		t.Errorf("status --json: failed are %q, want %s: %s", failed, f.title, f.detail)
	}
	s.finds(t, 0, f.title+` +FAILED: .*`+regexp.QuoteMeta(f.detail), "status")
	s.finds(t, 4, `failed: `+f.title+`: .*`+regexp.QuoteMeta(f.detail), "explain", s.people[s.leaver].Account)
}

// tellsGuard is tells where it is a guard that stops everything.
func (s scene) tellsGuard(t *testing.T, f anomaly) {
	t.Helper()
	var status struct{ Guards []view.GuardJSON }
	s.json(t, &status, 0, "status", "--json")
	if !slices.ContainsFunc(status.Guards, func(g view.GuardJSON) bool { return g.Guard == f.title && strings.Contains(g.Detail, f.detail) }) {
		t.Errorf("status --json: guards are %+v, want %s: %s", status.Guards, f.title, f.detail)
	}
	words := `GUARD ` + f.title + `.*` + regexp.QuoteMeta(f.detail)
	s.finds(t, 0, words, "status")
	s.finds(t, 0, words, "explain", s.people[s.leaver].Account)
}

// finds wants a command to say something.
func (s scene) finds(t *testing.T, code int, pattern string, args ...string) {
	t.Helper()
	if out := s.must(t, code, args...); !regexp.MustCompile(pattern).MatchString(out.stdout) {
		t.Errorf("%q does not say %q: %v", args, pattern, out)
	}
}

// endsWell lets the leaver go, and nobody else.
func (s scene) endsWell(t *testing.T) {
	t.Helper()
	s.advance(t, 25*time.Hour)
	s.run(t, "run", "--once")
	if m := members(s.sim.state(t))[s.joiner().Account]; len(m.Users) == 0 {
		s.unpack(t, s.joiner(), "")
	}
	s.advance(t, 25*time.Hour) // the phones tell the new names
	s.fixed(t)
}

// always strikes a front in the same way.
func always(f fault) func(*testing.T, fronted) {
	return func(_ *testing.T, x fronted) { x.strike(f) }
}

// noSnapshot is row a.
func noSnapshot() []anomaly {
	at := func(name, condition, detail string, f fault) anomaly {
		return anomaly{name: name, title: condition, detail: detail, consequence: scene.nothing, strike: always(f)}
	}
	return []anomaly{
		at("a result code other than success", "result-codes", "the server answers 80, Other", onPage(2, func(entries []*ldap.Entry, _ string) peer.Step {
			return peer.Do(peer.Entries(entries...), peer.DonePaged(80, ""))
		})),
		at("paging control missing", "paging", "page 1 came without the paging control", onPage(1, func(entries []*ldap.Entry, _ string) peer.Step {
			return peer.Do(peer.Entries(entries...), peer.Done(0))
		})),
		at("last cookie not empty", "last-cookie-empty", "page 3 brought nobody new, and promises more", fault{lost: everybody, page: func(n int, entries []*ldap.Entry, _ string) peer.Step {
			return peer.Page(fmt.Sprint(n*firstPage), entries...)
		}}),
		at("duplicate ID", "duplicate-ids", "two entries have the entryUUID", duplicates("uid=u000005,", "uid=u000020,")),
		at("bind identity", "bind-identity", "the server says that we are nobody", fault{whoAmI: sayWho("")}),
		at("empty source", "not-empty", "nobody below ou=people,"+memorySuffix, onPage(1, func([]*ldap.Entry, string) peer.Step {
			return peer.Page("")
		})),
	}
}

const (
	office   = "ou=office,ou=people," + memorySuffix
	abroad   = "ou=abroad," + memorySuffix
	board    = "ou=board," + memorySuffix
	team     = "cn=team,ou=people," + memorySuffix
	guests   = "cn=guests,ou=people," + memorySuffix
	hallways = "ou=hallways," + memorySuffix
	reader   = "cn=reader," + memorySuffix
)

// nobodyDeparts is row b.
func nobodyDeparts() []anomaly {
	hidden := func(dns ...string) func(*testing.T, fronted) {
		return always(fault{hidden: func(dn string) bool { return slices.Contains(dns, dn) }})
	}
	rows := []anomaly{{
		name: "configured sentinels", title: "sentinels", detail: "not seen: " + board,
		settings: func(t *testing.T, w *world, f *front) {
			f.addUnit(t, board, "board")
			w.set("sources.0.sentinels", []any{board})
		},
		strike: hidden(board),
	}, {
		name: "learned sentinels", title: "learned-sentinels", detail: "missing are 5 of 5 in " + office,
		settings: func(t *testing.T, _ *world, f *front) {
			f.addUnit(t, office, "office")
			staff := f.baseDN
			f.baseDN = office
			for n := range 5 {
				f.join(t, 100+n)
			}
			f.baseDN = staff
		},
		strike: always(fault{hidden: func(dn string) bool { return strings.HasSuffix(dn, ","+office) }}),
	}, {
		name: "clock skew", title: "clock", detail: "set one of them right",
		strike: func(_ *testing.T, x fronted) {
			ahead := time.Now().Add(6 * time.Minute).UTC().Format("20060102150405.0Z") // the directory is read by the true time
			x.strike(fault{root: map[string][]string{"currentTime": {ahead}}})
		},
	}, {
		name: "count rules", title: "count", detail: "13 of 25 people of ours (52 %) are missing all at once",
		settings: func(t *testing.T, _ *world, f *front) { f.addUnit(t, abroad, "abroad") },
		strike:   func(t *testing.T, x fronted) { x.sends(t, abroad) },
		fix:      func(t *testing.T, x fronted) { x.sends(t, x.baseDN) },
	}, {
		name: "a group that cannot be read wholly", title: "groups", detail: "1 member cannot be read",
		settings: func(t *testing.T, w *world, f *front) {
			f.addUnit(t, hallways, "hallways")
			addGroup(t, f.memory, "cn=inner,"+hallways, f.memory.people[4].DN)
			addGroup(t, f.memory, team, append(f.dns(), "cn=inner,"+hallways)...)
			w.set("sources.0.groups", []any{team})
		},
		strike: hidden(hallways, "cn=inner,"+hallways),
	}, {
		name: "a group that is empty", title: "groups", detail: guests + ": 0 people, 1 member that is not found (1 is gone: its place is readable and does not show it); it is empty",
		settings: func(t *testing.T, w *world, f *front) {
			addGroup(t, f.memory, team, f.dns()...)
			addGroup(t, f.memory, guests, f.memory.people[4].DN)
			w.set("sources.0.groups", []any{team, guests})
		},
		strike: func(t *testing.T, x fronted) { x.lists(t, guests, "uid=nobody,"+x.baseDN) },
		fix:    func(t *testing.T, x fronted) { x.lists(t, guests, x.people[4].DN) },
	}, {
		name: "mapped attributes", title: "mapped-attributes", detail: "10 of 24 people of ours lack a csi or a username",
		strike: always(fault{edit: func(e *ldap.Entry) *ldap.Entry {
			if strings.HasPrefix(e.DN, "uid=u00001") { // ten of them
				return with(e, "employeeNumber", "")
			}
			return e
		}}),
	}, {
		name: "bind account", title: "bind-account", detail: "cannot read its own entry any more",
		settings: func(t *testing.T, _ *world, f *front) {
			entry := memdir.Entry{DN: reader, Attributes: map[string][]string{"objectClass": {"person"}, "cn": {"reader"}, "sn": {"reader"}}}
			if err := f.Add(entry); err != nil {
				t.Fatal(err)
			}
		},
		strike: hidden(reader),
	}}
	for n := range rows {
		rows[n].consequence = scene.additionsOnly
	}
	return rows
}

// dns are those of everybody, and of who is going to join.
func (f *front) dns() (dns []string) {
	for _, p := range f.memory.people {
		dns = append(dns, p.DN)
	}
	return append(dns, "uid="+testdir.NewPerson(joinerNumber).Account+","+f.baseDN)
}

func (x fronted) lists(t *testing.T, group string, members ...string) {
	t.Helper()
	if err := x.Modify(group, "member", members...); err != nil {
		t.Fatal(err)
	}
}

// sends moves more than half of the people, unless they are there.
func (x fronted) sends(t *testing.T, place string) {
	t.Helper()
	for n := 8; n < 21; n++ {
		p := &x.people[n]
		was := p.DN
		if p.DN = "uid=" + p.Account + "," + place; p.DN == was {
			continue
		}
		if err := x.Move(was, p.DN); err != nil {
			t.Fatal(err)
		}
	}
}

// unreadableAttributes is the finding of row b that takes an Active Directory: elsewhere no
// attribute that says who left is one that everybody has.
func unreadableAttributes(t *testing.T) {
	t.Helper()
	srv := domain.Get(t)
	branch, closed := newBranch(t, srv)
	var people []testdir.Person
	for n := range 12 {
		place := branch
		if n >= 8 {
			place = closed
		}
		people = append(people, joinBranch(t, srv, place, n))
	}
	home := atDomain(srv)
	home.baseDN = branch
	s := scene{trial: newTrial(t, newWorld(t, home), people), leaver: 3, renamed: 6}
	s.join = func(t *testing.T) testdir.Person { return joinBranch(t, srv, branch, len(people)) }
	s.rename = func(t *testing.T, p testdir.Person) { srv.Modify(t, p.DN, "givenName", p.GivenName) }
	s.leave = func(t *testing.T) {
		srv.Disable(t, s.people[s.leaver].DN)
		s.left(s.people[s.leaver])
	}
	show := srv.HideAccountState(t, closed)
	s.strike = func(*testing.T) {}
	s.fix = func(*testing.T) { show() }
	s.additionsOnly(t, anomaly{title: "mandatory-attributes", detail: "userAccountControl of 4 of 13 people is not readable"})
}

// newBranch makes an OU in the common domain with another one in it, until the test ends. No other
// test reads there.
func newBranch(t *testing.T, srv *sambaad.Server) (branch, closed string) {
	t.Helper()
	branch = "OU=Branch," + srv.BaseDN
	closed = "OU=Closed," + branch
	for _, dn := range []string{branch, closed} {
		srv.Add(t, testdir.Entry{DN: dn, Attributes: map[string][]string{"objectClass": {"organizationalUnit"}}})
		t.Cleanup(func() { srv.Delete(t, dn) })
	}
	return branch, closed
}

// joinBranch adds person number n of a branch.
func joinBranch(t *testing.T, srv *sambaad.Server, ou string, n int) testdir.Person {
	t.Helper()
	p := testdir.NewPerson(700 + n)
	p.DN = "CN=" + ldap.EscapeDN(p.CommonName) + "," + ou
	srv.AddPerson(t, p)
	t.Cleanup(func() { srv.Delete(t, p.DN) })
	return p
}

// planOnly is row c.
func planOnly() []anomaly {
	rows := []anomaly{{
		name: "scope fingerprint", detail: "the scope of source corp has changed",
		strike: func(_ *testing.T, x fronted) { x.set("sources.0.filter", "(&(objectClass=inetOrgPerson)(uid=*))") },
	}, {
		name: "naming-context identity", detail: "source corp is another directory (" + memorySuffix + " 00000000-",
		strike: always(fault{edit: func(e *ldap.Entry) *ldap.Entry {
			if e.DN == memorySuffix {
				return with(e, "entryUUID", "00000000-0000-4000-8000-000000000000")
			}
			return e
		}}),
	}, {
		name: "subscription id", detail: "the API key belongs to the licence package ",
		strike: func(t *testing.T, x fronted) {
			state := x.sim.state(t)
			state.Subscription.ID = "Z9Y8X7W6V5"
			x.sim.control(t, http.MethodPut, "state", state, nil, http.StatusNoContent)
		},
	}, {
		name: "ledger age, older ledger", detail: "most likely an older ledger.db was put back",
		strike: func(t *testing.T, x fronted) {
			backup, err := os.ReadFile(x.ledgerFile())
			if err != nil {
				t.Fatal(err)
			}
			x.must(t, 0, "run", "--once")
			x.writeLedger(t, backup)
		},
	}}
	for n := range rows {
		rows[n].title, rows[n].consequence = "baseline", scene.untilAccepted
	}
	return rows
}

// lostLedger is the finding of row c that leaves more possible: on an empty ledger creates, adoption
// and settings go ahead (design §5.10).
func lostLedger(t *testing.T) {
	t.Helper()
	x := settledFronted(t)
	s := behind(x)
	s.lose(t, ledgerFile, ledgerFile+"-wal", ledgerFile+"-shm")
	s.news(t)
	s.must(t, 3, "run", "--once")
	s.leave(t)
	s.strike = func(*testing.T) {}
	s.nothingHappens(t, 3)
	people := slices.DeleteFunc(slices.Clone(s.people), func(p testdir.Person) bool { return p.Account == s.joiner().Account })
	people[s.leaver].State = testdir.Active
	s.gone(t, 0, 0)
	s.holds(t, people, true) // whoever has no credential may have been put out
	s.tellsGuard(t, anomaly{title: "baseline", detail: "this ledger is new: the old one was lost"})
	s.must(t, 0, "approve", "--baseline")
	s.endsWell(t)
}
