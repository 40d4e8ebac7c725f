package config

import (
	"os"
	"path/filepath"
)

// credentialsDirectory is where systemd puts the files of LoadCredential=.
const credentialsDirectory = "CREDENTIALS_DIRECTORY"

// credentialsFolder asks the environment for it, "" where nobody sets it. It is absolute.
func credentialsFolder(getenv func(string) string) string {
	folder := getenv(credentialsDirectory)
	if folder == "" {
		return ""
	}
	if whole, err := filepath.Abs(folder); err == nil {
		return whole
	}
	return folder
}

// folders are where a file is looked for that the configuration names by a relative path.
type folders struct {
	beside      string // that of the configuration
	credentials string // $CREDENTIALS_DIRECTORY, "" where nobody sets it
}

// secret finds a secret in the credentials if there are any, and nowhere else then: a file beside the
// configuration may be an older one, and a stale password locks the account.
func (f folders) secret(name *string) {
	if f.credentials != "" {
		absolute(name, f.credentials)
		return
	}
	absolute(name, f.beside)
}

// certificates finds certificates in both places. They are no secret, and one that is too old locks
// nobody out.
func (f folders) certificates(name *string) {
	if f.credentials != "" && *name != "" && !filepath.IsAbs(*name) {
		if _, err := os.Lstat(filepath.Join(f.credentials, *name)); err == nil {
			absolute(name, f.credentials)
			return
		}
	}
	absolute(name, f.beside)
}

// absolute puts a relative name below a folder; "" stays.
func absolute(name *string, folder string) {
	if *name != "" && !filepath.IsAbs(*name) {
		*name = filepath.Join(folder, *name)
	}
}
