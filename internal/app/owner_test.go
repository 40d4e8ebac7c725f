package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// nobodyUID is whom the state folder is given to.
const nobodyUID = 65534

// TestOwnerOf: whose the state folder is, or becomes.
func TestOwnerOf(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		testdir.RequireNil(t, errors.New("only root makes folders for others"))
	}
	dir := t.TempDir()
	ours := filepath.Join(dir, "ours")
	none := func(string) (*user.User, error) { return nil, user.UnknownUserError(plainfile.ServiceAccount) }
	service := func(name string) (*user.User, error) {
		if name != plainfile.ServiceAccount {
			t.Errorf("asked for %s", name)
		}
		return &user.User{Uid: fmt.Sprint(nobodyUID), Gid: fmt.Sprint(nobodyUID), HomeDir: ours}, nil
	}
	if _, err := ownerOf(ours, none); err == nil || !strings.Contains(err.Error(), "root makes none") {
		t.Errorf("no account: %v", err)
	}
	if got, err := ownerOf(ours, service); err != nil || got != (owner{nobodyUID, nobodyUID}) {
		t.Errorf("an account: %v, %v", got, err)
	}
	if info, err := os.Stat(ours); err != nil || info.Mode() != fs.ModeDir|0o700 {
		t.Errorf("%v, %v", info, err)
	}
	if err := os.Chown(ours, 0, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := ownerOf(ours, service); err == nil || !strings.Contains(err.Error(), "belongs to root, and is the folder of the service") || !strings.Contains(err.Error(), "chown threema-dirsync: "+ours) {
		t.Errorf("the folder of the service, of root: %v", err)
	}
	for name, known := range map[string]accounts{"no account": none, "an account": service} {
		other := filepath.Join(dir, "other")
		if got, err := ownerOf(other, none); err == nil {
			t.Errorf("%v", got)
		}
		if err := os.Mkdir(other, 0o700); err != nil {
			t.Fatal(err)
		}
		if got, err := ownerOf(other, known); err != nil || got != (owner{}) {
			t.Errorf("%s, another folder of root's: %v, %v", name, got, err)
		}
		if err := os.Remove(other); err != nil {
			t.Fatal(err)
		}
	}
}
