package openldap

import (
	"maps"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// Values of pwdAccountLockedTime (draft-behera-ldap-password-policy §5.3.3). The first is the
// lock of an administrator and lasts; any other is a lock-out after wrong passwords and ends.
const (
	LockedByAdmin     = "000001010000Z"
	LockedTemporarily = "20200101000000Z"
)

// NewPerson makes person number i as this server would hold it. Its organisational unit is
// [testdir.Person.Unit]; to put it elsewhere, set DN. Of every 50 people number 13 is locked by
// an administrator.
func (s *Server) NewPerson(i int) testdir.Person { return newPerson(i) }

func newPerson(i int) testdir.Person {
	p := testdir.NewPerson(i)
	p.DN = "uid=" + p.Account + "," + unitDN(p.Unit)
	if i%50 == 7 { // the names with a comma are part of the DN
		p.DN = "cn=" + ldap.EscapeDN(p.CommonName) + "," + unitDN(p.Unit)
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

// Entry returns the entry of a person, without operational attributes.
func Entry(p testdir.Person) testdir.Entry {
	attributes := map[string][]string{
		"objectClass":      {"inetOrgPerson"},
		"uid":              {p.Account},
		"cn":               {p.CommonName},
		"sn":               {p.Surname},
		"givenName":        {p.GivenName},
		"displayName":      {p.GivenName + " " + p.Surname},
		"mail":             {p.Mail},
		"employeeNumber":   {p.Number},
		"title":            {p.Title},
		"departmentNumber": {p.Department},
	}
	maps.DeleteFunc(attributes, func(_ string, values []string) bool { return values[0] == "" })
	return testdir.Entry{DN: p.DN, Attributes: attributes}
}

// content is the whole database of a new server. Beside the people there is a printer in
// ou=people, which no filter for people may find, and a person who is locked out for a while.
func content(people []testdir.Person, password string, extra []testdir.Entry) []testdir.Entry {
	entries := []testdir.Entry{
		{DN: baseDN, Attributes: map[string][]string{"objectClass": {"dcObject", "organization"}, "dc": {"example"}, "o": {"Beispiel AG"}}},
		unit("people", peopleDN),
		unit("service", serviceDN),
		unit("leavers", "ou=leavers,"+baseDN),
		account("reader", readerDN, password),
		account("limited", limitedDN, password),
		account("blind", blindDN, password),
		group("sees no unit", blindGroup),
		group("sees no people", shyGroup),
		{DN: "cn=printer," + peopleDN, Attributes: map[string][]string{"objectClass": {"device"}, "cn": {"printer"}}},
	}
	for _, name := range testdir.Units() {
		entries = append(entries, unit(name, unitDN(name)))
	}
	for i, p := range people {
		entry := Entry(p)
		switch {
		case p.State == testdir.Disabled:
			entry.Attributes["pwdAccountLockedTime"] = []string{LockedByAdmin}
		case i%50 == 17:
			entry.Attributes["pwdAccountLockedTime"] = []string{LockedTemporarily}
		}
		entries = append(entries, entry)
	}
	return append(entries, extra...)
}

func unit(name, dn string) testdir.Entry {
	return testdir.Entry{DN: dn, Attributes: map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {name}}}
}

// group is one for access rules; the blind account is in each, as none may be empty.
func group(name, dn string) testdir.Entry {
	return testdir.Entry{DN: dn, Attributes: map[string][]string{"objectClass": {"groupOfNames"}, "cn": {name}, "member": {blindDN}}}
}

func account(name, dn, password string) testdir.Entry {
	return testdir.Entry{DN: dn, Attributes: map[string][]string{
		"objectClass":  {"organizationalRole", "simpleSecurityObject"},
		"cn":           {name},
		"userPassword": {password},
	}}
}
