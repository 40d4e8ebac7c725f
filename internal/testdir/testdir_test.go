package testdir_test

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// asParent makes the test binary a parent that starts a child, says its id and waits.
const asParent = "TESTDIR_AS_PARENT"

func TestMain(m *testing.M) {
	if dir := os.Getenv(asParent); dir != "" {
		beParent(dir)
	}
	goleak.VerifyTestMain(m)
}

func beParent(dir string) {
	cmd := exec.Command("sleep", "60")
	if _, err := testdir.StartProcess(cmd, filepath.Join(dir, "log")); err != nil {
		panic(err)
	}
	fmt.Println(cmd.Process.Pid)
	select {}
}

func TestProcessDiesWithItsParent(t *testing.T) {
	t.Parallel()
	testdir.Starts(t)
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), asParent+"="+t.TempDir())
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	child, convErr := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || convErr != nil {
		t.Fatalf("no process id: %q, %v", line, err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // killed, as it should be
	for deadline := time.Now().Add(5 * time.Second); syscall.Kill(child, 0) == nil && !zombie(child); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = syscall.Kill(child, syscall.SIGKILL)
			t.Fatal("the child lives on")
		}
	}
}

// zombie tells whether a process has ended and nobody took note: in a container there may be
// no init that does.
func zombie(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(status), ") Z ")
}

func TestStartOfMissingProgram(t *testing.T) {
	t.Parallel()
	testdir.Starts(t)
	if _, err := testdir.StartProcess(exec.Command("/does/not/exist"), filepath.Join(t.TempDir(), "log")); err == nil {
		t.Error("no error")
	}
}

func TestAwaitReportsTheLog(t *testing.T) {
	t.Parallel()
	testdir.Starts(t)
	p, err := testdir.StartProcess(exec.Command("sh", "-c", "echo out of luck; exit 1"), filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	err = p.Await(t.Context(), func() error { return os.ErrNotExist })
	if err == nil || !strings.Contains(err.Error(), "out of luck") {
		t.Errorf("error %v, want what the program said", err)
	}
	if err := p.Stop(); err != nil {
		t.Error("stop after the end:", err)
	}
}

func TestClaimsDoNotMeet(t *testing.T) {
	t.Parallel()
	a, err := testdir.ClaimAddress(3890)
	if err != nil {
		t.Fatal(err)
	}
	b, err := testdir.ClaimAddress(3890)
	if err != nil {
		t.Fatal(err)
	}
	if a.IP == b.IP {
		t.Errorf("both got %s", a.IP)
	}
	for _, address := range []*testdir.Address{a, b} {
		if err := address.Release(); err != nil {
			t.Error(err)
		}
	}
}

func TestPeopleAreUniqueAndStable(t *testing.T) {
	t.Parallel()
	seen := make(map[string]int)
	for i := range 2000 {
		p := testdir.NewPerson(i)
		if p != testdir.NewPerson(i) {
			t.Fatalf("person %d differs from itself", i)
		}
		for _, key := range []string{p.Account, p.Number, p.CommonName} {
			if before, ok := seen[key]; ok {
				t.Errorf("%q belongs to %d and %d", key, before, i)
			}
			seen[key] = i
		}
	}
	if p := testdir.NewPerson(57); p.CommonName != "Krüger, Jürgen 57" || p.Surname != "Krüger" {
		t.Errorf("person 57 is %+v", p)
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	if err := testdir.Missing("sh", "no-such-program"); err == nil || strings.Contains(err.Error(), "sh,") {
		t.Errorf("Missing: %v", err)
	}
}

// recorder notes what a test was told to do.
type recorder struct {
	testing.TB
	verdict string
}

func (r *recorder) Helper()               {}
func (r *recorder) Fatalf(string, ...any) { r.verdict = "fail" }
func (r *recorder) Skipf(string, ...any)  { r.verdict = "skip" }
func (r *recorder) Skip(...any)           { r.verdict = "short" }

func TestRequire(t *testing.T) {
	short := flag.Lookup("test.short").Value
	defer func(was string) { _ = short.Set(was) }(short.String())
	for name, tt := range map[string]struct{ program, ci, short, want string }{
		"there":             {"sh", "true", "false", ""},
		"there, short":      {"sh", "true", "true", "short"},
		"missing":           {"no-such-program", "", "false", "skip"},
		"missing, CI":       {"no-such-program", "true", "false", "fail"},
		"missing, CI=false": {"no-such-program", "false", "false", "skip"},
	} {
		t.Setenv("CI", tt.ci)
		if err := short.Set(tt.short); err != nil {
			t.Fatal(err)
		}
		r := &recorder{TB: t}
		testdir.Require(r, tt.program)
		if r.verdict != tt.want {
			t.Errorf("%s: %q, want %q", name, r.verdict, tt.want)
		}
	}
}
