package sambaad_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/sambaad"
)

var dc = sambaad.NewShared(sambaad.Options{People: 200})

func TestMain(m *testing.M) { goleak.VerifyTestMain(dc.Main(m)) }

const people = "(&(objectCategory=person)(objectClass=user)(employeeID=*))"

func request(base, filter string, attributes ...string) *ldap.SearchRequest {
	return ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, attributes, nil)
}

// stateOf reads the states of people by employeeID, as the directory holds them.
func stateOf(t *testing.T, conn *ldap.Conn, base string) map[string]testdir.State {
	t.Helper()
	result, err := conn.SearchWithPaging(request(base, people, "employeeID", "userAccountControl", "accountExpires"), 100)
	if err != nil {
		t.Fatal(err)
	}
	now, _ := strconv.ParseInt(sambaad.FileTime(time.Now()), 10, 64)
	states := make(map[string]testdir.State)
	for _, entry := range result.Entries {
		control, _ := strconv.Atoi(entry.GetAttributeValue("userAccountControl"))
		expires, _ := strconv.ParseInt(entry.GetAttributeValue("accountExpires"), 10, 64)
		state := testdir.Active
		switch {
		case control&2 != 0:
			state = testdir.Disabled
		case expires != 0 && expires < now:
			state = testdir.Expired
		}
		states[entry.GetAttributeValue("employeeID")] = state
	}
	return states
}

func truth(people []testdir.Person) map[string]testdir.State {
	states := make(map[string]testdir.State)
	for _, p := range people {
		states[p.Number] = p.State
	}
	return states
}

func TestPeopleAreTheTruth(t *testing.T) {
	srv := dc.Get(t)
	if diff := cmp.Diff(truth(srv.People), stateOf(t, srv.Connect(t, srv.ReaderDN), srv.BaseDN)); diff != "" {
		t.Error(diff)
	}
	if got := len(testdir.Entitled(srv.People)); got != 170 {
		t.Errorf("%d entitled, want 170", got)
	}
}

func TestAccounts(t *testing.T) {
	srv := dc.Get(t)
	if got, want := len(stateOf(t, srv.Connect(t, srv.BlindDN), srv.BaseDN)), 134; got != want {
		t.Errorf("blind account sees %d people, want %d", got, want)
	}
	result, err := srv.Connect(t, srv.ReaderDN).Search(request(srv.StaffDN, "(|(objectClass=contact)(objectClass=computer))", "cn"))
	if err != nil || len(result.Entries) != 2 {
		t.Errorf("strangers: %v, %v; want a contact and a computer", result, err)
	}

	plain, err := ldap.DialURL(srv.LDAP)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = plain.Close() }()
	if err := plain.Bind(srv.ReaderDN, srv.Password); !ldap.IsErrorWithCode(err, ldap.LDAPResultStrongAuthRequired) {
		t.Errorf("bind in clear text: %v, want code 8", err)
	}
	config, err := srv.TLSConfig()
	if err != nil {
		t.Fatal(err)
	}
	config.ServerName = strings.TrimPrefix(srv.LDAP, "ldap://")
	if err := plain.StartTLS(config); err != nil {
		t.Fatal(err)
	}
	if err := plain.Bind(srv.ReaderDN, srv.Password); err != nil {
		t.Error("bind after StartTLS:", err)
	}
}

func TestGroups(t *testing.T) {
	srv := dc.Get(t)
	conn := srv.Connect(t, srv.ReaderDN)
	for filter, want := range map[string]int{
		"(memberOf=CN=g4," + srv.GroupsDN + ")":                            20,
		"(memberOf=CN=big," + srv.GroupsDN + ")":                           200,
		"(memberOf=CN=empty," + srv.GroupsDN + ")":                         0,
		"(memberOf:1.2.840.113556.1.4.1941:=CN=deep," + srv.GroupsDN + ")": 200,
	} {
		result, err := conn.Search(request(srv.StaffDN, "(&(objectCategory=person)"+filter+")", "cn"))
		if err != nil || len(result.Entries) != want {
			t.Errorf("%s: %d entries, %v; want %d", filter, len(result.Entries), err, want)
		}
	}
}

func TestChanges(t *testing.T) {
	srv := sambaad.Start(t, sambaad.Options{People: 20})
	conn := srv.Connect(t, srv.ReaderDN)
	want := truth(srv.People)
	guid := func(dn string) string {
		result, err := conn.Search(request(dn, people, "objectGUID"))
		if err != nil || len(result.Entries) != 1 {
			t.Fatalf("read %s: %v", dn, err)
		}
		return string(result.Entries[0].GetRawAttributeValue("objectGUID"))
	}

	joiner := srv.NewPerson(107)
	srv.AddPerson(t, joiner)
	want[joiner.Number] = testdir.Active
	srv.Disable(t, srv.People[1].DN)
	want[srv.People[1].Number] = testdir.Disabled
	srv.Enable(t, srv.People[3].DN)
	want[srv.People[3].Number] = testdir.Active
	srv.Expire(t, srv.People[4].DN, time.Now().Add(-time.Hour))
	want[srv.People[4].Number] = testdir.Expired
	srv.Delete(t, srv.People[2].DN)
	delete(want, srv.People[2].Number)

	before := guid(joiner.DN)
	moved := srv.Move(t, joiner.DN, srv.LeaversDN)
	renamed := srv.Rename(t, moved, "CN=Groß\\, Jürgen")
	if guid(renamed) != before {
		t.Error("another objectGUID after move and rename")
	}
	srv.Modify(t, renamed, "mail")
	if diff := cmp.Diff(want, stateOf(t, conn, srv.BaseDN)); diff != "" {
		t.Error(diff)
	}

	srv.Delete(t, renamed)
	srv.AddPerson(t, joiner)
	if guid(joiner.DN) == before {
		t.Error("the same objectGUID after delete and add")
	}
}
