package ds389

import (
	"context"
	"errors"
	"os/user"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
)

const (
	baseDN    = "dc=example,dc=org"
	adminDN   = "cn=Directory Manager"
	peopleDN  = "ou=people," + baseDN
	serviceDN = "ou=service," + baseDN
	readerDN  = "cn=reader," + serviceDN
	limitedDN = "cn=limited," + serviceDN
	blindDN   = "cn=blind," + serviceDN

	managedRole  = "cn=nsManagedDisabledRole," + baseDN
	disabledRole = "cn=nsDisabledRole," + baseDN
)

// Locked is the value of nsAccountLock of an account that was switched off.
const Locked = "TRUE"

func hiddenOU() string {
	units := testdir.Units()
	return "ou=" + units[len(units)-1] + "," + peopleDN
}

// userName is whom the server runs as: ourselves.
func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "root"
}

// NewPerson makes person number i as this server would hold it. Of every 50 people number 13 is
// switched off.
func (s *Server) NewPerson(i int) testdir.Person { return newPerson(i) }

func newPerson(i int) testdir.Person {
	p := testdir.NewPerson(i)
	unit := "ou=" + p.Unit + "," + peopleDN
	p.DN = "uid=" + p.Account + "," + unit
	if i%50 == 7 { // the names with a comma are part of the DN
		p.DN = "cn=" + ldap.EscapeDN(p.CommonName) + "," + unit
	}
	if i%50 == 13 {
		p.State = testdir.Disabled
	}
	return p
}

func newPeople(n int) []testdir.Person {
	people := make([]testdir.Person, n)
	for i := range people {
		people[i] = newPerson(i)
	}
	return people
}

// entry is that of a person, with the lock.
func entry(p testdir.Person) testdir.Entry {
	e := openldap.Entry(p)
	if p.State == testdir.Disabled {
		e.Attributes["nsAccountLock"] = []string{Locked}
	}
	return e
}

// AddPerson adds a person, such as one of [Server.NewPerson].
func (s *Server) AddPerson(t testing.TB, p testdir.Person) {
	t.Helper()
	s.Add(t, entry(p))
}

// Disable switches an account off as an administrator does.
func (s *Server) Disable(t testing.TB, dn string) {
	t.Helper()
	s.Modify(t, dn, "nsAccountLock", Locked)
}

// Enable switches it on again.
func (s *Server) Enable(t testing.TB, dn string) {
	t.Helper()
	s.Modify(t, dn, "nsAccountLock")
}

// AddLockRole makes the role whose members are locked, and the class of service that shows the lock
// on their entries, as the tools of the product make them (dsidm account lock of old, ns-inactivate.pl).
func (s *Server) AddLockRole(t testing.TB) {
	t.Helper()
	const template = `cn="` + disabledRole + `",cn=nsAccountInactivationTmp,` + baseDN
	s.Add(t,
		testdir.Entry{DN: managedRole, Attributes: map[string][]string{
			"objectClass": {"LDAPsubentry", "nsRoleDefinition", "nsSimpleRoleDefinition", "nsManagedRoleDefinition"}, "cn": {"nsManagedDisabledRole"},
		}},
		testdir.Entry{DN: disabledRole, Attributes: map[string][]string{
			"objectClass": {"LDAPsubentry", "nsRoleDefinition", "nsComplexRoleDefinition", "nsNestedRoleDefinition"}, "cn": {"nsDisabledRole"}, "nsRoleDN": {managedRole},
		}},
		testdir.Entry{DN: "cn=nsAccountInactivationTmp," + baseDN, Attributes: map[string][]string{
			"objectClass": {"nsContainer"}, "cn": {"nsAccountInactivationTmp"},
		}},
		testdir.Entry{DN: template, Attributes: map[string][]string{
			"objectClass": {"extensibleObject", "cosTemplate", "LDAPsubentry"}, "cn": {disabledRole}, "cosPriority": {"1"}, "nsAccountLock": {"true"},
		}},
		testdir.Entry{DN: "cn=nsAccountInactivation_cos," + baseDN, Attributes: map[string][]string{
			"objectClass": {"LDAPsubentry", "cosSuperDefinition", "cosClassicDefinition"}, "cn": {"nsAccountInactivation_cos"},
			"cosTemplateDn": {"cn=nsAccountInactivationTmp," + baseDN}, "cosSpecifier": {"nsRole"}, "cosAttribute": {"nsAccountLock operational"},
		}},
	)
}

