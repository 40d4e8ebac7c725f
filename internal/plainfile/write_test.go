package plainfile

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestReadOnlyByWhom: the unit is to blame for the service, and the disk for who types a command.
func TestReadOnlyByWhom(t *testing.T) {
	t.Parallel()
	for served, says := range map[bool]string{true: "systemctl edit threema-dirsync, write [Service] and ReadWritePaths=/srv/x", false: "type as root: mount -o remount,rw"} {
		err := full(&os.PathError{Op: "open", Path: "/srv/x/y", Err: syscall.EROFS}, "/srv/x/y", served)
		if text := err.Error(); !strings.Contains(text, says) || strings.Contains(text, "systemctl") != served {
			t.Errorf("%v: %s", served, text)
		}
	}
}

// TestToWrite says nothing where nothing is in the way. That it does where something is, the commands show,
// typed as somebody who is not root.
func TestToWrite(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if text := ToWrite(filepath.Join(folder, "file")) + Barrier(filepath.Join(folder, "file")); text != "" {
		t.Errorf("%q", text)
	}
	if text := ToWrite(filepath.Join(folder, "missing", "file")); text != "" {
		t.Errorf("%q", text)
	}
	for path, want := range map[string]string{folder: "; its mode is 0755, so type: chmod u+x " + folder, filepath.Join(folder, "no"): ""} {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if text := toType(path, "u+x", "else"); text != want {
			t.Errorf("%s: %q", path, text)
		}
	}
}
