package handover_test

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/internal/testdir"
	"github.com/threema-dirsync/threema-dirsync/sync/handover"
)

const testLink = "https://work.threema.ch/license"

func entry(username string) handover.Entry {
	return handover.Entry{
		Username: username, Password: secret.New("Pw-" + username), CSI: "E-" + username,
		FirstName: "Jörg", LastName: "von Arx, Dr.",
	}
}

// row is how entry(username) is read back.
func row(username string) []string {
	return []string{
		username, "Pw-" + username, "https://work.threema.ch/license?username=" + username + "&password=Pw-" + username,
		"E-" + username, "Jörg", "von Arx, Dr.", "",
	}
}

func headerRow() []string {
	return []string{"username", "password", "activation_link", "csi", "first_name", "last_name", "replaces"}
}

func deliver(t *testing.T, path string, usernames ...string) error {
	t.Helper()
	var entries []handover.Entry
	for _, u := range usernames {
		entries = append(entries, entry(u))
	}
	_, err := handover.NewFile(path, testLink, handover.Layout{}).Deliver(t.Context(), entries)
	return err
}

func wantRows(t *testing.T, path string, want ...[]string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	got, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestDeliver(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handover.csv")
	for _, batch := range [][]string{{"anna", "beat"}, {}, {"carl"}} {
		if err := deliver(t, path, batch...); err != nil {
			t.Fatal(err)
		}
	}
	wantRows(t, path, headerRow(), row("anna"), row("beat"), row("carl"))
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("mode is %v", info.Mode())
	}
}

func TestDeliverNothingMakesNoFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handover.csv")
	if err := deliver(t, path); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a file: %v", err)
	}
}

func TestDeliverAfterTheFileWasMovedAway(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handover.csv")
	if err := deliver(t, path, "anna"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	if err := deliver(t, path, "beat"); err != nil {
		t.Fatal(err)
	}
	wantRows(t, path+".1", headerRow(), row("anna"))
	wantRows(t, path, headerRow(), row("beat"))
}

func TestDeliverObeysTheContext(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handover.csv")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := handover.NewFile(path, testLink, handover.Layout{}).Deliver(ctx, []handover.Entry{entry("anna")})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a file: %v", err)
	}
}

func TestDeliverBehindATornLine(t *testing.T) {
	t.Parallel()
	const header = "username,password,activation_link,csi,first_name,last_name,replaces\n"
	long := strings.Repeat("anna,pw,link,E1,Anna,Muster\n", 5000) // longer than what is read of it
	tests := []struct {
		name, content string
		torn          []string
	}{
		{"cut in a cell", header + "torn,Pw-to", []string{"torn", "Pw-to"}},
		{"cut in a quoted cell", header + `torn,pw,link,E1,"Jörg, d`, []string{"torn", "pw", "link", "E1", "Jörg, d"}},
		{"saved by an editor without the last line end", header + "a,b,c,d,e,f", []string{"a", "b", "c", "d", "e", "f"}},
		{"a long file", header + long + "torn", []string{"torn"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "handover.csv")
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := deliver(t, path, "next"); err != nil {
				t.Fatal(err)
			}
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			rest, untouched := strings.CutPrefix(string(content), tt.content)
			if !untouched {
				t.Fatal("what the file held was changed")
			}
			last := tt.content[strings.LastIndex(tt.content, "\n")+1:]
			r := csv.NewReader(strings.NewReader(last + rest))
			r.FieldsPerRecord = -1
			got, err := r.ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([][]string{tt.torn, row("next")}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDeliverCompletesATornHeader(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handover.csv")
	if err := os.WriteFile(path, []byte("username,pass"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := deliver(t, path, "anna"); err != nil {
		t.Fatal(err)
	}
	wantRows(t, path, headerRow(), row("anna"))
}

// A file that others could read, or that leads elsewhere, gets no password; check says the
// same beforehand.
func TestUnfitFilesAreRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		spoil func(path string) error
		want  string
	}{
		{"readable by others", func(path string) error {
			return errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, 0o640))
		}, "can be read or written by others (mode 0640), and it holds passwords; type: chmod 600 PATH"},
		{"a symbolic link", func(path string) error {
			return errors.Join(os.WriteFile(path+".target", nil, 0o600), os.Symlink(path+".target", path))
		}, "is a symbolic link, which could lead the passwords anywhere; name the file itself, or type: rm PATH"},
		{"a dangling symbolic link", func(path string) error {
			return os.Symlink(path+".target", path)
		}, "is a symbolic link"},
		{"a folder", func(path string) error { return os.Mkdir(path, 0o700) }, "is a directory"},
		{"a named pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }, "is no regular file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "handover.csv")
			if err := tt.spoil(path); err != nil {
				t.Fatal(err)
			}
			want := strings.ReplaceAll(tt.want, "PATH", path)
			if err := deliver(t, path, "anna"); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Deliver: got %v, want %s", err, want)
			} else if strings.Contains(err.Error(), "Pw-") {
				t.Errorf("the error holds a password: %v", err)
			}
			if err := handover.NewFile(path, "", handover.Layout{}).Check(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Check: got %v, want %s", err, want)
			}
			if content, err := os.ReadFile(path + ".target"); err == nil && len(content) > 0 {
				t.Errorf("the target was written to: %s", content)
			}
		})
	}
}

