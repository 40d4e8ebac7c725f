package config

import (
	"errors"
	"io"
	"os"
	"strconv"

	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// maxCertificates is the largest file of certificates that is read, in bytes. That of an operating
// system, with every CA of the world, has less than 300 kB.
const maxCertificates = 4 << 20

// Files reads the files that a configuration names, and refuses those that somebody else could have
// written.
type Files struct {
	// CredentialsDir is $CREDENTIALS_DIRECTORY. systemd guards it as a whole, and the
	// modes inside are its own affair, so they are not checked.
	CredentialsDir string
	// Owners may own a file beside root and the running user: a program started as root gives the
	// service's account here.
	Owners plainfile.Owners
	// GaveUpRoot tells that the program was started as root, and reads as somebody else by now.
	GaveUpRoot bool
}

// NewFiles asks the environment where secrets lie, and who called sudo. What that variable says is
// believed of root only, who could write anything.
func NewFiles(getenv func(string) string, owners ...uint32) Files {
	f := Files{CredentialsDir: credentialsFolder(getenv), Owners: owners}
	if caller, err := strconv.ParseUint(getenv("SUDO_UID"), 10, 32); err == nil && os.Getuid() == 0 {
		f.Owners = append(f.Owners, uint32(caller))
	}
	return f
}

// certificates returns what a file of certificates holds. what it is called in messages.
func (f Files) certificates(what model.Reason, path string) ([]byte, error) {
	file, info, err := plainfile.Open(path)
	switch {
	case errors.Is(err, plainfile.ErrNotRegular):
		return nil, Mistake{model.Because("certificates-not-regular", what, err)}
	case err != nil:
		return nil, f.unreadCertificates(err, what, path)
	}
	defer func() { _ = file.Close() }()
	if err := f.Owners.CheckPublic(path, info); err != nil && !f.inCredentialsDir(path) {
		return nil, Mistake{model.Because("certificates-of-others", what, path, err)}
	}
	return limited(file, path, maxCertificates)
}

// limited reads a file that can only be a wrong one if it is larger.
func limited(file io.Reader, path string, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	switch {
	case err != nil:
		return nil, Mistake{model.Because("file-unreadable", path, err)}
	case int64(len(data)) > most:
		return nil, Mistake{model.Because("file-too-large", path, most)}
	}
	return data, nil
}
