package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
)

// adviceToRead says what to type where a configuration is not there, or not for us.
func adviceToRead(err error, path string) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "; copy config.example.yaml there and set the lines marked REQUIRED, or name another file with --config"
	case errors.Is(err, fs.ErrPermission):
		return letIn(path, "let that user read it, as in: chgrp %[1]s %[2]s; chmod 640 %[2]s", false)
	}
	return ""
}

// adviceOnCertificates says what to type where a file of certificates is not there, or not for us.
func (f Files) adviceOnCertificates(err error, path string) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "; put the certificate there (PEM), or correct the path"
	case errors.Is(err, fs.ErrPermission):
		return letIn(path, "a certificate is no secret, so type: chmod 644 %[2]s", f.served())
	}
	return ""
}

// adviceToMake says what to type where a secret is not there, or not for us.
func (f Files) adviceToMake(err error, path string) string {
	switch missing := errors.Is(err, fs.ErrNotExist); {
	case missing && f.inCredentialsDir(path):
		return fmt.Sprintf("; where CREDENTIALS_DIRECTORY is set, a secret comes from there and from nowhere else, because an older one would lock the account: "+
			"hand it over as the unit does, with LoadCredential=%[1]s:/etc/threema-dirsync/%[1]s (systemctl edit threema-dirsync), then restart the service", filepath.Base(path))
	case errors.Is(err, fs.ErrPermission) && f.CredentialsDir != "" && !f.inCredentialsDir(path):
		return fmt.Sprintf("; systemd hands secrets over by their bare names: write %s instead of the full path, with a LoadCredential= of that name in the unit", filepath.Base(path))
	case missing:
		return "; " + MakeSecret(path)
	case errors.Is(err, fs.ErrPermission):
		return letIn(path, "let that user alone read it: chown %[1]s %[2]s; chmod 600 %[2]s", f.served())
	}
	return ""
}

// MakeSecret says what to type for a secret that is not there; its folder is made where that is missing too.
func MakeSecret(path string) string {
	install := "install -m 600"
	if _, err := os.Stat(filepath.Dir(path)); errors.Is(err, fs.ErrNotExist) {
		install = "install -D -m 600"
	}
	return fmt.Sprintf("type: %s /dev/null %s, and write the secret into it, in one line", install, path)
}

// handedOver tells that systemd copied a secret from elsewhere, where it is to be corrected.
func (f Files) handedOver(path string) string {
	if !f.inCredentialsDir(path) {
		return ""
	}
	return fmt.Sprintf("; it is a copy of what LoadCredential=%s names, /etc/threema-dirsync/%[1]s by the unit: correct that one, then restart the service", filepath.Base(path))
}

// served tells that who reads the file is not who typed the command.
func (f Files) served() bool { return f.GaveUpRoot || f.CredentialsDir != "" }

// letIn names whom the program runs as, and what to type: todo for the file, given the user and the path;
// or first for the folder that keeps the user out before that. served tells that to be root is no help: the
// program gave that up, or is the service.
func letIn(path, todo string, served bool) string {
	us := plainfile.UserName(uint32(os.Geteuid()))
	if folder := plainfile.Barrier(path); folder != "" {
		path, todo = folder, "let that user enter %[2]s: chgrp %[1]s %[2]s; chmod g+x %[2]s"
	}
	if served {
		return "; passes are done by " + us + ", also those of root: " + fmt.Sprintf(todo, us, path)
	}
	return "; this program runs as " + us + ": type the command as root (sudo), or " + fmt.Sprintf(todo, us, path)
}
