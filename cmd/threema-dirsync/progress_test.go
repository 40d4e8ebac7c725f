package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// TestProgress: long work shows a line on a terminal, which goes when something else is to be
// said. That there is none elsewhere, every other test sees (child.wait).
func TestProgress(t *testing.T) {
	t.Parallel()
	dir := newMemory(t, 150)
	w := newWorld(t, dir.site)
	w.sim.fault(t, worksim.Fault{Method: http.MethodPost, Path: "/credentials", Delay: 2 * progressPause, Skip: 10, Times: 1})
	w.set("log.level", "warn")
	w.must(t, 0, "plan") // writes the configuration
	terminal, screen := newTerminal(t)
	c := newChild(t, nil, "--config", w.configFile(), "run", "--once")
	c.cmd.Stderr = terminal
	c.launch(t)
	_ = terminal.Close() // the program has its own
	shown := new(bytes.Buffer)
	_, _ = io.Copy(shown, screen) // ends with an error when the program does: that is how a terminal hangs up
	if out := c.wait(t); out.code != 0 || strings.ContainsAny(out.stdout, "\r\x1b") {
		t.Errorf("run --once: %v", out)
	}
	text := shown.String()
	if !strings.Contains(text, "create credentials: 100 of 150") {
		t.Errorf("no progress: %q", text)
	}
	if !strings.HasSuffix(text, eraseLine) {
		t.Errorf("the line stays: %q", text)
	}
}

// newTerminal opens a pseudo-terminal: the end of a program, and that of its user. A machine
// without them (a bare chroot) has no terminal to show a line on.
func newTerminal(t *testing.T) (terminal, screen *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENODEV) {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = screen.Close() })
	if err := unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return terminal, screen
}
