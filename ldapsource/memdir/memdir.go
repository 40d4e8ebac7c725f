package memdir

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"sync/atomic"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/loopca"
)

// Options say what the directory is. All fields but Listen are required.
type Options struct {
	Suffix       string // naming context; its entry is made by Start
	BindDN       string // the one account; it need not be an entry
	BindPassword secret.Value
	Listen       string // address for TLS; default a free port of 127.0.0.1
}

// Server is a running directory. Its methods may be called at any time, from any goroutine.
type Server struct {
	options    Options
	schema     schema
	account    key // of Options.BindDN
	tree       *tree
	rootDSE    *node
	subschema  *node
	ca         *loopca.Authority
	tls        *tls.Config
	url, plain string
	outage     atomic.Int32

	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

// Start starts a directory that holds nothing but the entry of its suffix. It serves until
// [Server.Close] is called or ctx ends.
func Start(ctx context.Context, options Options) (*Server, error) {
	if options.BindDN == "" || options.BindPassword.IsEmpty() {
		return nil, fmt.Errorf("start in-memory directory: bind DN and password are required")
	}
	if options.Listen == "" {
		options.Listen = "127.0.0.1:0"
	}
	s := &Server{options: options, schema: newSchema(), conns: make(map[net.Conn]struct{})}
	ctx, s.cancel = context.WithCancel(ctx)
	if err := s.start(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("start in-memory directory: %w", err)
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	var err error
	if s.account, err = newKey(s.options.BindDN); err != nil {
		return err
	}
	if s.tree, err = newTree(s.schema, s.options.Suffix); err != nil {
		return err
	}
	if s.rootDSE, err = s.schema.newNode(rootDSE(s.options.Suffix)); err != nil {
		return err
	}
	if s.subschema, err = s.schema.newNode(subschema()); err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(s.options.Listen)
	if err != nil {
		return err
	}
	if err := s.makeTLS(host); err != nil {
		return err
	}
	withTLS, err := s.listen(ctx, s.options.Listen, true)
	if err != nil {
		return err
	}
	plain, err := s.listen(ctx, net.JoinHostPort(host, "0"), false)
	if err != nil {
		return err
	}
	s.url, s.plain = "ldaps://"+withTLS, "ldap://"+plain
	return nil
}

func (s *Server) makeTLS(host string) error {
	ca, err := loopca.New("in-memory directory")
	if err != nil {
		return err
	}
	cert, err := ca.Issue(loopca.Leaf{Hosts: []string{host}})
	if err != nil {
		return err
	}
	s.ca = ca
	s.tls = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	return nil
}

func (s *Server) listen(ctx context.Context, address string, withTLS bool) (bound string, err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	s.wg.Go(func() {
		<-ctx.Done()
		_ = listener.Close() // waited for: Accept may return before the port is closed
	})
	s.wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed
			}
			s.wg.Go(func() { s.serve(ctx, conn, withTLS) })
		}
	})
	return listener.Addr().String(), nil
}

// URL returns the address for TLS from the start, ldaps://….
func (s *Server) URL() string { return s.url }

// PlainURL returns the address for StartTLS, ldap://….
func (s *Server) PlainURL() string { return s.plain }

// CAPEM returns the authority that a client must trust.
func (s *Server) CAPEM() []byte { return s.ca.PEM() }

// Add adds entries, parents first. It stops at the first that does not fit.
func (s *Server) Add(entries ...Entry) error { return s.tree.add(entries...) }

// Modify replaces the values of an attribute; without values the attribute goes.
func (s *Server) Modify(dn, attribute string, values ...string) error {
	if err := s.tree.modify(dn, attribute, values); err != nil {
		return fmt.Errorf("modify %q: %w", dn, err)
	}
	return nil
}

// Move gives an entry another DN, that is another parent, another name or both, and all that is
// below it with it. Its entryUUID stays.
func (s *Server) Move(dn, newDN string) error {
	if err := s.tree.move(dn, newDN); err != nil {
		return fmt.Errorf("move %q to %q: %w", dn, newDN, err)
	}
	return nil
}

// Delete removes an entry that has no children.
func (s *Server) Delete(dn string) error {
	if err := s.tree.remove(dn); err != nil {
		return fmt.Errorf("delete %q: %w", dn, err)
	}
	return nil
}

// Close ends the directory and waits until its ports and all connections are closed.
func (s *Server) Close() {
	s.cancel()
	s.wg.Wait()
}
