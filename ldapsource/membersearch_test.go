package ldapsource

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/ds389"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// foreignRules are the attributes and classes of other products, for OpenLDAP to hold.
const foreignRules = `
include /etc/ldap/schema/dyngroup.schema
moduleload dynlist
attributetype ( 1.3.6.1.4.1.55555.1.1 NAME 'memberQueryURL' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.55555.1.2 NAME 'excludedMember' SUP distinguishedName )
attributetype ( 1.3.6.1.4.1.55555.1.3 NAME 'msDS-AzLDAPQuery' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
objectclass ( 1.3.6.1.4.1.55555.2.1 NAME 'dynamicGroup' SUP groupOfNames STRUCTURAL MAY ( memberQueryURL $ excludedMember $ labeledURI ) )
objectclass ( 1.3.6.1.4.1.55555.2.2 NAME 'msExchDynamicDistributionList' SUP top STRUCTURAL MUST cn MAY displayName )
objectclass ( 1.3.6.1.4.1.55555.2.3 NAME 'ruleAux' SUP top AUXILIARY MAY ( memberURL $ msDS-AzLDAPQuery $ labeledURI ) )
`

// searchGroup makes a group of those whom searches find.
func searchGroup(parent, name string, urls ...string) testdir.Entry {
	return testdir.Entry{DN: "cn=" + name + "," + parent, Attributes: map[string][]string{"objectClass": {"groupOfURLs"}, "cn": {name}, "memberURL": urls}}
}

// TestMemberURL: a search within this directory is followed, in each scope, in a group of its own or one
// in another, whether or not the server shows the members as well.
func TestMemberURL(t *testing.T) {
	t.Parallel()
	for name, overlay := range map[string]string{
		"plain": "", "dynlist": "overlay dynlist\ndynlist-attrset groupOfURLs memberURL member\n",
		"dynlist with dgMemberOf": "overlay dynlist\ndynlist-attrset groupOfURLs memberURL member+dgMemberOf\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := openldap.Start(t, openldap.Options{People: 12, Global: foreignRules, ExtraConf: overlay})
			wantSearches(t, srv.Endpoint, forOpenLDAP(t, srv), srv.PeopleDN, srv.LeaversDN, srv.People)
		})
	}
	t.Run("389", func(t *testing.T) {
		t.Parallel()
		srv := ds389.Start(t, ds389.Options{People: 12})
		wantSearches(t, srv.Endpoint, forDS389(t, srv), srv.PeopleDN, srv.LeaversDN, srv.People)
	})
}

func wantSearches(t *testing.T, at testdir.Endpoint, cfg Config, peopleDN, parent string, p []testdir.Person) {
	t.Helper()
	unit := "ou=" + testdir.Units()[0] + "," + peopleDN
	titled := func(n int) string {
		return "ldap:///" + strings.ReplaceAll(peopleDN, ",", "%2C%20") + "??sub?(title=" + strings.ReplaceAll(p[n].Title, " ", "%20") + ")"
	}
	at.Add(t,
		searchGroup(parent, "titled", titled(1), "LDAP:///"+peopleDN+"??SUB?title="+p[2].Title),
		searchGroup(parent, "unit", "ldap:///"+unit+"??one?(objectClass=inetOrgPerson)"),
		searchGroup(parent, "above", "ldap:///"+peopleDN+"??one?(objectClass=*)", titled(3)), // nobody is right below
		searchGroup(parent, "lone", "ldap:///"+p[4].DN+"??base"),
		searchGroup(parent, "groups", "ldap:///"+parent+"??one?(|(cn=lone)(cn=groups))"), // one of whom is itself
		groupIn(parent, "groupOfNames", "outer", "cn=titled,"+parent, "cn=groups,"+parent, p[5].DN),
		groupIn(parent, "groupOfNames", "second", "cn=titled,"+parent),
	)
	var first []string
	for _, person := range p {
		if person.Unit == testdir.Units()[0] {
			first = append(first, person.Account)
		}
	}
	for group, members := range map[string][]string{
		"titled": {p[1].Account, p[2].Account}, "unit": first, "above": {p[3].Account}, "lone": {p[4].Account}, "groups": {p[4].Account},
		"outer": {p[1].Account, p[2].Account, p[4].Account, p[5].Account},
	} {
		t.Run(group, func(t *testing.T) { wantEverywhere(t, cfg, "cn="+group+","+parent, members...) })
	}
	t.Run("followed once", func(t *testing.T) { // whoever else has the group among their members
		both := withGroups(cfg, "cn=outer,"+parent)
		both.ProtectGroups = []string{"cn=second," + parent}
		if got := english.Say(condition(t, mustRead(t, mustNew(t, both)).Conditions, protectGroups).Detail); !strings.Contains(got, "2 people, 1 group in it, 2 searches followed") {
			t.Error(got)
		}
	})
	t.Run("last look", func(t *testing.T) {
		s := mustNew(t, withGroups(cfg, "cn=outer,"+parent))
		tracked := trackedAs(byAttribute(mustRead(t, s).People, "uid")[p[1].Account])
		for title, want := range map[string]model.AccountState{"nobody's": model.Departed, p[2].Title: model.Entitled} {
			at.Modify(t, p[1].DN, "title", title)
			if got, err := s.Recheck(t.Context(), []model.Tracked{tracked}); err != nil || got[0].State != want {
				t.Errorf("%s: %+v, %v", title, got, err)
			}
		}
	})
}

