package ldapsource

import (
	"encoding/binary"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// entryOf makes a decoded entry from pairs of lower-case name and value.
func entryOf(pairs ...string) entry {
	e := entry{dn: "CN=x,DC=example", values: map[string][]string{}}
	for i := 0; i < len(pairs); i += 2 {
		e.values[pairs[i]] = append(e.values[pairs[i]], pairs[i+1])
	}
	return e
}

// TestB6_B7_AccountState is the table of MS-ADTS 2.2.16 and of everything that is not in it.
func TestB6_B7_AccountState(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		control, expires string // "" = not readable
		want             model.AccountState
		kind             model.EvidenceKind
	}{
		"normal":                       {"512", "0", model.Entitled, ""},
		"never, by maximum":            {"512", "9223372036854775807", model.Entitled, ""},
		"no end date":                  {"512", "", model.Entitled, ""},
		"disabled":                     {"514", "0", model.Departed, model.Disabled},
		"new account (546)":            {"546", "0", model.Departed, model.Disabled},
		"lock-out bit":                 {"528", "0", model.Entitled, ""},
		"password expired bit":         {"8389120", "0", model.Entitled, ""},
		"sign bit":                     {"-2147483136", "0", model.Entitled, ""},
		"expired":                      {"512", "132223104000000000", model.Departed, model.Expired},
		"expires in 2099":              {"512", "157155264000000000", model.Entitled, ""},
		"expired in 1601":              {"512", "1", model.Departed, model.Expired},
		"expires now":                  {"512", fileTime(noon), model.Departed, model.Expired},
		"expires in a second":          {"512", fileTime(noon.Add(time.Second)), model.Entitled, ""},
		"end of time but one":          {"512", "9223372036854775806", model.Entitled, ""},
		"disabled beats garbage":       {"514", "soon", model.Departed, model.Disabled},
		"end date is garbage":          {"512", "soon", model.Unknown, ""},
		"end date is negative":         {"512", "-1", model.Unknown, ""},
		"end date overflows":           {"512", "9223372036854775808", model.Unknown, ""},
		"userAccountControl hidden":    {"", "0", model.Unknown, ""},
		"userAccountControl garbage":   {"0x202", "0", model.Unknown, ""},
		"userAccountControl a fable":   {"99999999999", "0", model.Unknown, ""},
		"hidden, and expired long ago": {"", "1", model.Unknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := entryOf()
			if tt.control != "" {
				e.values["useraccountcontrol"] = []string{tt.control}
			}
			if tt.expires != "" {
				e.values["accountexpires"] = []string{tt.expires}
			}
			state, evidence := activeDirectory{}.state(e, noon)
			if state != tt.want || evidence.Kind != tt.kind {
				t.Errorf("%v %v", state, evidence)
			}
			if (evidence.Detail == "") != (state == model.Entitled) {
				t.Errorf("%v with detail %q", state, evidence.Detail)
			}
		})
	}
}

func fileTime(at time.Time) string {
	return fmt.Sprint((at.Unix() + 11_644_473_600) * 10_000_000)
}

func rawSID(rids ...uint32) string {
	b := []byte{1, byte(len(rids)), 0, 0, 0, 0, 0, 5}
	for _, rid := range rids {
		b = binary.LittleEndian.AppendUint32(b, rid)
	}
	return string(b)
}

func TestB5_B18_WhoIsNoPerson(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		entry    entry
		skip     bool
		conflict bool
	}{
		"person":            {entryOf("samaccountname", "u1", "objectsid", rawSID(21, 1, 2, 3, 1105)), false, false},
		"no name given":     {entryOf("samaccountname", "$50F5-ABC"), false, false},
		"machine":           {entryOf("samaccountname", "PC1$"), true, false},
		"system account":    {entryOf("samaccountname", "Administrator", "iscriticalsystemobject", "TRUE"), true, false},
		"Guest":             {entryOf("samaccountname", "Gast", "objectsid", rawSID(21, 1, 2, 3, 501)), true, false},
		"krbtgt":            {entryOf("samaccountname", "krbtgt", "objectsid", rawSID(21, 1, 2, 3, 502)), true, false},
		"SID is garbage":    {entryOf("samaccountname", "u1", "objectsid", "x"), false, false},
		"conflict":          {entry{dn: `CN=u1\0ACNF:1b15ffde-0000-4000-8000-000000000000,DC=example`}, false, true},
		"deleted":           {entry{dn: `CN=u1\0aDEL:1b15ffde-0000-4000-8000-000000000000,CN=Deleted Objects,DC=example`}, false, true},
		"duplicate account": {entryOf("samaccountname", "$DUPLICATE-451"), false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := (activeDirectory{}).skip(tt.entry); got != tt.skip {
				t.Errorf("skip %t", got)
			}
			if got := (activeDirectory{}).conflict(tt.entry); (got.Code != "") != tt.conflict {
				t.Errorf("conflict %q", got.Code)
			}
		})
	}
}

