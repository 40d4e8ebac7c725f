package ldapsource

import (
	"slices"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
)

// wantNoFinding checks, and wants no finding of the name.
func wantNoFinding(t *testing.T, s *Source, name string) {
	t.Helper()
	for _, f := range s.Check(t.Context(), nil) {
		if f.Name == name {
			t.Errorf("%+v", f)
		}
	}
}

// TestUnusedEntries: an entry of a list that fits nothing in the directory is told, one that fits is not.
func TestUnusedEntries(t *testing.T) {
	t.Parallel()
	retired := one(1, map[string][]string{"title": {"Retired"}})
	pages := []peer.Step{peer.Do(peer.Entries(one(0), retired), peer.Reference("ldap://other/"+awaySite), peer.DonePaged(ldap.LDAPResultSuccess, ""))}
	p := peer.Start(t, peer.Script{Pages: pages})
	excluding := func(dns ...string) *Source {
		return mustNew(t, forPeer(t, p, func(c *Config) { c.ExcludeDNs = append(dns, awaySite) }))
	}
	wantFinding(t, excluding("ou=poeple,"+peer.Suffix), "exclude_dns", Warning, "below ou=poeple,"+peer.Suffix, "nobody in scope lies there", "correct it")
	wantNoFinding(t, excluding("OU=People, "+peer.Suffix), "exclude_dns")

	custom := func(values, enabled []string) *Source {
		return mustNew(t, forPeer(t, p, func(c *Config) {
			c.Profile, c.Filter, c.IDAttribute, c.ExcludeDNs = Custom, "(objectClass=person)", "entryUUID", []string{awaySite}
			c.Account = AccountRules{DisabledAttribute: "title", DisabledValues: values, EnabledValues: enabled}
		}))
	}
	wantFinding(t, custom([]string{"retired", "gone"}, nil), "account.disabled.values", Warning, "title: gone", "nobody has this value")
	wantFinding(t, custom([]string{"retired"}, []string{"active"}), "account.disabled.enabled", Warning, "title: active")
	wantNoFinding(t, custom([]string{"retired"}, nil), "account.disabled.values")
}

// TestStateInFilter: a filter that decides who is switched off is told, however it spells the attribute;
// one that follows the advice is not.
func TestStateInFilter(t *testing.T) {
	t.Parallel()
	people := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("", one(0))}})
	controller := peer.Start(t, domainPeer(peer.Page("", account(0, nil))))
	for _, row := range []struct {
		server  *peer.Peer
		profile Profile
		filter  string
		names   []string
	}{
		{people, OpenLDAP, "(!(pwdAccountLockedTime=*))", []string{"pwdAccountLockedTime"}},
		{people, OpenLDAP, "(&(uid=*)(!(PWDACCOUNTLOCKEDTIME=000001010000Z)))", []string{"pwdAccountLockedTime"}},
		{people, OpenLDAP, "(uid=*)", nil},
		{controller, ActiveDirectory, "(!(userAccountControl:1.2.840.113556.1.4.803:=2))", []string{"userAccountControl"}},
		{controller, ActiveDirectory, "(|(accountExpires=0)(userAccountControl=512))", []string{"userAccountControl", "accountExpires"}},
		{controller, ActiveDirectory, "(objectCategory=person)", nil},
	} {
		s := mustNew(t, forPeer(t, row.server, func(c *Config) { c.Profile, c.Filter = row.profile, row.filter }))
		if got := mustRead(t, s).StateInFilter; !slices.Equal(got, row.names) {
			t.Errorf("%s: %q, want %q", row.filter, got, row.names)
		}
		if row.names == nil {
			wantNoFinding(t, s, "filter")
			continue
		}
		wantFinding(t, s, "filter", Warning, append(row.names, "falls out of the scope", "never in a poll", "out of filter")...)
	}
}
