package main

// The tests of this package run the program as its operators do: as a process of its own, with
// arguments, a configuration file and an environment, and they look at what comes out of it:
// the exit code, both streams, the files, the metrics, and above all the licence package. They
// call nothing of the program.
//
//	world_test.go      the outside of the program: configuration, secrets, processes
//	site_test.go       the directories: OpenLDAP, Active Directory, one in memory
//	simulator_test.go  the Work API, through its control endpoints
//	matrix_test.go     the failure matrix: what goes wrong, and that nobody is lost by it
//	program_test.go    which build of the program they start
//	truth_test.go      what the package must hold, worked out from the people alone
//
// Everything else is one file per promise of the program.

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/ds389"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/openldap"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir/sambaad"
)

// coverDir names the variable that tells a process where to leave its coverage.
const coverDir = "GOCOVERDIR"

// small is for the tests that change nothing in the directory.
var small = openldap.NewShared(openldap.Options{People: 60})

// domain is for those of the failure matrix, which take turns.
var domain = sambaad.NewShared(sambaad.Options{People: 60})

// redHat is for those that look at the product.
var redHat = ds389.NewShared(ds389.Options{People: 150})

func TestMain(m *testing.M) {
	testscript.Main(tidy{raced.main(domain.Main(small.Main(redHat.Main(m))))}, map[string]func(){commandName: main})
}

// tidy fails the tests if they leave goroutines behind.
type tidy struct{ tests testscript.TestingM }

func (t tidy) Run() int {
	flag.Parse()
	if dir := flag.Lookup("test.gocoverdir"); dir != nil && dir.Value.String() != "" {
		// With -cover, what the processes run counts too.
		if err := os.Setenv(coverDir, dir.Value.String()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	code := t.tests.Run()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}
