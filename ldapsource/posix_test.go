package ldapsource

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/ds389"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// posixEntry makes the account of a person with a primary group.
func posixEntry(p testdir.Person, gid string) testdir.Entry {
	e := openldap.Entry(p)
	e.Attributes["objectClass"] = []string{"inetOrgPerson", "posixAccount"}
	e.Attributes["uidNumber"], e.Attributes["gidNumber"], e.Attributes["homeDirectory"] = []string{p.Number}, []string{gid}, []string{"/home"}
	return e
}

// posixGroup makes a group of RFC 2307 with a number.
func posixGroup(parent, name, gid string, uids ...string) testdir.Entry {
	e := groupIn(parent, "posixGroup", name, uids...)
	e.Attributes["gidNumber"] = []string{gid}
	return e
}

// wantEverywhere wants the same people in a group wherever the configuration may name it: they are
// entitled, before the last look too, and protected, and have the label.
func wantEverywhere(t *testing.T, cfg Config, group string, members ...string) {
	t.Helper()
	want := charts{group: {people: members}}.everybody(group)
	entitling := cfg
	entitling.Groups = []string{group}
	s := mustNew(t, entitling)
	snapshot := wantMembers(t, s, "uid", want)
	if !snapshot.Departures() {
		t.Errorf("departures are blocked: %+v", snapshot.Conditions)
	}
	wantSameFromBelow(t, s, snapshot)

	protecting := cfg
	protecting.ProtectGroups = []string{group}
	guarded, protected := mustRead(t, mustNew(t, protecting)), map[string]bool{}
	for account, p := range byAttribute(guarded.People, "uid") {
		if p.Protected {
			protected[account] = true
		}
	}
	if diff := cmp.Diff(want, protected); diff != "" || len(guarded.ProtectAll) > 0 {
		t.Errorf("protected: %s; %q", diff, guarded.ProtectAll)
	}
	wantProtectedFromBelow(t, mustNew(t, protecting), guarded)
	wantLabels(t, cfg, "uid", charts{group: {people: members}}, func(name string) string { return name })
}

