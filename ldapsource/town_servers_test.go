package ldapsource

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/ds389"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/sambaad"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestTownOfActiveDirectory: people disabled, expired and locked out, members by nested and by primary
// groups, a unit that an access rule hides, and people deleted while the recycle bin is on.
func TestTownOfActiveDirectory(t *testing.T) {
	start := time.Now()
	srv := sambaad.Start(t, sambaad.Options{People: townSize(t), RecycleBin: true})
	t.Logf("loaded in %v", time.Since(start).Round(time.Second))
	at := func(name string) string { return "CN=town-" + name + "," + srv.GroupsDN }
	w := newTown(srv.People, func(name string, members []string, inner ...string) testdir.Entry {
		for _, group := range inner {
			members = append(members, at(group))
		}
		return adGroup(srv.GroupsDN, "town-"+name, members...)
	})
	for _, g := range w.groups { // all are there before one lists another
		srv.Add(t, adGroup(srv.GroupsDN, g.Attributes["sAMAccountName"][0]))
	}
	for _, g := range w.groups {
		srv.Modify(t, g.DN, "member", g.Attributes["member"]...)
	}
	loaded := mustRead(t, mustNew(t, forDomain(t, srv, func(c *Config) { c.BaseDN, c.PageSize = srv.StaffDN, 500 })))
	strangers := w.outsiders(20)
	names := w.groups[2].Attributes
	for _, p := range strangers[:6] {
		names["member"] = append(names["member"], p.DN)
	}
	srv.Modify(t, at("names"), "member", names["member"]...)
	for _, p := range strangers[:6] {
		makePrimary(t, srv, p.DN, at("names"))
	}
	lockOut(t, srv, w.people[0].DN, strangers[7].DN)
	deleted := w.people[len(w.people)-4:]
	w.people = w.people[:len(w.people)-4]
	for _, p := range deleted {
		srv.Delete(t, p.DN)
	}
	cfg := forDomain(t, srv, func(c *Config) { c.BaseDN, c.Groups = srv.StaffDN, []string{at("top")} })
	wantTown(t, w, cfg, srv.Endpoint, "samaccountname")
	wantTombstones(t, srv, cfg, loaded, deleted)
}

// lockOut tries wrong passwords until the domain controller locks the accounts.
func lockOut(t *testing.T, srv *sambaad.Server, dns ...string) {
	t.Helper()
	srv.Modify(t, srv.BaseDN, "lockoutThreshold", "2")
	reader := srv.Connect(t, srv.AdminDN)
	tls, err := srv.TLSConfig()
	if err != nil {
		t.Fatal(err)
	}
	for _, dn := range dns {
		srv.Modify(t, dn, "unicodePwd", sambaad.EncodePassword(srv.Password))
		for range 3 {
			conn, err := ldap.DialURL(srv.LDAPS, ldap.DialWithTLSConfig(tls))
			if err != nil {
				t.Fatal(err)
			}
			if err := conn.Bind(dn, "wrong"); !ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) {
				t.Error(err)
			}
			_ = conn.Close()
		}
		result, err := reader.Search(baseSearch(dn, "msDS-User-Account-Control-Computed"))
		if err != nil {
			t.Fatal(err)
		}
		if bits, _ := strconv.Atoi(result.Entries[0].GetAttributeValue("msDS-User-Account-Control-Computed")); bits&0x10 == 0 {
			t.Errorf("%s is not locked: %x", dn, bits)
		}
	}
}

// wantTombstones: the deleted are among nobody's people; who may look into the bin has proof.
func wantTombstones(t *testing.T, srv *sambaad.Server, cfg Config, before model.Snapshot, deleted []testdir.Person) {
	t.Helper()
	var gone []model.Tracked
	for _, p := range deleted {
		gone = append(gone, trackedAs(byAttribute(before.People, "samaccountname")[p.Account]))
	}
	for dn, want := range map[string]model.EvidenceKind{srv.ReaderDN: model.Absent, srv.AdminDN: model.Tombstone} {
		cfg.BindDN = dn
		for _, s := range mustRead(t, mustNew(t, cfg), gone...).Sightings {
			if s.State != model.Departed || s.Evidence.Kind != want {
				t.Errorf("as %s: %+v, want %s", dn, s, want)
			}
		}
		wide := cfg
		wide.BaseDN, wide.Filter, wide.Groups = srv.BaseDN, "(|(objectClass=user)(isDeleted=TRUE))", nil
		everybody := byAttribute(mustRead(t, mustNew(t, wide)).People, "samaccountname")
		for _, p := range deleted {
			if _, ok := everybody[p.Account]; ok {
				t.Errorf("as %s: the deleted %s is among the people", dn, p.Account)
			}
		}
	}
}

