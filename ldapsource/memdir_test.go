package ldapsource

import (
	"crypto/x509"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// newMemory starts a directory in this process, with these people, and makes a source of it.
func newMemory(t *testing.T, uids ...string) (*memdir.Server, *Source) {
	t.Helper()
	const suffix, staff = "dc=demo", "ou=staff,dc=demo"
	dir, err := memdir.Start(t.Context(), memdir.Options{Suffix: suffix, BindDN: "cn=reader,dc=demo", BindPassword: secret.New("x")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(dir.Close)
	entry := func(dn, class, rdn, value string) memdir.Entry {
		return memdir.Entry{DN: dn, Attributes: map[string][]string{"objectClass": {class}, rdn: {value}, "cn": {value}, "sn": {value}}}
	}
	people := []memdir.Entry{
		{DN: staff, Attributes: map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {"staff"}}},
		{DN: "ou=leavers,dc=demo", Attributes: map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {"leavers"}}},
	}
	for _, uid := range uids {
		people = append(people, entry("uid="+uid+","+staff, "inetOrgPerson", "uid", uid))
	}
	if err := dir.Add(people...); err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(dir.CAPEM())
	s := mustNew(t, Config{
		Name: "corp", Profile: OpenLDAP, URLs: []string{dir.URL()}, Roots: roots, BindDN: "cn=reader,dc=demo", BindPassword: secret.New("x"),
		BaseDN: staff, PageSize: 3, Timeout: generous, Attributes: []string{"uid", "sn"},
	})
	return dir, s
}

// TestMemdir: the directory of the demo is read like an OpenLDAP server, through joiner,
// leaver, mover and outage.
func TestMemdir(t *testing.T) {
	t.Parallel()
	dir, s := newMemory(t, "a", "b", "c", "d")
	before := mustRead(t, s)
	if len(before.People) != 4 || !before.Departures() {
		t.Fatalf("%+v", before)
	}
	was := byAttribute(before.People, "uid")
	for what, err := range map[string]error{
		"move":    dir.Move(was["a"].DN, "uid=a,ou=leavers,dc=demo"),
		"delete":  dir.Delete(was["b"].DN),
		"disable": dir.Modify(was["c"].DN, "pwdAccountLockedTime", "000001010000Z"),
	} {
		if err != nil {
			t.Fatal(what, err)
		}
	}
	after := mustRead(t, s, trackedAs(was["a"]), trackedAs(was["b"]), trackedAs(was["c"]))
	if got := byAttribute(after.People, "uid")["c"]; got.Evidence.Kind != model.Disabled {
		t.Errorf("%+v", got)
	}
	if got := after.Sightings; len(got) != 2 || got[0].Evidence.Kind != model.OutOfScope || got[1].Evidence.Kind != model.Absent {
		t.Errorf("%+v", got)
	}
	if after.NamingContext != before.NamingContext || after.Scope != before.Scope || after.Server != before.Server {
		t.Error("the identity of the directory changed")
	}
}
