package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
)

// lockName is the file of a state folder that a pass locks.
const lockName = "lock"

// lockPass takes the lock of a state folder for one pass. It is a file of its own, never the
// database, and is never deleted (pitfall F6). The returned function gives it back.
func lockPass(stateDir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(stateDir, lockName), os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		return func() { _ = f.Close() }, nil
	}
	_ = f.Close()
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, &codedError{dirsync.ExitBusy, errors.New("another pass is running; nothing was done")}
	}
	return nil, fmt.Errorf("take the lock: %w", err)
}
