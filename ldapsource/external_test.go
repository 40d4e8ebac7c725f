package ldapsource

import (
	"crypto/tls"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/ldapwire"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/loopca"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func clientCertificate(t testing.TB, certFile, keyFile string) *tls.Certificate {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	return &pair
}

// untrusted is a certificate that an authority signed which no server knows.
func untrusted(t testing.TB, leaf loopca.Leaf) *tls.Certificate {
	t.Helper()
	ca, err := loopca.New("nobody's")
	if err != nil {
		t.Fatal(err)
	}
	return issued(t, ca, leaf)
}

func issued(t testing.TB, ca *loopca.Authority, leaf loopca.Leaf) *tls.Certificate {
	t.Helper()
	certificate, err := ca.Issue(leaf)
	if err != nil {
		t.Fatal(err)
	}
	return &certificate
}

// external makes a configuration one that logs in with the client certificate of the endpoint.
func external(t testing.TB, at testdir.Endpoint) func(*Config) {
	t.Helper()
	return func(c *Config) {
		c.External, c.BindPassword = true, secret.Value{}
		c.Certificate = clientCertificate(t, at.ClientCert, at.ClientKey)
	}
}

func startTLS(at testdir.Endpoint) func(*Config) {
	return func(c *Config) { c.URLs, c.StartTLS = []string{at.LDAP}, true }
}

// TestExternal logs in with a client certificate on servers that ask for one and on servers that
// insist: the proof of who we are is the server's word.
func TestExternal(t *testing.T) {
	t.Parallel()
	for _, verify := range []string{"try", "demand"} {
		srv := openldap.Start(t, openldap.Options{People: 20, VerifyClient: verify})
		for name, edit := range map[string]func(*Config){
			"LDAPS":                      func(*Config) {},
			"StartTLS":                   startTLS(srv.Endpoint),
			"LDAPS, account not given":   func(c *Config) { c.BindDN = "" },
			"account in another writing": func(c *Config) { c.BindDN = strings.ToUpper(srv.ReaderDN) },
		} {
			t.Run(verify+" "+name, func(t *testing.T) {
				s := mustNew(t, forOpenLDAP(t, srv, external(t, srv.Endpoint), edit))
				snapshot := mustRead(t, s)
				if c := condition(t, snapshot.Conditions, bindIdentity); !c.OK || !strings.Contains(english.Say(c.Detail), srv.ReaderDN) {
					t.Error(c)
				}
				if !snapshot.Departures() || len(snapshot.People) != 20 || !strings.EqualFold(snapshot.Account, srv.ReaderDN) {
					t.Errorf("%+v, %d people, account %q", snapshot.Conditions, len(snapshot.People), snapshot.Account)
				}
				if _, err := s.Recheck(t.Context(), nil); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestExternalRefused: who is not the account, or not trusted, reads nothing, and is told why.
func TestExternalRefused(t *testing.T) {
	t.Parallel()
	asks := openldap.Start(t, openldap.Options{VerifyClient: "try"})
	insists := openldap.Start(t, openldap.Options{VerifyClient: "demand"})
	silent := openldap.Start(t, openldap.Options{})
	stranger := untrusted(t, loopca.Leaf{Client: testdir.ClientName})
	for name, tt := range map[string]struct {
		srv    *openldap.Server
		edit   func(*Config)
		reason model.ReadReason
		says   []string
	}{
		"somebody else":             {asks, func(c *Config) { c.BindDN = asks.BlindDN }, model.ReadBind, []string{"bound as " + asks.BlindDN, "maps"}},
		"not asked":                 {silent, func(*Config) {}, model.ReadBind, []string{"asked for no client certificate", "TLSVerifyClient"}},
		"an authority nobody knows": {asks, func(c *Config) { c.Certificate = stranger }, model.ReadBind, []string{"trusts the authority"}},
		"the same, with StartTLS": {insists, func(c *Config) { startTLS(insists.Endpoint)(c); c.Certificate = stranger }, model.ReadBind,
			[]string{"trusts the authority"}},
		"a password without a certificate": {insists, func(c *Config) {
			c.External, c.Certificate, c.BindPassword = false, nil, secret.New(insists.Password)
		}, model.ReadBind, []string{"client_cert_file"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := refusedRead(t, mustNew(t, forOpenLDAP(t, tt.srv, external(t, tt.srv.Endpoint), tt.edit)), tt.reason)
			for _, want := range tt.says {
				if !strings.Contains(e.Error(), want) {
					t.Errorf("%q lacks %q", e, want)
				}
			}
		})
	}
}

// TestExternal389: this server asks for a certificate by itself.
func TestExternal389(t *testing.T) {
	t.Parallel()
	srv := redHat.Get(t)
	for name, edit := range map[string]func(*Config){"LDAPS": func(*Config) {}, "StartTLS": startTLS(srv.Endpoint)} {
		t.Run(name, func(t *testing.T) {
			snapshot := mustRead(t, mustNew(t, forDS389(t, srv, external(t, srv.Endpoint), edit)))
			if c := condition(t, snapshot.Conditions, bindIdentity); !c.OK || !snapshot.Departures() {
				t.Error(c)
			}
			stranger := untrusted(t, loopca.Leaf{Client: testdir.ClientName})
			cfg := forDS389(t, srv, external(t, srv.Endpoint), edit, func(c *Config) { c.Certificate = stranger })
			if _, err := mustNew(t, cfg).Read(t.Context(), nil); err == nil {
				t.Error("a certificate that anybody could make is let in")
			} else {
				t.Log(err)
			}
		})
	}
}

// TestPasswordWithCertificate: a server may insist on a certificate and take passwords.
func TestPasswordWithCertificate(t *testing.T) {
	t.Parallel()
	srv := openldap.Start(t, openldap.Options{People: 3, VerifyClient: "demand"})
	certificate := clientCertificate(t, srv.ClientCert, srv.ClientKey)
	mustRead(t, mustNew(t, forOpenLDAP(t, srv, func(c *Config) { c.Certificate = certificate })))
}

// atPeer makes a configuration for a scripted server one that logs in with a certificate.
func atPeer(t testing.TB, p *peer.Peer, edit ...func(*Config)) Config {
	t.Helper()
	certificate := untrusted(t, loopca.Leaf{Client: "reader", NotAfter: time.Now().Add(24 * time.Hour)})
	return forPeer(t, p, append([]func(*Config){func(c *Config) {
		c.External, c.BindPassword, c.Certificate = true, secret.Value{}, certificate
	}}, edit...)...)
}

// saying answers Who Am I.
func saying(authz string) peer.Step {
	return func(s *peer.Session) error {
		return s.Send(ldapwire.RespondExtended(s.Request.ID, ldapwire.Result{}, "", authz))
	}
}

// TestExternalIdentity: only the server's word proves whom a certificate stands for. What an entry
// lets itself be read by proves nothing here.
func TestExternalIdentity(t *testing.T) {
	t.Parallel()
	readable := peer.Do(peer.Entries(ldap.NewEntry(reader, map[string][]string{"objectClass": {"person"}})), peer.Done(0))
	unnamed := func(c *Config) { c.BindDN = "" }
	named := func(*Config) {}
	for name, tt := range map[string]struct {
		whoAmI peer.Step
		edit   func(*Config)
		proven bool
		reason model.ReadReason
	}{
		"as expected":                {saying("dn:" + reader), named, true, ""},
		"whoever it is":              {saying("dn:" + reader), unnamed, true, ""},
		"a login":                    {saying(`u:EXAMPLE\reader`), unnamed, true, ""},
		"somebody else":              {saying("dn:cn=guest," + peer.Suffix), named, false, model.ReadBind},
		"nobody":                     {saying(""), unnamed, false, model.ReadBind},
		"nobody, as 389 says it":     {saying("dn: "), unnamed, false, model.ReadBind},
		"nobody, expected somebody":  {saying("dn:"), named, false, model.ReadBind},
		"the question not offered":   {peer.Done(ldap.LDAPResultProtocolError), named, false, ""},
		"neither offered nor wanted": {peer.Done(ldap.LDAPResultProtocolError), unnamed, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := peer.Start(t, peer.Script{AsksFor: tls.RequestClientCert, WhoAmI: tt.whoAmI, Base: readable, Pages: []peer.Step{peer.Page("", one(0))}})
			s := mustNew(t, atPeer(t, p, tt.edit))
			if tt.reason != "" {
				refusedRead(t, s, tt.reason)
				return
			}
			snapshot := mustRead(t, s)
			if c := condition(t, snapshot.Conditions, bindIdentity); c.OK != tt.proven || snapshot.Departures() && !tt.proven {
				t.Error(c)
			}
			if got := p.Binds(); len(got) != 1 || got[0].Simple || got[0].DN != "" || got[0].Password != "" {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestExternalCodes: a certificate has no lock-out, so each read tries again.
func TestExternalCodes(t *testing.T) {
	t.Parallel()
	for code, want := range map[uint16]string{7: "SASL EXTERNAL", 48: "map the subject", 49: "map the subject", 53: "does not let this account log in"} {
		p := peer.Start(t, peer.Script{AsksFor: tls.RequireAnyClientCert, Bind: peer.BindResult(code, "")})
		s := mustNew(t, atPeer(t, p))
		for range 2 {
			if e := refusedRead(t, s, model.ReadBind); !strings.Contains(e.Hint, want) || !strings.Contains(e.Error(), "CN=reader") {
				t.Error(e)
			}
		}
		if len(p.Binds()) != 2 {
			t.Errorf("%d: %d binds", code, len(p.Binds()))
		}
	}
}

// TestClientCertificateEnds: check warns in time.
func TestClientCertificateEnds(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{AsksFor: tls.RequireAnyClientCert, WhoAmI: saying("dn:" + reader), Pages: []peer.Step{peer.Page("", one(0))}})
	verdicts := map[string]Verdict{}
	for _, f := range mustNew(t, atPeer(t, p)).Check(t.Context(), nil) {
		verdicts[f.Name] = f.Verdict
	}
	if verdicts["client-certificate"] != Warning || verdicts["certificate"] != Pass || verdicts["bind"] != Pass {
		t.Error(verdicts)
	}
}

// TestHandshakeEndsEarly: in TLS 1.2 a server refuses our certificate within the handshake.
func TestHandshakeEndsEarly(t *testing.T) {
	t.Parallel()
	ca, err := loopca.New("strict")
	if err != nil {
		t.Fatal(err)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{*issued(t, ca, loopca.Leaf{Hosts: []string{"127.0.0.1"}})},
		ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: ca.Pool(), MaxVersion: tls.VersionTLS12,
	})
	if err != nil {
		t.Fatal(err)
	}
	var served sync.WaitGroup
	served.Go(func() {
		if conn, err := listener.Accept(); err == nil {
			_ = conn.(*tls.Conn).Handshake()
			_ = conn.Close()
		}
	})
	t.Cleanup(func() { _ = listener.Close(); served.Wait() })
	cfg := Config{
		Name: "corp", Profile: OpenLDAP, URLs: []string{"ldaps://" + listener.Addr().String()}, Roots: ca.Pool(), External: true,
		Certificate: untrusted(t, loopca.Leaf{Client: "reader"}), BaseDN: peer.Suffix, Timeout: generous,
	}
	if e := refusedRead(t, mustNew(t, cfg), model.ReadTLS); !strings.Contains(e.Hint, "client_cert_file") {
		t.Error(e)
	}
}

// TestExternalConfig: what does not fit together is refused before anything is sent.
func TestExternalConfig(t *testing.T) {
	t.Parallel()
	certificate := untrusted(t, loopca.Leaf{Client: "reader"})
	fine := Config{Name: "corp", Profile: OpenLDAP, URLs: []string{"ldaps://127.0.0.1"}, BaseDN: peer.Suffix, External: true, Certificate: certificate}
	for name, tt := range map[string]struct {
		edit func(*Config)
		says string
	}{
		"fine":           {func(*Config) {}, ""},
		"no certificate": {func(c *Config) { c.Certificate = nil }, "needs one"},
		"a password":     {func(c *Config) { c.BindPassword = secret.New("x") }, "takes no password"},
		"AD, LDAPS":      {func(c *Config) { c.Profile = ActiveDirectory }, "StartTLS"},
		"AD, StartTLS": {func(c *Config) {
			c.Profile, c.URLs, c.StartTLS = ActiveDirectory, []string{"ldap://127.0.0.1"}, true
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := fine
			tt.edit(&cfg)
			_, err := New(cfg, Options{})
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Error(err)
			}
		})
	}
}
