package ldapsource

import (
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/ds389"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestSpellingsOfMembers: a login and a DN count in every spelling that the directory takes for the same,
// in the group itself and in one in it, before the last look too.
func TestSpellingsOfMembers(t *testing.T) {
	t.Parallel()
	for product, spell := range map[string]func(*testing.T){
		"OpenLDAP": func(t *testing.T) {
			srv := openldap.Start(t, openldap.Options{People: 12})
			wantSpellings(t, srv.Endpoint, forOpenLDAP(t, srv), srv.LeaversDN, srv.People)
		},
		"389": func(t *testing.T) {
			srv := ds389.Start(t, ds389.Options{People: 12})
			wantSpellings(t, srv.Endpoint, forDS389(t, srv), srv.LeaversDN, srv.People)
		},
	} {
		t.Run(product, spell)
	}
}

func wantSpellings(t *testing.T, at testdir.Endpoint, cfg Config, parent string, p []testdir.Person) {
	t.Helper()
	odd := func(dn string) string { // blanks, case and an escape
		dn = strings.ReplaceAll(dn, ",dc=", " ,  DC = ")
		return strings.Replace(dn, "uid=u", `UID=\75`, 1)
	}
	alias := func(dn string) string { return strings.Replace(odd(dn), "UID=", "userid=", 1) }
	at.Add(t,
		posixGroup(parent, "logins", "7000", p[0].Account+" ", "  "+p[1].Account, strings.ToUpper(p[2].Account), p[3].Account),
		groupIn(parent, "groupOfUniqueNames", "names", p[4].DN+"#'01'B", strings.ToUpper(p[5].DN)+"#''B", alias(p[6].DN), strings.Replace(p[8].DN, "uid=", "userid=", 1)),
		groupIn(parent, "groupOfNames", "listed", odd(p[9].DN), strings.ToUpper(p[10].DN)),
		groupIn(parent, "groupOfNames", "all", "cn=logins,"+parent, odd("cn=names,"+parent), "cn=listed,"+parent),
	)
	logins := []string{p[0].Account, p[1].Account, p[2].Account, p[3].Account}
	unique := []string{p[4].Account, p[5].Account, p[6].Account, p[8].Account}
	listed := []string{p[9].Account, p[10].Account}
	wantEverywhere(t, cfg, "cn=logins,"+parent, logins...)
	wantEverywhere(t, cfg, "cn=names,"+parent, unique...)
	wantEverywhere(t, cfg, "cn=listed,"+parent, listed...)
	wantEverywhere(t, cfg, "cn=all,"+parent, append(append(logins, unique...), listed...)...)
}

// TestNobodysLogins: a login that nobody has is counted, and may be that of somebody who had it before,
// or who shows none. Somebody outside the scope is somebody.
func TestNobodysLogins(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 6, FirstConf: `access to dn.exact="uid=mute,ou=people,dc=example,dc=org" attrs=uid by dn.exact="cn=blind,ou=service,dc=example,dc=org" none by * break`})
	anna, bert, moved := srv.People[0], srv.People[1], srv.People[2]
	mute := srv.NewPerson(40)
	mute.Account, mute.DN = "mute", "uid=mute,"+srv.PeopleDN
	srv.AddPerson(t, mute)
	srv.Move(t, moved.DN, srv.LeaversDN)
	team := "cn=team," + srv.LeaversDN
	srv.Add(t, posixGroup(srv.LeaversDN, "team", "7000", anna.Account, bert.Account, moved.Account, "mute"))
	cfg := withGroups(forOpenLDAP(t, srv, func(c *Config) { c.BaseDN = srv.PeopleDN }), team)
	s := mustNew(t, cfg)
	before := mustRead(t, s)
	if c := condition(t, before.Conditions, groups); english.Say(c.Detail) != team+": 3 people" {
		t.Error(c)
	}
	anna1 := byAttribute(before.People, "uid")[anna.Account]

	srv.Rename(t, anna.DN, "uid=married")
	after := mustRead(t, s, trackedAs(anna1))
	if p := byAttribute(after.People, "uid")["married"]; p.State != model.Unknown || !strings.Contains(p.Evidence.Detail, "still lists the login") {
		t.Errorf("%+v", p)
	}
	if c := condition(t, after.Conditions, groups); !c.OK || english.Say(c.Detail) != team+": 2 people, 1 login that nobody has" {
		t.Errorf("%+v", c)
	}
	if got, err := s.Recheck(t.Context(), []model.Tracked{trackedAs(anna1)}); err != nil || got[0].State != model.Unknown {
		t.Errorf("%+v, %v", got, err)
	}
	srv.Modify(t, team, "memberUid", bert.Account, moved.Account, "mute")
	if got, err := s.Recheck(t.Context(), []model.Tracked{trackedAs(anna1)}); err != nil || got[0].State != model.Departed {
		t.Errorf("%+v, %v", got, err)
	}

	cfg.BindDN = srv.BlindDN // does not see the login of mute
	blind := mustRead(t, mustNew(t, cfg))
	for _, p := range blind.People {
		if p.DN == mute.DN && (p.State != model.Unknown || !strings.Contains(p.Evidence.Detail, "shows no login")) {
			t.Errorf("%+v", p)
		}
	}
}
