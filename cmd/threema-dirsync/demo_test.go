package main

import (
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDemo ends by itself, with 0, and leaves nothing behind.
func TestDemo(t *testing.T) {
	t.Parallel()
	tmp := t.TempDir()
	out := startChild(t, []string{"TMPDIR=" + tmp}, "demo").wait(t)
	if out.code != 0 {
		t.Fatalf("demo: %v", out)
	}
	for _, text := range []string{
		"Roll-out: 200 people", "create (200):", "phones have activated", "A joiner", "create (1):", "A marriage", "set-settings (1):",
		"withdraw / Zugang entziehen (1):", "detach / trennen (1):", "transfer (1):", "NOT READ", "Nobody is taken out", "The end",
	} {
		if !strings.Contains(out.stdout, text) {
			t.Errorf("the story lacks %q", text)
		}
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestDemoPause: each step waits for somebody to go on, and where nobody can, the story does not hang.
func TestDemoPause(t *testing.T) {
	t.Parallel()
	tmp := t.TempDir()
	c := newChild(t, []string{"TMPDIR=" + tmp}, "demo", "--pause")
	c.cmd.Stderr = c.stderr
	typed, err := c.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.launch(t)
	for step := 1; step <= 2; step++ {
		eventually(t, "the demo waits", func() bool { return strings.Count(c.stdout.String(), "Enter goes on") == step })
		if _, err := typed.Write([]byte("\n")); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(300 * time.Millisecond) // a step takes a tenth of that
	if text := c.stdout.String(); strings.Contains(text, "──── 4.") {
		t.Errorf("it did not wait:\n%s", text)
	}
	if err := typed.Close(); err != nil {
		t.Fatal(err)
	}
	if out := c.wait(t); out.code != 0 || !strings.Contains(out.stdout, "The end") {
		t.Errorf("at the end of the input: %v", out)
	}
}

// TestDemoServe prints how to talk to the servers, and what it prints works.
func TestDemoServe(t *testing.T) {
	t.Parallel()
	tmp := t.TempDir()
	c := startChild(t, []string{"TMPDIR=" + tmp}, "demo", "--serve")
	eventually(t, "the demo is told", func() bool { return strings.Contains(c.stdout.String(), "Ctrl-C") })
	text := c.stdout.String()
	offset := regexp.MustCompile(`THREEMA_DIRSYNC_TEST_OFFSET=\S+`).FindString(text)
	command := regexp.MustCompile(`(?m)^Try:\s+(.*)$`).FindStringSubmatch(text)
	address := regexp.MustCompile(`http://\S+/_sim/state`).FindString(text)
	if offset == "" || command == nil || address == "" {
		t.Fatalf("it does not say how to talk to it:\n%s", text)
	}
	for suffix, code := range map[string]int{"": 0, " --detailed-exitcode": 0} {
		shell := exec.Command("sh", "-c", offset+" "+command[1]+suffix)
		shell.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
		if out, err := shell.CombinedOutput(); shell.ProcessState.ExitCode() != code {
			t.Errorf("%s: %v\n%s", shell, err, out)
		}
	}
	var state struct{ Credentials []struct{ Username string } }
	if status := control(t, lonely(), http.MethodGet, address, nil, &state); status != http.StatusOK || len(state.Credentials) != 200 {
		t.Errorf("%s: %d, %d credentials", address, status, len(state.Credentials))
	}
	c.signal(t, syscall.SIGTERM)
	if out := c.wait(t); out.code != 0 {
		t.Errorf("SIGTERM: %v", out)
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
