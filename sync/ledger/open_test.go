package ledger

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func TestFilesArePrivate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state", "ledger.db")
	l := open(t, path, Options{})
	startRun(t, l)
	for _, name := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("ledger.db%s has mode %04o", name, got)
		}
	}
	info, err := os.Stat(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o700 {
		t.Errorf("its folder has mode %04o", got)
	}
}

// openers are the three ways to open a ledger.
func openers() map[string]func(*testing.T, string) error {
	return map[string]func(*testing.T, string) error{
		"Open": func(t *testing.T, path string) error {
			l, err := Open(t.Context(), path, Options{})
			if err == nil {
				err = l.Close()
			}
			return err
		},
		"OpenMeter": func(t *testing.T, path string) error {
			m, err := OpenMeter(t.Context(), path, Options{})
			if err == nil {
				err = m.Close()
			}
			return err
		},
		"OpenReader": func(t *testing.T, path string) error {
			r, err := OpenReader(t.Context(), path, Options{})
			if err == nil {
				err = r.Close()
			}
			return err
		},
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		spoil func(t *testing.T, path string)
		want  string
	}{
		{"a file that others can read", func(t *testing.T, path string) { chmod(t, path, 0o640) }, "chmod 600"},
		{"a log that others can read", func(t *testing.T, path string) { writeFile(t, path+"-wal", ""); chmod(t, path+"-wal", 0o604) }, "chmod 600"},
		{"a folder", func(t *testing.T, path string) { remove(t, path); mkdir(t, path) }, "not a regular file"},
		{"a text file", func(t *testing.T, path string) { writeFile(t, path, strings.Repeat("not a database\n", 100)) }, "file is not a database"},
		{"the database of another program", func(t *testing.T, path string) {
			change(t, path, `PRAGMA application_id = 0; PRAGMA user_version = 0`)
		}, "not a ledger of threema-dirsync"},
		{"a newer ledger", func(t *testing.T, path string) { change(t, path, `PRAGMA user_version = 99`) }, "written by a newer threema-dirsync (version 99"},
		{"a damaged ledger", damage, "put back a backup"},
	}
	for _, tt := range tests {
		for name, opener := range openers() {
			t.Run(tt.name+" by "+name, func(t *testing.T) {
				t.Parallel()
				if tt.name == "a damaged ledger" && name == "OpenReader" {
					t.Skip("a reader does not look at every page; the pass beside it does")
				}
				path := newPath(t)
				fill(t, path)
				tt.spoil(t, path)
				if err := opener(t, path); err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error %v, want %q", err, tt.want)
				}
			})
		}
	}
}

// fill makes a ledger of some pages and closes it.
func fill(t *testing.T, path string) {
	t.Helper()
	l, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	remember(t, l, model.StateUpdate{Observations: crowd(500, start)})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// change runs SQL on a closed ledger.
func change(t *testing.T, path, script string) {
	t.Helper()
	db := newPool(writer(path), 1)
	if _, err := db.ExecContext(t.Context(), script); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// damage overwrites the second half of a closed ledger.
func damage(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(content) / 2; i < len(content); i++ {
		content[i] = 0xAA
	}
	writeFile(t, path, string(content))
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func chmod(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func mkdir(t *testing.T, path string) {
	t.Helper()
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestAReaderNeedsALedger(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	if _, err := OpenReader(t.Context(), path, Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the reader made the file: %v", err)
	}
}

func TestOddPaths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a?mode=memory", "100%20", "a#b", "with space & + ü", "file:x.db", "semi;colon'quote\"", "\xff"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, name)
			l, err := Open(t.Context(), path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			startRun(t, l)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			r, err := OpenReader(t.Context(), path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			runs, err := r.LastRuns(t.Context(), 1)
			if err != nil || len(runs) != 1 {
				t.Errorf("LastRuns = %v, %v", runs, err)
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if !strings.HasPrefix(e.Name(), name) {
					t.Errorf("a file of another name: %q", e.Name())
				}
			}
		})
	}
}

func TestManyOpenANewLedgerAtOnce(t *testing.T) {
	t.Parallel()
	for range 5 {
		path := newPath(t)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				m, err := OpenMeter(t.Context(), path, Options{})
				if err != nil {
					t.Error(err)
					return
				}
				if err := errors.Join(m.Take(t.Context()), m.Close()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		r := open(t, path, Options{DailyRequests: 10})
		if got := budget(t, r.Reader).Remaining; got != 6 {
			t.Errorf("%d requests remain, want 6", got)
		}
	}
}

func TestAReaderSeesThePassBesideIt(t *testing.T) {
	t.Parallel()
	c, path := newClock(), newPath(t)
	l := open(t, path, Options{Now: c.Now})
	r, err := OpenReader(t.Context(), path, Options{Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	run := startRun(t, l)
	beginOne(t, l, run, model.Operation{Op: model.Create, Subject: model.Subject{Person: person("1")}, Username: "ada"})
	if diff := cmp.Diff(state(t, l), state(t, r)); diff != "" {
		t.Error(diff)
	}
	for _, query := range []string{`DELETE FROM journal`, `PRAGMA query_only = off; DELETE FROM journal`} {
		if _, err := r.reads.ExecContext(t.Context(), query); err == nil || !strings.Contains(err.Error(), "readonly") {
			t.Errorf("a reader wrote: %v", err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}
