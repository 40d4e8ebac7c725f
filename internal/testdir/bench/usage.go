package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// usage is what a process took.
type usage struct {
	Wall time.Duration
	CPU  time.Duration // user and system
	RSS  int64         // bytes, at the peak
}

// measureArgument makes this program start another one and tell its usage. The peak that the kernel tells of a
// process counts what its parent had when it was started, so the parent has to be small.
const measureArgument = "measure"

// measured runs a program to its end, with the exit codes that are no error.
func measured(out io.Writer, allowed []int, name string, args ...string) (usage, error) {
	self, err := os.Executable()
	if err != nil {
		return usage{}, fmt.Errorf("measure %s: %w", name, err)
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return usage{}, fmt.Errorf("measure %s: %w", name, err)
	}
	defer func() { _ = reader.Close() }()
	cmd := exec.Command(self, append([]string{measureArgument, name}, args...)...)
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = out, out, []*os.File{writer}
	err = cmd.Run()
	_ = writer.Close()
	exit, exited := errors.AsType[*exec.ExitError](err)
	if err != nil && (!exited || !slices.Contains(allowed, exit.ExitCode())) {
		return usage{}, fmt.Errorf("run %s: %w", name, err)
	}
	var u usage
	if err := json.NewDecoder(reader).Decode(&u); err != nil {
		return usage{}, fmt.Errorf("measure %s: %w", name, err)
	}
	return u, nil
}

// measure is the small parent.
func measure(args []string) int {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	began := time.Now()
	err := cmd.Run()
	u := usage{Wall: time.Since(began)}
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		fmt.Fprintln(os.Stderr, err)
		return 127
	}
	u.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if r, told := cmd.ProcessState.SysUsage().(*syscall.Rusage); told {
		u.RSS = r.Maxrss * 1024
	}
	if err := json.NewEncoder(os.NewFile(3, "usage")).Encode(u); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 127
	}
	return cmd.ProcessState.ExitCode()
}
