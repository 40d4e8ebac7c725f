package main

import (
	"bytes"
	"crypto/rand"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// patience is how long a command may take. It is far above what any needs, for busy machines.
const patience = 90 * time.Second

// world is everything around the program in one test: a directory, a licence package, and a
// configuration that names both.
type world struct {
	sim      *simulator
	dir      string         // configuration and secrets
	stateDir string         // ledger, lock and hand-over file
	settings map[string]any // the configuration
	env      []string       // beside the usual
	under    []string       // the program that starts ours, with arguments; none: this one
	offset   time.Duration  // of the program's clock; the simulator's goes with it
	secrets  []string       // must stand in no output
}

// newWorld makes a world for a directory with an empty licence package, under policy sync.
func newWorld(t *testing.T, s site) *world {
	t.Helper()
	testdir.Starts(t)
	w := &world{sim: newSimulator(t), dir: t.TempDir(), stateDir: filepath.Join(t.TempDir(), "state")}
	if err := os.Mkdir(w.stateDir, 0o700); err != nil { // root makes none
		t.Fatal(err)
	}
	w.secrets = []string{w.sim.key, s.password}
	w.writeSecret(t, "api-key", w.sim.key)
	w.writeSecret(t, "bind-password", s.password)
	w.settings = map[string]any{
		"policy":    "sync",
		"state_dir": w.stateDir,
		"sources":   []any{s.settings()},
		"threema":   map[string]any{"base_url": w.sim.base(), "api_key_file": "api-key"},
		"mapping":   s.mapping(),
		"handover":  map[string]any{"file": w.handover()},
		"metrics":   map[string]any{"listen": ""},
		"schedule":  "@every 2h", // as often as the default, and quicker to check, in each of two thousand processes
		// The most that the program ever says: the canaries must not be in it either.
		"log": map[string]any{"level": "debug"},
	}
	return w
}

func (w *world) handover() string { return filepath.Join(w.stateDir, "handover.csv") }

func (w *world) configFile() string { return filepath.Join(w.dir, "config.yaml") }

// writeSecret puts a secret into a file beside the configuration.
func (w *world) writeSecret(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// set changes one key of the configuration: "leavers.id", "sources.0.base_dn".
func (w *world) set(path string, value any) {
	keys := strings.Split(path, ".")
	node := any(w.settings)
	for _, key := range keys[:len(keys)-1] {
		if n, err := strconv.Atoi(key); err == nil {
			node = node.([]any)[n]
			continue
		}
		table := node.(map[string]any)
		if table[key] == nil {
			table[key] = map[string]any{}
		}
		node = table[key]
	}
	node.(map[string]any)[keys[len(keys)-1]] = value
}

// advance moves the clocks of the program and of the simulator.
func (w *world) advance(t *testing.T, by time.Duration) {
	t.Helper()
	w.offset += by
	w.sim.advance(t, by)
}

// outcome is what a command left.
type outcome struct {
	code           int
	stdout, stderr string
}

func (o outcome) String() string {
	return fmt.Sprintf("exit %d\n── stdout\n%s── stderr\n%s", o.code, o.stdout, o.stderr)
}

// run writes the configuration and runs a command to its end. Whatever the command, it must
// show no secret and no stack trace.
func (w *world) run(t *testing.T, args ...string) outcome {
	t.Helper()
	return w.start(t, args...).wait(t)
}

// must is run for a command whose exit code is known.
func (w *world) must(t *testing.T, code int, args ...string) outcome {
	t.Helper()
	out := w.run(t, args...)
	if out.code != code {
		t.Fatalf("%s: want exit %d, got %v", strings.Join(args, " "), code, out)
	}
	return out
}

// start writes the configuration and starts a command.
func (w *world) start(t *testing.T, args ...string) *child {
	t.Helper()
	text, err := yaml.Marshal(w.settings)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.configFile(), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return w.startRaw(t, append([]string{"--config", w.configFile()}, args...)...)
}

// startRaw starts a command with the configuration file as it is.
func (w *world) startRaw(t *testing.T, args ...string) *child {
	t.Helper()
	env := w.env
	if w.offset != 0 {
		env = append(slices.Clone(env), "THREEMA_DIRSYNC_TEST_OFFSET="+w.offset.String())
	}
	c := newChild(t, env, args...)
	c.cmd.Stderr = c.stderr
	if len(w.under) > 0 {
		c.cmd.Path, c.cmd.Args = w.under[0], slices.Concat(w.under, c.cmd.Args)
	}
	c.launch(t)
	c.secrets = func() []string { return append(w.passwords(t), w.secrets...) }
	return c
}

// passwords are those of the hand-over file.
func (w *world) passwords(t *testing.T) []string {
	var passwords []string
	for _, line := range w.lines(t) {
		passwords = append(passwords, line.password)
	}
	return passwords
}

// line is one of the hand-over file.
type line struct{ username, password, link, csi, first, last string }

// lines reads the hand-over file, without its header; none if there is no file.
func (w *world) lines(t *testing.T) []line {
	t.Helper()
	f, err := os.Open(w.handover())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	reader := csv.NewReader(f)
	reader.FieldsPerRecord = -1 // a crash may have torn one
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var lines []line
	for n, row := range rows {
		switch {
		case n == 0 && strings.Join(row, ",") != "username,password,activation_link,csi,first_name,last_name,replaces":
			t.Errorf("the hand-over file begins with %q", row)
		case n > 0 && len(row) == 7:
			lines = append(lines, line{row[0], row[1], row[2], row[3], row[4], row[5]})
		}
	}
	return lines
}

// latest are the last lines of the hand-over file, by username: those whose password works.
func (w *world) latest(t *testing.T) map[string]line {
	t.Helper()
	latest := map[string]line{}
	for _, l := range w.lines(t) {
		latest[l.username] = l
	}
	return latest
}

// child is a running command.
type child struct {
	cmd            *exec.Cmd
	stdout, stderr *stream
	done           chan struct{}
	secrets        func() []string
}

// startChild starts the program with an environment of its own.
func startChild(t *testing.T, env []string, args ...string) *child {
	t.Helper()
	c := newChild(t, env, args...)
	c.cmd.Stderr = c.stderr
	c.launch(t)
	return c
}

func newChild(t *testing.T, env []string, args ...string) *child {
	t.Helper()
	testdir.Starts(t)
	c := &child{stdout: newStream(), stderr: newStream(), done: make(chan struct{}), secrets: func() []string { return nil }}
	c.cmd = exec.Command(raced.program(t, args), args...)
	c.cmd.Args[0] = commandName
	c.cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.Getenv("TMPDIR"), coverDir + "=" + os.Getenv(coverDir),
		// Else the race detector lets each process sleep for a second at its end.
		"GORACE=atexit_sleep_ms=0",
	}, env...)
	c.cmd.Stdout = c.stdout
	return c
}

