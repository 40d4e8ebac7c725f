package sambaad

import (
	"encoding/binary"
	"fmt"
	"maps"
	"strconv"
	"time"
	"unicode/utf16"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

const (
	staffDN   = "OU=Staff," + baseDN
	groupsDN  = "OU=Groups," + baseDN
	serviceDN = "OU=Service," + baseDN
	readerDN  = "CN=svc-reader," + serviceDN
	blindDN   = "CN=svc-blind," + serviceDN
)

// Values of userAccountControl (MS-ADTS 2.2.16).
const (
	normalAccount      = "512"
	disabledAccount    = "514"   // and 0x2, ACCOUNTDISABLE
	serviceAccount     = "66048" // and 0x10000, DONT_EXPIRE_PASSWORD
	workstationAccount = "4096"
)

// FileTime returns t as accountExpires and its like hold it: 100 ns steps since 1601 (MS-ADTS
// 2.3.1).
func FileTime(t time.Time) string {
	const unixEpoch = 11_644_473_600 // seconds from 1601 to 1970
	return strconv.FormatInt((t.Unix()+unixEpoch)*10_000_000, 10)
}

// NewPerson makes person number i as this server would hold it. Its organisational unit is
// [testdir.Person.Unit]; to put it elsewhere, set DN.
func (s *Server) NewPerson(i int) testdir.Person { return newPerson(i) }

func newPerson(i int) testdir.Person {
	p := testdir.NewPerson(i)
	p.DN = "CN=" + ldap.EscapeDN(p.CommonName) + "," + unitDN(p.Unit)
	switch {
	case i%10 == 3:
		p.State = testdir.Disabled
	case i%20 == 5:
		p.State = testdir.Expired
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

// Entry returns the entry of a person, without a password.
func Entry(p testdir.Person) testdir.Entry {
	attributes := map[string][]string{
		"objectClass":        {"user"},
		"sAMAccountName":     {p.Account},
		"userPrincipalName":  {p.Account + "@ad.example.org"},
		"givenName":          {p.GivenName},
		"sn":                 {p.Surname},
		"displayName":        {p.GivenName + " " + p.Surname},
		"mail":               {p.Mail},
		"employeeID":         {p.Number},
		"title":              {p.Title},
		"department":         {p.Department},
		"userAccountControl": {normalAccount},
	}
	switch p.State {
	case testdir.Active:
	case testdir.Disabled:
		attributes["userAccountControl"] = []string{disabledAccount}
	case testdir.Expired:
		attributes["accountExpires"] = []string{FileTime(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))}
	}
	maps.DeleteFunc(attributes, func(_ string, values []string) bool { return values[0] == "" })
	return testdir.Entry{DN: p.DN, Attributes: attributes}
}

// content is what a new domain gets beside its built-in entries.
func (s *Server) content(extra []testdir.Entry) []testdir.Entry {
	entries := []testdir.Entry{
		object("organizationalUnit", staffDN), object("organizationalUnit", groupsDN),
		object("organizationalUnit", serviceDN), object("organizationalUnit", s.LeaversDN),
		s.account("svc-reader", readerDN), s.account("svc-blind", blindDN),
		object("contact", s.ContactDN, "sn", "Contact", "mail", "pat@partner.example"),
		object("computer", s.ComputerDN, "sAMAccountName", "PC1$", "userAccountControl", workstationAccount),
	}
	for _, name := range testdir.Units() {
		entries = append(entries, object("organizationalUnit", unitDN(name)))
	}
	for i, p := range s.People {
		entry := Entry(p)
		if i%20 == 15 {
			entry.Attributes["accountExpires"] = []string{FileTime(time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC))}
		}
		entries = append(entries, entry)
	}
	entries = append(entries, s.groups()...)
	return append(entries, extra...)
}

// groups are g0 to g9, with person i in g<i mod 10>; nested, which holds those; deep, which
// holds nested; big, which holds everybody; and empty.
func (s *Server) groups() []testdir.Entry {
	members := make(map[string][]string)
	for i, p := range s.People {
		name := fmt.Sprintf("g%d", i%10)
		members[name] = append(members[name], p.DN)
		members["big"] = append(members["big"], p.DN)
	}
	var groups []testdir.Entry
	add := func(name string, members []string) {
		group := object("group", "CN="+name+","+groupsDN, "sAMAccountName", name)
		if len(members) > 0 {
			group.Attributes["member"] = members
		}
		groups = append(groups, group)
	}
	for g := range 10 {
		name := fmt.Sprintf("g%d", g)
		add(name, members[name])
		members["nested"] = append(members["nested"], "CN="+name+","+groupsDN)
	}
	add("nested", members["nested"])
	add("deep", []string{"CN=nested," + groupsDN})
	add("big", members["big"])
	add("empty", nil)
	return groups
}

func (s *Server) account(name, dn string) testdir.Entry {
	entry := object("user", dn, "sAMAccountName", name, "userPrincipalName", name+"@ad.example.org", "userAccountControl", serviceAccount)
	entry.Attributes["unicodePwd"] = []string{EncodePassword(s.Password)}
	return entry
}

// object makes an entry from a class and pairs of names and values.
func object(class, dn string, pairs ...string) testdir.Entry {
	attributes := map[string][]string{"objectClass": {class}}
	for i := 0; i < len(pairs); i += 2 {
		attributes[pairs[i]] = []string{pairs[i+1]}
	}
	return testdir.Entry{DN: dn, Attributes: attributes}
}

func hiddenOU() string {
	units := testdir.Units()
	return unitDN(units[len(units)-1])
}

func unitDN(unit string) string { return "OU=" + unit + "," + staffDN }

// EncodePassword makes a value of unicodePwd: in quotes, UTF-16LE (MS-ADTS 3.1.1.3.1.5.1).
func EncodePassword(password string) string {
	var out []byte
	for _, unit := range utf16.Encode([]rune(`"` + password + `"`)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return string(out)
}
