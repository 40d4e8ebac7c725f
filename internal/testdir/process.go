package testdir

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// stopGrace is how long a server may take to end before it is killed.
const stopGrace = 10 * time.Second

// Process is a child process that dies with its parent.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed once it has ended
	log  string
}

// StartProcess starts cmd with its output in the file log. The kernel kills it when the test
// process is killed.
func StartProcess(cmd *exec.Cmd, log string) (*Process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	defer func() { _ = out.Close() }()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p := &Process{cmd: cmd, done: make(chan struct{}), log: log}
	started := make(chan error)
	go func() {
		// The signal comes when the thread that started the child ends (prctl(2)), so
		// the thread is kept until the child has ended.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // Await tells how it ended
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return p, nil
}

// Await polls probe until it succeeds. It gives up when the process or the context ends.
func (p *Process) Await(ctx context.Context, probe func() error) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := probe()
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s ended (%s): %s", p.cmd.Path, p.cmd.ProcessState, LogTail(p.log))
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w: %s", p.cmd.Path, err, LogTail(p.log))
		case <-tick.C:
		}
	}
}

// Stop ends the process, by force if it does not obey, and waits for its end.
func (p *Process) Stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", p.cmd.Path, err)
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(stopGrace):
	}
	err := p.cmd.Process.Kill()
	<-p.done
	return errors.Join(fmt.Errorf("%s had to be killed", p.cmd.Path), err)
}

// Run runs a program that ends by itself; an error holds the end of its output.
func Run(cmd *exec.Cmd) error {
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", cmd.Path, err, lastOf(out))
	}
	return nil
}

// LogTail is the end of a log, for an error to tell.
func LogTail(file string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	return lastOf(content)
}

func lastOf(output []byte) string { return string(output[max(0, len(output)-1000):]) }
