package plainfile

import (
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
)

// Full calls a full disk one, and says where to make room; and says of what the unit keeps from writing how
// it is allowed. Any other error stays as it is. path is the file that could not be made or written.
func Full(err error, path string) error {
	switch folder := filepath.Dir(path); {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%w: the disk is full; make room on the disk (df -h %[2]s tells the space, df -i %[2]s the files)", err, folder)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: for the service everything but its state folder is read-only: %s", err, DropIn("ReadWritePaths="+folder))
	case errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: the disk is full for the user of this program, whose quota is used up (quota -u); make room on the disk, or in %s", err, folder)
	}
	return err
}

// DropIn is what to type so that the unit has one more line.
func DropIn(line string) string {
	return "systemctl edit threema-dirsync, write [Service] and " + line + ", then restart it"
}
