package doctor

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// ask starts another program as somebody, nil for ourselves, and returns what it says and its exit code;
// answered is false if it did not come to that. check, typed by root, asks; the daemon never does, and its
// unit is hardened for that.
func ask(ctx context.Context, as *syscall.Credential, name string, args ...string) (says string, code int, answered bool) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	asked := exec.CommandContext(ctx, name, args...)
	asked.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"} // it may speak to the socket of ours otherwise (NOTIFY_SOCKET)
	if as != nil {
		asked.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	}
	text, err := asked.Output()
	if failed, ended := errors.AsType[*exec.ExitError](err); ended {
		return string(text), failed.ExitCode(), failed.Exited()
	}
	return string(text), 0, err == nil
}
