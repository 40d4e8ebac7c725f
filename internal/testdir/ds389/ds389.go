// Package ds389 starts 389 Directory Servers for tests. See package testdir for the idea.
//
//	srv := ds389.Start(t, ds389.Options{People: 1000})
//	// srv.LDAPS, srv.CAFile, srv.BaseDN, srv.ReaderDN, srv.Password: what a client needs
//	// srv.People: the truth to compare with
//	srv.Disable(t, srv.People[0].DN)
//
// The server requires TLS for a bind with a password. Its accounts: ReaderDN reads any number of
// entries; LimitedDN gets pages of up to 100 (this server counts its limits page by page); BlindDN does not see HiddenOU (C3); AdminDN is
// the directory manager. People are spread over the organisational units of [testdir.Units] below
// PeopleDN; LeaversDN is an empty unit outside it. There are no tombstones: only servers that
// replicate keep them.
//
// It needs the package 389-ds-base of Debian or Ubuntu, and no privileges.
package ds389

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// Ports of every server; its address is its own.
const (
	ldapPort  = 3892
	ldapsPort = 6362
)

const startTimeout = 60 * time.Second

// Options say what is in the directory.
type Options struct {
	People int // how many, made by [testdir.NewPerson] from 0 up
}

// Server is a running server.
type Server struct {
	testdir.Endpoint
	PeopleDN, LeaversDN string
	LimitedDN           string
	People              []testdir.Person // as they were at the start

	address *testdir.Address
	process *testdir.Process
}

// Start runs a server until the test ends. Where ns-slapd is missing, see [testdir.Require].
func Start(t testing.TB, options Options) *Server {
	t.Helper()
	testdir.Starts(t)
	testdir.RequireNil(t, missing())
	s, err := Run(t.Context(), t.TempDir(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// NewShared returns a server for all tests of a package.
func NewShared(options Options) *testdir.Shared[*Server] {
	return testdir.NewShared(missing, func(ctx context.Context, dir string) (*Server, error) {
		return Run(ctx, dir, options)
	})
}

func missing() error { return testdir.Missing("ns-slapd", "certutil", "pk12util", "openssl") }

// Run starts a server that keeps its files in the folder dir, until [Server.Stop]. The
// context bounds the start alone.
func Run(ctx context.Context, dir string, options Options) (*Server, error) {
	address, err := testdir.ClaimAddress(ldapPort, ldapsPort)
	if err != nil {
		return nil, err
	}
	s := newServer(address, options)
	if err := s.start(ctx, dir); err != nil {
		return nil, errors.Join(fmt.Errorf("start 389 Directory Server: %w", err), s.Stop())
	}
	return s, nil
}

func newServer(address *testdir.Address, options Options) *Server {
	return &Server{
		Endpoint: testdir.Endpoint{
			LDAPS:    "ldaps://" + address.Port(ldapsPort),
			LDAP:     "ldap://" + address.Port(ldapPort),
			BaseDN:   baseDN,
			AdminDN:  adminDN,
			ReaderDN: readerDN,
			BlindDN:  blindDN,
			HiddenOU: hiddenOU(),
			Password: testdir.NewPassword(),
		},
		PeopleDN:  peopleDN,
		LeaversDN: "ou=leavers," + baseDN,
		LimitedDN: limitedDN,
		People:    newPeople(options.People),
		address:   address,
	}
}

func (s *Server) start(ctx context.Context, dir string) error {
	files, err := testdir.WriteTLS(dir, s.address.IP)
	if err != nil {
		return err
	}
	s.CAFile, s.OtherCAFile, s.ClientCert, s.ClientKey = files.CAFile, files.OtherCAFile, files.ClientCert, files.ClientKey
	instance := instance{Dir: dir, IP: s.address.IP, Password: s.Password}
	if err := instance.prepare(ctx, files); err != nil {
		return err
	}
	program, err := testdir.Program("ns-slapd")
	if err != nil {
		return err
	}
	// -d keeps it in the foreground.
	cmd := exec.Command(program, "-D", instance.configDir(), "-i", filepath.Join(dir, "pid"), "-d", "0")
	if s.process, err = testdir.StartProcess(cmd, filepath.Join(dir, "ns-slapd.log")); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := s.process.Await(ctx, s.answers); err != nil {
		return fmt.Errorf("%w: %s", err, testdir.LogTail(filepath.Join(dir, "log", "errors")))
	}
	return s.fill()
}

func (s *Server) answers() error {
	conn, err := s.Dial(adminDN)
	if err != nil {
		return err
	}
	return conn.Close()
}

// Stop ends the server. Its files stay where they are.
func (s *Server) Stop() error {
	var err error
	if s.process != nil {
		err = s.process.Stop()
	}
	return errors.Join(err, s.address.Release())
}
