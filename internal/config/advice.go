package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// unreadConfiguration is a configuration that is not there, or not for us, and what to type.
func (f Files) unreadConfiguration(err error, path string) Mistake {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Mistake{model.Because("configuration-missing", err)}
	case errors.Is(err, fs.ErrPermission):
		return Mistake{model.Because("configuration-forbidden", err, letIn(path, model.Because("let-read", us(), path), f.served()))}
	}
	return Mistake{model.Because("configuration-unreadable", err)}
}

// unreadCertificates is a file of certificates that is not there, or not for us, and what to type.
func (f Files) unreadCertificates(err error, what model.Reason, path string) Mistake {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Mistake{model.Because("certificates-missing", what, err)}
	case errors.Is(err, fs.ErrPermission):
		return Mistake{model.Because("certificates-forbidden", what, err, letIn(path, model.Because("let-all-read", path), f.served()))}
	}
	return Mistake{model.Because("certificates-unreadable", what, err)}
}

// unreadSecret is a secret that is not there, or not for us, and what to type.
func (f Files) unreadSecret(err error, path string) Mistake {
	uid := os.Geteuid()
	switch missing := errors.Is(err, fs.ErrNotExist); {
	case missing && f.inCredentialsDir(path):
		return Mistake{model.Because("secret-not-handed-over", err, uid, filepath.Base(path))}
	case errors.Is(err, fs.ErrPermission) && f.CredentialsDir != "" && !f.inCredentialsDir(path):
		return Mistake{model.Because("secret-by-full-path", err, uid, filepath.Base(path))}
	case missing:
		return Mistake{model.Because("secret-missing", err, uid, MakeSecret(path))}
	case errors.Is(err, fs.ErrPermission):
		return Mistake{model.Because("secret-forbidden", err, uid, letIn(path, model.Because("let-alone-read", us(), path), f.served()))}
	}
	return Mistake{model.Because("secret-unreadable", err, uid)}
}

// MakeSecret says what to type for a secret that is not there; its folder is made where that is missing too.
func MakeSecret(path string) model.Reason {
	if _, err := os.Stat(filepath.Dir(path)); errors.Is(err, fs.ErrNotExist) {
		return model.Because("make-secret-and-folder", path)
	}
	return model.Because("make-secret", path)
}

// refusedSecret tells where one is to be corrected that systemd copied from elsewhere.
func (f Files) refusedSecret(err error, path string) Mistake {
	if f.inCredentialsDir(path) {
		return Mistake{model.Because("copied-secret-refused", path, err, filepath.Base(path))}
	}
	return Mistake{model.Because("secret-refused", path, err)}
}

// served tells that who reads the file is not who typed the command.
func (f Files) served() bool { return f.GaveUpRoot || f.CredentialsDir != "" }

// us is whom the program runs as.
func us() string { return plainfile.UserName(uint32(os.Geteuid())) }

// letIn names whom the program runs as, and what to type: todo for the file,
// or first for the folder that keeps the user out before that. served tells that to be root is no help: the
// program gave that up, or is the service. Else what a group has is its own: the service would be shut out.
func letIn(path string, todo model.Reason, served bool) model.Reason {
	at := path
	if folder := plainfile.Barrier(path); folder != "" {
		at, todo = folder, model.Because("let-enter", us(), folder)
	}
	switch {
	case served:
		return model.Because("passes-run-as", us(), todo)
	case plainfile.OfOtherGroup(at):
		return model.Because("program-runs-as-another", us())
	}
	return model.Because("program-runs-as", us(), todo)
}
