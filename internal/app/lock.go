package app

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
)

// LockPass takes the lock of a state folder for one pass. Its file is never deleted (pitfall F6). The
// returned function gives it back.
func LockPass(cfg *config.Config) (unlock func(), err error) {
	f, err := os.OpenFile(cfg.LockFile(), os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", plainfile.Full(err, cfg.LockFile()))
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		return func() { _ = f.Close() }, nil
	}
	_ = f.Close()
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, ErrBusy
	}
	return nil, fmt.Errorf("take the lock: %w", err)
}
