package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// owner is whose state folder it is.
type owner struct{ uid, gid uint32 }

// ownerOf returns the owner of the state folder, which is made if only its last part is
// missing. One that others may write to is refused: they could exchange the memory.
func ownerOf(stateDir string) (owner, error) {
	if err := os.Mkdir(stateDir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return owner{}, fmt.Errorf("state_dir: %w", err)
	}
	info, err := os.Stat(stateDir)
	if err != nil {
		return owner{}, fmt.Errorf("state_dir: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() {
		return owner{}, fmt.Errorf("state_dir %s is no folder", stateDir)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return owner{}, fmt.Errorf("state_dir %s may be written to by others: chmod 0700 %s", stateDir, stateDir)
	}
	return owner{stat.Uid, stat.Gid}, nil
}

// become gives up root for the owner of the state folder, once the secrets are read. Files
// that a root run left behind would lock the service out (pitfall F6). Somebody who is
// neither root nor the owner is refused.
func (o owner) become() error {
	uid := os.Geteuid()
	switch {
	case uid == int(o.uid):
		return nil
	case uid != 0:
		return fmt.Errorf("state_dir belongs to user id %d, this program runs as %d: run it as that user, or as root", o.uid, uid)
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
