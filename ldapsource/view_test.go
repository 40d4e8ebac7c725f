package ldapsource

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// readerOf is who a read says has read.
func readerOf(t *testing.T, cfg Config) model.Reader {
	t.Helper()
	return mustRead(t, mustNew(t, cfg)).Reader
}

func boundAs(name string) func(*Config) { return func(c *Config) { c.BindDN = name } }

// TestReaderOfOpenLDAP: one account under each of its spellings and ways to log in, and under a new
// name; another one is another. Who may not read its own entry is known by the server's word.
func TestReaderOfOpenLDAP(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 5, VerifyClient: "try"})
	reader := readerOf(t, forOpenLDAP(t, srv))
	if id, ok := strings.CutPrefix(reader.ID, "entryuuid "); !ok || len(id) != 36 || reader.Name != strings.ToLower(srv.ReaderDN) {
		t.Errorf("%+v", reader)
	}
	for name, edit := range map[string]func(*Config){
		"another spelling":     boundAs(strings.ReplaceAll(strings.ToUpper(srv.ReaderDN), ",", " , ")),
		"a certificate":        external(t, srv.Endpoint),
		"and StartTLS":         startTLS(srv.Endpoint),
		"without bind_dn":      func(c *Config) { external(t, srv.Endpoint)(c); c.BindDN = "" },
		"another ID of people": func(c *Config) { c.IDAttribute = "uid" },
	} {
		if got := readerOf(t, forOpenLDAP(t, srv, edit)); got != reader {
			t.Errorf("%s: %+v, not %+v", name, got, reader)
		}
	}
	for _, dn := range []string{srv.LimitedDN, srv.BlindDN} {
		if got := readerOf(t, forOpenLDAP(t, srv, boundAs(dn))); got.Same(reader) || got.ID == "" {
			t.Errorf("%s: %+v is %+v", dn, got, reader)
		}
	}
	if got := readerOf(t, forOpenLDAP(t, srv, boundAs(srv.AdminDN))); got.ID != "" || got.Name != strings.ToLower(srv.AdminDN) || got.Same(reader) {
		t.Errorf("the rootdn, which is no entry: %+v", got)
	}
}

// TestReaderOfADomain: a domain controller takes three kinds of names of one account, and Samba does
// not answer Who Am I.
func TestReaderOfADomain(t *testing.T) {
	srv := domain.Get(t)
	reader := readerOf(t, forDomain(t, srv))
	if !strings.HasPrefix(reader.ID, "objectguid ") || reader.Name != strings.ToLower(srv.ReaderDN) {
		t.Errorf("%+v", reader)
	}
	for _, name := range []string{"svc-reader@ad.example.org", `EXAMPLE\svc-reader`, `example\SVC-READER`, strings.ToUpper(srv.ReaderDN)} {
		if got := readerOf(t, forDomain(t, srv, boundAs(name))); got != reader {
			t.Errorf("%s: %+v, not %+v", name, got, reader)
		}
	}
}

// TestReaderOf389 is the same where the ID has another name.
func TestReaderOf389(t *testing.T) {
	t.Parallel()
	srv := redHat.Get(t)
	reader := readerOf(t, forDS389(t, srv))
	if !strings.HasPrefix(reader.ID, "nsuniqueid ") {
		t.Errorf("%+v", reader)
	}
	for _, edit := range []func(*Config){boundAs(strings.ToUpper(srv.ReaderDN)), external(t, srv.Endpoint)} {
		if got := readerOf(t, forDS389(t, srv, edit)); got != reader {
			t.Errorf("%+v, not %+v", got, reader)
		}
	}
}

// TestAccountNames: what a server may call one account.
func TestAccountNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"dn:CN=Reader, DC=Corp":    "cn=reader,dc=corp",
		"dn:cn=reader,dc=corp":     "cn=reader,dc=corp",
		"CN=Reader,DC=corp":        "cn=reader,dc=corp",
		`u:CORP\Svc-Reader`:        `u:corp\svc-reader`,
		"u:cn=reader,dc=corp":      "u:cn=reader,dc=corp",
		"":                         "",
		"dn:no DN at all ":         "no dn at all",
		"svc-reader@Corp.example ": "svc-reader@corp.example",
	} {
		if got := foldAccount(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// TestServerNames: the standard ports are one server, any other port may be another one.
func TestServerNames(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"dc1.corp.example": "dc1.corp.example", "dc1.corp.example:636": "dc1.corp.example", "dc1.corp.example:389": "dc1.corp.example",
		"dc1.corp.example:1636": "dc1.corp.example:1636", "[::1]:636": "[::1]", "127.0.0.1:49636": "127.0.0.1:49636",
	} {
		if got := serverName(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

// TestLastLookThroughTheSameView: where the server of the read is gone, another one that knows nobody
// has no say; the next read does.
func TestLastLookThroughTheSameView(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	first := peer.Script{OnAccept: func(s *peer.Session) error {
		if down.Load() {
			return peer.Hangup()(s)
		}
		return nil
	}}
	cfg, peers := several(t, first, peer.Script{})
	s := mustNew(t, cfg)
	if _, err := s.Recheck(t.Context(), nil); err != nil {
		t.Errorf("nothing was read yet: %v", err)
	}
	mustRead(t, s)
	down.Store(true)
	_, err := s.Recheck(t.Context(), nil)
	if want := fmt.Sprintf("the people were read from %s", at(peers[0])); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v does not say %q", err, want)
	}
	mustRead(t, s)
	if _, err := s.Recheck(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

// TestRenamedReader: an account that moves and gets another name is the same.
func TestRenamedReader(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 5})
	before := readerOf(t, forOpenLDAP(t, srv, boundAs(srv.LimitedDN)))
	moved := srv.Rename(t, srv.Move(t, srv.LimitedDN, srv.PeopleDN), "cn=renamed")
	after := readerOf(t, forOpenLDAP(t, srv, boundAs(moved)))
	if !after.Same(before) || after.Name == before.Name {
		t.Errorf("%+v, then %+v", before, after)
	}
}
