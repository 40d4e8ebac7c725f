package ldapsource

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
)

// peerSchema is a schema of these attributes alone.
func peerSchema(names ...string) peer.Step {
	var types []string
	for _, name := range names {
		types = append(types, "( 1.3.6.1.4.1.99999.1.1 NAME '"+name+"' )")
	}
	return peer.Do(peer.Entries(ldap.NewEntry("cn=Subschema", map[string][]string{"attributeTypes": types})), peer.Done(0))
}

// TestContextOfCustom: whatever tells the people apart, something that the entry of the suffix has tells the
// directory; an operator can always give the right to read it, and is told what.
func TestContextOfCustom(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		id     string
		schema []string
		suffix map[string][]string
		want   string // "": the condition does not hold, and the text says says
		says   string
	}{
		"the same ID":            {"entryUUID", []string{"createTimestamp"}, map[string][]string{"entryUUID": {peer.SuffixUUID}}, peer.SuffixUUID, ""},
		"a number of the people": {"uidNumber", []string{"entryUUID"}, map[string][]string{"entryUUID": {peer.SuffixUUID}}, peer.SuffixUUID, ""},
		"a login, in 389": {
			"uid", []string{"nsUniqueId", "entryUUID"}, map[string][]string{"nsUniqueId": {"ADDE840D-80771041-88F47F25-BEAD382F"}}, "adde840d-80771041-88f47f25-bead382f", "",
		},
		"a number, in eDirectory": {"workforceID", []string{"GUID"}, map[string][]string{"GUID": {"0123456789abcdef"}}, "30313233-3435-3637-3839-616263646566", ""},
		"a GUID that the suffix lacks": {
			"mS-DS-ConsistencyGuid", []string{"objectGUID"}, map[string][]string{"objectGUID": {"0123456789abcdef"}}, "33323130-3534-3736-3839-616263646566", "",
		},
		"no IDs at all":           {"uid", nil, map[string][]string{"createTimestamp": {"20200101000000Z"}}, "20200101000000Z", ""},
		"hidden":                  {"uid", []string{"entryUUID"}, map[string][]string{"createTimestamp": {"20200101000000Z"}}, "", "uid or entryUUID"},
		"the same ID, but hidden": {"entryUUID", nil, map[string][]string{"createTimestamp": {"20200101000000Z"}}, "", "show entryUUID,"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.suffix["objectClass"] = []string{"top"}
			p := peer.Start(t, peer.Script{
				Schema: peerSchema(append(tt.schema, tt.id, "createTimestamp", "objectClass", "title")...),
				Base:   peer.Do(peer.Entries(ldap.NewEntry(peer.Suffix, tt.suffix)), peer.Done(0)),
				Pages:  []peer.Step{peer.Page("", ldap.NewEntry("uid=u,"+peer.Suffix, map[string][]string{tt.id: {"0123456789abcdef"}, "entryUUID": {uuid(0)}}))},
			})
			s := mustNew(t, forPeer(t, p, func(c *Config) {
				c.Profile, c.IDAttribute, c.Filter, c.Attributes = Custom, tt.id, "(objectClass=*)", nil
				c.Account = AccountRules{DisabledAttribute: "title", DisabledValues: []string{"LEFT"}}
			}))
			snapshot := mustRead(t, s)
			c := condition(t, snapshot.Conditions, namingContext)
			want := ""
			if tt.want != "" {
				want = peer.Suffix + " " + tt.want
			}
			if snapshot.NamingContext != want || c.OK != (want != "") || !strings.Contains(english.Say(c.Detail), tt.says) {
				t.Errorf("%q, want %q: %+v", snapshot.NamingContext, want, c)
			}
		})
	}
}

// TestNamelessRoot: eDirectory lists the root of its tree as a naming context without a name.
func TestNamelessRoot(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{
		RootDSE: peer.Do(peer.Entries(ldap.NewEntry("", map[string][]string{
			"namingContexts": {""}, "subschemaSubentry": {"cn=Subschema"}, "supportedControl": {ldap.ControlTypePaging},
		})), peer.Done(0)),
		Base:  peer.Do(peer.Entries(ldap.NewEntry("dc=org", map[string][]string{"entryUUID": {peer.SuffixUUID}, "objectClass": {"top"}})), peer.Done(0)),
		Pages: []peer.Step{peer.Page("", one(0))},
	})
	if snapshot := mustRead(t, mustNew(t, forPeer(t, p))); snapshot.NamingContext != "dc=org "+peer.SuffixUUID || !snapshot.Absences() {
		t.Errorf("%+v", snapshot)
	}
}
