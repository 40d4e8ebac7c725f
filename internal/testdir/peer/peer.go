package peer

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/ldapwire"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/loopca"
)

// Suffix is the naming context of every peer.
const Suffix = "dc=example,dc=org"

// Script says what is done at which request. Every field may stay empty, see the package
// documentation.
type Script struct {
	OnAccept Step   // on the TCP connection, before TLS and before anything is read
	StartTLS Step   // default AcceptTLS()
	Bind     Step   // default success
	WhoAmI   Step   // default the bound DN
	RootDSE  Step   // default supports paging, StartTLS and WhoAmI
	Schema   Step   // default the attributes of inetOrgPerson and a few operational ones
	Base     Step   // base searches elsewhere; default the suffix entry, for all else code 32
	Pages    []Step // the n-th page of the people
	CutAfter int    // 0 never; n: close each connection instead of sending packet n+1
	Leaf     loopca.Leaf
	Shows    *tls.Certificate   // with its chain, instead of one made of Leaf
	AsksFor  tls.ClientAuthType // whether the client must show a certificate, of whatever authority
}

// Peer is a running server. LDAPS and LDAP are URLs, the latter for StartTLS. CAFile holds the
// authority that signed its certificate, OtherCAFile one that did not.
type Peer struct {
	LDAPS, LDAP         string
	CAFile, OtherCAFile string

	script Script
	tls    *tls.Config
	ctx    context.Context // ended by the end of the test

	mu       sync.Mutex
	requests []ldapwire.Message
}

// Start runs a peer until the test ends. It then waits until the last connection is closed,
// so that a test which looks for leaked goroutines finds none of the peer's.
func Start(t testing.TB, script Script) *Peer {
	t.Helper()
	script.Leaf.Hosts = slices.Clone(script.Leaf.Hosts)
	if len(script.Leaf.Hosts) == 0 {
		script.Leaf.Hosts = []string{"127.0.0.1"}
	}
	dir := t.TempDir()
	ca, caFile := newCA(t, dir, "ca.pem")
	_, otherFile := newCA(t, dir, "other-ca.pem")
	cert, err := ca.Issue(script.Leaf)
	if err != nil {
		t.Fatal(err)
	}
	if script.Shows != nil {
		cert = *script.Shows
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &Peer{
		CAFile: caFile, OtherCAFile: otherFile,
		script: script.withDefaults(),
		tls:    &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, ClientAuth: script.AsksFor},
		ctx:    ctx,
	}
	var wg sync.WaitGroup
	t.Cleanup(func() { cancel(); wg.Wait() })
	p.LDAPS = "ldaps://" + p.listen(t, &wg, true)
	p.LDAP = "ldap://" + p.listen(t, &wg, false)
	return p
}

// Requests returns all requests so far, of all connections, in the order of their arrival.
func (p *Peer) Requests() []ldapwire.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// Binds returns the bind requests among [Peer.Requests].
func (p *Peer) Binds() []ldapwire.Bind { return ofType[ldapwire.Bind](p) }

// Searches returns the searches among [Peer.Requests].
func (p *Peer) Searches() []ldapwire.Search { return ofType[ldapwire.Search](p) }

func ofType[T any](p *Peer) []T {
	var found []T
	for _, m := range p.Requests() {
		if op, ok := m.Op.(T); ok {
			found = append(found, op)
		}
	}
	return found
}

func newCA(t testing.TB, dir, name string) (*loopca.Authority, string) {
	t.Helper()
	ca, err := loopca.New("scripted peer " + name)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return ca, file
}

func (p *Peer) listen(t testing.TB, wg *sync.WaitGroup, withTLS bool) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stop := context.AfterFunc(p.ctx, func() { _ = listener.Close() })
	wg.Go(func() {
		defer stop()
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed: the test is over
			}
			wg.Go(func() { p.serve(conn, withTLS) })
		}
	})
	return listener.Addr().String()
}

func (p *Peer) serve(conn net.Conn, withTLS bool) {
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(p.ctx, func() { _ = conn.Close() })()
	s := &Session{peer: p, conn: conn}
	if p.script.OnAccept(s) != nil {
		return
	}
	if withTLS {
		s.conn = tls.Server(conn, p.tls)
	}
	s.reader = bufio.NewReader(s.conn)
	for {
		request, err := ldapwire.Read(s.reader)
		if err != nil {
			return // the client left, or does not speak LDAP
		}
		p.mu.Lock()
		p.requests = append(p.requests, request)
		p.mu.Unlock()
		s.Request = request
		if s.next()(s) != nil {
			return
		}
	}
}

func (s Script) withDefaults() Script {
	byDefault := func(step *Step, fallback Step) {
		if *step == nil {
			*step = fallback
		}
	}
	byDefault(&s.OnAccept, Do())
	byDefault(&s.StartTLS, AcceptTLS())
	byDefault(&s.Bind, BindResult(ldap.LDAPResultSuccess, ""))
	byDefault(&s.WhoAmI, sayBoundDN)
	byDefault(&s.RootDSE, Do(Entries(rootDSE()), Done(ldap.LDAPResultSuccess)))
	byDefault(&s.Schema, Do(Entries(schema()), Done(ldap.LDAPResultSuccess)))
	byDefault(&s.Base, suffixOnly)
	if len(s.Pages) == 0 {
		s.Pages = []Step{Page("")}
	}
	return s
}
