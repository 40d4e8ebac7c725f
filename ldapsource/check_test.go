package ldapsource

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/loopca"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// wantFinding checks, and wants one finding of the name with the verdict, which says all the texts.
func wantFinding(t *testing.T, s *Source, name string, verdict Verdict, says ...string) {
	t.Helper()
	all := s.Check(t.Context(), nil)
	found := findingsOf(append([]Finding{}, all...), name, verdict)
	if len(found) != 1 {
		t.Fatalf("%d findings %s about %s: %+v", len(found), verdict, name, all)
	}
	for _, text := range says {
		if f := found[0]; !strings.Contains(f.Tried+" "+english.Say(f.Came)+" "+english.Say(f.Advice), text) {
			t.Errorf("%+v does not say %q", f, text)
		}
	}
}

// noServer is an address at which nobody listens.
func noServer(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return "ldaps://" + listener.Addr().String()
}

// TestCheckServers: one dead server of two is a warning, of which nobody would learn otherwise; the
// second certificate is looked at although nothing is read there.
func TestCheckServers(t *testing.T) {
	t.Parallel()
	alive := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("", one(0))}})
	dead := mustNew(t, forPeer(t, alive, func(c *Config) { c.URLs = append(c.URLs, noServer(t)) }))
	wantFinding(t, dead, "tcp", Warning, "connection refused", "whether the server runs")
	wantFinding(t, dead, "people", Pass, "1 person")

	soon := time.Now().Add(20*24*time.Hour + time.Hour)
	ending := peer.Start(t, peer.Script{Leaf: loopca.Leaf{NotAfter: soon}, Pages: []peer.Step{peer.Page("", one(0))}})
	wantFinding(t, mustNew(t, forPeer(t, ending)), "certificate", Warning, soon.UTC().Format(time.DateOnly), "ends in 20 days")
	if n := len(ending.Binds()); n != 1 {
		t.Errorf("%d binds, want 1: looking at a server must not log in", n)
	}

	named := mustNew(t, forPeer(t, alive, func(c *Config) { c.URLs = []string{strings.Replace(alive.LDAPS, "127.0.0.1", "localhost", 1)} }))
	wantFinding(t, named, "name", Pass, "resolve localhost", "127.0.0.1")
	wantFinding(t, named, "tls", Failure, `for 127.0.0.1, signed by`, "write the server's name into urls")
}

// TestCheckAddress: an address in urls is a mistake only where a certificate is seen that does not hold it.
func TestCheckAddress(t *testing.T) {
	t.Parallel()
	p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("", one(0))}})
	wantFinding(t, mustNew(t, forPeer(t, p)), "name", Pass, "127.0.0.1", "the server's certificate is valid for it")
	elsewhere := peer.Start(t, peer.Script{Leaf: loopca.Leaf{Hosts: []string{"dc1.corp.example"}}})
	wantFinding(t, mustNew(t, forPeer(t, elsewhere)), "tls", Failure, "for dc1.corp.example", "write the server's name into urls")
	wantFinding(t, mustNew(t, forPeer(t, p, func(c *Config) { c.URLs = []string{noServer(t)} })), "name", Pass, "urls holds an address; whether")
}

// TestCheckSaysItOnce: what a line was about, its end does not repeat.
func TestCheckSaysItOnce(t *testing.T) {
	t.Parallel()
	refusing := peer.Start(t, peer.Script{Bind: peer.Do(peer.Done(ldap.LDAPResultInvalidCredentials))})
	s := mustNew(t, forPeer(t, refusing))
	for _, want := range []string{"the server answers 49", "not tried since"} { // the second time for a password that is known to be wrong
		found := findingsOf(s.Check(t.Context(), nil), "bind", Failure)
		if len(found) != 1 || !strings.HasPrefix(found[0].Tried, "log in as ") || strings.Contains(english.Say(found[0].Came), "log in as ") || !strings.Contains(english.Say(found[0].Came), want) {
			t.Errorf("want one failure that says %q and not twice what was tried: %+v", want, found)
		}
	}
}

// TestCheckOldTLS: a server that speaks nothing newer than TLS 1.1 is refused; an old cipher is
// going to be.
func TestCheckOldTLS(t *testing.T) {
	t.Parallel()
	sound := peer.Start(t, peer.Script{})
	ca, err := loopca.New("old server")
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := ca.Issue(loopca.Leaf{Hosts: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		server  *tls.Config
		verdict Verdict
		says    string
	}{
		"TLS 1.1": {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, Failure, "has to offer TLS 1.2 or later"},
		"CBC": {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}}, Warning,
			"TLS 1.2, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row.server.Certificates = []tls.Certificate{leaf}
			listener, err := tls.Listen("tcp", "127.0.0.1:0", row.server)
			if err != nil {
				t.Fatal(err)
			}
			served := make(chan struct{})
			t.Cleanup(func() { _ = listener.Close(); <-served })
			go func() {
				defer close(served)
				for {
					conn, err := listener.Accept()
					if err != nil {
						return
					}
					_ = conn.(*tls.Conn).Handshake() // it may fail: that is the test
					_ = conn.Close()
				}
			}()
			wantFinding(t, mustNew(t, forPeer(t, sound, func(c *Config) {
				c.URLs, c.Roots = []string{"ldaps://" + listener.Addr().String()}, ca.Pool()
			})), "tls", row.verdict, row.says)
		})
	}
}

