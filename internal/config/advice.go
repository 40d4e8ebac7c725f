package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
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
func adviceToMake(err error, path string) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("; type: install -m 600 /dev/null %s, and write the secret into it, in one line", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("; let that user alone read it: chown %s %s; chmod 600 %[2]s", runningUser(), path)
	}
	return ""
}
