package plainfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"slices"
	"strconv"
	"syscall"
)

// Owners are the users, beside root and whom the program runs as, whose files it obeys.
type Owners []uint32

// Check refuses a file that somebody else could have written, or could write: by its owner and by its
// mode. Whoever writes to the configuration says where the passwords go.
func (o Owners) Check(path string, info fs.FileInfo) error {
	if err := o.CheckOwner(path, info); err != nil {
		return err
	}
	return checkMode(path, info)
}

// CheckPublic is [Owners.Check] for what is no secret and often lies with the service that made it:
// a directory server on this machine, say, has its CA. Such an account is one of the [Owners.Doubts], and no refusal.
func (o Owners) CheckPublic(path string, info fs.FileInfo) error {
	if uid, ok := ownerOf(info); ok && uid <= lastSystemAccount {
		return checkMode(path, info)
	}
	return o.Check(path, info)
}

// lastSystemAccount is the highest user id that no person has (SYS_UID_MAX of login.defs).
const lastSystemAccount = 999

// CheckOwner refuses a file of somebody else.
func (o Owners) CheckOwner(path string, info fs.FileInfo) error {
	uid, ok := ownerOf(info)
	if !ok {
		return errors.New("the system does not tell its owner")
	}
	if o.has(uid) {
		return nil
	}
	return fmt.Errorf("it belongs to user id %d%s, who could exchange it; type: chown %d %s", uid, called(uid), os.Geteuid(), path)
}

func checkMode(path string, info fs.FileInfo) error {
	if mode := info.Mode().Perm(); mode&0o002 != 0 {
		return fmt.Errorf("everybody may write to it (mode %04o); type: chmod o-w %s", mode, path)
	}
	return nil
}

// A Doubt is what lets others write to a file that is obeyed all the same: it may be meant so.
type Doubt struct{ Why, Type string }

// Doubts looks at a file that was checked.
func (o Owners) Doubts(path string) []Doubt {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	var doubts []Doubt
	if info.Mode().Perm()&0o020 != 0 {
		doubts = append(doubts, Doubt{fmt.Sprintf("its group may write to it (mode %04o)", info.Mode().Perm()), "chmod g-w " + path})
	}
	if uid, ok := ownerOf(info); ok && !o.has(uid) {
		doubts = append(doubts, Doubt{fmt.Sprintf("it belongs to user id %d%s", uid, called(uid)), fmt.Sprintf("chown %d %s", os.Geteuid(), path)})
	}
	return doubts
}

func (o Owners) has(uid uint32) bool {
	return uid == 0 || int(uid) == os.Geteuid() || slices.Contains(o, uid)
}

// OwnerOf is whose a file or folder is, if that can be told.
func OwnerOf(path string) (uint32, bool) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, false
	}
	return ownerOf(info)
}

func ownerOf(info fs.FileInfo) (uint32, bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return stat.Uid, true
}

// called is the name of a user in brackets, "" where there is none.
func called(uid uint32) string {
	u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10))
	if err != nil {
		return ""
	}
	return " (" + u.Username + ")"
}
