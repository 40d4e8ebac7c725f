package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
)

// reading is how each kind of file is read that is no secret.
func reading(t *testing.T) map[string]func(path string, getenv func(string) string) error {
	t.Helper()
	files, err := testdir.WriteTLS(t.TempDir(), "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]func(string, func(string) string) error{
		"configuration": func(path string, getenv func(string) string) error {
			_, err := config.Load(path, getenv)
			return err
		},
		"CA": func(path string, getenv func(string) string) error {
			_, err := config.NewFiles(getenv).ReadPool(path)
			return err
		},
		"certificate": func(path string, getenv func(string) string) error {
			_, err := config.NewFiles(getenv).ReadKeyPair(path, files.ClientKey)
			return err
		},
	}
}

// contents are what such a file may hold: only then does a reading of it succeed.
func contents(t *testing.T) map[string]string {
	t.Helper()
	files, err := testdir.WriteTLS(t.TempDir(), "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(files.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"configuration": required, "CA": string(ca), "certificate": string(ca)}
}

// TestFilesThatAreNoFiles: nobody waits for a pipe, wherever it is named.
func TestFilesThatAreNoFiles(t *testing.T) {
	t.Parallel()
	for kind, read := range reading(t) {
		dir := t.TempDir()
		pipe := filepath.Join(dir, "pipe")
		if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.Symlink(pipe, pipe+".link")); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{pipe, pipe + ".link", dir, "/dev/null"} {
			if err := read(path, env(nil)); err == nil || !strings.Contains(err.Error(), "not a regular file") || !strings.Contains(err.Error(), path) {
				t.Errorf("%s is %s: %v", kind, path, err)
			}
		}
	}
}

// TestFilesThatOthersCanWrite: everybody is refused, a group is a doubt.
func TestFilesThatOthersCanWrite(t *testing.T) {
	t.Parallel()
	reads := reading(t)
	for kind, content := range contents(t) {
		for mode, refused := range map[os.FileMode]bool{0o600: false, 0o644: false, 0o664: false, 0o666: true, 0o602: true} {
			path := write(t, t.TempDir(), "file", content)
			link := path + ".link"
			if err := errors.Join(os.Chmod(path, mode), os.Symlink(path, link)); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{path, link} {
				err := reads[kind](name, env(nil))
				if says := err != nil && strings.Contains(err.Error(), "everybody may write to it"); says != refused {
					t.Errorf("%s of mode %04o: %v", kind, mode, err)
				}
				if refused && !strings.Contains(err.Error(), "type: chmod o-w "+name) {
					t.Errorf("%s of mode %04o: %v does not say what to type", kind, mode, err)
				}
			}
			doubts := plainfile.Owners{}.Doubts(link)
			if want := mode&0o020 != 0; want != (len(doubts) == 1) {
				t.Errorf("%s of mode %04o: doubts %v", kind, mode, doubts)
			}
		}
	}
}

// TestFilesOfSomebodyElse: an account without a person behind it may own certificates, with a doubt, and
// nobody's but root's, ours and that of who called sudo a configuration.
func TestFilesOfSomebodyElse(t *testing.T) {
	t.Parallel()
	testdir.RequireRoot(t)
	const stranger, system = 4711, 999
	reads := reading(t)
	for kind, content := range contents(t) {
		path := write(t, t.TempDir(), "file", content)
		for _, c := range []struct {
			owner   int
			sudo    string
			refused bool
		}{
			{0, "", false}, {stranger, "", true}, {stranger, "4711", false}, {stranger, "4712", true}, {stranger, "x", true},
			{system, "", kind == "configuration"},
		} {
			if err := os.Chown(path, c.owner, -1); err != nil {
				t.Fatal(err)
			}
			err := reads[kind](path, env(map[string]string{"SUDO_UID": c.sudo}))
			if says := err != nil && strings.Contains(err.Error(), "it belongs to user id "); says != c.refused {
				t.Errorf("%s of %d, sudo by %q: %v", kind, c.owner, c.sudo, err)
			}
			if c.refused && !strings.Contains(err.Error(), "type: chown 0 "+path) {
				t.Errorf("%s of %d: %v does not say what to type", kind, c.owner, err)
			}
		}
		if doubts := (plainfile.Owners{}).Doubts(path); len(doubts) != 1 || !strings.Contains(doubts[0].Type, "chown 0 "+path) {
			t.Errorf("of a system account: %v", doubts)
		}
	}
}
