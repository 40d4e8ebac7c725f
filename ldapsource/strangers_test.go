package ldapsource

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/sambaad"
)

// adPerson makes an account that is switched on, with more attributes in pairs of name and value.
func adPerson(srv *sambaad.Server, dn, account string, pairs ...string) testdir.Entry {
	attributes := map[string][]string{
		"objectClass": {"user"}, "sAMAccountName": {account}, "userAccountControl": {"512"},
		"unicodePwd": {sambaad.EncodePassword(srv.Password)},
	}
	for pair := range slices.Chunk(pairs, 2) {
		attributes[pair[0]] = []string{pair[1]}
	}
	return testdir.Entry{DN: dn, Attributes: attributes}
}

// TestB5_B18_StrangersAreNoPeople: whatever filter is configured, of all that a domain holds beside
// people nothing becomes one; what is left over from a collision is held and unknown. With skip taken
// out, the computers and service accounts come; with conflict, two more are entitled.
func TestB5_B18_StrangersAreNoPeople(t *testing.T) {
	srv := domain.Get(t)
	unit, narrow := ownUnit(t, srv)
	at := func(name string) string { return "CN=" + name + "," + unit }
	const machine = "4096" // WORKSTATION_TRUST_ACCOUNT
	strangers := []testdir.Entry{
		adPerson(srv, at("computer"), "st-computer$", "objectClass", "computer", "userAccountControl", machine),
		adPerson(srv, at("gmsa"), "st-gmsa$", "objectClass", "msDS-GroupManagedServiceAccount", "userAccountControl", machine, "msDS-ManagedPasswordInterval", "30"),
		adPerson(srv, at("msa"), "st-msa$", "objectClass", "msDS-ManagedServiceAccount", "userAccountControl", machine),
		adPerson(srv, at("dollar"), "st-dollar$"),
		{DN: at("contact"), Attributes: map[string][]string{"objectClass": {"contact"}, "sn": {"Contact"}}},
		adGroup(unit, "st-group"),
	}
	srv.Add(t, strangers...)
	srv.Add(t,
		adPerson(srv, at(`clash\0ACNF:1b15ffde-0001-0203-0405-060708090a0b`), "st-clash"),
		adPerson(srv, at("duplicate"), "$DUPLICATE-1f4"),
		adPerson(srv, at("deleted"), "st-deleted"),
		adPerson(srv, at("person"), "st-person"),
		adPerson(srv, at("inetOrgPerson"), "st-inet", "objectClass", "inetOrgPerson"),
	)
	srv.Delete(t, at("deleted"))
	want := map[string]string{
		"st-person": "entitled", "st-inet": "entitled",
		"st-clash": "unknown, held", "$DUPLICATE-1f4": "unknown, held",
	}
	for name, filter := range map[string]string{"of the profile": "", "all users": "(objectClass=user)", "all accounts": "(sAMAccountName=*)"} {
		t.Run(name, func(t *testing.T) {
			for _, reader := range []string{srv.ReaderDN, srv.AdminDN} {
				s := mustNew(t, forDomain(t, srv, narrow, func(c *Config) { c.Filter, c.BindDN = filter, reader }))
				got := map[string]string{}
				for account, p := range byAttribute(mustRead(t, s).People, "samaccountname") {
					got[account] = p.State.String()
					if len(p.Held) > 0 {
						got[account] += ", held"
					}
				}
				wanted := maps.Clone(want)
				if name == "all accounts" { // asks for groups in so many words
					wanted["st-group"] = "unknown"
				}
				if diff := cmp.Diff(wanted, got); diff != "" {
					t.Errorf("%s: %s", reader, diff)
				}
			}
		})
	}
}

// TestB5_BuiltInAccounts: Guest and krbtgt stay strangers under any name, as renaming them is good
// custom. skip knows them by the last part of their SID.
func TestB5_BuiltInAccounts(t *testing.T) {
	srv := domain.Get(t)
	users := "CN=Users," + srv.BaseDN
	srv.Modify(t, "CN=Guest,"+users, "sAMAccountName", "Besucherin")
	t.Cleanup(func() { srv.Modify(t, "CN=Guest,"+users, "sAMAccountName", "Guest") })
	s := mustNew(t, forDomain(t, srv, func(c *Config) { c.Filter = "(objectClass=user)" }))
	for _, p := range mustRead(t, s).People {
		if strings.HasSuffix(p.DN, users) {
			t.Errorf("%+v", p)
		}
	}
}