// domainPeer is a scripted domain controller, which says that it is DC=example,DC=org.
func domainPeer(pages ...peer.Step) peer.Script {
	answer := func(dn string, attributes map[string][]string) peer.Step {
		return peer.Do(peer.Entries(ldap.NewEntry(dn, attributes)), peer.Done(0))
	}
	var types []string
	for i, name := range strings.Fields("objectClass objectCategory objectGUID objectSid userAccountControl accountExpires sAMAccountName isCriticalSystemObject uid member primaryGroupID") {
		types = append(types, fmt.Sprintf("( 1.2.840.%d NAME '%s' )", i, name))
	}
	return peer.Script{
		RootDSE: answer("", map[string][]string{
			"defaultNamingContext": {peer.Suffix}, "namingContexts": {peer.Suffix, "CN=Configuration," + peer.Suffix},
			"subschemaSubentry": {"cn=Subschema"}, "supportedControl": {ldap.ControlTypePaging, ldap.ControlTypeMicrosoftDomainScope},
			"dnsHostName": {"dc7.example.org"}, "isSynchronized": {"TRUE"},
		}),
		Schema: answer("cn=Subschema", map[string][]string{"attributeTypes": types}),
		Base:   answer(reader, map[string][]string{"objectClass": {"user"}, "sAMAccountName": {"reader"}, "objectSid": {rawSID(21, 1, 2, 3)}}),
		WhoAmI: func(s *peer.Session) error { return peer.Done(ldap.LDAPResultProtocolError)(s) },
		Pages:  pages,
	}
}

func account(i int, attributes map[string][]string) *ldap.Entry {
	all := map[string][]string{
		"objectGUID": {fmt.Sprintf("%016d", i)}, "sAMAccountName": {fmt.Sprint("u", i)},
		"userAccountControl": {"512"}, "accountExpires": {"0"},
	}
	maps.Copy(all, attributes)
	return ldap.NewEntry(fmt.Sprintf("CN=u%d,%s", i, peer.Suffix), all)
}

// TestB14_HiddenAttributes: more than max(3, 1 %) of the people without userAccountControl is a
// right that was taken away. They are unknown, and nobody else departs either.
func TestB14_HiddenAttributes(t *testing.T) {
	t.Parallel()
	for hidden, want := range map[int]bool{0: true, 3: true, 4: false} {
		t.Run(fmt.Sprint(hidden, " of 10"), func(t *testing.T) {
			t.Parallel()
			var entries []*ldap.Entry
			for i := range 10 {
				e := account(i, nil)
				if i < hidden {
					e = account(i, map[string][]string{"userAccountControl": nil})
				}
				entries = append(entries, e)
			}
			p := peer.Start(t, domainPeer(peer.Page("", entries...)))
			snapshot := mustRead(t, mustNew(t, forPeer(t, p, func(c *Config) { c.Profile = ActiveDirectory })))
			if c := condition(t, snapshot.Conditions, mandatoryAttributes); c.OK != want || snapshot.Departures() != want {
				t.Error(c)
			}
			unknown := 0
			for _, p := range snapshot.People {
				if p.State == model.Unknown {
					unknown++
				}
			}
			if unknown != hidden || len(snapshot.People) != 10 || snapshot.Server != "dc7.example.org" || snapshot.NamingContext != "S-1-5-21-1-2-3" {
				t.Errorf("%d unknown of %d; %q %q", unknown, len(snapshot.People), snapshot.Server, snapshot.NamingContext)
			}
		})
	}
}

// TestB18_ConflictIsHeldAndUnknown: the loser of a replication conflict is seen, and nothing
// is ever done for it, even though it is disabled.
func TestB18_ConflictIsHeldAndUnknown(t *testing.T) {
	t.Parallel()
	odd := account(1, map[string][]string{"userAccountControl": {"514"}})
	odd.DN = `CN=u1\0ACNF:1b15ffde-0000-4000-8000-000000000000,` + peer.Suffix
	p := peer.Start(t, domainPeer(peer.Page("", account(0, nil), odd)))
	got := mustRead(t, mustNew(t, forPeer(t, p, func(c *Config) { c.Profile = ActiveDirectory }))).People
	if len(got) != 2 || got[1].State != model.Unknown || len(got[1].Held) == 0 {
		t.Errorf("%+v", got)
	}
}

func TestCompareIdentity(t *testing.T) {
	t.Parallel()
	own := &entry{dn: "CN=Sync,OU=Service,DC=example", values: map[string][]string{"samaccountname": {"svc-sync"}}}
	for name, tt := range map[string]struct {
		authz, bindDN string
		own           *entry
		want          comparison
	}{
		"DN":                      {"dn:cn=sync,ou=service,dc=example", "CN=Sync, OU=Service, DC=example", nil, sameAccount},
		"other DN":                {"dn:cn=guest,dc=example", "CN=Sync,DC=example", nil, otherAccount},
		"DN of a UPN":             {"dn:cn=sync,ou=service,dc=example", "sync@example", own, sameAccount},
		"DN of an unreadable UPN": {"dn:cn=sync,ou=service,dc=example", "sync@example", nil, otherAccount},
		"login of a DN":           {`u:EXAMPLE\svc-sync`, "CN=Sync,OU=Service,DC=example", own, sameAccount},
		"login of an unread DN":   {`u:EXAMPLE\svc-sync`, "CN=Sync,OU=Service,DC=example", nil, cannotCompare},
		"login":                   {`u:EXAMPLE\SVC-sync`, `EXAMPLE\svc-sync`, nil, sameAccount},
		"other login":             {`u:EXAMPLE\guest`, `EXAMPLE\svc-sync`, own, otherAccount},
		"other login of a DN":     {`u:EXAMPLE\guest`, "CN=Sync,OU=Service,DC=example", own, otherAccount},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := compareIdentity(tt.authz, tt.bindDN, tt.own); got != tt.want {
				t.Errorf("%d, want %d", got, tt.want)
			}
		})
	}
}
