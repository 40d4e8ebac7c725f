package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// A use is what one of our files is for.
type use struct {
	key  string // of the configuration; "" is the configuration itself
	path string
	what string       // what is in it; two files of the same contents may be one
	harm model.Reason // what happens if it is also another one
}

// sharedFiles finds files of ours that are one: by their names, by links, or by a second name of the
// same file. Two sources may share a password and a certificate, and everything a CA.
func (c *Config) sharedFiles(configFile string) []Problem {
	v := &validator{}
	seen := []spot{{use: use{what: "configuration"}, where: locate(configFile)}}
	for _, u := range c.uses() {
		here := spot{use: u, where: locate(u.path)}
		if own := c.ownFile(here.where); own.Code != "" {
			v.fail(u.key, model.Because("file-kept-by-program", u.path, own, u.harm))
			continue
		}
		for _, other := range seen {
			if other.what != u.what && here.where.same(other.where) {
				v.fail(u.key, sharedWith(u, other.use))
				break
			}
		}
		seen = append(seen, here)
	}
	return v.problems
}

// sharedWith is the mistake of a file that is also another one.
func sharedWith(u, other use) model.Reason {
	if other.key == "" {
		return model.Because("file-is-configuration", u.path, u.harm)
	}
	return model.Because("file-of-two-keys", u.path, other.key, u.harm)
}

// uses are the files that the configuration names.
func (c *Config) uses() []use {
	mixed := model.Because("secrets-mixed-up")
	all := []use{
		{"threema.api_key_file", c.Threema.APIKeyFile, "API key", mixed},
		{"threema.ca_file", c.Threema.CAFile, "certificates", mixed},
	}
	for i, s := range c.Sources {
		at := "sources[" + strconv.Itoa(i) + "]."
		all = append(all,
			use{at + "bind_password_file", s.BindPasswordFile, "bind password", mixed},
			use{at + "client_key_file", s.ClientKeyFile, "client key", mixed},
			use{at + "client_cert_file", s.ClientCertFile, "certificates", mixed},
			use{at + "ca_file", s.CAFile, "certificates", mixed})
	}
	all = append(all, use{"handover.file", c.Handover.File, "passwords", model.Because("password-added")})
	named := all[:0]
	for _, u := range all {
		if u.path != "" {
			named = append(named, u)
		}
	}
	return named
}

// ownFile says which of the program's own files this is, nothing if it is none.
func (c *Config) ownFile(here location) model.Reason {
	ledger := model.Because("ledger-file")
	if folder := locate(c.StateDir); here.inFolder(folder) && strings.HasPrefix(here.base, ledgerName) {
		return ledger
	}
	own := map[string]model.Reason{c.StopFile(): model.Because("file-to-stop"), c.LockFile(): model.Because("lock-file")}
	kept, _ := os.ReadDir(c.StateDir) // of a folder that cannot be read, the names decide
	for _, file := range kept {
		if strings.HasPrefix(file.Name(), ledgerName) {
			own[filepath.Join(c.StateDir, file.Name())] = ledger
		}
	}
	for path, what := range own {
		if here.same(locate(path)) {
			return what
		}
	}
	return model.Reason{}
}

// spot is a use, and where its file lies.
type spot struct {
	use
	where location
}

// location is where a path leads, be the file there or not.
type location struct {
	clean, base  string
	file, folder fs.FileInfo // nil: not there, or not for us to see
}

func locate(path string) location {
	path = filepath.Clean(path)
	l := location{clean: path, base: filepath.Base(path)}
	l.file, _ = os.Stat(path) // nil if it is not there: the names decide
	l.folder, _ = os.Stat(filepath.Dir(path))
	return l
}

func (l location) same(other location) bool {
	if l.clean == other.clean {
		return true
	}
	if l.file != nil && other.file != nil {
		return os.SameFile(l.file, other.file)
	}
	return l.base == other.base && l.folder != nil && other.folder != nil && os.SameFile(l.folder, other.folder)
}

func (l location) inFolder(folder location) bool {
	return filepath.Dir(l.clean) == folder.clean || l.folder != nil && folder.file != nil && os.SameFile(l.folder, folder.file)
}
