// Package sambaad starts Active Directory domain controllers (Samba) for tests. See package
// testdir for the idea; a domain takes several seconds to make, so the tests of a package
// better share one:
//
//	var dc = sambaad.NewShared(sambaad.Options{People: 200})
//
//	func TestMain(m *testing.M) { os.Exit(dc.Main(m).Run()) }
//
//	func TestJoiner(t *testing.T) {
//		srv := dc.Get(t)
//		joiner := srv.NewPerson(1000)
//		srv.AddPerson(t, joiner)
//
// The accounts are those of [testdir.Endpoint], all by DN: AdminDN is the domain's
// Administrator, ReaderDN an ordinary user, BlindDN one that an ACL keeps from HiddenOU
// (pitfall B14). Among the people every 10th from 3 is disabled, every 20th from 5 expired, and
// every 20th from 15 expires in 2099. Beside them stand the usual strangers: a contact and a
// computer in StaffDN, and the built-in accounts of a domain.
//
// It needs root and the packages samba, samba-ad-provision, samba-dsdb-modules,
// samba-vfs-modules and ldb-tools. What Samba does not show as a Windows controller would:
// limits on page size and on values of an attribute (pitfalls §0).
package sambaad

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

const startTimeout = time.Minute

// Options say what is in the domain.
type Options struct {
	People  int             // how many, made by [testdir.NewPerson] from 0 up
	Entries []testdir.Entry // more entries, parents first

	RecycleBin bool // what is deleted keeps its attributes for a while (MS-ADTS 3.1.1.5.5)
}

// Server is a running domain controller.
type Server struct {
	testdir.Endpoint
	StaffDN, GroupsDN, LeaversDN string
	ContactDN, ComputerDN        string
	People                       []testdir.Person // as they were at the start

	dir     string
	address *testdir.Address
	process *testdir.Process
	stdin   io.Closer // Samba ends when this pipe does
}

// Start runs a domain controller until the test ends. Where it cannot run, see
// [testdir.Require].
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

// NewShared returns a domain controller for all tests of a package.
func NewShared(options Options) *testdir.Shared[*Server] {
	return testdir.NewShared(missing, func(ctx context.Context, dir string) (*Server, error) {
		return Run(ctx, dir, options)
	})
}

func missing() error {
	if os.Getuid() != 0 {
		return errors.New("a Samba domain controller needs root")
	}
	return testdir.Missing("samba", "samba-tool", "ldbadd", "ldbmodify", "ldbsearch")
}

// Run makes a domain in the folder dir and starts its controller, until [Server.Stop]. The
// context bounds the start alone.
func Run(ctx context.Context, dir string, options Options) (*Server, error) {
	address, err := testdir.ClaimAddress(389, 636, 3268, 3269) // Samba cannot change them
	if err != nil {
		return nil, err
	}
	s := newServer(dir, address, options)
	if err := s.start(ctx, options); err != nil {
		return nil, errors.Join(fmt.Errorf("start Samba: %w", err), s.Stop())
	}
	return s, nil
}

func newServer(dir string, address *testdir.Address, options Options) *Server {
	return &Server{
		Endpoint: testdir.Endpoint{
			LDAPS:    "ldaps://" + address.IP,
			LDAP:     "ldap://" + address.IP,
			BaseDN:   baseDN,
			AdminDN:  "CN=Administrator,CN=Users," + baseDN,
			ReaderDN: readerDN,
			BlindDN:  blindDN,
			HiddenOU: hiddenOU(),
			Password: testdir.NewPassword(),
		},
		StaffDN:    staffDN,
		GroupsDN:   groupsDN,
		LeaversDN:  "OU=Leavers," + baseDN,
		ContactDN:  "CN=Pat Contact," + staffDN,
		ComputerDN: "CN=PC1," + staffDN,
		People:     newPeople(options.People),
		dir:        dir,
		address:    address,
	}
}

func (s *Server) start(ctx context.Context, options Options) error {
	files, err := testdir.WriteTLS(s.dir, s.address.IP)
	if err != nil {
		return err
	}
	s.CAFile, s.OtherCAFile = files.CAFile, files.OtherCAFile
	if err := s.provision(ctx, files); err != nil {
		return err
	}
	if options.RecycleBin {
		if err := s.enableRecycleBin(ctx); err != nil {
			return err
		}
	}
	if err := s.load(ctx, s.content(options.Entries)); err != nil {
		return err
	}
	if err := s.hide(ctx); err != nil {
		return err
	}
	samba, err := testdir.Program("samba")
	if err != nil {
		return err
	}
	cmd := exec.Command(samba, "--configfile="+s.file("smb.conf"), "--interactive", "--model=single", "--no-process-group")
	if s.stdin, err = cmd.StdinPipe(); err != nil {
		return err
	}
	if s.process, err = testdir.StartProcess(cmd, s.file("samba.log")); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return s.process.Await(ctx, s.answers)
}

func (s *Server) answers() error {
	conn, err := s.Dial(s.AdminDN)
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
	if s.stdin != nil {
		_ = s.stdin.Close() // the process closed its end
	}
	return errors.Join(err, s.address.Release())
}

func (s *Server) file(name string) string { return filepath.Join(s.dir, name) }
