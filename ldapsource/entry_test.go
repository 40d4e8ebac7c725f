package ldapsource

import (
	"slices"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func offline(t testing.TB, edit ...func(*Config)) *session {
	t.Helper()
	cfg := Config{
		Name: "corp", Profile: OpenLDAP, URLs: []string{"ldaps://ldap.example"}, BindDN: "cn=reader", BindPassword: secret.New("x"),
		BaseDN: "dc=example,dc=org", Attributes: []string{"cn", "sn", "member"},
	}
	for _, change := range edit {
		change(&cfg)
	}
	return &session{Source: mustNew(t, cfg), schema: parseSchema([]string{"( 2.5.4.4 NAME ( 'sn' 'surname' ) )", "( 2.5.4.3 NAME 'cn' )"})}
}

// TestB18_OrderDoesNotCount: whatever order, case and options a server answers with, the
// person is the same.
func TestB18_OrderDoesNotCount(t *testing.T) {
	t.Parallel()
	v := offline(t)
	want := map[string][]string{"cn": {"eins", "zwei", "zwei"}, "sn": {"Krüger"}}
	rapid.Check(t, func(t *rapid.T) {
		attributes := rapid.Permutation([]*ldap.EntryAttribute{
			{Name: "CN", Values: rapid.Permutation([]string{"zwei", "eins", "zwei"}).Draw(t, "values")},
			{Name: rapid.SampledFrom([]string{"sn", "SN", "surname", "2.5.4.4"}).Draw(t, "name"), Values: []string{"Krüger"}},
			{Name: "sn;lang-de", Values: []string{"Kruger"}}, {Name: "cn;binary", Values: []string{"x"}},
			{Name: "member;range=0-1499", Values: []string{"uid=a"}}, {Name: "other", Values: []string{"x"}},
		}).Draw(t, "attributes")
		got, fault := v.mapped(v.schema.decode(&ldap.Entry{Attributes: attributes}))
		if diff := cmp.Diff(want, got); diff != "" || fault.Code != "" {
			t.Error(diff, fault.Code)
		}
	})
}

// TestA12_DNsAreNotKeys: case, odd characters and spelling neither hide nor exclude anybody.
func TestA12_ExcludedDNs(t *testing.T) {
	t.Parallel()
	v := offline(t, func(c *Config) { c.ExcludeDNs = []string{`OU=Vor\, stand,DC=example,DC=org`} })
	for dn, want := range map[string]bool{
		`cn=a,ou=vor\, STAND,dc=Example,dc=org`:   true,
		`cn=a,ou=vor\2c stand,dc=example,dc=org`:  true,
		`ou=vor\, stand,dc=example,dc=org`:        true,
		`cn=a,ou=vorstand,dc=example,dc=org`:      false,
		`cn=Üser\, 3,ou=staff,dc=example,dc=org`:  false,
		`dc=example,dc=org`:                       false,
		`cn="<a>"`:                                true, // not readable, so it might lie there
		`cn=a,ou=x\,ou=vor\, stand,dc=example,dc`: true,
	} {
		p := v.person("1", entry{dn: dn})
		if p.Excluded != want || p.Excluded && len(p.Held) == 0 {
			t.Errorf("%s: %+v", dn, p)
		}
	}
}

// FuzzEntry: whatever a server sends for an entry, decoding it neither panics nor loses it, and
// what is kept is text or held.
func FuzzEntry(f *testing.F) {
	f.Add("cn=a,dc=example,dc=org", "cn;lang-de", "x", "SN", "y")
	f.Add("\x00,,=", ";", "\xff", "cn", "\xff")
	v := offline(f, func(c *Config) { c.ExcludeDNs = []string{"ou=board,dc=example,dc=org"} })
	f.Fuzz(func(t *testing.T, dn, name1, value1, name2, value2 string) {
		raw := &ldap.Entry{DN: dn, Attributes: []*ldap.EntryAttribute{{Name: name1, Values: []string{value1}}, {Name: name2, Values: []string{value2}}, {Name: name1}}}
		for _, profile := range []profile{activeDirectory{}, openLDAP{}} {
			e := v.schema.decode(raw)
			profile.skip(e)
			profile.conflict(e)
			profile.state(e, noon)
		}
		p := v.person("1", v.schema.decode(raw))
		if p.DN != dn || p.ID != (model.PersonID{Source: "corp", ID: "1"}) {
			t.Errorf("%+v", p)
		}
		for name, values := range p.Attributes {
			if !slices.Contains(v.cfg.Attributes, name) || !slices.IsSorted(values) {
				t.Errorf("%s: %q", name, values)
			}
		}
	})
}

// TestOUs: an OU compares as text, in whatever case its entries are named, and is that of whoever is looked up too.
func TestOUs(t *testing.T) {
	t.Parallel()
	v := offline(t)
	for dn, want := range map[string]string{
		`CN=Krüger\, Jürgen,OU=Staff,DC=example`: "ou=staff,dc=example",
		`cn=a\2Cb,ou=STAFF,dc=example`:           "ou=staff,dc=example",
		`dc=example`:                             "",
		``:                                       "",
	} {
		if p := v.person("1", entry{dn: dn}); p.OU != want {
			t.Errorf("%s: read in %q, want %q", dn, p.OU, want)
		}
		if s := sighting(model.Tracked{}, dn)(model.Entitled, model.Evidence{}); s.OU != want {
			t.Errorf("%s: found in %q, want %q", dn, s.OU, want)
		}
	}
}

func TestParentOf(t *testing.T) {
	t.Parallel()
	for dn, want := range map[string]string{
		`CN=Krüger\, Jürgen,OU=Staff,DC=example`: "OU=Staff,DC=example",
		`CN=a,OU=b\3Dc\\,DC=example`:             `OU=b\3Dc\\,DC=example`,
		`CN=a\\ , DC=example`:                    "DC=example",
		`cn=a+sn=b,dc=example`:                   "dc=example",
		`dc=example`:                             "",
		``:                                       "",
		`nonsense`:                               "",
	} {
		if got := parentOf(dn); got != want {
			t.Errorf("%s: %q, want %q", dn, got, want)
		}
	}
}
