package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
)

// adviceToRead says what to type where a configuration is not there, or not for us.
func adviceToRead(err error, path string) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "; copy config.example.yaml there and set the lines marked REQUIRED, or name another file with --config"
	case errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("; this program runs as %s: let that user read it, as in: chgrp %[1]s %s; chmod 640 %[2]s", runningUser(), path)
	}
	return ""
}

// runningUser is the name of whom the program runs as, the number where it has none.
func runningUser() string {
	id := strconv.Itoa(os.Geteuid())
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}

// adviceToMake says what to type where a secret is not there, or not for us.
func (f Files) adviceToMake(err error, path string) string {
	switch missing := errors.Is(err, fs.ErrNotExist); {
	case missing && f.inCredentialsDir(path):
		return fmt.Sprintf("; where CREDENTIALS_DIRECTORY is set, a secret comes from there and from nowhere else, because an older one would lock the account: "+
			"hand it over as the unit does, with LoadCredential=%[1]s:/etc/threema-dirsync/%[1]s (systemctl edit threema-dirsync), then restart the service", filepath.Base(path))
	case errors.Is(err, fs.ErrPermission) && f.CredentialsDir != "" && !f.inCredentialsDir(path):
		return fmt.Sprintf("; systemd hands secrets over by their bare names: write %s instead of the full path, with a LoadCredential= of that name in the unit", filepath.Base(path))
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("; type: install -m 600 /dev/null %s, and write the secret into it, in one line", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("; let that user alone read it: chown %s %s; chmod 600 %[2]s", runningUser(), path)
	}
	return ""
}
