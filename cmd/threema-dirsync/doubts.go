package main

import "log/slog"

// warnOfDoubts tells the log of each.
func (s *settings) warnOfDoubts(configFile string, logger *slog.Logger) {
	for _, f := range s.files.Doubts(s.Config, configFile) {
		logger.Warn("others can write to a file that says where the secrets are sent", "file", f.Name, "path", f.Path, "why", f.Why, "type", f.Type)
	}
}
