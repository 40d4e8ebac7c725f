package testdir

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Missing tells which of the programs are not installed, nil if all are. It looks into the
// folders of the superuser too, which are not in everybody's PATH.
func Missing(programs ...string) error {
	var missing []string
	for _, name := range programs {
		if _, err := Program(name); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("not installed: %s (as root: go run ./internal/testdir/install)", strings.Join(missing, ", "))
	}
	return nil
}

// Program returns the path of an installed program.
func Program(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	return exec.LookPath(filepath.Join("/usr/sbin", name))
}

// Require skips the test where one of the programs is missing. With CI=true in the environment
// the test fails: there, a proof that was not made must not look like one.
func Require(t testing.TB, programs ...string) {
	t.Helper()
	Starts(t)
	RequireNil(t, Missing(programs...))
}

// Starts marks a test that starts a program or a server of its own process: a short run (`go test -short`,
// `make check`) leaves it to `make test`. Whatever starts one says so through here, by itself or by way of
// [Require], so that nobody has to keep a list.
func Starts(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("it starts a program: not in a short run")
	}
}

// RequireNil is [Require] for a check of one's own, such as of being root. It starts nothing.
func RequireNil(t testing.TB, problem error) {
	t.Helper()
	switch {
	case problem == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("CI=true, and what the test starts is missing: %v", problem)
	default:
		t.Skipf("SKIPPED, NOT PROVEN: %v", problem)
	}
}

// RequireRoot is [Require] for what only root can do, such as give a file to somebody else.
func RequireRoot(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		RequireNil(t, errors.New("it takes root"))
	}
}
