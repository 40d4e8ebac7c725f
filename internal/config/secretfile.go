package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
)

// maxSecret is the largest secret that is read, in bytes.
const maxSecret = 64 << 10

// SecretFiles reads the files that hold the API key, the bind password and the key of the client
// certificate, and refuses those that others can read or exchange (pitfall G1).
type SecretFiles struct {
	// CredentialsDir is $CREDENTIALS_DIRECTORY. systemd guards it as a whole, and the
	// modes inside are its own affair, so they are not checked.
	CredentialsDir string
	// Owner is a user id that may own a secret beside root and the running user. A program
	// started as root gives the service's account here. 0 adds nobody.
	Owner uint32
}

// Read returns the one line that the file holds. The errors say what to type.
func (s SecretFiles) Read(path string) (secret.Value, error) {
	data, err := s.content(path)
	if err != nil {
		return secret.Value{}, err
	}
	line, err := oneLine(data)
	if err != nil {
		return secret.Value{}, fmt.Errorf("the secret file %s is refused: %w", path, err)
	}
	return secret.New(line), nil
}

// content returns what a file holds that nobody else can read or exchange.
func (s SecretFiles) content(path string) ([]byte, error) {
	// A named pipe would block the open for ever; its mode is refused below instead.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("read the secret file: %w (this program runs as user id %d)%s", err, os.Geteuid(), adviceToMake(err, path))
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("look at the secret file: %w", err)
	}
	if err := s.check(path, info); err != nil {
		return nil, fmt.Errorf("the secret file %s is refused: %w", path, err)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the secret file: %w", err)
	case len(data) > maxSecret:
		return nil, fmt.Errorf("the secret file %s is refused: it is larger than %d bytes", path, maxSecret)
	}
	return data, nil
}

// check looks at the open file, so nobody can exchange it between the check and the read.
func (s SecretFiles) check(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return errors.New("it is not a regular file")
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.New("the system does not tell its owner")
	}
	if us := os.Geteuid(); stat.Uid != 0 && int(stat.Uid) != us && stat.Uid != s.Owner {
		return fmt.Errorf("it belongs to user id %d, who could exchange it; type: chown %d %s", stat.Uid, us, path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && !s.inCredentialsDir(path) && !ourGroupsAlone(mode, stat) {
		return fmt.Errorf("others may read or write it (mode %04o); type: chmod 600 %s", mode, path)
	}
	return nil
}

// ourGroupsAlone tells the mode that a secret of a container has, and that nobody can change there: root
// gives it to a group of ours, to be read alone.
func ourGroupsAlone(mode fs.FileMode, stat *syscall.Stat_t) bool {
	groups, err := os.Getgroups()
	ours := int(stat.Gid) == os.Getegid() || err == nil && slices.Contains(groups, int(stat.Gid))
	return mode == 0o440 && stat.Uid == 0 && ours
}

func (s SecretFiles) inCredentialsDir(path string) bool {
	if s.CredentialsDir == "" {
		return false
	}
	rel, err := filepath.Rel(s.CredentialsDir, path)
	return err == nil && filepath.IsLocal(rel)
}

// oneLine takes the secret out of what an editor or echo wrote. Blanks belong to it.
func oneLine(data []byte) (string, error) {
	data, err := utf8Text(data)
	if err != nil {
		return "", err
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	switch {
	case strings.TrimSpace(text) == "":
		return "", errors.New("it is empty; put the secret in it, in one line")
	case strings.ContainsAny(strings.TrimSpace(text), "\r\n"):
		return "", errors.New("it has more than one line; it must hold the secret alone")
	case strings.ContainsAny(text, "\r\n"):
		return "", errors.New("it has an empty line beside the secret; remove that")
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return "", errors.New("it holds bytes that are not text; save it as plain UTF-8")
	}
	return text, nil
}
