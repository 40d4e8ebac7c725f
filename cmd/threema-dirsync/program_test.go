package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"

	"github.com/rogpeppe/go-internal/testscript"
)

// shipped is the program as it is shipped. The race detector makes a command three times as slow, and
// nearly all of the time of these tests is spent in short commands whose concurrency is that of the
// service; so those run without it, and what stays (the service, the simulator, the demo) with it.
// With THREEMA_DIRSYNC_TEST_RACE set, as `make soak` sets it, everything runs with it.
var shipped build

// build is made once for all tests, and only if this test binary is slowed by the race detector.
type build struct {
	tests testscript.TestingM
	path  string // empty: the commands are this test binary under another name
}

// main lets the tests run with the program built.
func (b *build) main(tests testscript.TestingM) *build {
	b.tests = tests
	return b
}

func (b *build) Run() int {
	if !underRace() || os.Getenv("THREEMA_DIRSYNC_TEST_RACE") != "" || os.Getenv(coverDir) != "" {
		return b.tests.Run()
	}
	dir, err := os.MkdirTemp("", "program")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }() // of a temporary folder
	path := filepath.Join(dir, commandName)
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the program for the tests: %v\n%s", err, out)
		return 1
	}
	b.path = path
	return b.tests.Run()
}

// command is the file to start for such arguments.
func (b *build) command(args []string) string {
	stays := slices.Contains(args, "simulate") || slices.Contains(args, "demo") ||
		slices.Contains(args, "run") && !slices.Contains(args, "--once")
	if b.path == "" || stays {
		return commandName
	}
	return b.path
}

func underRace() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
