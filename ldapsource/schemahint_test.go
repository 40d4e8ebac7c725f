package ldapsource

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestSchemaLacksWhatEndsAnAccount: what the server cannot hold, no right lets anybody read. The advice is
// followed, and the warning is gone.
func TestSchemaLacksWhatEndsAnAccount(t *testing.T) {
	t.Parallel()
	people := []peer.Step{peer.Page("", one(0), one(1, map[string][]string{"employeeType": {"retired"}}))}
	knows := func(more ...string) peer.Script {
		types := []string{"( 1.3.6.1.1.16.4 NAME 'entryUUID' )", "( 0.9.2342.19200300.100.1.1 NAME 'uid' )", "( 2.5.4.0 NAME 'objectClass' )", "( 2.16.840.1.113730.3.1.4 NAME 'employeeType' )"}
		entry := ldap.NewEntry("cn=Subschema", map[string][]string{"attributeTypes": append(types, more...)})
		return peer.Script{Schema: peer.Do(peer.Entries(entry), peer.Done(0)), Pages: people}
	}
	bare := forPeer(t, peer.Start(t, knows()))
	wantFinding(t, mustNew(t, bare), "account-state", Warning, "pwdAccountLockedTime is not in the schema", "overlay ppolicy", "write profile: custom")
	bare.Profile, bare.Filter, bare.IDAttribute = Custom, "(objectClass=person)", "entryUUID"
	bare.Account = AccountRules{DisabledAttribute: "employeeType", DisabledValues: []string{"retired"}}
	wantFinding(t, mustNew(t, bare), "account-state", Pass, "1 of 2 people show employeeType")

	hidden := mustNew(t, forPeer(t, peer.Start(t, knows("( 1.3.6.1.4.1.42.2.27.8.1.17 NAME 'pwdAccountLockedTime' )"))))
	wantFinding(t, hidden, "account-state", Warning, "read pwdAccountLockedTime; if it may", "shadowExpire is not in the schema")
	for _, f := range findingsOf(hidden.Check(t.Context(), nil), "account-state", Warning) {
		if strings.Contains(english.Say(f.Advice), "shadowExpire") {
			t.Errorf("no right would show it: %+v", f)
		}
	}
}

// TestSchemaLacksANamedAttribute: a name with a typo is told with what was probably meant, and nothing is
// said of rights.
func TestSchemaLacksANamedAttribute(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("", one(0))}})
	typed := mustNew(t, forPeer(t, p, func(c *Config) { c.Attributes = []string{"uid", "employeNumber"} }))
	e := refusedRead(t, typed, model.ReadConfig)
	for _, part := range []string{`did you mean "employeenumber"?`, "as the schema of the directory has it", "a right to read is not what is missing"} {
		if !strings.Contains(e.Error(), part) {
			t.Errorf("%q is not said: %v", part, e)
		}
	}
	wantFinding(t, typed, "schema", Failure, "write the name as the schema")
	mustRead(t, mustNew(t, forPeer(t, p, func(c *Config) { c.Attributes = []string{"uid", "employeenumber"} })))
}
