package ldapsource

import (
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
)

// lockoutOf is what a check says of the policy; it fails for a password that is wrong.
func lockoutOf(t *testing.T, cfg Config, verdict Verdict) string {
	t.Helper()
	found := findingsOf(mustNew(t, cfg).CheckAgain(t.Context(), nil), lockoutLine, verdict)
	if len(found) != 1 {
		return ""
	}
	if verdict == Warning && !strings.Contains(english.Say(found[0].Advice), "check --try-login") {
		t.Errorf("no advice: %+v", found[0])
	}
	return english.Say(found[0].Came)
}

func wrongPassword(c *Config) { c.BindPassword = secret.New("canary-wrong") }

// policyEntry is a password policy of OpenLDAP.
func policyEntry(dn, lockout, tries string) testdir.Entry {
	return testdir.Entry{DN: dn, Attributes: map[string][]string{
		"objectClass": {"device", "pwdPolicy"}, "cn": {strings.TrimPrefix(strings.Split(dn, ",")[0], "cn=")}, "pwdAttribute": {"userPassword"}, "pwdLockout": {lockout}, "pwdMaxFailure": {tries},
	}}
}

// TestLockoutOfOpenLDAP: the policy of the account counts, else the strictest that can be read; who is
// not logged in reads what the server shows to everybody.
func TestLockoutOfOpenLDAP(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 1})
	if came := lockoutOf(t, forOpenLDAP(t, srv), Pass); came != "" {
		t.Errorf("without a policy: %q", came)
	}
	policy := "cn=policy," + srv.LeaversDN
	srv.Add(t, policyEntry(policy, "TRUE", "4"), policyEntry("cn=mild,"+srv.LeaversDN, "TRUE", "9"), policyEntry("cn=none,"+srv.LeaversDN, "FALSE", "1"))
	if came := lockoutOf(t, forOpenLDAP(t, srv), Pass); !strings.HasPrefix(came, "4 wrong passwords in a row lock the account") || !strings.Contains(came, policy) {
		t.Errorf("several: %q", came)
	}
	srv.Modify(t, srv.ReaderDN, "pwdPolicySubentry", "cn=none,"+srv.LeaversDN)
	if came := lockoutOf(t, forOpenLDAP(t, srv), Pass); !strings.HasPrefix(came, "wrong passwords do not lock an account") {
		t.Errorf("the account's own: %q", came)
	}
	if came := lockoutOf(t, forOpenLDAP(t, srv, wrongPassword), Warning); !strings.Contains(came, "does not tell this to somebody who is not logged in") {
		t.Errorf("not logged in: %q", came)
	}
}

// TestLockoutOf389: cn=config of the server tells, to whom may read it.
func TestLockoutOf389(t *testing.T) {
	t.Parallel()
	srv := redHat.Get(t)
	if came := lockoutOf(t, forDS389(t, srv), Pass); came != "" {
		t.Errorf("hidden from the reader: %q", came)
	}
	admin := func(c *Config) { c.BindDN = srv.AdminDN }
	if came := lockoutOf(t, forDS389(t, srv, admin), Pass); came != "wrong passwords do not lock an account (passwordLockout of cn=config)" {
		t.Errorf("shown to the administrator: %q", came)
	}
	if came := lockoutOf(t, forDS389(t, srv, wrongPassword), Warning); !strings.Contains(came, "does not tell this to somebody who is not logged in") {
		t.Errorf("not logged in: %q", came)
	}
}