// TestCheckRoundNumber: exactly 500 people may be a limit that says success (pitfall A6).
func TestCheckRoundNumber(t *testing.T) {
	t.Parallel()
	for n, row := range map[int]struct {
		verdict Verdict
		says    string
	}{500: {Warning, "500 entries, and the server says that this was all; it is also a usual size limit"}, 499: {Pass, "499 entries, and the server says that this was all"}} {
		p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Honest(100, many(n)...)}})
		wantFinding(t, mustNew(t, forPeer(t, p)), "limits", row.verdict, row.says)
	}
}

// TestCheckAccountState: where nobody shows what ends an account, a hidden attribute looks like a
// directory in which nobody ever left.
func TestCheckAccountState(t *testing.T) {
	t.Parallel()
	locked := one(1, map[string][]string{"pwdAccountLockedTime": {"000001010000Z"}})
	for name, row := range map[string]struct {
		second  *ldap.Entry
		verdict Verdict
	}{"nobody": {one(1), Warning}, "somebody": {locked, Pass}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("", one(0), row.second)}})
			wantFinding(t, mustNew(t, forPeer(t, p)), "account-state", row.verdict, "of 2 people show pwdAccountLockedTime", "shadowExpire is not in the schema")
		})
	}
	// Every account of Active Directory has an end date, be it never.
	p := peer.Start(t, domainPeer(peer.Page("", account(0, map[string][]string{"accountExpires": nil}))))
	wantFinding(t, mustNew(t, forPeer(t, p, func(c *Config) { c.Profile = ActiveDirectory })), "account-state", Warning, "read accountExpires; if it may")
}

// TestCheckTombstones: an administrator may read deleted objects, an ordinary account may not, and
// learns how it could.
func TestCheckTombstones(t *testing.T) {
	srv := domain.Get(t)
	admin := func(c *Config) { c.BindDN = srv.AdminDN }
	wantFinding(t, mustNew(t, forDomain(t, srv, admin)), "tombstones", Pass, "the bind account may read it")
	other := func(c *Config) { c.Profile, c.Filter, c.IDAttribute, c.Attributes = OpenLDAP, "", "", []string{"cn"} }
	wantFinding(t, mustNew(t, forDomain(t, srv, other)), "schema", Failure, `"entryUUID", which this directory does not know`, "set profile to active-directory", "Samba")
	wantFinding(t, mustNew(t, forDomain(t, srv)), "limits", Pass, "are people", "built-in accounts and machines", "CN=krbtgt,CN=Users,", "CN=Guest,CN=Users,")
	wantFinding(t, mustNew(t, forDomain(t, srv)), "tombstones", Pass, "the bind account may not", `dsacls "CN=Deleted Objects,`)
}

// TestCheckAsksTheJudges: they see the people of the read, and are not asked where there was none.
func TestCheckAsksTheJudges(t *testing.T) {
	t.Parallel()
	asked := 0
	judge := func(people []model.Person) Finding {
		asked += len(people)
		return Finding{Name: "judge", Verdict: Pass}
	}
	p := peer.Start(t, peer.Script{Pages: []peer.Step{peer.Page("", one(0), one(1))}})
	mustNew(t, forPeer(t, p)).Check(t.Context(), nil, judge)
	mustNew(t, forPeer(t, p, func(c *Config) { c.URLs = []string{noServer(t)} })).Check(t.Context(), nil, judge)
	if asked != 2 {
		t.Errorf("asked about %d people, want 2", asked)
	}
}

// TestCheckChanges: how the product tells what changed, and whether this account sees it. A hidden
// attribute matches nobody, with success.
func TestCheckChanges(t *testing.T) {
	domain, directory, redHat := domain.Get(t), directory.Get(t), redHat.Get(t)
	wantFinding(t, mustNew(t, forDomain(t, domain, func(c *Config) { c.BaseDN = domain.StaffDN })), "changes", Pass, "by uSNChanged", "people show it")
	wantFinding(t, mustNew(t, forOpenLDAP(t, directory)), "changes", Pass, "by entryCSN", "people show it")
	wantFinding(t, mustNew(t, forDS389(t, redHat)), "changes", Pass, "by modifyTimestamp", "people show it")

	people := peer.Page("", one(0), one(1))
	silent := peer.Start(t, peer.Script{Pages: []peer.Step{people, peer.Page("", one(0))}})
	wantFinding(t, mustNew(t, forPeer(t, silent)), "changes", Warning, "the schema does not know it", "set poll: 0s")
	known := peer.Do(peer.Entries(ldap.NewEntry("cn=Subschema", map[string][]string{
		"attributeTypes": {"( 2.5.18.2 NAME 'modifyTimestamp' )", "( 1.3.6.1.1.16.4 NAME 'entryUUID' )", "( 0.9.2342.19200300.100.1.1 NAME 'uid' )", "( 2.5.4.0 NAME 'objectClass' )"},
	})), peer.Done(0))
	hidden := peer.Start(t, peer.Script{Schema: known, Pages: []peer.Step{people, peer.Page("")}})
	wantFinding(t, mustNew(t, forPeer(t, hidden)), "changes", Warning, "nobody shows it, so changes wait for the schedule", "let the bind account read it")
	numberless := peer.Start(t, domainPeer(peer.Page("", account(0, nil))))
	wantFinding(t, mustNew(t, forPeer(t, numberless, func(c *Config) { c.Profile = ActiveDirectory })), "changes", Warning, "does not tell how far its copy")
}