// LockByRole locks an account through the role of [Server.AddLockRole]. Its entry stays as it is. The
// server reads a new class of service in a thread of its own, so this waits until it shows the lock.
func (s *Server) LockByRole(t testing.TB, dn string) {
	t.Helper()
	s.Modify(t, dn, "nsRoleDN", managedRole)
	conn := s.Connect(t, adminDN)
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	err := s.process.Await(ctx, func() error {
		result, err := conn.Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(nsAccountLock=*)", []string{"1.1"}, nil))
		if err == nil && len(result.Entries) == 0 {
			err = errors.New("the lock does not show")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// fill makes the database and puts everybody in.
func (s *Server) fill() error {
	conn, err := s.Dial(adminDN)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	for _, e := range s.content() {
		request := ldap.NewAddRequest(e.DN, nil)
		for name, values := range e.Attributes {
			request.Attribute(name, values)
		}
		if err := conn.Add(request); err != nil {
			return err
		}
	}
	return nil
}

// content is the backend, and everything in it. Beside the people there is a printer in ou=people,
// which no filter for people may find.
func (s *Server) content() []testdir.Entry {
	const config = "cn=ldbm database,cn=plugins,cn=config"
	entries := []testdir.Entry{
		{DN: "cn=userRoot," + config, Attributes: map[string][]string{
			"objectClass": {"extensibleObject", "nsBackendInstance"}, "cn": {"userRoot"}, "nsslapd-suffix": {baseDN},
		}},
		{DN: `cn="` + baseDN + `",cn=mapping tree,cn=config`, Attributes: map[string][]string{
			"objectClass": {"extensibleObject", "nsMappingTree"}, "cn": {baseDN}, "nsslapd-state": {"backend"}, "nsslapd-backend": {"userRoot"},
		}},
		{DN: baseDN, Attributes: map[string][]string{"objectClass": {"domain"}, "dc": {"example"}, "aci": {
			`(targetattr != "userPassword")(version 3.0; acl "read"; allow (read,search,compare) userdn = "ldap:///all";)`,
		}}},
		unit("people", peopleDN), unit("service", serviceDN), unit("leavers", s.LeaversDN),
		account("reader", readerDN, s.Password, "-1"), account("limited", limitedDN, s.Password, "100"), account("blind", blindDN, s.Password, "-1"),
		{DN: "cn=printer," + peopleDN, Attributes: map[string][]string{"objectClass": {"device"}, "cn": {"printer"}}},
	}
	for _, name := range testdir.Units() {
		entries = append(entries, unit(name, "ou="+name+","+peopleDN))
	}
	for n := range entries {
		if entries[n].DN == hiddenOU() {
			entries[n].Attributes["aci"] = []string{`(targetattr = "*")(version 3.0; acl "hidden"; deny (all) userdn = "ldap:///` + blindDN + `";)`}
		}
	}
	for _, p := range s.People {
		entries = append(entries, entry(p))
	}
	return entries
}

func unit(name, dn string) testdir.Entry {
	return testdir.Entry{DN: dn, Attributes: map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {name}}}
}

// account may read so many entries of a search, or of one of its pages.
func account(name, dn, password, limit string) testdir.Entry {
	return testdir.Entry{DN: dn, Attributes: map[string][]string{
		"objectClass": {"organizationalRole", "simpleSecurityObject", "extensibleObject"}, "cn": {name}, "userPassword": {password},
		"nsSizeLimit": {limit}, "nsPagedSizeLimit": {limit}, "nsLookThroughLimit": {"-1"}, "nsPagedLookThroughLimit": {"-1"},
	}}
}
