package plainfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// ToWrite says what to type so that we may write a file: "; … type: chmod …", for the first folder on the way
// that we may not enter, the file, or the folder that it is to be made in. It is "" if nothing of that keeps us
// from it.
func ToWrite(path string) string {
	us, folder := UserName(uint32(os.Geteuid())), filepath.Dir(path)
	switch shut := Barrier(path); {
	case shut != "":
		return toType(shut, "u+x", elsewhere(us))
	case denied(path, unix.R_OK|unix.W_OK):
		return toType(path, "u+rw", "type as root: chown "+us+": "+path)
	case denied(folder, unix.R_OK|unix.W_OK|unix.X_OK):
		return toType(folder, "u+rwx", elsewhere(us))
	}
	return ""
}

func elsewhere(us string) string { return "name a place that " + us + " may write to" }

// Barrier is the first folder on the way to a file that we may not enter, "" if there is none.
func Barrier(path string) string {
	folder := filepath.Dir(path)
	if folder != filepath.Dir(folder) {
		if above := Barrier(folder); above != "" {
			return above
		}
	}
	if denied(folder, unix.X_OK) {
		return folder
	}
	return ""
}

func denied(path string, may uint32) bool {
	return errors.Is(unix.Faccessat(unix.AT_FDCWD, path, may, unix.AT_EACCESS), unix.EACCES)
}

// toType is the command where the thing is ours. A folder of somebody else stays theirs, for it may be one of
// the system's.
func toType(path, mode, theirs string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
		return ""
	case int(stat.Uid) == os.Geteuid():
		return fmt.Sprintf("; its mode is %04o, so type: chmod %s %s", info.Mode().Perm(), mode, path)
	}
	return fmt.Sprintf("; %s belongs to %s: %s", path, UserName(stat.Uid), theirs)
}
