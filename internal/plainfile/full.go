package plainfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Full calls a full disk one, and says where to make room; and says of what the unit, a disk or a mode keeps
// from writing how it is allowed. Any other error stays as it is. path is the file that could not be made or
// written.
func Full(err error, path string) error { return full(err, path, inUnit()) }

func full(err error, path string, served bool) error {
	switch folder := filepath.Dir(path); {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%w: the disk is full; make room on the disk (df -h %[2]s tells the space, df -i %[2]s the files)", err, folder)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: %s", err, readOnly(folder, served))
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%w%s", err, ToWrite(path))
	case errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: the disk is full for the user of this program, whose quota is used up (quota -u); make room on the disk, or in %s", err, folder)
	}
	return err
}

// readOnly says what to do where nothing can be written. For the service everything but its state folder is so;
// by hand it is the disk.
func readOnly(folder string, served bool) string {
	if served {
		return "for the service everything but its state folder is read-only: " + DropIn("ReadWritePaths="+folder)
	}
	return fmt.Sprintf("the disk is mounted read-only; findmnt -T %[1]s tells which, and dmesg why, if it became so; then type as root: mount -o remount,rw \"$(findmnt -no TARGET -T %[1]s)\", "+
		"or name a place elsewhere", folder)
}

// inUnit tells that the process is the service, by the group that systemd puts it into.
func inUnit() bool {
	groups, err := os.ReadFile("/proc/self/cgroup")
	return err == nil && strings.Contains(string(groups), "/threema-dirsync.service")
}

// DropIn is what to type so that the unit has one more line.
func DropIn(line string) string {
	return "systemctl edit threema-dirsync, write [Service] and " + line + ", then restart it"
}