func (c *child) launch(t *testing.T) {
	t.Helper()
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = c.cmd.Wait() // the exit code tells
		close(c.done)
	}()
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill() // most have ended
		<-c.done
	})
}

// wait waits for the end of the command and looks for what no command may show.
func (c *child) wait(t *testing.T) outcome {
	t.Helper()
	select {
	case <-c.done:
	case <-time.After(patience):
		_ = c.cmd.Process.Signal(syscall.SIGQUIT) // shows where it hangs
		<-c.done
		t.Fatalf("%q does not end:\n%s\n%s", c.cmd.Args, c.stdout, c.stderr)
	}
	out := outcome{c.cmd.ProcessState.ExitCode(), c.plainly(t, c.stdout), c.plainly(t, c.stderr)}
	for _, text := range []string{out.stdout, out.stderr} {
		for _, secret := range c.secrets() {
			if strings.Contains(text, secret) {
				t.Errorf("%q shows a secret", c.cmd.Args)
			}
		}
		// A stack trace, or a progress line where there is no terminal.
		for _, trace := range []string{"goroutine ", "panic:", "DATA RACE", "\x1b", "\r"} {
			if strings.Contains(text, trace) {
				t.Errorf("%q: %q in its output:\n%s", c.cmd.Args, trace, text)
			}
		}
	}
	return out
}

// toldCommand finds a command that somebody may copy.
var toldCommand = regexp.MustCompile(`(?:^|[^/\w.-])threema-dirsync (?:approve|plan|check|status|hold|source|withdraw|explain|run|audit)\b[^\x60"\n]*`)

// plainly is what a command wrote, without the flag for its configuration: every command that it tells must
// have it.
func (c *child) plainly(t *testing.T, s *stream) string {
	t.Helper()
	text := s.String()
	n := slices.Index(c.cmd.Args, "--config")
	if n < 0 || slices.Contains(c.cmd.Args, "--help") || slices.Contains(c.cmd.Args, "export") { // an audit is told as it was recorded
		return text
	}
	for _, command := range toldCommand.FindAllString(text, -1) {
		if !strings.Contains(command, "--config") {
			t.Errorf("%q tells a command without its --config: %q", c.cmd.Args, command)
		}
	}
	return strings.ReplaceAll(text, commandName+" --config "+c.cmd.Args[n+1]+" ", commandName+" ")
}

// signal sends a signal.
func (c *child) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := c.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// stream keeps what a process writes, for readers beside it.
type stream struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{} // closed and made anew by each write
}

func newStream() *stream { return &stream{changed: make(chan struct{})} }

// Write implements io.Writer.
func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.changed)
	s.changed = make(chan struct{})
	return s.text.Write(p)
}

func (s *stream) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// await waits until n lines are complete, and returns them.
func (s *stream) await(t *testing.T, n int) []string {
	t.Helper()
	deadline := time.After(patience)
	for {
		s.mu.Lock()
		text, changed := s.text.String(), s.changed
		s.mu.Unlock()
		if strings.Count(text, "\n") >= n {
			return strings.Split(text, "\n")[:n]
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("want %d lines, got %q", n, text)
		}
	}
}

// eventually waits for something outside to come about.
func eventually(t *testing.T, what string, probe func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !probe() {
		if time.Now().After(deadline) {
			t.Fatalf("it never came about that %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// canary is a secret that no other text contains.
func canary(kind string) string { return "canary-" + kind + "-" + rand.Text() }