// wantProtectedFromBelow holds that the last look comes to the same as the read.
func wantProtectedFromBelow(t *testing.T, s *Source, snapshot model.Snapshot) {
	t.Helper()
	var all []model.Tracked
	for _, p := range snapshot.People {
		all = append(all, trackedAs(p))
	}
	sightings, err := s.Recheck(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range snapshot.People {
		if want := p.Protected || len(snapshot.ProtectAll) > 0; sightings[i].Protected != want {
			t.Errorf("%s: protected %t by the last look, %t by the read", p.DN, sightings[i].Protected, want)
		}
	}
}

// wantDoubt wants a group that is not known wholly: those who are seen in it are in it, nobody else is
// known to be in none, by the read and by the last look, and check says what is not followed.
func wantDoubt(t *testing.T, cfg Config, group, detail string, members ...string) {
	t.Helper()
	cfg.Groups = []string{group}
	s := mustNew(t, cfg)
	snapshot := wantMembers(t, s, "uid", charts{group: {people: members}}.everybody(group))
	c := condition(t, snapshot.Conditions, groups)
	if c.OK || snapshot.Departures() || !strings.Contains(english.Say(c.Detail), detail) {
		t.Errorf("%+v, want %q", c, detail)
	}
	for _, p := range snapshot.People {
		if p.State == model.Departed && p.Evidence.Kind == model.OutOfScope {
			t.Errorf("%+v", p)
		}
	}
	wantSameFromBelow(t, s, snapshot)
	if f := findingsOf(s.Check(t.Context(), nil), "groups", Failure); len(f) == 0 || !strings.Contains(english.Say(f[0].Came), detail) {
		t.Errorf("check says %+v, want %q", f, detail)
	}
	cfg.Groups, cfg.ProtectGroups = nil, []string{group}
	guarded := mustRead(t, mustNew(t, cfg))
	if !strings.Contains(english.Join(guarded.ProtectAll), detail) {
		t.Errorf("not everybody is protected: %q", guarded.ProtectAll)
	}
	wantProtectedFromBelow(t, mustNew(t, cfg), guarded)
	wantLabelsStay(t, withGroups(cfg, group), "doubt")
}

func withGroups(cfg Config, dns ...string) Config {
	cfg.Groups, cfg.ProtectGroups = dns, nil
	return cfg
}

// TestPosixPrimaryGroup: a posixGroup has those whose gidNumber is its own, alone or with a list, itself
// or in another group, in every spelling of the number that the server keeps.
func TestPosixPrimaryGroup(t *testing.T) {
	srv := openldap.Start(t, openldap.Options{People: 6})
	people := srv.People
	at := func(name string) string { return "cn=" + name + "," + srv.LeaversDN }
	for i := 20; i < 26; i++ {
		p := srv.NewPerson(i)
		people = append(people, p)
		srv.Add(t, posixEntry(p, []string{"5000", "5001", "0"}[i%3]))
	}
	srv.Add(t,
		posixGroup(srv.LeaversDN, "staff", "5000"), posixGroup(srv.LeaversDN, "board", "5001", people[0].Account),
		posixGroup(srv.LeaversDN, "root", "0"), posixGroup(srv.LeaversDN, "other", "6000", people[1].Account),
		groupIn(srv.LeaversDN, "groupOfNames", "outer", at("inner"), people[2].DN), groupIn(srv.LeaversDN, "groupOfNames", "inner", at("staff"), at("board")),
	)
	of := map[string][]string{}
	for i := 20; i < 26; i++ {
		gid := []string{"5000", "5001", "0"}[i%3]
		of[gid] = append(of[gid], srv.NewPerson(i).Account)
	}
	colleague := of["5001"][0] // who has a number in common with somebody is not in all groups with them
	srv.Add(t, groupIn(srv.LeaversDN, "groupOfNames", "plain", dnOf(people, colleague)))
	cfg := forOpenLDAP(t, srv)
	for name, members := range map[string][]string{
		"staff": of["5000"], "board": append([]string{people[0].Account}, of["5001"]...), "root": of["0"], "other": {people[1].Account}, "plain": {colleague},
		"outer": slices.Concat(of["5000"], of["5001"], []string{people[0].Account, people[2].Account}),
	} {
		t.Run(name, func(t *testing.T) { wantEverywhere(t, cfg, at(name), members...) })
	}
	t.Run("poll", func(t *testing.T) {
		f := &follower{Source: mustNew(t, withGroups(cfg, at("staff"))), attribute: "uid", exact: true}
		f.since = mustRead(t, f.Source).Replica.Version
		f.look(t)
		mover, leaver := dnOf(people, of["5001"][0]), dnOf(people, of["5000"][0])
		srv.Modify(t, mover, "gidNumber", "5000")
		srv.Modify(t, leaver, "gidNumber", "6000")
		f.sees(t, "numbers changed", map[string]string{of["5001"][0]: "entitled", of["5000"][0]: "departed out-of-scope"})
	})
}

func dnOf(people []testdir.Person, account string) string {
	return people[slices.IndexFunc(people, func(p testdir.Person) bool { return p.Account == account })].DN
}

// TestHiddenNumbers: an account whose number is hidden may be in any group that has one, and a group
// whose number is hidden may have anybody.
func TestHiddenNumbers(t *testing.T) {
	const blinded = "access to dn.exact=%q attrs=gidNumber by dn.exact=\"cn=blind,ou=service,dc=example,dc=org\" none by * break\n"
	const veiling = "access to dn.exact=\"uid=veiled,ou=people,dc=example,dc=org\" attrs=objectClass by dn.exact=\"cn=blind,ou=service,dc=example,dc=org\" search by * break\n"
	srv := openldap.Start(t, openldap.Options{
		People: 3, FirstConf: fmt.Sprintf(blinded+blinded+blinded+veiling, "uid=hidden,ou=people,dc=example,dc=org", "cn=sealed,ou=leavers,dc=example,dc=org", "uid=veiled,ou=people,dc=example,dc=org"),
	})
	hidden, seen, veiled := srv.NewPerson(20), srv.NewPerson(21), srv.NewPerson(22)
	veiled.DN, veiled.Account = "uid=veiled,"+srv.PeopleDN, "veiled"
	hidden.DN, seen.DN = "uid=hidden,"+srv.PeopleDN, "uid=seen,"+srv.PeopleDN
	hidden.Account, seen.Account = "hidden", "seen"
	srv.Add(t, posixEntry(hidden, "5000"), posixEntry(seen, "5000"), posixEntry(veiled, "5000"),
		posixGroup(srv.LeaversDN, "staff", "5000"), posixGroup(srv.LeaversDN, "sealed", "5000", "seen"),
		groupIn(srv.LeaversDN, "groupOfNames", "plain", seen.DN))
	cfg := forOpenLDAP(t, srv, func(c *Config) { c.BindDN = srv.BlindDN })
	states := func(group string) map[string]model.AccountState {
		s := mustNew(t, withGroups(cfg, "cn="+group+","+srv.LeaversDN))
		snapshot, found := mustRead(t, s), map[string]model.AccountState{}
		wantSameFromBelow(t, s, snapshot)
		for account, p := range byAttribute(snapshot.People, "uid") {
			found[account] = p.State
		}
		return found
	}
	got := states("staff")
	if got["hidden"] != model.Unknown || got["veiled"] != model.Unknown || got["seen"] != model.Entitled || got[srv.People[0].Account] != model.Departed {
		t.Errorf("%v", got)
	}
	if got := states("plain"); got["hidden"] != model.Departed || got["seen"] != model.Entitled {
		t.Errorf("in a group without a number it does not matter: %v", got)
	}
	wantDoubt(t, cfg, "cn=sealed,"+srv.LeaversDN, "its gidNumber is not readable", "seen")
}

// TestMixedGroup: RFC 2307bis lets one group list DNs and logins, and be a primary group, and 389
// Directory Server a search as well.
func TestMixedGroup(t *testing.T) {
	srv := ds389.Start(t, ds389.Options{People: 8})
	people, mixed := srv.People, "cn=mixed,"+srv.LeaversDN
	primary := srv.NewPerson(30)
	srv.Add(t, posixEntry(primary, "5000"), testdir.Entry{DN: mixed, Attributes: map[string][]string{
		"objectClass": {"groupOfUniqueNames", "posixGroup", "groupOfURLs"}, "cn": {"mixed"}, "gidNumber": {"5000"},
		"uniqueMember": {people[0].DN + "#'0101'B"}, "memberUid": {people[1].Account},
		"memberURL": {"ldap:///" + srv.PeopleDN + "??sub?(title=" + people[2].Title + ")"},
	}}, groupIn(srv.LeaversDN, "groupOfNames", "outer", mixed, people[3].DN))
	members := []string{people[0].Account, people[1].Account, people[2].Account, primary.Account}
	wantEverywhere(t, forDS389(t, srv), mixed, members...)
	wantEverywhere(t, forDS389(t, srv), "cn=outer,"+srv.LeaversDN, append(members, people[3].Account)...)
	srv.Modify(t, mixed, "uniqueMember") // the list may be gone where there is a search
	wantEverywhere(t, forDS389(t, srv), mixed, members[1:]...)
}
