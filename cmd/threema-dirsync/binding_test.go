package main

import (
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/ldapwire"
)

// TestWrongPasswordIsTriedOnce: every try counts towards the lock-out of the account, whichever
// command makes it, and whichever process (pitfall A15). Only check tries again, for somebody
// asked; a fixed file is tried at once.
func TestWrongPasswordIsTriedOnce(t *testing.T) {
	t.Parallel()
	right := canary("right")
	p := peer.Start(t, peer.Script{
		Bind: func(s *peer.Session) error {
			if op, _ := s.Request.Op.(ldapwire.Bind); op.Password == right {
				return peer.BindResult(ldap.LDAPResultSuccess, "")(s)
			}
			return peer.BindResult(ldap.LDAPResultInvalidCredentials, "80090308: LdapErr: DSID-0C09044E, data 52e, v4563")(s)
		},
		Pages: []peer.Step{peer.Honest(100, peerStaff(2)...)},
	})
	w := newWorld(t, atPeer(p))
	w.secrets = append(w.secrets, right)
	w.set("sources.0.urls", []any{p.LDAPS, strings.Replace(p.LDAPS, "127.0.0.1", "localhost", 1)})
	for n, step := range []struct {
		command string
		code    int
		binds   int // so far
	}{
		{"run --once", 4, 1},
		{"run --once", 4, 1},
		{"plan", 4, 1},
		{"run --once --dry-run", 4, 1},
		{"run --once --json", 4, 1},
		{"check", 1, 1},
		{"check --try-login", 1, 2},
		{"run --once", 4, 2},
	} {
		out := w.must(t, step.code, strings.Fields(step.command)...)
		for _, want := range []string{"the name or the password is wrong", "data 52e", "bind_password_file", "threema-dirsync check"} {
			if !strings.Contains(out.stdout, want) {
				t.Errorf("%d, %s: lacks %q: %v", n, step.command, want, out)
			}
		}
		if got := len(p.Binds()); got != step.binds {
			t.Fatalf("%d, %s: %d bind requests so far, want %d", n, step.command, got, step.binds)
		}
	}
	if made := w.sim.state(t).Credentials; len(made) != 0 {
		t.Errorf("%d credentials were made", len(made))
	}
	w.noSecretsOnDisk(t)

	w.writeSecret(t, "bind-password", right)
	w.must(t, 0, "run", "--once")
	w.must(t, 0, "plan", "--detailed-exitcode")
	if got := len(w.lines(t)); got != 2 {
		t.Errorf("%d hand-over lines, want 2", got)
	}
}

// peerStaff are entries of so many people as a scripted server sends them.
func peerStaff(n int) []*ldap.Entry {
	staff := make([]*ldap.Entry, n)
	for i := range staff {
		p := testdir.NewPerson(i)
		attributes := openldap.Entry(p).Attributes
		attributes["entryUUID"] = []string{fmt.Sprintf("5a3c0b7e-0000-4000-8000-%012d", i+1)}
		staff[i] = ldap.NewEntry("uid="+p.Account+","+peer.Suffix, attributes)
	}
	return staff
}

// noSecretsOnDisk looks through the files of the program.
func (w *world) noSecretsOnDisk(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(w.stateDir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%q, %v; this test proved nothing", files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range w.secrets {
			if file != w.handover() && strings.Contains(string(content), secret) {
				t.Errorf("%s holds a secret", filepath.Base(file))
			}
		}
	}
}

// withCertificate makes a world log in with the client certificate of an OpenLDAP server. The lines
// of its key become secrets.
func (w *world) withCertificate(t *testing.T, srv *openldap.Server) {
	t.Helper()
	key, err := os.ReadFile(srv.ClientKey)
	if err != nil {
		t.Fatal(err)
	}
	if block, _ := pem.Decode(key); block == nil {
		t.Fatal("the key is no PEM")
	}
	for line := range strings.Lines(string(key)) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") {
			w.secrets = append(w.secrets, line)
		}
	}
	source := w.settings["sources"].([]any)[0].(map[string]any)
	delete(source, "bind_password_file")
	source["bind"], source["client_cert_file"], source["client_key_file"] = "external", srv.ClientCert, srv.ClientKey
}

// TestClientCertificate rolls a company out with a client certificate for a login, first over
// LDAPS, then over StartTLS.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 12, VerifyClient: "demand"})
	w := newWorld(t, atOpenLDAP(srv))
	w.withCertificate(t, srv)
	out := w.must(t, 0, "check")
	for _, want := range []string{"log in with the client certificate of CN=" + testdir.ClientName, "the server says dn:" + srv.ReaderDN, "source corp: client-certificate"} {
		if !strings.Contains(out.stdout, want) {
			t.Errorf("check lacks %q: %v", want, out)
		}
	}
	w.must(t, 0, "run", "--once")
	w.holds(t, srv.People, false)

	w.set("sources.0.urls", []any{srv.LDAP})
	w.set("sources.0.start_tls", true)
	delete(w.settings["sources"].([]any)[0].(map[string]any), "bind_dn")
	w.must(t, 0, "run", "--once") // from another port: nobody is missed, so nothing waits
	w.must(t, 0, "plan", "--detailed-exitcode")
	w.holds(t, srv.People, false)
	w.noSecretsOnDisk(t)
}

// TestClientCertificateRefused: a key that others can read is none, and neither is one that does
// not go with the certificate; whoever the server takes for somebody else reads nothing.
func TestClientCertificateRefused(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 3, VerifyClient: "try"})
	source := func(w *world) map[string]any { return w.settings["sources"].([]any)[0].(map[string]any) }
	copied := func(t *testing.T, file string, mode os.FileMode) string {
		t.Helper()
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "copy")
		if err := os.WriteFile(path, content, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, tt := range map[string]struct {
		edit func(*testing.T, map[string]any)
		code int
		says string
	}{
		"a key for all to read": {func(t *testing.T, s map[string]any) { s["client_key_file"] = copied(t, srv.ClientKey, 0o644) }, 78, "chmod 600"},
		"no key there":          {func(t *testing.T, s map[string]any) { s["client_key_file"] = filepath.Join(t.TempDir(), "none") }, 78, "no such file"},
		"another key": {func(t *testing.T, s map[string]any) {
			s["client_key_file"] = copied(t, filepath.Join(filepath.Dir(srv.ClientKey), "server.key"), 0o600)
		}, 78, "does not go with the certificate"},
		"somebody else": {func(_ *testing.T, s map[string]any) { s["bind_dn"] = srv.BlindDN }, 4, "bound as " + srv.BlindDN},
		"kerberos":      {func(_ *testing.T, s map[string]any) { s["bind"] = "kerberos" }, 78, "Kerberos is not built"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, atOpenLDAP(srv))
			w.withCertificate(t, srv)
			tt.edit(t, source(w))
			out := w.must(t, tt.code, "run", "--once")
			if !strings.Contains(out.stdout+out.stderr, tt.says) {
				t.Errorf("lacks %q: %v", tt.says, out)
			}
			if tt.code == 4 && len(w.sim.state(t).Credentials) != 0 {
				t.Error("credentials were made")
			}
		})
	}
}
