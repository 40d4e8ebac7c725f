package ds389_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/ds389"
)

// TestTakesLittleRoom: the server asks the file system for the size of its cache at the start, and ends without a word
// where there is less. The cache must not grow with the machine.
func TestTakesLittleRoom(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	srv, err := ds389.Run(t.Context(), dir, ds389.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Stop(); err != nil {
			t.Error(err)
		}
	})
	regions, err := filepath.Glob(filepath.Join(dir, "db", "__db.*"))
	if err != nil || len(regions) == 0 {
		t.Fatalf("no cache is seen: %v", err)
	}
	var size int64
	for _, region := range regions {
		info, err := os.Stat(region)
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	if size > 64<<20 {
		t.Errorf("the cache takes %d MB", size>>20)
	}
}

// TestServer: it is there, full, and shows each account what it is to see.
func TestServer(t *testing.T) {
	t.Parallel()
	srv := ds389.Start(t, ds389.Options{People: 150})
	for dn, want := range map[string]int{srv.ReaderDN: 150, srv.BlindDN: 100} {
		conn := srv.Connect(t, dn)
		result, err := conn.SearchWithPaging(ldap.NewSearchRequest(srv.PeopleDN, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false,
			"(objectClass=inetOrgPerson)", []string{"nsUniqueId", "nsAccountLock"}, nil), 50)
		if err != nil || len(result.Entries) != want {
			t.Fatalf("%s: %d people, %v; want %d", dn, len(result.Entries), err, want)
		}
		for _, e := range result.Entries {
			if len(e.GetAttributeValue("nsUniqueId")) != 35 {
				t.Fatalf("%s has the ID %q", e.DN, e.GetAttributeValue("nsUniqueId"))
			}
		}
	}
	if _, err := srv.Connect(t, srv.LimitedDN).SearchWithPaging(ldap.NewSearchRequest(srv.PeopleDN, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false,
		"(objectClass=inetOrgPerson)", []string{"uid"}, nil), 140); !ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) && !ldap.IsErrorWithCode(err, ldap.LDAPResultAdminLimitExceeded) {
		t.Errorf("the limited account: %v", err)
	}
	p := srv.NewPerson(200)
	srv.AddPerson(t, p)
	srv.Disable(t, p.DN)
	srv.Enable(t, p.DN)
}

// TestClearText: no password goes over an open line.
func TestClearText(t *testing.T) {
	t.Parallel()
	srv := ds389.Start(t, ds389.Options{})
	conn, err := ldap.DialURL(srv.LDAP)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.Bind(srv.ReaderDN, srv.Password); !ldap.IsErrorWithCode(err, ldap.LDAPResultConfidentialityRequired) {
		t.Errorf("bind in clear text: %v", err)
	}
}
