package ldapsource

import (
	"fmt"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/ds389"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestHiddenListOfAPosixGroup: who is in the group by number is seen, and the list of logins is not: the
// group is seen by half. One that has no list is whole.
func TestHiddenListOfAPosixGroup(t *testing.T) {
	t.Parallel()
	const hides = "access to dn.exact=%q attrs=memberUid by dn.exact=\"cn=blind,ou=service,dc=example,dc=org\" %s by * break\n"
	srv := openldap.Start(t, openldap.Options{
		People: 4, FirstConf: fmt.Sprintf(hides+hides, "cn=sealed,ou=leavers,dc=example,dc=org", "none", "cn=blurred,ou=leavers,dc=example,dc=org", "compare"),
	})
	primary, listed := srv.NewPerson(21), srv.People[0].Account
	srv.Add(t, posixEntry(primary, "5000"),
		posixGroup(srv.LeaversDN, "sealed", "5000", listed), posixGroup(srv.LeaversDN, "blurred", "5000", listed), posixGroup(srv.LeaversDN, "bare", "5000"),
		groupIn(srv.LeaversDN, "groupOfNames", "outer", "cn=sealed,"+srv.LeaversDN))
	cfg := forOpenLDAP(t, srv, func(c *Config) { c.BindDN = srv.BlindDN })
	for _, name := range []string{"sealed", "blurred"} {
		wantDoubt(t, cfg, "cn="+name+","+srv.LeaversDN, "its memberUid is not readable", primary.Account)
	}
	outer := mustRead(t, mustNew(t, withGroups(cfg, "cn=outer,"+srv.LeaversDN)))
	if c := condition(t, outer.Conditions, groups); c.OK {
		t.Errorf("%+v", c)
	}
	wantEverywhere(t, cfg, "cn=bare,"+srv.LeaversDN, primary.Account)
	wantEverywhere(t, forOpenLDAP(t, srv), "cn=sealed,"+srv.LeaversDN, primary.Account, listed)
}

// TestHiddenListOf389: whom the search of a group finds does not stand for whom its list has, and the
// schema lets a group be without one.
func TestHiddenListOf389(t *testing.T) {
	t.Parallel()
	srv := ds389.Start(t, ds389.Options{People: 4})
	p, group, empty := srv.People, "cn=sealed,"+srv.LeaversDN, groupIn(srv.LeaversDN, "groupOfNames", "empty")
	srv.Add(t, testdir.Entry{DN: group, Attributes: map[string][]string{
		"objectClass": {"groupOfNames", "groupOfURLs"}, "cn": {"sealed"}, "member": {p[0].DN},
		"memberURL": {"ldap:///" + srv.PeopleDN + "??sub?(title=" + p[1].Title + ")"},
		"aci":       {`(targetattr="member")(version 3.0; acl "sealed"; deny (all) userdn="ldap:///` + srv.BlindDN + `";)`},
	}}, empty, groupIn(srv.LeaversDN, "groupOfNames", "outer", empty.DN, p[0].DN))
	wantDoubt(t, forDS389(t, srv, boundAs(srv.BlindDN)), group, "its member is not readable", p[1].Account)
	wantEverywhere(t, forDS389(t, srv), group, p[0].Account, p[1].Account)
	wantEverywhere(t, forDS389(t, srv), "cn=outer,"+srv.LeaversDN, p[0].Account)
}

// TestHiddenListOfADomain: the same where the primary group is a SID, for the group itself and for one in
// it; the people show that the hidden list has them.
func TestHiddenListOfADomain(t *testing.T) {
	srv := domain.Get(t)
	unit, narrow := ownUnit(t, srv)
	p := addTo(t, srv, unit, 6150, 4)
	half, outer := adGroup(unit, "gh-half", p[0].DN, p[1].DN), adGroup(unit, "gh-around", "CN=gh-half,"+unit, p[2].DN)
	srv.Add(t, half, adGroup(unit, "gh-none"), outer)
	srv.Modify(t, outer.DN, "member", half.DN, p[2].DN, "CN=gh-none,"+unit)
	makePrimary(t, srv, p[0].DN, half.DN)
	read := func(group string, want ...testdir.Person) model.Condition {
		t.Helper()
		accounts := map[string]bool{}
		for _, person := range want {
			accounts[person.Account] = true
		}
		s := mustNew(t, forDomain(t, srv, narrow, func(c *Config) { c.Groups = []string{group} }))
		return condition(t, wantMembers(t, s, "samaccountname", accounts).Conditions, groups)
	}
	if c := read(outer.DN, p[0], p[1], p[2]); !c.OK {
		t.Errorf("%+v", c)
	}
	show := srv.HideMembers(t, half.DN)
	for group, seen := range map[string][]testdir.Person{half.DN: {p[0]}, outer.DN: {p[0], p[2]}} {
		if c := read(group, seen...); c.OK {
			t.Errorf("%s: %+v", group, c)
		}
	}
	show()
	if c := read(half.DN, p[0], p[1]); !c.OK {
		t.Errorf("%+v", c)
	}
}
