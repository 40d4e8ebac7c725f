package memdir_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const peopleDN = "ou=people,dc=example,dc=org"

func personEntry(i int) memdir.Entry {
	n := fmt.Sprint(i)
	return memdir.Entry{DN: "uid=u" + n + "," + peopleDN, Attributes: map[string][]string{
		"objectClass": {"inetOrgPerson"}, "uid": {"u" + n}, "cn": {"Person " + n}, "sn": {"Krüger"}, "employeeNumber": {n},
	}}
}

// populated is a directory with n people.
func populated(t *testing.T, n int) (*memdir.Server, target) {
	t.Helper()
	dir, to := start(t)
	entries := []memdir.Entry{{DN: peopleDN, Attributes: map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {"people"}}}}
	for i := range n {
		entries = append(entries, personEntry(i))
	}
	if err := dir.Add(entries...); err != nil {
		t.Fatal(err)
	}
	return dir, to
}

// read returns DN and entryUUID of all people.
func read(conn *ldap.Conn) (map[string]string, error) {
	request := ldap.NewSearchRequest("dc=example,dc=org", ldap.ScopeWholeSubtree, 0, 0, 0, false, "(objectClass=inetOrgPerson)", []string{"entryUUID"}, nil)
	result, err := conn.SearchWithPaging(request, 7)
	if err != nil {
		return nil, err
	}
	people := make(map[string]string)
	for _, entry := range result.Entries {
		people[entry.DN] = entry.GetAttributeValue("entryUUID")
	}
	return people, nil
}

func TestChanges(t *testing.T) {
	t.Parallel()
	dir, to := populated(t, 20)
	conn := to.login(t)
	before, err := read(conn)
	if err != nil || len(before) != 20 {
		t.Fatalf("%d people, %v; want 20", len(before), err)
	}
	want := make(map[string]string)
	for dn, id := range before {
		want[strings.Replace(dn, peopleDN, "ou=Staff,dc=example,dc=org", 1)] = id
	}
	u1, u2 := "uid=u1,ou=Staff,dc=example,dc=org", "uid=u2,ou=Staff,dc=example,dc=org"
	renamed := "cn=Groß\\, Jürgen,dc=example,dc=org"
	want[renamed] = want[u1]
	delete(want, u1)
	delete(want, u2)

	if err := errors.Join(
		dir.Move(peopleDN, "ou=Staff,dc=example,dc=org"), // takes the people along
		dir.Move(u1, renamed),
		dir.Modify(renamed, "mail", "a@example.org", "b@example.org"),
		dir.Modify("UID=U3,OU=staff,dc=example,dc=org", "title", "Chef"),
		dir.Delete(u2),
	); err != nil {
		t.Fatal(err)
	}
	after, err := read(conn)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Error("entryUUID by DN:", diff)
	}
	self := question{base: renamed, filter: "(&(cn=groß, jürgen)(mail=b@*))", scope: ldap.ScopeBaseObject, attributes: []string{"cn", "uid", "mail"}}
	if got := self.ask(conn); !strings.Contains(got, `cn=["Groß, Jürgen" "Person 1"] mail=["a@example.org" "b@example.org"]`) || strings.Contains(got, "uid=[") {
		t.Errorf("after the new name: %s", got)
	}

	if err := dir.Add(memdir.Entry{DN: u2, Attributes: personEntry(2).Attributes}); err != nil {
		t.Fatal(err)
	}
	again, err := read(conn)
	if err != nil || again[u2] == "" || again[u2] == before["uid=u2,"+peopleDN] {
		t.Errorf("entryUUID %q after delete and add, %v; want a new one", again[u2], err)
	}
}

func TestRefusedChanges(t *testing.T) {
	t.Parallel()
	dir, to := populated(t, 2)
	u0, u1 := personEntry(0).DN, personEntry(1).DN
	for name, tt := range map[string]struct{ got, want error }{
		"add what is there":         {dir.Add(personEntry(0)), memdir.ErrExists},
		"add without parent":        {dir.Add(memdir.Entry{DN: "ou=x,ou=none," + to.base}), memdir.ErrNoSuchEntry},
		"add outside":               {dir.Add(memdir.Entry{DN: "dc=other"}), memdir.ErrNoSuchEntry},
		"add an unknown attribute":  {dir.Add(memdir.Entry{DN: "ou=x," + to.base, Attributes: map[string][]string{"typo": {"x"}}}), memdir.ErrUnknownName},
		"add an unknown class":      {dir.Add(memdir.Entry{DN: "ou=x," + to.base, Attributes: map[string][]string{"objectClass": {"x"}}}), memdir.ErrUnknownName},
		"modify nobody":             {dir.Modify("cn=x,"+to.base, "cn", "x"), memdir.ErrNoSuchEntry},
		"modify an unknown":         {dir.Modify(u0, "typo", "x"), memdir.ErrUnknownName},
		"delete a parent":           {dir.Delete(peopleDN), memdir.ErrNotLeaf},
		"delete nobody":             {dir.Delete("cn=x," + to.base), memdir.ErrNoSuchEntry},
		"move onto another":         {dir.Move(u0, u1), memdir.ErrExists},
		"move below itself":         {dir.Move(peopleDN, "ou=x,"+peopleDN), memdir.ErrMisplaced},
		"move the suffix":           {dir.Move(to.base, "dc=other"), memdir.ErrMisplaced},
		"move to nowhere":           {dir.Move(u0, "uid=u0,ou=none,"+to.base), memdir.ErrNoSuchEntry},
		"name of unknown attribute": {dir.Move(u0, "typo=x,"+peopleDN), memdir.ErrUnknownName},
	} {
		if !errors.Is(tt.got, tt.want) {
			t.Errorf("%s: %v, want %v", name, tt.got, tt.want)
		}
	}
	people, err := read(to.login(t))
	if err != nil || len(people) != 2 || people[u0] == "" {
		t.Errorf("after refused changes: %v, %v", people, err)
	}
}

