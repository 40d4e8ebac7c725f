package plainfile_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
)

func TestFull(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		errno syscall.Errno
		says  []string
	}{
		{syscall.ENOSPC, []string{"the disk is full", "df -h /var/lib/x", "df -i /var/lib/x"}},
		{syscall.EDQUOT, []string{"the disk is full", "quota", "/var/lib/x"}},
		{syscall.EROFS, []string{"mounted read-only", "findmnt -T /var/lib/x", "type as root: mount -o remount,rw"}},
		{syscall.EFBIG, nil},
	} {
		cause := fmt.Errorf("open: %w", &fs.PathError{Op: "write", Path: "/var/lib/x/file", Err: c.errno})
		err := plainfile.Full(cause, "/var/lib/x/file")
		if !errors.Is(err, c.errno) {
			t.Errorf("%v: the cause is lost: %v", c.errno, err)
		}
		if c.says == nil && err != cause { //nolint:errorlint // the very same
			t.Errorf("%v became %v", c.errno, err)
		}
		for _, text := range c.says {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%v: %v lacks %q", c.errno, err, text)
			}
		}
	}
	if err := plainfile.Full(nil, "/x"); err != nil {
		t.Error(err)
	}
}
