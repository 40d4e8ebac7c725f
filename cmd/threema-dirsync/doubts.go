package main

import (
	"log/slog"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
)

// warnOfDoubts tells the log of each.
func (s *settings) warnOfDoubts(configFile string, logger *slog.Logger) {
	for _, f := range s.files.Doubts(s.Config, configFile) {
		logger.Warn("others can write to a file that says where the secrets are sent", "file", f.Name, "path", f.Path, "why", f.Why, "type", f.Type)
	}
}

// checkDoubts has a line for each.
func (a *assembly) checkDoubts(configFile string) []finding {
	var findings []finding
	for _, f := range a.files.Doubts(a.config, configFile) {
		findings = append(findings, finding{"files", f.Name, ldapsource.Warning, "look who can write to " + f.Path,
			f.Why + ", and so others could say where the secrets are sent", "unless that is meant so, type: " + f.Type})
	}
	return findings
}
