// Package openldap starts OpenLDAP servers for tests. See package testdir for the idea.
//
//	srv := openldap.Start(t, openldap.Options{People: 1000})
//	// srv.LDAPS, srv.CAFile, srv.BaseDN, srv.ReaderDN, srv.Password: what a client needs
//	// srv.People: the truth to compare with
//	srv.Disable(t, srv.People[0].DN)
//
// The server requires TLS for a bind with a password, and has the overlays memberof, refint,
// ppolicy (for pwdAccountLockedTime) and syncprov. Its accounts: ReaderDN reads any number of
// entries if it pages, else 500; LimitedDN gets 500 in all, paged or not (pitfalls A7, C1);
// BlindDN does not see HiddenOU (C3), nor does ReaderDN after [Server.HideUnit]; AdminDN is the
// rootdn. People are spread over the organisational units of [testdir.Units] below PeopleDN;
// LeaversDN is an empty unit outside it.
//
// It needs the package slapd of Debian or Ubuntu, and no privileges.
package openldap

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// Ports of every server; its address is its own.
const (
	ldapPort  = 3890
	ldapsPort = 6360
)

const startTimeout = 30 * time.Second

// Options say what is in the directory.
type Options struct {
	People    int             // how many, made by [testdir.NewPerson] from 0 up
	Entries   []testdir.Entry // more entries, parents first
	Global    string          // more lines of slapd.conf, before the database: a schema or a module
	FirstConf string          // more lines of slapd.conf, before the access rules
	ExtraConf string          // more lines of slapd.conf, at the end of the database section
	// VerifyClient is TLSVerifyClient, "" for never. The certificate of [testdir.ClientName] is
	// mapped to ReaderDN.
	VerifyClient string
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

// Start runs a server until the test ends. Where slapd is missing, see [testdir.Require].
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

func missing() error { return testdir.Missing("slapd") }

// Run starts a server that keeps its files in the folder dir, until [Server.Stop]. The
// context bounds the start alone.
func Run(ctx context.Context, dir string, options Options) (*Server, error) {
	address, err := testdir.ClaimAddress(ldapPort, ldapsPort)
	if err != nil {
		return nil, err
	}
	s := newServer(address, options)
	if err := s.start(ctx, dir, options); err != nil {
		return nil, errors.Join(fmt.Errorf("start OpenLDAP: %w", err), s.Stop())
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

func (s *Server) start(ctx context.Context, dir string, options Options) error {
	files, err := testdir.WriteTLS(dir, s.address.IP)
	if err != nil {
		return err
	}
	s.CAFile, s.OtherCAFile, s.ClientCert, s.ClientKey = files.CAFile, files.OtherCAFile, files.ClientCert, files.ClientKey
	config := settings{
		Dir: dir, Password: s.Password, Global: options.Global, First: options.FirstConf, Extra: options.ExtraConf, TLS: files,
		VerifyClient: cmp.Or(options.VerifyClient, "never"),
	}
	slapd, err := prepare(dir, config)
	if err != nil {
		return err
	}
	if err := load(ctx, slapd, dir, content(s.People, s.Password, options.Entries)); err != nil {
		return err
	}
	// -d keeps it in the foreground.
	cmd := exec.Command(slapd, "-d", "0", "-f", filepath.Join(dir, "slapd.conf"), "-h", s.LDAP+" "+s.LDAPS)
	if s.process, err = testdir.StartProcess(cmd, filepath.Join(dir, "slapd.log")); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return s.process.Await(ctx, s.answers)
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

// prepare writes the configuration, and copies slapd beside it: on Ubuntu, AppArmor keeps
// /usr/sbin/slapd from reading anything in a temporary folder.
func prepare(dir string, config settings) (slapd string, err error) {
	original, err := testdir.Program("slapd")
	if err != nil {
		return "", err
	}
	binary, err := os.ReadFile(original)
	if err != nil {
		return "", fmt.Errorf("copy slapd: %w", err)
	}
	text, err := config.config()
	if err != nil {
		return "", err
	}
	slapd = filepath.Join(dir, "slapd")
	return slapd, errors.Join(
		os.WriteFile(slapd, binary, 0o700),
		os.WriteFile(filepath.Join(dir, "slapd.conf"), []byte(text), 0o600),
		os.Mkdir(filepath.Join(dir, "db"), 0o700),
	)
}

func load(ctx context.Context, slapd, dir string, entries []testdir.Entry) error {
	var ldif bytes.Buffer
	if err := testdir.WriteLDIF(&ldif, entries...); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, slapd, "-T", "add", "-q", "-f", filepath.Join(dir, "slapd.conf"))
	cmd.Stdin = &ldif
	return testdir.Run(cmd)
}