func TestOutages(t *testing.T) {
	t.Parallel()
	dir, to := populated(t, 20)
	conn := to.login(t)

	dir.SetOutage(memdir.Empty)
	if people, err := read(conn); err != nil || len(people) != 0 {
		t.Errorf("empty: %d people, %v; want none and success", len(people), err)
	}
	dir.SetOutage(memdir.CutMidRead)
	if _, err := read(conn); err == nil {
		t.Error("cut: no error")
	}
	dir.SetOutage(memdir.NoOutage)
	conn = to.login(t)
	if people, err := read(conn); err != nil || len(people) != 20 {
		t.Errorf("after the outage: %d people, %v", len(people), err)
	}
	dir.SetOutage(memdir.Down)
	if _, err := read(conn); err == nil {
		t.Error("down: an open connection goes on")
	}
	if _, err := ldap.DialURL(to.url, ldap.DialWithTLSConfig(to.tls)); err == nil {
		t.Error("down: a new connection opens")
	}
	dir.SetOutage(memdir.NoOutage)
	if _, err := read(to.login(t)); err != nil {
		t.Error("up again:", err)
	}
}

// TestPagingIsNoSnapshot: as with OpenLDAP, who is deleted between two pages is not seen, and
// nobody else is lost or seen twice (pitfall C11).
func TestPagingIsNoSnapshot(t *testing.T) {
	t.Parallel()
	dir, to := populated(t, 10)
	conn := to.login(t)
	control := ldap.NewControlPaging(4)
	var seen []string
	for _, gone := range []int{5, 1, 9} { // after the first page; before it; the last
		request := ldap.NewSearchRequest(peopleDN, ldap.ScopeSingleLevel, 0, 0, 0, false, "(uid=*)", []string{"uid"}, []ldap.Control{control})
		result, err := conn.Search(request)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range result.Entries {
			seen = append(seen, entry.GetAttributeValue("uid"))
		}
		answer, _ := ldap.FindControl(result.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if len(answer.Cookie) == 0 {
			break
		}
		control.SetCookie(answer.Cookie)
		if err := dir.Delete(personEntry(gone).DN); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(strings.Fields("u0 u1 u2 u3 u4 u6 u7 u8 u9"), seen); diff != "" {
		t.Error(diff)
	}
}

func TestReadersAndWriters(t *testing.T) {
	t.Parallel()
	dir, to := populated(t, 50)
	var wg sync.WaitGroup
	for range 4 {
		conn := to.login(t)
		wg.Go(func() {
			for range 20 {
				if people, err := read(conn); err != nil || len(people) != 50 {
					t.Errorf("%d people, %v; want 50", len(people), err)
				}
			}
		})
	}
	for i := range 50 {
		if err := errors.Join(dir.Modify(personEntry(i).DN, "title", "x"), dir.Move(personEntry(i).DN, personEntry(i).DN)); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
}

func TestOptionsAndContext(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]memdir.Options{
		"no account":       {Suffix: "dc=example"},
		"no password":      {Suffix: "dc=example", BindDN: "cn=x"},
		"malformed suffix": {Suffix: "example", BindDN: "cn=x", BindPassword: secret.New("x")},
		"malformed DN":     {Suffix: "dc=example", BindDN: "x", BindPassword: secret.New("x")},
		"no port":          {Suffix: "dc=example", BindDN: "cn=x", BindPassword: secret.New("x"), Listen: "127.0.0.1"},
	} {
		if _, err := memdir.Start(t.Context(), options); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	dir, err := memdir.Start(ctx, memdir.Options{Suffix: "o=Example AG", BindDN: "cn=x", BindPassword: secret.New("x")})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	dir.Close()
	if _, err := ldap.DialURL(dir.PlainURL()); err == nil {
		t.Error("it serves after the end of its context")
	}
}

// TestOtherClient reads with the client of OpenLDAP, which shares no code with ours.
func TestOtherClient(t *testing.T) {
	t.Parallel()
	testdir.Require(t, "ldapsearch")
	dir, to := populated(t, 20)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, dir.CAPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{"LDAPS": {"-H", dir.URL()}, "StartTLS": {"-ZZ", "-H", dir.PlainURL()}} {
		args = append(args, "-x", "-LLL", "-D", to.reader, "-w", to.password, "-b", to.base, "-E", "pr=6/noprompt", "(sn=kr*er)", "uid", "+")
		cmd := exec.CommandContext(t.Context(), "ldapsearch", args...)
		cmd.Env = append(os.Environ(), "LDAPTLS_CACERT="+ca)
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Count(string(out), "\nuid: ") != 20 || strings.Count(string(out), "\nentryUUID: ") != 20 {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
