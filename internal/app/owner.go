package app

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

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
		return owner{}, config.Mistake{Reason: model.Because("state-folder-no-folder", stateDir)}
	}
	if info.Mode().Perm()&0o022 != 0 {
		return owner{}, config.Mistake{Reason: model.Because("state-folder-open-to-others", stateDir)}
	}
	service, err := known(plainfile.ServiceAccount)
	if err == nil && stat.Uid == 0 && os.Geteuid() == 0 && filepath.Clean(service.HomeDir) == filepath.Clean(stateDir) {
		return owner{}, config.Mistake{Reason: model.Because("state-folder-of-root",
			stateDir, plainfile.ServiceAccount, plainfile.HandOver(stateDir, plainfile.ServiceAccount))}
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
	service, err := known(plainfile.ServiceAccount)
	if err != nil {
		return config.Mistake{Reason: model.Because("state-folder-without-service", stateDir, plainfile.ServiceAccount)}
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
		us := plainfile.UserName(uint32(uid))
		return config.Mistake{Reason: model.Because("state-folder-of-another",
			stateDir, plainfile.UserName(o.uid), us, plainfile.HandOver(stateDir, us))}
	}
	if err := syscall.Setgroups([]int{int(o.gid)}); err != nil {
		return rootStays(err)
	}
	if err := syscall.Setgid(int(o.gid)); err != nil {
		return rootStays(err)
	}
	if err := syscall.Setuid(int(o.uid)); err != nil {
		return rootStays(err)
	}
	return nil
}

func rootStays(err error) error {
	return config.Mistake{Reason: model.Because("root-not-given-up", err)}
}
