package doctor

import (
	"context"
	"fmt"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// sight tells what somebody may do with a file or folder: "-r" read it, "-w" write it, "-x" enter it.
type sight func(may, path string) bool

// sightOf asks the system, by a process that is them: modes tell nothing of access control lists. Where
// nobody can be asked, nothing is held against them.
func sightOf(ctx context.Context, who servant) sight {
	return func(may, path string) bool {
		_, code, answered := ask(ctx, &who.Credential, "test", may, path)
		return !answered || code != 1
	}
}

// barrier is what keeps them from a file: the first folder on the way that they may not enter, else the
// file; "" if nothing does.
func (s sight) barrier(may, path string) string {
	if s(may, path) {
		return ""
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if folder := s.closed(filepath.Dir(path)); folder != "" {
		return folder
	}
	return path
}

// closed is the first folder on the way to one, or it, that they may not enter.
func (s sight) closed(folder string) string {
	if folder != filepath.Dir(folder) {
		if above := s.closed(filepath.Dir(folder)); above != "" {
			return above
		}
	}
	if s("-x", folder) {
		return ""
	}
	return folder
}

// servant is the user whom the service runs as.
type servant struct {
	syscall.Credential
	name, group string
}

// servantOf is the user of a unit, with the groups that systemd gives them.
func servantOf(name, group string, more []string) (servant, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return servant{}, err
	}
	if group == "" {
		group = u.Gid
	}
	gid, err := groupID(group)
	if err != nil {
		return servant{}, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return servant{}, err
	}
	who := servant{syscall.Credential{Uid: uint32(uid), Gid: gid}, name, group}
	if g, err := user.LookupGroupId(strconv.FormatUint(uint64(gid), 10)); err == nil {
		who.group = g.Name
	}
	theirs, err := u.GroupIds()
	if err != nil {
		return servant{}, fmt.Errorf("the groups of %s: %w", name, err)
	}
	for _, other := range append(theirs, more...) {
		if gid, err := groupID(other); err == nil { // one that is not there gives nothing
			who.Groups = append(who.Groups, gid)
		}
	}
	return who, nil
}

// groupID takes a name or a number.
func groupID(group string) (uint32, error) {
	if g, err := user.LookupGroup(group); err == nil {
		group = g.Gid
	}
	gid, err := strconv.ParseUint(group, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("there is no group %s", group)
	}
	return uint32(gid), nil
}
