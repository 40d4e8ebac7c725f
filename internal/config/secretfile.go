package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// maxSecret is the largest secret that is read, in bytes.
const maxSecret = 64 << 10

// ReadSecret returns the one line that the file holds. The errors say what to type.
func (f Files) ReadSecret(path string) (secret.Value, error) {
	data, err := f.secret(path)
	if err != nil {
		return secret.Value{}, err
	}
	line, err := oneLine(data)
	if err != nil {
		return secret.Value{}, f.refusedSecret(err, path)
	}
	return secret.New(line), nil
}

// secret returns what a file holds that nobody else can read or exchange (pitfall G1).
func (f Files) secret(path string) ([]byte, error) {
	file, info, err := plainfile.Open(path)
	switch {
	case errors.Is(err, plainfile.ErrNotRegular):
		return nil, Mistake{model.Because("secret-not-regular", err)}
	case err != nil:
		return nil, f.unreadSecret(err, path)
	}
	defer func() { _ = file.Close() }()
	if err := f.checkSecret(path, info); err != nil {
		return nil, err
	}
	return limited(file, path, maxSecret)
}

// checkSecret looks at the open file, so nobody can exchange it between the check and the read.
func (f Files) checkSecret(path string, info fs.FileInfo) error {
	if err := f.Owners.CheckOwner(path, info); err != nil {
		return Mistake{model.Because("secret-of-others", path, err)}
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && !f.inCredentialsDir(path) && !ourGroupsAlone(mode, info) {
		return Mistake{model.Because("secret-open-to-others", path, fmt.Sprintf("%04o", mode))}
	}
	return nil
}

// ourGroupsAlone tells the mode that a secret of a container has, and that nobody can change there: root
// gives it to a group of ours, to be read alone.
func ourGroupsAlone(mode fs.FileMode, info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && mode == 0o440 && stat.Uid == 0 && plainfile.InGroup(stat.Gid)
}

func (f Files) inCredentialsDir(path string) bool {
	if f.CredentialsDir == "" {
		return false
	}
	rel, err := filepath.Rel(f.CredentialsDir, path)
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
		return "", Mistake{model.Because("secret-empty")}
	case strings.ContainsAny(strings.TrimSpace(text), "\r\n"):
		return "", Mistake{model.Because("secret-of-many-lines")}
	case strings.ContainsAny(text, "\r\n"):
		return "", Mistake{model.Because("secret-with-empty-line")}
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return "", Mistake{model.Because("secret-no-text")}
	}
	return text, nil
}
