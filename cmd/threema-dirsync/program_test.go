package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// raced is the program under the race detector, for what lives on and does several things at once: the service and
// the demo. The detector makes a process three times as slow. Short commands, the simulator and these tests themselves
// run without it: their packages are tried under it, and `make soak` runs everything here under it.
var raced racedProgram

// racedProgram is built when a test starts the first of these, and not at all where the tests are under the race
// detector themselves or count what they cover: there everything is this test binary under another name.
type racedProgram struct {
	tests testscript.TestingM

	path string

	once sync.Once
	err  error
}

// main lets the tests run, and removes what was built for them.
func (p *racedProgram) main(tests testscript.TestingM) *racedProgram {
	p.tests = tests
	return p
}

func (p *racedProgram) Run() int {
	dir, err := os.MkdirTemp("", "program")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }() // of a temporary folder
	p.path = filepath.Join(dir, commandName)
	return p.tests.Run()
}

// program is the file to start for such arguments.
func (p *racedProgram) program(t *testing.T, args []string) string {
	t.Helper()
	livesOn := slices.Contains(args, "demo") || slices.Contains(args, "run") && !slices.Contains(args, "--once")
	if !livesOn || underRace() || os.Getenv(coverDir) != "" {
		return commandName
	}
	if p.once.Do(func() { p.build(t) }); p.err != nil {
		t.Fatal(p.err)
	}
	return p.path
}

func (p *racedProgram) build(t *testing.T) {
	testdir.Starts(t)
	out, err := exec.Command("go", "build", "-race", "-buildvcs=false", "-o", p.path, ".").CombinedOutput()
	if err != nil {
		p.err = fmt.Errorf("build the program for the tests: %w\n%s", err, out)
	}
}

func underRace() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