// ruleCase is a group, but for its name, and what is said of it.
type ruleCase struct {
	entry  testdir.Entry
	detail string
}

func unfollowedRules(srv *openldap.Server) map[string]ruleCase {
	anna := srv.People[0]
	mixed := func(class, attribute, value string) testdir.Entry {
		return testdir.Entry{Attributes: map[string][]string{"objectClass": {"groupOfNames", class}, "member": {anna.DN}, attribute: {value}}}
	}
	url := func(url string) testdir.Entry { return mixed("ruleAux", "memberURL", url) }
	people := srv.PeopleDN
	return map[string]ruleCase{
		"another server":    {url("ldap://other.example/" + people + "??sub?(title=x)"), "it names a server of its own"},
		"no LDAP URL":       {url("https://example.org/group"), "it names a server of its own, or is no LDAP URL"},
		"no base":           {url("ldap:///??sub?(title=x)"), "its base is no DN"},
		"outside":           {url("ldap:///ou=people,dc=elsewhere??sub?(title=x)"), "lies in no directory of this server"},
		"not there":         {url("ldap:///ou=none,dc=example,dc=org??sub?(title=x)"), "its base is not there"},
		"values":            {url("ldap:///" + people + "?member?sub?(title=x)"), "it asks for values of member"},
		"no scope":          {url("ldap:///" + people + "???(title=x)"), "its scope is none of"},
		"extension":         {url("ldap:///" + people + "??sub?(title=x)?!x-chain"), "it has extensions"},
		"bad filter":        {url("ldap:///" + people + "??sub?(title=x"), "its filter is not readable"},
		"typo":              {url("ldap:///" + people + "??sub?(titel=x)"), "the attribute titel, which this directory does not know"},
		"hidden attribute":  {url("ldap:///" + people + "??sub?(&(title=*)(employeeType=x))"), "no entry there shows employeetype"},
		"identity":          {mixed("dgIdentityAux", "dgIdentity", srv.AdminDN), "dgIdentity"},
		"eDirectory":        {mixed("dynamicGroup", "memberQueryURL", "ldap:///"+people+"??sub?(title=x)"), "its memberQueryURL is not followed"},
		"excluded":          {mixed("dynamicGroup", "excludedMember", anna.DN), "its excludedMember is not followed"},
		"application group": {mixed("ruleAux", "msDS-AzLDAPQuery", "(title=x)"), "its msDS-AzLDAPQuery is not followed"},
		"labeledURI":        {mixed("ruleAux", "labeledURI", "ldap:///"+people+"??sub?(title=x)"), "its labeledURI is not followed"},
		"Exchange": {testdir.Entry{Attributes: map[string][]string{"objectClass": {"msExchDynamicDistributionList"}, "displayName": {"x"}}},
			"it is a dynamic distribution list"},
		"sealed": {testdir.Entry{Attributes: searchGroup(srv.LeaversDN, "sealed", "ldap:///"+people+"??sub?(title=*)").Attributes}, "its memberURL is not readable"},
	}
}

// TestUnfollowedRules: what else may say who is in a group, and is not followed, makes the group one that
// is not known wholly, and is named: in the group itself, and in one in it.
func TestUnfollowedRules(t *testing.T) {
	t.Parallel()
	sealed := "access to dn.exact=\"cn=sealed,ou=leavers,dc=example,dc=org\" attrs=memberURL by * none\naccess to attrs=employeeType by * none\n"
	srv := openldap.Start(t, openldap.Options{People: 6, Global: foreignRules, FirstConf: sealed})
	anna := srv.People[0]
	for name, tt := range unfollowedRules(srv) {
		t.Run(name, func(t *testing.T) {
			cn := strings.ReplaceAll(name, " ", "-")
			tt.entry.DN = "cn=" + cn + "," + srv.LeaversDN
			tt.entry.Attributes["cn"] = []string{cn}
			if class := tt.entry.Attributes["objectClass"]; class[len(class)-1] == "dynamicGroup" {
				tt.entry.Attributes["objectClass"] = class[1:]
			}
			if name == "identity" {
				tt.entry.Attributes["objectClass"] = append(tt.entry.Attributes["objectClass"], "ruleAux")
				tt.entry.Attributes["memberURL"] = []string{"ldap:///" + srv.PeopleDN + "??sub?(title=x)"}
			}
			outer := groupIn(srv.LeaversDN, "groupOfNames", "outer-"+cn, tt.entry.DN, anna.DN)
			srv.Add(t, tt.entry, outer)
			defer func() { srv.Delete(t, outer.DN); srv.Delete(t, tt.entry.DN) }()
			members := []string{anna.Account}
			if tt.entry.Attributes["member"] == nil {
				members = nil
			}
			cfg := forOpenLDAP(t, srv)
			wantDoubt(t, cfg, tt.entry.DN, tt.detail, members...)
			wantDoubt(t, cfg, outer.DN, tt.detail, anna.Account)

			srv.Modify(t, outer.DN, "member", anna.DN) // what is wrong with another group does not matter
			wantEverywhere(t, cfg, outer.DN, anna.Account)
		})
	}
}