// TestTownOfOpenLDAP: members by DN, by DN with a UID and by name, some of whom are not there; locks
// by an administrator and by wrong passwords, end dates; and an account with a low limit, which gets
// no snapshot at all.
func TestTownOfOpenLDAP(t *testing.T) {
	start := time.Now()
	srv := openldap.Start(t, openldap.Options{People: townSize(t)})
	t.Logf("loaded in %v", time.Since(start).Round(time.Second))
	w := newTown(srv.People, rfcGroups(srv.LeaversDN, srv.PeopleDN, srv.People))
	srv.Add(t, w.groups...)
	for _, p := range w.outsiders(5) {
		srv.Modify(t, p.DN, "objectClass", "inetOrgPerson", "shadowAccount")
		srv.Modify(t, p.DN, "shadowExpire", "1")
		p.State = testdir.Expired
	}
	deleted := w.people[len(w.people)-6:] // their names stay in uniqueMember, where no overlay looks after it
	w.people = w.people[:len(w.people)-6]
	for _, p := range deleted {
		srv.Delete(t, p.DN)
	}
	cfg := forOpenLDAP(t, srv, func(c *Config) { c.Groups = []string{"cn=town-top," + srv.LeaversDN} })
	wantTown(t, w, cfg, srv.Endpoint, "uid")
	cfg.BindDN = srv.LimitedDN
	if e := refusedRead(t, mustNew(t, cfg), model.ReadResult); !strings.Contains(e.Hint, "size.prtotal=unlimited") {
		t.Error(e.Hint)
	}
}

// rfcGroups makes the groups of a town of the classes of RFC 4519 and RFC 2307, with members
// that are not there.
func rfcGroups(parent, peopleDN string, people []testdir.Person) func(string, []string, ...string) testdir.Entry {
	account := map[string]string{}
	for _, p := range people {
		account[p.DN] = p.Account
	}
	return func(name string, members []string, inner ...string) testdir.Entry {
		class := map[string]string{"big": "groupOfUniqueNames", "two": "groupOfUniqueNames", "names": "posixGroup"}[name]
		members = slices.Clone(members)
		switch class {
		case "posixGroup":
			for i, dn := range members {
				members[i] = account[dn]
			}
			return groupIn(parent, class, "town-"+name, append(members, "ghost")...)
		case "":
			class = "groupOfNames"
		default:
			members[0] = strings.ToUpper(members[0])
			members[1] += "#'0110'B"
		}
		for _, group := range inner {
			members = append(members, "cn=town-"+group+","+parent)
		}
		return groupIn(parent, class, "town-"+name, append(members, "uid=ghost,"+peopleDN, "uid=guest,dc=elsewhere")...)
	}
}

// TestTownOfDS389 is the same on 389 Directory Server, with its lock on the entry and its lock
// through a role, which no entry shows unless it is asked for.
func TestTownOfDS389(t *testing.T) {
	start := time.Now()
	srv := ds389.Start(t, ds389.Options{People: townSize(t)})
	t.Logf("loaded in %v", time.Since(start).Round(time.Second))
	w := newTown(srv.People, rfcGroups(srv.LeaversDN, srv.PeopleDN, srv.People))
	srv.Add(t, w.groups...)
	srv.AddLockRole(t)
	for _, p := range slices.Concat(w.outsiders(5), []*testdir.Person{&w.people[0], &w.people[4]}) {
		srv.LockByRole(t, p.DN)
		p.State = testdir.Disabled
	}
	cfg := forDS389(t, srv, func(c *Config) { c.Groups = []string{"cn=town-top," + srv.LeaversDN} })
	wantTown(t, w, cfg, srv.Endpoint, "uid")
}
