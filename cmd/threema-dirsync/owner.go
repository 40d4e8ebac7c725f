package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// serviceAccount is the user of the unit, which systemd-sysusers makes (systemd/README.md). Its home is
// the state folder.
const serviceAccount = "threema-dirsync"

// accounts finds users by name: user.Lookup, but for tests.
type accounts func(name string) (*user.User, error)

// owner is whose state folder it is.
type owner struct{ uid, gid uint32 }

// ownerOf returns the owner of the state folder, which is made if only its last part is
// missing. One that others may write to is refused: they could exchange the memory.
func ownerOf(stateDir string, known accounts) (owner, error) {
	if err := makeStateDir(stateDir, known); err != nil {
		return owner{}, err
	}
	info, err := os.Stat(stateDir)
	if err != nil {
		return owner{}, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() {
		return owner{}, fmt.Errorf("%s is no folder", stateDir)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return owner{}, fmt.Errorf("%s may be written to by others: chmod 0700 %s", stateDir, stateDir)
	}
	service, err := known(serviceAccount)
	if err == nil && stat.Uid == 0 && os.Geteuid() == 0 && filepath.Clean(service.HomeDir) == filepath.Clean(stateDir) {
		return owner{}, fmt.Errorf("%s belongs to root, and is the folder of the service: what root leaves there, %s could not use; type: %s",
			stateDir, serviceAccount, handOver(stateDir, serviceAccount))
	}
	return owner{stat.Uid, stat.Gid}, nil
}

// makeStateDir makes the folder, where it is missing, for whom the service will run as. If nobody knows
// yet who that is, root makes none: the service could not use what root leaves (pitfall F6).
func makeStateDir(stateDir string, known accounts) error {
	if _, err := os.Lstat(stateDir); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if os.Geteuid() != 0 {
		return os.Mkdir(stateDir, 0o700)
	}
	service, err := known(serviceAccount)
	if err != nil {
		return fmt.Errorf("%[1]s is not there, and root makes none, because there is no user %[2]s yet, and the service could not use what root leaves; "+
			"make the user first, as systemd/README.md tells (systemd-sysusers), or, if root itself is to do the passes, type: mkdir -p -m 700 %[1]s", stateDir, serviceAccount)
	}
	if err := os.Mkdir(stateDir, 0o700); err != nil {
		return err
	}
	return giveAway(stateDir, service)
}

// giveAway gives a new folder to a user. It is opened first, so that nothing else can be given.
func giveAway(folder string, to *user.User) error {
	uid, uidErr := strconv.Atoi(to.Uid)
	gid, gidErr := strconv.Atoi(to.Gid)
	f, err := os.OpenFile(folder, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err := errors.Join(uidErr, gidErr, err); err != nil {
		return err
	}
	return errors.Join(f.Chown(uid, gid), f.Close())
}

// become gives up root for the owner of the state folder, once the secrets are read. Files
// that a root run left behind would lock the service out (pitfall F6). Somebody who is
// neither root nor the owner is refused.
func (o owner) become(stateDir string) error {
	uid := os.Geteuid()
	switch {
	case uid == int(o.uid):
		return nil
	case uid != 0:
		us := userName(uint32(uid))
		return fmt.Errorf("state_dir %s belongs to %s, and this program runs as %s: run it as that user, or as root; if the folder is to be that of %[3]s, type as root: %s",
			stateDir, userName(o.uid), us, handOver(stateDir, us))
	}
	if err := syscall.Setgroups([]int{int(o.gid)}); err != nil {
		return fmt.Errorf("give up root: %w", err)
	}
	if err := syscall.Setgid(int(o.gid)); err != nil {
		return fmt.Errorf("give up root: %w", err)
	}
	if err := syscall.Setuid(int(o.uid)); err != nil {
		return fmt.Errorf("give up root: %w", err)
	}
	return nil
}

// handOver is the command that gives the files of a state folder, and the folder, to a user. It goes no
// level deeper and takes no file that has a second name elsewhere: whoever may write to the folder could
// have put a link to a file of root's there.
func handOver(stateDir, to string) string {
	return fmt.Sprintf("find %s -maxdepth 1 -type f -links 1 ! -user %s -exec chown %[2]s: {} + && chown %[2]s: %[1]s", stateDir, to)
}

// userName is the name of a user, the number where there is none.
func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}
