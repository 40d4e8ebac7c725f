package app

import (
	"crypto/x509"
	"log/slog"
	"os"
	"os/user"
	"strconv"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/mapping"
)

// settings is a configuration with everything that can be checked without a connection:
// templates, secrets, authorities, modes and owners of files.
type settings struct {
	*config.Config
	mapper *mapping.Mapper
	apiKey secret.Value
	roots  *x509.CertPool // of the Work API; nil: those of the system
	logins []login        // by source
	files  config.Files
	owner  owner
	// offset shifts the clock, for a test or the demo.
	offset time.Duration
	logger *slog.Logger
}

// load reads the configuration and its secrets, then gives up root. All its errors are
// configuration errors.
func (i Installation) load() (*settings, error) {
	s, err := i.settle()
	if err != nil {
		return nil, err
	}
	if err := usable(s.Config); err != nil {
		return nil, &ConfigError{err}
	}
	return s, nil
}

// settle is load without a look at the state folder.
func (i Installation) settle() (*settings, error) {
	s, err := i.readSettings()
	if err != nil {
		return nil, &ConfigError{err}
	}
	uid := os.Geteuid()
	if err := s.owner.become(s.StateDir); err != nil {
		return nil, &ConfigError{err}
	}
	s.files.GaveUpRoot = os.Geteuid() != uid
	s.logger = i.Logger(s.Config)
	return s, nil
}

// readSettings lists every mistake of the file and of what it names, with its line: whoever fixes one at a
// time runs the program once for each.
func (i Installation) readSettings() (*settings, error) {
	draft, err := config.LoadDraft(i.ConfigFile, i.Getenv)
	if err != nil {
		return nil, err
	}
	s := &settings{Config: draft.Config}
	s.mapper = draftMapper(draft)
	draftLayout(draft)
	if draft.Sound("state_dir") {
		s.owner, err = ownerOf(s.StateDir, user.Lookup)
		draft.Add("state_dir", whereMissing(err, s.StateDir))
	}
	if draft.Sound("threema.base_url") {
		s.offset, err = config.TestOffset(s.Config, i.Getenv)
		draft.Add("", err)
		draft.Add("", config.CheckProxy(s.Config, i.Getenv))
	}
	s.files = config.NewFiles(i.Getenv, s.owner.uid)
	if draft.Sound("threema.api_key_file") {
		s.apiKey, err = s.files.ReadSecret(s.Threema.APIKeyFile)
		draft.Add("threema.api_key_file", err)
	}
	s.roots = draftPool(draft, "threema.ca_file", s.files, s.Threema.CAFile)
	for n, source := range s.Sources {
		at := "sources[" + strconv.Itoa(n) + "]"
		l := draftLogin(draft, at, s.files, source)
		l.roots = draftPool(draft, at+".ca_file", s.files, source.CAFile)
		s.logins = append(s.logins, l)
	}
	return s, draft.Err()
}

// now is the program's clock. It follows the offset, which the demo moves as it goes.
func (s *settings) now() time.Time { return time.Now().Add(s.offset) }

// warnOfDoubts tells the log of each file that says where the secrets are sent, and that others can write to.
func (s *settings) warnOfDoubts(configFile string) {
	for _, f := range s.files.Doubts(s.Config, configFile) {
		s.logger.Warn("others can write to a file that says where the secrets are sent", "file", f.Name, "path", f.Path, "why", f.Why, "type", f.Type)
	}
}