// TestRolesOf389: a role has those whom the server finds for it, of whatever kind it is; and an empty one
// may be one that is not shown.
func TestRolesOf389(t *testing.T) {
	t.Parallel()
	srv := ds389.Start(t, ds389.Options{People: 8})
	p := srv.People
	role := func(name, kind, complexity, attribute, value string) testdir.Entry {
		return testdir.Entry{DN: "cn=" + name + "," + srv.BaseDN, Attributes: map[string][]string{
			"objectClass": {"LDAPsubentry", "nsRoleDefinition", complexity, kind}, "cn": {name}, attribute: {value},
		}}
	}
	filtered := role("filtered", "nsFilteredRoleDefinition", "nsComplexRoleDefinition", "nsRoleFilter", "(title="+p[1].Title+")")
	nested := role("nested", "nsNestedRoleDefinition", "nsComplexRoleDefinition", "nsRoleDN", filtered.DN)
	managed := role("managed", "nsManagedRoleDefinition", "nsSimpleRoleDefinition", "description", "x")
	empty := role("empty", "nsFilteredRoleDefinition", "nsComplexRoleDefinition", "nsRoleFilter", "(title=nobody)")
	outer := groupIn(srv.LeaversDN, "groupOfNames", "outer", filtered.DN, p[2].DN)
	srv.Add(t, filtered, nested, managed, empty, outer)
	srv.Modify(t, p[3].DN, "nsRoleDN", managed.DN)
	cfg := forDS389(t, srv)
	wantEverywhere(t, cfg, filtered.DN, p[1].Account)
	wantEverywhere(t, cfg, nested.DN, p[1].Account)
	wantEverywhere(t, cfg, managed.DN, p[3].Account)
	wantEverywhere(t, cfg, outer.DN, p[1].Account, p[2].Account)
	snapshot := mustRead(t, mustNew(t, withGroups(cfg, empty.DN)))
	if snapshot.Departures() {
		t.Errorf("somebody may depart: %+v", condition(t, snapshot.Conditions, groups))
	}
}

// TestParseMemberURL: what is understood, and what not.
func TestParseMemberURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ldap:///dc=x??sub?(a=b)": "dc=x 2 (a=b)", "LDAP:///dc=x??One?a=b": "dc=x 1 (a=b)", "ldap:///ou=a%20b,dc=x??base": "ou=a b,dc=x 0 (objectClass=*)",
		"ldap:///dc=x??sub?(a=%3f)?": "dc=x 2 (a=?)",
		"":                           "fault", "ldap://": "fault", "ldap:///": "fault", "ldap:///dc=x": "fault", "ldap:///dc=x??children?": "fault", "ldap:///dc=x??sub?(a=%)": "fault",
		"ldap:///dc=x??sub?(a=b)?x": "fault", "ldap:///dc=x??sub?(a=b)??": "fault", "ldap:///dc=x?uid?sub?(a=b)": "fault", "ldaps:///dc=x??sub?": "fault",
	} {
		s, err := parseMemberURL(text)
		got := fmt.Sprint(s.base, " ", s.scope, " ", s.filter)
		if err != nil {
			got = "fault"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// FuzzParseMemberURL: it ends in a fault or in a search with a base, a scope and a filter.
func FuzzParseMemberURL(f *testing.F) {
	for _, seed := range []string{"ldap:///dc=x??sub?(a=b)", "ldap:///ou=a%20b,dc=x??one", "ldap:///?", "http://x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseMemberURL(text)
		if err != nil {
			if _, ok := errors.AsType[groupFault](err); !ok {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if _, err := parseDN(s.base); err != nil || s.filter == "" || s.scope == ldap.ScopeWholeSubtree && !s.covers(s.base) {
			t.Errorf("%q: %+v", text, s)
		}
	})
}
