package main

import (
	"slices"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
)

// people of a real server in a trial, a third of them in each OU.
const manyStaff = 60

// housed is a trial on a real server.
type housed struct {
	*trial
	directory
	site    site
	server  *testdir.Endpoint
	people  string // the OU of all people: base_dn
	outside string // an OU that base_dn does not cover
	unit    func(name string) string
	leaver  int
}

// server runs a scenario on one server or several, with settings for the roll-out.
type server func(t *testing.T, name string, run func(*testing.T, housed), settings ...setting)

// setting is made before a roll-out, and may change the truth with it.
type setting func(*testing.T, *world, *[]testdir.Person)

// unitGone is the OU that a fault concerns; the last one is hidden from the blind account.
func unitGone() string { return testdir.Units()[len(testdir.Units())-1] }

// onBoth runs a scenario on a real OpenLDAP and on a real domain controller. Settings are made
// before the roll-out.
func (m *matrix) onBoth(t *testing.T, name string, run func(*testing.T, housed), settings ...setting) {
	t.Helper()
	m.onOpenLDAP(t, name+", OpenLDAP", run, settings...)
	m.scenario(t, name+", Active Directory", func(t *testing.T) {
		srv := domain.Get(t)
		m.turn.Lock() // one domain for all, for it takes its time to make
		defer m.turn.Unlock()
		if m.staff == nil {
			m.staff = slices.Clone(srv.People)
		}
		h := housed{
			directory: srv, site: atDomain(srv), server: &srv.Endpoint, people: srv.StaffDN, outside: srv.LeaversDN,
			unit: func(name string) string { return "OU=" + name + "," + srv.StaffDN },
		}
		h.rollOut(t, m.staff, settings)
		run(t, h)
		for n, p := range h.trial.people {
			m.staff[n].DN, m.staff[n].Unit = p.DN, p.Unit
		}
		m.staff[h.leaver].State = testdir.Disabled
	})
}

// onOpenLDAP runs a scenario on an OpenLDAP server of its own.
func (m *matrix) onOpenLDAP(t *testing.T, name string, run func(*testing.T, housed), settings ...setting) {
	t.Helper()
	m.scenario(t, name, func(t *testing.T) {
		srv := openldap.Start(t, openldap.Options{People: manyStaff, FirstConf: hiding})
		h := housed{
			directory: srv, site: atOpenLDAP(srv), server: &srv.Endpoint, people: srv.PeopleDN, outside: srv.LeaversDN,
			unit: func(name string) string { return "ou=" + name + "," + srv.PeopleDN },
		}
		h.rollOut(t, srv.People, settings)
		run(t, h)
	})
}

// rollOut begins the trial. Then somebody leaves, whom the directory says to be disabled.
func (h *housed) rollOut(t *testing.T, people []testdir.Person, settings []setting) {
	t.Helper()
	people = slices.Clone(people)
	w := newWorld(t, h.site)
	for _, set := range settings {
		set(t, w, &people)
	}
	h.trial = newTrial(t, w, people)
	h.leaves(t)
}

// leaves lets the first person leave who is entitled and in no OU that a fault concerns.
func (h *housed) leaves(t *testing.T) {
	t.Helper()
	h.leaver = slices.IndexFunc(h.trial.people, func(p testdir.Person) bool { return p.Entitled() && p.Unit != unitGone() })
	h.Disable(t, h.trial.people[h.leaver].DN)
	h.left(h.trial.people[h.leaver])
}

// reset makes the configuration that of the site again.
func (h *housed) reset() {
	h.settings["sources"], h.settings["mapping"] = []any{h.site.settings()}, h.site.mapping()
}

// in lists the people of an OU, whatever their state.
func (h *housed) in(unit string) (people []*testdir.Person) {
	for n := range h.trial.people {
		if p := &h.trial.people[n]; p.Unit == unit {
			people = append(people, p)
		}
	}
	return people
}

// An entry of OpenLDAP is hidden from the reader, or one of its attributes, by what its
// description says.
const (
	hidesEntry = "hidden"
	hidesCSI   = "numberless"
	hidesID    = "idless"
	hidesList  = "listless"
	hiding     = `
access to filter=(description=` + hidesEntry + `) by dn.exact="cn=reader,ou=service,dc=example,dc=org" none by * break
access to filter=(description=` + hidesCSI + `) attrs=employeeNumber by dn.exact="cn=reader,ou=service,dc=example,dc=org" none by * break
access to filter=(description=` + hidesID + `) attrs=entryUUID by dn.exact="cn=reader,ou=service,dc=example,dc=org" none by * break
access to filter=(description=` + hidesList + `) attrs=memberUid by dn.exact="cn=reader,ou=service,dc=example,dc=org" none by * break
`
)