// TestFilesOfSomebodyElse: they could read the passwords. Root, this user and those who were named may.
func TestFilesOfSomebodyElse(t *testing.T) {
	t.Parallel()
	testdir.RequireRoot(t)
	const stranger, named = 4711, 4712
	for owner, refused := range map[int]bool{0: false, named: false, stranger: true} {
		path := filepath.Join(t.TempDir(), "handover.csv")
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chown(path, owner, -1)); err != nil {
			t.Fatal(err)
		}
		f := handover.NewFile(path, testLink, handover.Layout{}, named)
		_, delivered := f.Deliver(t.Context(), []handover.Entry{entry("anna")})
		for step, err := range map[string]error{"Check": f.Check(), "Deliver": delivered} {
			if says := err != nil && strings.Contains(err.Error(), "belongs to user id 4711") && strings.Contains(err.Error(), "type: chown 0 "+path); says != refused {
				t.Errorf("%s of a file of %d: %v", step, owner, err)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handover.csv")
	f := handover.NewFile(path, testLink, handover.Layout{})
	if err := f.Check(); err != nil {
		t.Errorf("no file yet: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Check made a file: %v", err)
	}
	if err := deliver(t, path, "anna"); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Check(); err != nil {
		t.Errorf("a file: %v", err)
	}
	wantRows(t, path, headerRow(), row("anna"))
	wantAlone(t, path)
	if after, err := os.Stat(path); err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("Check touched the file: %v", err)
	}
	missing := handover.NewFile(filepath.Join(t.TempDir(), "missing", "handover.csv"), testLink, handover.Layout{})
	if err := missing.Check(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

// wantAlone holds that nothing lies beside the hand-over file.
func wantAlone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the hand-over file: %v, %v", entries, err)
	}
}

// asNobody takes from root, for the rest of the test, the right to write everywhere: the thread has it, and the test
// keeps its thread.
func asNobody(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	runtime.LockOSThread()
	if err := unix.Setfsuid(65534); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Setfsuid(0) })
}

func TestCheckSeesAFolderThatCannotBeWrittenTo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := errors.Join(os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(dir, 0o555)); err != nil {
		t.Fatal(err)
	}
	asNobody(t)
	err := handover.NewFile(filepath.Join(dir, "handover.csv"), "", handover.Layout{}).Check()
	if !errors.Is(err, os.ErrPermission) {
		t.Errorf("got %v", err)
	}
}

// fullDisk names the variable under which this test binary runs as a process with a full disk.
const fullDisk = "HANDOVER_TEST_FULL_DISK"

// A disk that fills up in the middle of a line: an error, and the file is as it was. The
// system's limit of the size of files stands for the disk; it holds for a whole process, so
// another one is started.
func TestDeliverOnAFullDisk(t *testing.T) {
	t.Parallel()
	if path := os.Getenv(fullDisk); path != "" {
		deliverWithLimit(t, path)
		return
	}
	testdir.Starts(t)
	path := filepath.Join(t.TempDir(), "handover.csv")
	if err := deliver(t, path, "anna"); err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDeliverOnAFullDisk$")
	child.Env = append(os.Environ(), fullDisk+"="+path)
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	message, checked := "", ""
	for s := bufio.NewScanner(strings.NewReader(string(out))); s.Scan(); {
		if text, ok := strings.CutPrefix(s.Text(), "delivered: "); ok {
			message = text
		}
		if text, ok := strings.CutPrefix(s.Text(), "checked: "); ok {
			checked = text
		}
	}
	if want := "write to the hand-over folder " + filepath.Dir(path); !strings.HasPrefix(checked, want) {
		t.Errorf("Check: got %q, want %s", checked, want)
	}
	wantAlone(t, path)
	if want := "deliver 2 credentials to " + path + ": "; !strings.HasPrefix(message, want) || !strings.Contains(message, "file too large") {
		t.Errorf("got %q, want %s… file too large", message, want)
	}
	wantRows(t, path, headerRow(), row("anna"))
	if err := deliver(t, path, "beat"); err != nil {
		t.Fatal(err)
	}
	wantRows(t, path, headerRow(), row("anna"), row("beat"))
}

func deliverWithLimit(t *testing.T, path string) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	full := before
	full.Cur = uint64(info.Size()) + 150 // the first line fits, the second does not
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		t.Fatal(err)
	}
	err = deliver(t, path, "beat", "carl")
	full.Cur = 1
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		t.Fatal(err)
	}
	checked := handover.NewFile(path, "", handover.Layout{}).Check()
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprintln(os.Stdout, "delivered:", err)
	_, _ = fmt.Fprintln(os.Stdout, "checked:", checked)
}
