package ldapsource

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"golang.org/x/text/unicode/norm"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// oddNames are names that break what is put together from text. Each becomes the name of a unit and
// of the person in it.
func oddNames() map[string]string {
	return map[string]string{
		"NFC":                "J\u00f6rg",
		"NFD":                "Zoe\u0308",
		"comma":              "Krüger, Jürgen",
		"quotes":             `Hans "Hänschen" Wurst`,
		"line feed":          "Zeile\neins",
		"trailing backslash": `Schräg\`,
		"filter":             `*)(uid=*))(|(uid=*`,
		"DN":                 "a+b=c;<d>,dc=x",
		"hash":               "#5\u00df",
		"blanks":             " vorn und hinten ",
		"not Latin":          "Ελένη 小林 👍🏽",
	}
}

// oddDirectory is a server with a unit and a person of each odd name below parent.
type oddDirectory struct {
	parent string
	config func(edit ...func(*Config)) Config
	group  func(parent, name string, members ...string) testdir.Entry
	add    func(...testdir.Entry)
	remove func(dn string)
}

// escaped is a value as a DN holds it. The equals sign may stand there as it is (RFC 4514 §2.4), but
// Samba does not take it.
func escaped(value string) string { return strings.ReplaceAll(ldap.EscapeDN(value), "=", `\3d`) }

func (d oddDirectory) unit(name string) string { return "OU=" + escaped(name) + "," + d.parent }

func (d oddDirectory) source(t *testing.T, edit func(*Config)) *Source {
	return mustNew(t, d.config(func(c *Config) { c.BaseDN, c.Attributes = d.parent, []string{"displayname"} }, edit))
}

func (d oddDirectory) fill(personOf func(dn, displayName string) testdir.Entry) {
	for name, text := range oddNames() {
		d.add(testdir.Entry{DN: d.unit(text), Attributes: map[string][]string{"objectClass": {"organizationalUnit"}}})
		person := personOf("CN="+escaped(text)+","+d.unit(text), longName(name))
		d.add(person, d.group(d.unit(text), "odd "+name, person.DN))
	}
}

// longName has 255 characters, as many as a value may have.
func longName(name string) string { return name + strings.Repeat("ü", 255-len([]rune(name))) }

// check sends each odd name all ways that a DN goes: read, looked up by ID, base_dn, exclude_dns,
// sentinels, groups, downwards and upwards, and as the parent of somebody who is gone.
func (d oddDirectory) check(t *testing.T) {
	all := byAttribute(mustRead(t, d.source(t, func(*Config) {})).People, "displayname")
	if len(all) != len(oddNames()) {
		t.Errorf("%d people: %q", len(all), slices.Sorted(maps.Keys(all)))
	}
	for name, text := range oddNames() {
		t.Run(name, func(t *testing.T) {
			p, ok := all[longName(name)]
			if !ok || len(p.Held) > 0 || p.State != model.Entitled {
				t.Fatalf("%+v", p)
			}
			only := func(edit func(*Config), pick func(model.Person) bool) {
				t.Helper()
				s := d.source(t, edit)
				snapshot := mustRead(t, s)
				for _, got := range snapshot.People {
					if pick(got) != (got.ID == p.ID) {
						t.Errorf("%+v", got)
					}
				}
				sightings, err := s.Recheck(t.Context(), []model.Tracked{trackedAs(p)})
				if err != nil || !snapshot.Departures() || !sightings[0].Found || sightings[0].DN != p.DN {
					t.Errorf("%+v, %v; %+v", sightings, err, snapshot.Conditions)
				}
			}
			unit := strings.ToLower(d.unit(text))
			only(func(c *Config) { c.BaseDN = unit }, func(model.Person) bool { return true })
			only(func(c *Config) { c.ExcludeDNs = []string{unit} }, func(p model.Person) bool { return p.Excluded })
			only(func(c *Config) { c.ExcludeDNs = []string{norm.NFD.String(unit)} }, func(p model.Person) bool { return p.Excluded })
			only(func(c *Config) { c.Sentinels = []string{p.DN} }, func(got model.Person) bool { return got.ID == p.ID })
			only(func(c *Config) { c.Groups = []string{d.group(d.unit(text), "odd "+name).DN} }, func(p model.Person) bool { return p.State == model.Entitled })
			group := d.group(d.unit(text), "odd "+name).DN
			only(func(c *Config) { c.ProtectGroups = []string{group} }, func(p model.Person) bool { return p.Protected })
			only(func(c *Config) { c.LabelGroups = []string{group} }, func(p model.Person) bool { return p.Groups[group] != model.NoMember })
			d.remove(p.DN)
			gone, err := d.source(t, func(*Config) {}).Recheck(t.Context(), []model.Tracked{trackedAs(p)})
			if err != nil || gone[0].Evidence.Kind != model.Absent {
				t.Errorf("after the deletion: %+v, %v", gone, err)
			}
		})
	}
}

// TestA12_OddNamesInOpenLDAP. Without EscapeFilter in equal, names with a parenthesis or backslash have no
// search that the server understands; without composed in excludes, names with an accent hold nobody.
func TestA12_OddNamesInOpenLDAP(t *testing.T) {
	srv := directory.Get(t)
	parent := "ou=odd," + srv.BaseDN
	srv.Add(t, testdir.Entry{DN: parent, Attributes: map[string][]string{"objectClass": {"organizationalUnit"}}})
	d := oddDirectory{
		parent: parent,
		config: func(edit ...func(*Config)) Config { return forOpenLDAP(t, srv, edit...) },
		group: func(unit, name string, members ...string) testdir.Entry {
			return groupIn(unit, "groupOfNames", name, members...)
		},
		add:    func(entries ...testdir.Entry) { srv.Add(t, entries...) },
		remove: func(dn string) { srv.Delete(t, dn) },
	}
	d.fill(func(dn, displayName string) testdir.Entry {
		return testdir.Entry{DN: dn, Attributes: map[string][]string{
			"objectClass": {"inetOrgPerson"}, "sn": {"Odd"}, "displayName": {displayName},
		}}
	})
	d.check(t)
}

// TestA12_OddNamesInActiveDirectory is the same on Samba. With a parent that the library spelled, nobody
// below a name with an equals sign is ever proven to be gone.
func TestA12_OddNamesInActiveDirectory(t *testing.T) {
	srv := domain.Get(t)
	parent, _ := ownUnit(t, srv)
	d := oddDirectory{
		parent: parent,
		config: func(edit ...func(*Config)) Config { return forDomain(t, srv, edit...) },
		group:  adGroup,
		add:    func(entries ...testdir.Entry) { srv.Add(t, entries...) },
		remove: func(dn string) { srv.Delete(t, dn) },
	}
	n := 0
	d.fill(func(dn, displayName string) testdir.Entry {
		n++
		return adPerson(srv, dn, "odd"+string(rune('a'+n)), "displayName", displayName)
	})
	d.check(t)
}

// TestA13_BytesInFilters: sixteen bytes, whatever they are, are looked for as they are, and found in nobody.
func TestA13_BytesInFilters(t *testing.T) {
	srv := domain.Get(t)
	s := mustNew(t, forDomain(t, srv))
	_, err := withSession(t.Context(), s, func(ctx context.Context, v *session) (struct{}, error) {
		for _, raw := range append(randomIDs(50), strings.Repeat("*", 16), "(|(uid=*)(cn=*))", strings.Repeat("\x00", 16), strings.Repeat(`\`, 16)) {
			if e, err := v.find(ctx, equal("objectGUID", raw)); e != nil || err != nil {
				t.Errorf("%x: %v, %v", raw, e, err)
			}
		}
		return struct{}{}, nil
	})
	if err != nil {
		t.Error(err)
	}
}

func randomIDs(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		raw := make([]byte, 16)
		_, _ = rand.Read(raw) // never fails
		ids[i] = string(raw)
	}
	return ids
}
