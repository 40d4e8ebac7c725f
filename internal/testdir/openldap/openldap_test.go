package openldap_test

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func request(base, filter string, attributes ...string) *ldap.SearchRequest {
	return ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, attributes, nil)
}

const people = "(objectClass=inetOrgPerson)"

// stateOf reads the states of all people by employeeNumber, as the directory holds them.
func stateOf(t *testing.T, conn *ldap.Conn, base string) map[string]testdir.State {
	t.Helper()
	result, err := conn.SearchWithPaging(request(base, people, "employeeNumber", "pwdAccountLockedTime"), 500)
	if err != nil {
		t.Fatal(err)
	}
	states := make(map[string]testdir.State)
	for _, entry := range result.Entries {
		state := testdir.Active
		if entry.GetAttributeValue("pwdAccountLockedTime") == openldap.LockedByAdmin {
			state = testdir.Disabled
		}
		states[entry.GetAttributeValue("employeeNumber")] = state
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
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 1000})
	if diff := cmp.Diff(truth(srv.People), stateOf(t, srv.Connect(t, srv.ReaderDN), srv.BaseDN)); diff != "" {
		t.Error(diff)
	}
	if got := len(testdir.Entitled(srv.People)); got != 980 {
		t.Errorf("%d entitled, want 980", got)
	}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 600})

	_, err := srv.Connect(t, srv.LimitedDN).SearchWithPaging(request(srv.BaseDN, people, "uid"), 100)
	if !ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) {
		t.Errorf("limited account: %v, want code 4", err)
	}
	if got := len(stateOf(t, srv.Connect(t, srv.BlindDN), srv.BaseDN)); got != 400 {
		t.Errorf("blind account sees %d people, want 400", got)
	}
	_, err = srv.Connect(t, srv.BlindDN).Search(request(srv.HiddenOU, people))
	if !ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		t.Errorf("hidden base: %v, want code 32", err)
	}

	plain, err := ldap.DialURL(srv.LDAP)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = plain.Close() }()
	if err := plain.Bind(srv.ReaderDN, srv.Password); !ldap.IsErrorWithCode(err, ldap.LDAPResultConfidentialityRequired) {
		t.Errorf("bind in clear text: %v, want code 13", err)
	}
	config, err := srv.TLSConfig()
	if err != nil {
		t.Fatal(err)
	}
	config.ServerName = strings.Split(strings.TrimPrefix(srv.LDAP, "ldap://"), ":")[0]
	if err := plain.StartTLS(config); err != nil {
		t.Fatal(err)
	}
	if err := plain.Bind(srv.ReaderDN, srv.Password); err != nil {
		t.Error("bind after StartTLS:", err)
	}
}

func TestHiding(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 60})
	sees := func() (people int, unit bool) {
		conn := srv.Connect(t, srv.ReaderDN)
		_, err := conn.Search(request(srv.HiddenOU, "(objectClass=organizationalUnit)"))
		return len(stateOf(t, conn, srv.BaseDN)), err == nil
	}
	for _, step := range []struct {
		name   string
		do     func(testing.TB)
		people int
		unit   bool
	}{
		{"HideUnit", srv.HideUnit, 40, false}, {"Show", srv.Show, 60, true},
		{"HidePeople", srv.HidePeople, 40, true}, {"Show", srv.Show, 60, true},
	} {
		step.do(t)
		if people, unit := sees(); people != step.people || unit != step.unit {
			t.Errorf("%s: the reader sees %d people, and the unit: %t", step.name, people, unit)
		}
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 20})
	conn := srv.Connect(t, srv.ReaderDN)
	want := truth(srv.People)
	uuid := func(dn string) string {
		result, err := conn.Search(request(dn, people, "entryUUID"))
		if err != nil || len(result.Entries) != 1 {
			t.Fatalf("read %s: %v", dn, err)
		}
		return result.Entries[0].GetAttributeValue("entryUUID")
	}

	joiner := srv.NewPerson(107) // with a comma in its DN
	srv.AddPerson(t, joiner)
	want[joiner.Number] = testdir.Active
	locked := srv.NewPerson(113)
	srv.AddPerson(t, locked)
	want[locked.Number] = testdir.Disabled
	srv.Disable(t, srv.People[1].DN)
	want[srv.People[1].Number] = testdir.Disabled
	srv.Enable(t, srv.People[13].DN)
	want[srv.People[13].Number] = testdir.Active
	srv.Delete(t, srv.People[2].DN)
	delete(want, srv.People[2].Number)

	before := uuid(joiner.DN)
	moved := srv.Move(t, joiner.DN, srv.LeaversDN)
	renamed := srv.Rename(t, moved, "cn=Groß\\, Jürgen")
	if after := uuid(renamed); after != before {
		t.Errorf("entryUUID %s after move and rename, was %s", after, before)
	}
	srv.Modify(t, renamed, "mail", "new@example.org", "second@example.org")
	srv.Modify(t, renamed, "title")
	result, err := conn.Search(request(renamed, people, "mail", "title"))
	if err != nil || len(result.Entries[0].Attributes) != 1 || len(result.Entries[0].GetAttributeValues("mail")) != 2 {
		t.Errorf("after modify: %v, %v", result.Entries[0].Attributes, err)
	}
	if diff := cmp.Diff(want, stateOf(t, conn, srv.BaseDN)); diff != "" {
		t.Error(diff)
	}
}
