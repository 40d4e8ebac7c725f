package main

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
)

// TestCheckTriesARefusedPasswordOnce: a directory that counts wrong passwords towards a lock-out, and a
// newcomer who runs check again and again. The account is as free as before; --try-login is a try.
func TestCheckTriesARefusedPasswordOnce(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 2})
	w := newWorld(t, atOpenLDAP(srv))
	failures := func() int {
		t.Helper()
		found, err := srv.Connect(t, srv.AdminDN).Search(ldap.NewSearchRequest(srv.ReaderDN, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false,
			"(objectClass=*)", []string{"pwdFailureTime"}, nil))
		if err != nil {
			t.Fatal(err)
		}
		return len(found.Entries[0].GetAttributeValues("pwdFailureTime"))
	}
	policy := "cn=policy," + srv.LeaversDN
	srv.Add(t, testdir.Entry{DN: policy, Attributes: map[string][]string{
		"objectClass": {"device", "pwdPolicy"}, "cn": {"policy"}, "pwdAttribute": {"userPassword"}, "pwdLockout": {"TRUE"}, "pwdMaxFailure": {"9"},
	}})
	srv.Modify(t, srv.ReaderDN, "pwdPolicySubentry", policy)
	if out := w.must(t, 0, "check"); !strings.Contains(out.stdout, "9 wrong passwords in a row lock the account") {
		t.Errorf("check does not tell the policy: %v", out)
	}
	w.writeSecret(t, "bind-password", canary("wrong"))
	for n := range 2 {
		out := w.must(t, 1, "check")
		if failures() != 1 {
			t.Fatalf("%d tries after check %d: %v", failures(), n+1, out)
		}
		for _, says := range []string{"FAIL  source", "check --try-login", "lock-out"} {
			if !strings.Contains(out.stdout, says) {
				t.Errorf("check %d lacks %q: %v", n+1, says, out)
			}
		}
	}
	w.must(t, 1, "check", "--try-login")
	if failures() != 2 {
		t.Errorf("%d tries after check --try-login", failures())
	}
	w.writeSecret(t, "bind-password", srv.Password)
	w.must(t, 0, "check")
}
