package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// halfGroups is row B6: who is in a group by its list, and who by number.
func (m *matrix) halfGroups(t *testing.T) {
	m.scenario(t, "a list that is hidden, beside people by number", func(t *testing.T) {
		h, team := newTeam(t)
		h.Modify(t, team, "description", hidesList)
		h.lasts(t, 4).says(t, "groups: "+team, "its memberUid is not readable")
		h.Modify(t, team, "description")
		h.fixed(t)
	})
	m.scenario(t, "a number that is hidden, and a list that is empty", func(t *testing.T) {
		h, team := newTeam(t)
		accounts := accountsOf(h.trial.people)
		h.Modify(t, team, "memberUid")
		h.Modify(t, team, "gidNumber", "6000")
		h.lasts(t, 4).says(t, "groups: "+team, "it is empty")
		h.Modify(t, team, "gidNumber", teamNumber)
		h.Modify(t, team, "memberUid", accounts...)
		h.fixed(t)
	})
	m.scenario(t, "from the list to the number", func(t *testing.T) {
		h, team := newTeam(t)
		primary := h.trial.people[len(h.trial.people)-1]
		h.Modify(t, team, "memberUid", accountsOf(slices.DeleteFunc(slices.Clone(h.trial.people), func(p testdir.Person) bool { return p.Account == primary.Account }))...)
		h.lasts(t, 0)
		h.fixed(t)
	})
}

const teamNumber = "5000"

// newTeam is a trial in which a posixGroup entitles: its list has everybody, and the last one has its
// number as well.
func newTeam(t *testing.T) (h housed, team string) {
	t.Helper()
	srv := openldap.Start(t, openldap.Options{People: 12, FirstConf: hiding})
	primary := srv.NewPerson(40)
	account := openldap.Entry(primary)
	account.Attributes["objectClass"] = []string{"inetOrgPerson", "posixAccount"}
	account.Attributes["uidNumber"], account.Attributes["gidNumber"], account.Attributes["homeDirectory"] = []string{"40"}, []string{teamNumber}, []string{"/"}
	team = "cn=team," + srv.LeaversDN
	people := append(testdir.Entitled(srv.People), primary)
	srv.Add(t, account, testdir.Entry{DN: team, Attributes: map[string][]string{
		"objectClass": {"posixGroup"}, "cn": {"team"}, "gidNumber": {teamNumber}, "memberUid": accountsOf(people),
	}})
	h = housed{directory: srv, site: atOpenLDAP(srv), server: &srv.Endpoint, people: srv.PeopleDN, outside: srv.LeaversDN}
	h.rollOut(t, people, []setting{func(_ *testing.T, w *world, _ *[]testdir.Person) { w.set("sources.0.groups", []any{team}) }})
	return h, team
}

// otherViews is row B7: two living people are hidden from who reads now, or from where.
func (m *matrix) otherViews(t *testing.T) {
	two := func(dn string) bool {
		return strings.HasPrefix(dn, "uid=u000005") || strings.HasPrefix(dn, "uid=u000008")
	}
	const other, third = "cn=other," + memorySuffix, "cn=third," + memorySuffix
	as := func(x fronted, account string, hidden func(string) bool, root map[string][]string) {
		x.set("sources.0.bind_dn", account)
		x.strike(fault{whoAmI: sayWho("dn:" + account), hidden: hidden, root: root})
	}
	back := func(t *testing.T, x fronted) {
		t.Helper()
		x.set("sources.0.bind_dn", x.bindDN)
		x.strike(fault{})
		x.fixed(t)
	}
	const asks = "missed first when another bind account reads"
	m.scenario(t, "an account that is exchanged twice", func(t *testing.T) {
		x := newFronted(t)
		as(x, other, nil, nil)
		x.endures(t, 0)
		as(x, third, two, nil)
		x.lasts(t, 3).says(t, asks, "approve")
		as(x, other, nil, nil)
		x.endures(t, 0)
		back(t, x)
	})
	m.scenario(t, "account and server at once", func(t *testing.T) {
		x := newFronted(t)
		as(x, other, two, map[string][]string{"dnsHostName": {"dc2.example.org"}})
		x.endures(t, 0, 3) // one read confirms nobody after a switch
		x.lasts(t, 3).says(t, asks)
		back(t, x)
	})
	m.scenario(t, "an account that sees all, and somebody leaves", func(t *testing.T) {
		x := newFronted(t)
		as(x, other, nil, nil)
		x.memory.remove(t, 9)
		x.left(x.trial.people[9])
		x.lasts(t, 3).says(t, asks) // nobody can tell it from a hidden one
		back(t, x)
	})
}

