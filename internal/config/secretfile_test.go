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

func TestSecretFilesReadOneLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ content, want, refuse string }{
		"plain":          {"s3cret", "s3cret", ""},
		"newline":        {"s3cret\n", "s3cret", ""},
		"windows":        {"s3cret\r\n", "s3cret", ""},
		"blanks belong":  {" päss wörd \n", " päss wörd ", ""},
		"empty":          {"", "", "it is empty"},
		"only a newline": {"\n", "", "it is empty"},
		"only blanks":    {"  \n", "", "it is empty"},
		"two lines":      {"s3cret\nmore\n", "", "more than one line"},
		"blank line":     {"s3cret\n\n", "", "an empty line beside the secret"},
		"blank before":   {"\r\ns3cret\r\n", "", "an empty line beside the secret"},
		"byte order":     {"\ufeffs3cret\n", "s3cret", ""},
		"utf-16":         {"\xff\xfes\x003\x00\n\x00", "", "iconv -f UTF-16"},
		"nul":            {"s3c\x00ret\n", "", "not text"},
		"latin-1":        {"p\xe4ss\n", "", "not text"},
		"largest":        {strings.Repeat("x", 64<<10), strings.Repeat("x", 64<<10), ""},
		"too large":      {strings.Repeat("x", 64<<10+1), "", "larger than 65536 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, t.TempDir(), "key", c.content)
			got, err := config.Files{}.ReadSecret(path)
			checkRefusal(t, err, c.refuse)
			if got.Reveal() != c.want {
				t.Errorf("read %q, want %q", got.Reveal(), c.want)
			}
			if err != nil && strings.Contains(err.Error(), "s3c") {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
}

func TestSecretFilesRefuseWhatOthersCanRead(t *testing.T) {
	t.Parallel()
	for mode, refuse := range map[os.FileMode]string{
		0o600: "",
		0o400: "",
		0o640: "(mode 0640); type: chmod 600 ",
		0o604: "(mode 0604); type: chmod 600 ",
		0o620: "(mode 0620); type: chmod 600 ",
		0o444: "(mode 0444); type: chmod 600 ",
		0o460: "(mode 0460); type: chmod 600 ",
	} {
		path := write(t, t.TempDir(), "key", "s3cret\n")
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := config.Files{}.ReadSecret(path)
		checkRefusal(t, err, refuse)
	}
}

func TestSecretFilesTrustTheCredentialsDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inside, beside := filepath.Join(dir, "creds"), filepath.Join(dir, "creds-old")
	for _, d := range []string{inside, beside} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(write(t, d, "key", "s3cret"), 0o444); err != nil {
			t.Fatal(err)
		}
	}
	files := config.Files{CredentialsDir: inside}
	_, err := files.ReadSecret(inside + "/key")
	checkRefusal(t, err, "")
	_, err = files.ReadSecret(beside + "/key")
	checkRefusal(t, err, "chmod 600")
	_, err = files.ReadSecret(inside + "/../creds-old/key")
	checkRefusal(t, err, "chmod 600")
	_, err = files.ReadSecret(write(t, inside, "bind-password", ""))
	checkRefusal(t, err, "/etc/threema-dirsync/bind-password by the unit: correct that one, then restart")
}

func TestSecretFilesWantARegularFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target := write(t, dir, "key", "s3cret")
	link, pipe := filepath.Join(dir, "link"), filepath.Join(dir, "pipe")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := config.Files{}.ReadSecret(link)
	checkRefusal(t, err, "")
	_, err = config.Files{}.ReadSecret(pipe) // must not wait for a writer
	checkRefusal(t, err, "not a regular file")
	_, err = config.Files{}.ReadSecret(dir)
	checkRefusal(t, err, "not a regular file")
	_, err = config.Files{}.ReadSecret(filepath.Join(dir, "none"))
	checkRefusal(t, err, "no such file or directory (this program runs as user id")
}

func TestSecretFilesCheckTheOwner(t *testing.T) {
	t.Parallel()
	testdir.RequireRoot(t)
	const service, stranger = 4711, 4712
	path := write(t, t.TempDir(), "key", "s3cret")
	for _, c := range []struct {
		owner, allowed int
		refuse         string
	}{
		{0, 0, ""},
		{service, service, ""},
		{service, 0, "it belongs to user id 4711"},
		{stranger, service, "type: chown 0 " + path},
	} {
		if err := os.Chown(path, c.owner, -1); err != nil {
			t.Fatal(err)
		}
		_, err := config.Files{Owners: plainfile.Owners{uint32(c.allowed)}}.ReadSecret(path)
		checkRefusal(t, err, c.refuse)
	}
}

// TestSecretFilesOfAContainer: root gives them to a group of the program, to be read; nobody can change that.
func TestSecretFilesOfAContainer(t *testing.T) {
	t.Parallel()
	testdir.RequireRoot(t)
	path := write(t, t.TempDir(), "key", "s3cret")
	for _, c := range []struct {
		owner, group int
		mode         os.FileMode
		refuse       string
	}{
		{0, os.Getegid(), 0o440, ""},
		{0, 4711, 0o440, "others may read"},
		{0, os.Getegid(), 0o640, "others may read"},
		{0, os.Getegid(), 0o444, "others may read"},
		{4711, os.Getegid(), 0o440, "it belongs to user id 4711"},
	} {
		if err := errors.Join(os.Chown(path, c.owner, c.group), os.Chmod(path, c.mode)); err != nil {
			t.Fatal(err)
		}
		_, err := config.Files{}.ReadSecret(path)
		checkRefusal(t, err, c.refuse)
	}
}

// checkRefusal wants an error that says so, or none for "".
func checkRefusal(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("refused: %v", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("error %v, want %q", err, want)
	}
}
