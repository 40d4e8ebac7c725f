package ldapsource

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const (
	unknownPerson = "5a3c0b7e-0000-4000-8000-000000000001"
	awaySite      = "ou=site2," + peer.Suffix
)

// withSite is an OpenLDAP of whose directory a part lies on another server.
func withSite(t *testing.T) *openldap.Server {
	t.Helper()
	srv := openldap.Start(t, openldap.Options{People: 30})
	srv.Add(t, testdir.Entry{DN: "ou=site2," + srv.BaseDN, Attributes: map[string][]string{
		"objectClass": {"referral", "extensibleObject"}, "ou": {"site2"}, "ref": {"ldap://127.0.0.99/ou=site2," + srv.BaseDN},
	}})
	return srv
}

// TestAnotherServersPart: whoever follows the hint about a part on another server, in any of its three ways,
// is read, and goes on to be when somebody is missing. Without following it nothing is read.
func TestAnotherServersPart(t *testing.T) {
	srv := withSite(t)
	whole := func(c *Config) { c.BaseDN = srv.BaseDN }
	site := "OU=Site2,  " + strings.ToUpper(srv.BaseDN)
	gone := model.Tracked{ID: model.PersonID{Source: "corp", ID: unknownPerson}, DN: "uid=gone," + srv.LeaversDN}
	refused := refusedRead(t, mustNew(t, forOpenLDAP(t, srv, whole)), model.ReadReference)
	for _, part := range []string{"ou=site2", "make that part a source of its own", "list it under exclude_dns", "narrow base_dn"} {
		if !strings.Contains(refused.Error(), part) {
			t.Errorf("%q is not said: %v", part, refused)
		}
	}
	for name, row := range map[string]struct {
		edit  func(*Config)
		says  string
		asked bool // whoever is missing may be in the part that nobody reads
	}{
		"another source":    {func(c *Config) { whole(c); c.Others = []Part{{"site2", site}} }, "the source site2 reads it", false},
		"excluded":          {func(c *Config) { whole(c); c.ExcludeDNs = []string{site} }, "exclude_dns holds it", true},
		"excluded and read": {func(c *Config) { whole(c); c.ExcludeDNs, c.Others = []string{site}, []Part{{"site2", site}} }, "the source site2 reads it", false},
		"a narrow base":     {func(c *Config) { c.BaseDN = srv.PeopleDN }, "none", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustNew(t, forOpenLDAP(t, srv, row.edit))
			snapshot := mustRead(t, s, gone)
			if c := condition(t, snapshot.Conditions, references); !c.OK || !strings.Contains(english.Say(c.Detail), row.says) {
				t.Errorf("%+v does not say %q", c, row.says)
			}
			if got := snapshot.Sightings[0]; got.Placeless != row.asked || (got.Evidence.Kind == model.Absent) == row.asked || got.Found {
				t.Errorf("who is gone: %+v", got)
			}
			wantFinding(t, s, "people", Pass, "people")
		})
	}
	t.Run("members there", func(t *testing.T) {
		group := "cn=both," + srv.BaseDN
		here := mustRead(t, mustNew(t, forOpenLDAP(t, srv, func(c *Config) { c.BaseDN = srv.PeopleDN }))).People[0]
		srv.Add(t, testdir.Entry{DN: group, Attributes: map[string][]string{
			"objectClass": {"groupOfNames"}, "cn": {"both"}, "member": {here.DN, "uid=far,ou=site2," + srv.BaseDN},
		}})
		snapshot := mustRead(t, mustNew(t, forOpenLDAP(t, srv, func(c *Config) { whole(c); c.Groups, c.Others = []string{group}, []Part{{"site2", site}} })))
		if c := condition(t, snapshot.Conditions, groups); !c.OK {
			t.Errorf("a member on another server makes a doubt: %+v", c)
		}
	})
}

// TestReferencesThatNobodyReads: what leads elsewhere than into a part that is covered, or does not say
// where it leads, ends the read; two sources of one base do not count on each other.
func TestReferencesThatNobodyReads(t *testing.T) {
	t.Parallel()
	page := func(refs ...string) []peer.Step {
		return []peer.Step{peer.Do(peer.Entries(one(0)), peer.Reference(refs...), peer.DonePaged(ldap.LDAPResultSuccess, ""))}
	}
	for name, row := range map[string]struct {
		to   string
		edit func(*Config)
		read bool
	}{
		"into a covered part":        {"ldap://other/" + awaySite + "??sub", func(c *Config) { c.Others = []Part{{"site2", awaySite}} }, true},
		"below a covered part":       {"ldap://other/ou=b%C3%BCro," + awaySite, func(c *Config) { c.ExcludeDNs = []string{awaySite} }, true},
		"above a covered part":       {"ldap://other/" + awaySite, func(c *Config) { c.Others = []Part{{"site2", "ou=a," + awaySite}} }, false},
		"another part":               {"ldap://other/ou=site3," + peer.Suffix, func(c *Config) { c.Others = []Part{{"site2", awaySite}} }, false},
		"nowhere":                    {"ldap://other/", func(c *Config) { c.Others = []Part{{"site2", awaySite}} }, false},
		"to what is no address":      {"://", func(c *Config) { c.Others = []Part{{"site2", awaySite}} }, false},
		"to what is no DN":           {"ldap://other/site2", func(c *Config) { c.Others = []Part{{"site2", awaySite}} }, false},
		"another directory":          {"ldap://other/o=other", func(c *Config) { c.Others = []Part{{"site2", awaySite}} }, false},
		"the base of another source": {"ldap://other/" + awaySite, func(c *Config) { c.Others = []Part{{"twin", peer.Suffix}} }, false},
		"the base above ours":        {"ldap://other/ou=b," + awaySite, func(c *Config) { c.BaseDN = awaySite; c.Others = []Part{{"all", peer.Suffix}} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustNew(t, forPeer(t, peer.Start(t, peer.Script{Pages: page(row.to)}), row.edit))
			if row.read {
				mustRead(t, s)
				return
			}
			refusedRead(t, s, model.ReadReference)
		})
	}
	again := peer.Do(peer.Reference("ldap://other/"+awaySite), peer.DonePaged(ldap.LDAPResultSuccess, "c"))
	refusedRead(t, mustNew(t, forPeer(t, peer.Start(t, peer.Script{Pages: []peer.Step{again}}), func(c *Config) { c.ExcludeDNs = []string{awaySite} })), model.ReadPaging)
	pageOfReferences := []peer.Step{again, peer.Page("", one(0))}
	mustRead(t, mustNew(t, forPeer(t, peer.Start(t, peer.Script{Pages: pageOfReferences}), func(c *Config) { c.ExcludeDNs = []string{awaySite} })))
}
