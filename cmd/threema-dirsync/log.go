package main

import (
	"log/slog"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

// logger writes to stderr, in place of a progress line; plans and reports go to stdout (design §6).
func (p *program) logger(cfg *config.Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.Log.Level.Slog()}
	if cfg.Log.Format == config.LogJSON {
		return slog.New(slog.NewJSONHandler(wording.EscapedJSON(p.progress), options))
	}
	return slog.New(slog.NewTextHandler(p.progress, options))
}
