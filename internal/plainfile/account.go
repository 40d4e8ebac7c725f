package plainfile

import (
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
	"syscall"
)

// ServiceAccount is the user of the unit, which systemd-sysusers makes (systemd/README.md). Its home is
// the state folder.
const ServiceAccount = "threema-dirsync"

// UserName is how a command calls a user: by the number where there is no name.
func UserName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}

// HandOver is the command that gives the files of a state folder, and the folder, to a user. It goes no
// level deeper and takes no file that has a second name elsewhere: whoever may write to the folder could
// have put a link to a file of root's there.
func HandOver(stateDir, to string) string {
	return fmt.Sprintf("find %s -maxdepth 1 -type f -links 1 ! -user %s -exec chown %[2]s: {} + && chown %[2]s: %[1]s", stateDir, to)
}

// InGroup tells of a group that we are in.
func InGroup(gid uint32) bool {
	groups, err := os.Getgroups()
	return int(gid) == os.Getegid() || err == nil && slices.Contains(groups, int(gid))
}

// OfOtherGroup tells of a file or folder whose group is neither ours nor root's: it lets somebody else in.
func OfOtherGroup(path string) bool {
	info, err := os.Stat(path)
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Gid != 0 && !InGroup(stat.Gid)
}
