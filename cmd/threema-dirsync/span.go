package main

import (
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
)

// span is a flag that takes a time span as the configuration does: 90s, 24h, 7d, 1d12h.
type span struct{ of *time.Duration }

// String implements pflag.Value.
func (s span) String() string {
	if s.of == nil {
		return ""
	}
	return s.of.String()
}

// Set implements pflag.Value.
func (s span) Set(text string) (err error) {
	*s.of, err = config.ParseDuration(text)
	return err
}

// Type implements pflag.Value.
func (span) Type() string { return "span" }
