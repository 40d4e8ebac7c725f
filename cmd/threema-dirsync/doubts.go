package main

import (
	"log/slog"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
)

// obeyed is a file that says what the program does, or whom it believes, and that others can write to.
type obeyed struct {
	name, path string
	plainfile.Doubt
}

// doubtful are those of a configuration. It may be meant so, and is worth knowing: whoever writes there
// says where the secrets are sent.
func doubtful(cfg *config.Config, files config.Files, configFile string) []obeyed {
	paths := [][2]string{{"configuration", configFile}, {"threema.ca_file", cfg.Threema.CAFile}}
	for _, s := range cfg.Sources {
		at := "sources." + s.Name + "."
		paths = append(paths, [2]string{at + "ca_file", s.CAFile}, [2]string{at + "client_cert_file", s.ClientCertFile})
	}
	var found []obeyed
	for _, p := range paths {
		if p[1] == "" {
			continue
		}
		for _, doubt := range files.Owners.Doubts(p[1]) {
			found = append(found, obeyed{p[0], p[1], doubt})
		}
	}
	return found
}

// warnOfDoubts tells the log of each.
func (s *settings) warnOfDoubts(configFile string, logger *slog.Logger) {
	for _, f := range doubtful(s.Config, s.files, configFile) {
		logger.Warn("others can write to a file that says where the secrets are sent", "file", f.name, "path", f.path, "why", f.Why, "type", f.Type)
	}
}

// checkDoubts has a line for each.
func (a *assembly) checkDoubts(configFile string) []finding {
	var findings []finding
	for _, f := range doubtful(a.config, a.files, configFile) {
		findings = append(findings, finding{"files", f.name, ldapsource.Warning, "look who can write to " + f.path,
			f.Why + ", and so others could say where the secrets are sent", "unless that is meant so, type: " + f.Type})
	}
	return findings
}
