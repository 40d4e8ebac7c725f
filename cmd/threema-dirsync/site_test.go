package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/sambaad"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir"
)

// site is what a configuration says of a directory.
type site struct {
	profile, url, caFile, bindDN, password, baseDN string
	csi, username, department                      string // names of attributes
}

func (s site) settings() map[string]any {
	return map[string]any{
		"name": "corp", "profile": s.profile, "urls": []any{s.url}, "ca_file": s.caFile,
		"bind_dn": s.bindDN, "bind_password_file": "bind-password", "base_dn": s.baseDN,
	}
}

func (s site) mapping() map[string]any {
	return map[string]any{
		"csi": "{{ ." + s.csi + " }}", "first_name": "{{ .givenName }}", "last_name": "{{ .sn }}",
		"username": "{{ ." + s.username + " | lower }}", "job_title": "{{ .title }}", "department": "{{ ." + s.department + " }}",
	}
}

// atOpenLDAP is an OpenLDAP server, its people only.
func atOpenLDAP(srv *openldap.Server) site {
	return site{
		profile: "openldap", url: srv.LDAPS, caFile: srv.CAFile, bindDN: srv.ReaderDN, password: srv.Password, baseDN: srv.PeopleDN,
		csi: "employeeNumber", username: "uid", department: "departmentNumber",
	}
}

// atDomain is a domain controller, its staff only.
func atDomain(srv *sambaad.Server) site {
	return site{
		profile: "active-directory", url: srv.LDAPS, caFile: srv.CAFile, bindDN: srv.ReaderDN, password: srv.Password, baseDN: srv.StaffDN,
		csi: "employeeID", username: "sAMAccountName", department: "department",
	}
}

// atPeer is a scripted server.
func atPeer(p *peer.Peer) site {
	return site{
		profile: "openldap", url: p.LDAPS, caFile: p.CAFile, bindDN: "cn=reader," + peer.Suffix, password: canary("password"), baseDN: peer.Suffix,
		csi: "employeeNumber", username: "uid", department: "departmentNumber",
	}
}

// memory is a directory in this process, for the tests that care little about the directory.
type memory struct {
	*memdir.Server
	site
	people []testdir.Person
}

const memorySuffix = "dc=example,dc=org"

// newMemory starts a directory with so many people, all of them entitled.
func newMemory(t *testing.T, people int) *memory { return newMemoryAt(t, memorySuffix, people) }

func newMemoryAt(t *testing.T, suffix string, people int) *memory {
	t.Helper()
	password := canary("password")
	reader := "cn=reader," + suffix
	srv, err := memdir.Start(t.Context(), memdir.Options{Suffix: suffix, BindDN: reader, BindPassword: secret.New(password)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	caFile := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, srv.CAPEM(), 0o644); err != nil {
		t.Fatal(err)
	}
	m := &memory{Server: srv, site: site{
		profile: "openldap", url: srv.URL(), caFile: caFile, bindDN: reader, password: password, baseDN: "ou=people," + suffix,
		csi: "employeeNumber", username: "uid", department: "departmentNumber",
	}}
	m.addUnit(t, m.baseDN, "people")
	for n := range people {
		m.join(t, n)
	}
	return m
}

func (m *memory) addUnit(t *testing.T, dn, name string) {
	t.Helper()
	unit := memdir.Entry{DN: dn, Attributes: map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {name}}}
	if err := m.Add(unit); err != nil {
		t.Fatal(err)
	}
}

// join adds person number n.
func (m *memory) join(t *testing.T, n int) testdir.Person {
	t.Helper()
	return m.hire(t, testdir.NewPerson(n))
}

// hire adds somebody.
func (m *memory) hire(t *testing.T, p testdir.Person) testdir.Person {
	t.Helper()
	p.DN = "uid=" + p.Account + "," + m.baseDN
	if err := m.Add(memdir.Entry(openldap.Entry(p))); err != nil {
		t.Fatal(err)
	}
	m.people = append(m.people, p)
	return p
}

// disable locks an account as an administrator does.
func (m *memory) disable(t *testing.T, people ...testdir.Person) {
	t.Helper()
	for _, p := range people {
		m.edit(t, p, "pwdAccountLockedTime", openldap.LockedByAdmin)
	}
}

// edit gives an attribute of somebody other values, or none.
func (m *memory) edit(t *testing.T, p testdir.Person, attribute string, values ...string) {
	t.Helper()
	if err := m.Modify(p.DN, attribute, values...); err != nil {
		t.Fatal(err)
	}
}

// remove deletes the entry of person number n.
func (m *memory) remove(t *testing.T, n int) {
	t.Helper()
	if err := m.Delete(m.people[n].DN); err != nil {
		t.Fatal(err)
	}
}
