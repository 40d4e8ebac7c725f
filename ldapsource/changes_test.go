package ldapsource

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/ds389"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// follower follows the changes of a directory as a poll does.
type follower struct {
	*Source
	attribute string // by which the test knows people
	since     model.Version
	// exact: the server numbers its changes. Where it only dates them, a look finds again what is
	// younger than the overlap.
	exact bool
}

// look returns who changed since the last look, by account, as "state kind".
func (f *follower) look(t *testing.T) (people map[string]string, groups []string) {
	t.Helper()
	delta, err := f.Changes(t.Context(), f.since, func(model.Person) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	if delta.Lost != "" || delta.Version == "" {
		t.Errorf("%+v", delta)
	}
	f.since = delta.Version
	people = map[string]string{}
	for account, p := range byAttribute(delta.People, f.attribute) {
		people[account] = strings.TrimSpace(p.State.String() + " " + string(p.Evidence.Kind))
	}
	for _, group := range delta.Groups {
		name, _, _ := strings.Cut(group.DN, ",")
		groups = append(groups, strings.ToLower(name))
		if group.Stamp == "" {
			t.Errorf("%s has no stamp", group.DN)
		}
	}
	return people, groups
}

// sees looks and wants these people, and no others where the server can tell.
func (f *follower) sees(t *testing.T, when string, want map[string]string) {
	t.Helper()
	got, _ := f.look(t)
	if !f.exact {
		maps.DeleteFunc(got, func(account, _ string) bool { return want[account] == "" })
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", when, diff)
	}
}

// loses looks from a version that does not compare with the server's, and wants to hear that, and
// nothing else.
func (f *follower) loses(t *testing.T, since model.Version) {
	t.Helper()
	delta, err := f.Changes(t.Context(), since, func(model.Person) bool { return true })
	if err != nil || delta.Lost == "" || len(delta.People) > 0 || delta.Version == "" || delta.Version == since {
		t.Errorf("since %s: %+v, %v", since, delta, err)
	}
}

// grounds is a directory in which a test may do as it likes.
type grounds struct {
	testdir.Endpoint
	people   []testdir.Person // in the unit, active
	addUnit  func(name string) (dn string)
	add      func(testdir.Person)
	newcomer testdir.Person
	off      func(dn string)
}

// follow holds what a poll sees of everything that happens to people, and what it does not: who was
// deleted, and who moved along with their unit (pitfalls B11, C8).
func follow(t *testing.T, f *follower, g grounds) {
	t.Helper()
	f.look(t)
	if f.exact {
		f.sees(t, "nothing changed", map[string]string{})
	}
	unit := g.addUnit("second")
	name, _, _ := strings.Cut(g.newcomer.DN, ",")
	g.newcomer.DN = name + "," + unit
	g.add(g.newcomer)
	f.sees(t, "somebody joined", map[string]string{g.newcomer.Account: "entitled"})

	off, moved, gone := g.people[0], g.people[1], g.people[2]
	g.off(off.DN)
	f.sees(t, "an account was switched off", map[string]string{off.Account: "departed disabled"})

	elsewhere := g.addUnit("elsewhere")
	inner := g.Move(t, moved.DN, elsewhere)
	f.sees(t, "somebody moved", map[string]string{moved.Account: "entitled"})

	g.Modify(t, inner, "mail", "new@example.org")
	f.sees(t, "a value changed", map[string]string{moved.Account: "entitled"})
	if !f.exact {
		return
	}
	g.Delete(t, gone.DN)
	f.sees(t, "somebody was deleted", map[string]string{})

	g.Rename(t, unit, unit[:3]+"renamed")
	f.sees(t, "a unit was renamed", map[string]string{})
}

// followGroups holds that a change of a group counts if the group entitles, at whatever depth, and
// that a person is judged by all groups.
func followGroups(t *testing.T, f *follower, g grounds, top, deep, unrelated, member string) {
	t.Helper()
	f.look(t)
	is := func(when string, want ...string) {
		t.Helper()
		if _, got := f.look(t); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	rdn := func(dn string) string {
		name, _, _ := strings.Cut(dn, ",")
		return strings.ToLower(name)
	}
	in, out := g.people[3], g.people[4]
	g.Modify(t, unrelated, member, in.DN)
	is("a group that entitles nobody changed")
	g.Modify(t, deep, member, in.DN)
	is("a group in a group changed", rdn(deep))
	g.Modify(t, in.DN, "mail", "in@example.org")
	g.Modify(t, out.DN, "mail", "out@example.org")
	f.sees(t, "two changed", map[string]string{in.Account: "entitled", out.Account: "departed out-of-scope"})
	g.Modify(t, top, member, deep, out.DN)
	is("the group itself changed", rdn(top))
}

func TestChangesInADomain(t *testing.T) {
	srv := domain.Get(t)
	unit, narrow := ownUnit(t, srv)
	people := addTo(t, srv, unit, 8000, 6)
	newcomer := srv.NewPerson(8010)
	newcomer.State, newcomer.DN = testdir.Active, "CN="+newcomer.Account
	g := grounds{
		Endpoint: srv.Endpoint, people: people, newcomer: newcomer,
		add: func(p testdir.Person) { srv.AddPerson(t, p) }, off: func(dn string) { srv.Disable(t, dn) },
		addUnit: func(name string) string {
			dn := "OU=" + name + "," + unit
			srv.Add(t, testdir.Entry{DN: dn, Attributes: map[string][]string{"objectClass": {"organizationalUnit"}}})
			return dn
		},
	}
	numbered := func(edit ...func(*Config)) *follower {
		return &follower{Source: mustNew(t, forDomain(t, srv, append(edit, narrow)...)), attribute: "samaccountname", exact: true}
	}
	follow(t, numbered(), g)
	f := numbered()
	f.loses(t, "usn@00000000-0000-4000-8000-000000000000=5") // restored since, or another server (pitfall B10)
	f.look(t)
	f.loses(t, model.Version(strings.Replace(string(f.since), "=", "=9", 1)))

	at := func(name string) string { return "CN=" + name + "," + unit }
	srv.Add(t, adGroup(unit, "ch-deep"), adGroup(unit, "ch-other"), adGroup(unit, "ch-middle", at("ch-deep")), adGroup(unit, "ch-top", at("ch-middle"), people[5].DN))
	followGroups(t, numbered(func(c *Config) { c.Groups = []string{at("ch-top")} }), g, at("ch-top"), at("ch-deep"), at("ch-other"), "member")
}

// openLDAPGrounds are those of a server of its own.
func openLDAPGrounds(t *testing.T, srv *openldap.Server) grounds {
	t.Helper()
	newcomer := srv.NewPerson(900)
	return grounds{
		Endpoint: srv.Endpoint, people: slices.DeleteFunc(slices.Clone(srv.People), func(p testdir.Person) bool { return !p.Entitled() }), newcomer: newcomer,
		add: func(p testdir.Person) { srv.AddPerson(t, p) }, off: func(dn string) { srv.Disable(t, dn) },
		addUnit: func(name string) string {
			dn := "ou=" + name + "," + srv.PeopleDN
			srv.Add(t, testdir.Entry{DN: dn, Attributes: map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {name}}})
			return dn
		},
	}
}

func TestChangesInOpenLDAP(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 30})
	g := openLDAPGrounds(t, srv)
	numbered := func(edit ...func(*Config)) *follower {
		f := &follower{Source: mustNew(t, forOpenLDAP(t, srv, edit...)), attribute: "uid", exact: true}
		f.since = mustRead(t, f.Source).Replica.Version // as a poll that begins after a complete read
		return f
	}
	follow(t, numbered(), g)
	f := numbered()
	f.loses(t, "csn000=20990101000000.000000Z#000000#000#000000")
	f.loses(t, "csn007=20200101000000.000000Z#000000#007#000000")

	at := func(name string) string { return "cn=" + name + "," + srv.LeaversDN }
	srv.Add(t,
		groupIn(srv.LeaversDN, "groupOfNames", "deep", g.people[6].DN), groupIn(srv.LeaversDN, "groupOfNames", "other", g.people[6].DN),
		groupIn(srv.LeaversDN, "groupOfNames", "middle", at("deep")), groupIn(srv.LeaversDN, "groupOfNames", "top", at("middle"), g.people[5].DN),
	)
	followGroups(t, numbered(func(c *Config) { c.Groups = []string{at("top")} }), g, at("top"), at("deep"), at("other"), "member")
}

func TestChangesIn389(t *testing.T) {
	t.Parallel()
	srv := ds389.Start(t, ds389.Options{People: 30})
	people := slices.DeleteFunc(slices.Clone(srv.People), func(p testdir.Person) bool { return !p.Entitled() })
	g := grounds{
		Endpoint: srv.Endpoint, people: people, newcomer: srv.NewPerson(900),
		add: func(p testdir.Person) { srv.AddPerson(t, p) }, off: func(dn string) { srv.Disable(t, dn) },
		addUnit: func(name string) string {
			dn := "ou=" + name + "," + srv.PeopleDN
			srv.Add(t, testdir.Entry{DN: dn, Attributes: map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {name}}})
			return dn
		},
	}
	follow(t, &follower{Source: mustNew(t, forDS389(t, srv)), attribute: "uid"}, g)
}