// lackingLists is row B8: a list of the package lacks what is there.
func (m *matrix) lackingLists(t *testing.T) {
	for name, lists := range map[string]int{"one list lacks the ID of a leaver": 1, "three lists lack the ID of a leaver, and it is back": 3} {
		m.scenario(t, name, func(t *testing.T) {
			x := newFronted(t)
			x.set("leavers.grace", map[string]any{"withdraw": "0s", "id": "720h"})
			x.endures(t, 0)
			put := x.lacks(t, x.phoneOf(x.trial.people[3]))
			for range lists {
				x.endures(t, 0)
			}
			put(t)
			x.endures(t, 0)
			x.set("leavers.grace", map[string]any{"withdraw": "0s", "id": "0s"})
			x.fixed(t)
		})
	}
	m.scenario(t, "a list lacks the ID of somebody who stays", func(t *testing.T) {
		x := newFronted(t)
		put := x.lacks(t, x.phoneOf(x.trial.people[7]))
		x.must(t, 0, "run", "--once") // before the phone checks in again
		x.spared(t)
		put(t)
		x.fixed(t)
	})
}

// lacks takes a Threema ID out of the package behind everybody's back, until it is put back.
func (x fronted) lacks(t *testing.T, id string) (put func(*testing.T)) {
	t.Helper()
	var user worksim.User
	x.inPackage(t, func(s *worksim.State) {
		n := slices.IndexFunc(s.Users, func(u worksim.User) bool { return u.ID == id })
		if n < 0 {
			t.Fatalf("%s is not in the package", id)
		}
		user = s.Users[n]
		s.Users = slices.Delete(s.Users, n, n+1)
		for c := range s.Credentials {
			s.Credentials[c].Users = slices.DeleteFunc(s.Credentials[c].Users, func(u string) bool { return u == id })
		}
	})
	return func(t *testing.T) {
		t.Helper()
		x.inPackage(t, func(s *worksim.State) {
			s.Users = append(s.Users, user)
			for c := range s.Credentials {
				if s.Credentials[c].ID == user.CredentialID {
					s.Credentials[c].Users = append(s.Credentials[c].Users, id)
				}
			}
		})
	}
}

// deadEnds is row B9: each stop has an end.
func (m *matrix) deadEnds(t *testing.T) {
	m.scenario(t, "an entry without its ID", func(t *testing.T) {
		x := newFronted(t)
		x.strike(fault{edit: func(e *ldap.Entry) *ldap.Entry {
			if strings.HasPrefix(e.DN, "uid=u000020,") {
				return with(e, "entryUUID", "")
			}
			return e
		}})
		x.memory.remove(t, 9)
		x.left(x.trial.people[9])
		x.lasts(t, 4).says(t, "ids: 1 without a usable entryUUID", "uid=u000020,")
		x.strike(fault{})
		x.fixed(t)
	})
	m.scenario(t, "a source with another name", func(t *testing.T) {
		x := newFronted(t)
		x.set("sources.0.name", "ad")
		x.lasts(t, 3).says(t, "threema-dirsync source rename corp ad")
		x.must(t, 0, "source", "rename", "corp", "ad")
		x.fixed(t)
	})
	m.scenario(t, "a source with another name and another base", func(t *testing.T) {
		x := newFronted(t)
		x.set("sources.0.name", "ad")
		x.set("sources.0.base_dn", memorySuffix)
		x.lasts(t, 3)
		x.must(t, 0, "source", "rename", "corp", "ad")
		x.lasts(t, 3).says(t, "approve --baseline")
		x.must(t, 0, "approve", "--baseline")
		x.fixed(t)
	})
}

// failover is row B10: the first of two servers lets us in, or not even that, and shows nobody.
func (m *matrix) failover(t *testing.T) {
	for name, f := range map[string]fault{
		"busy at the login":        {bind: peer.BindResult(ldap.LDAPResultBusy, "")},
		"closes after the login":   {whoAmI: peer.Hangup()},
		"an error on the 1st page": onPage(1, func([]*ldap.Entry, string) peer.Step { return peer.Done(ldap.LDAPResultOperationsError) }),
	} {
		m.scenario(t, name, func(t *testing.T) {
			x := newPair(t)
			x.front.strike(f)
			for range 2 {
				x.advance(t, 25*time.Hour)
				x.must(t, 0, "run", "--once")
				x.spared(t)
			}
			x.gone(t, 0, 1, x.trial.people[3].Account) // two reads of the second server agree
			x.front.strike(fault{})
			x.fixed(t)
		})
	}
}
