package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

// Problem is one mistake in the configuration, and where it stands.
type Problem struct {
	Path string // the YAML path, "sources[0].urls[0]"; "" = the file as a whole
	Line int    // counted from 1; 0 = unknown
	Mistake
}

// Problems are the mistakes inside an error, each with its place where it has one; none if it is of another kind.
func Problems(err error) []Problem {
	if several, ok := errors.AsType[Errors](err); ok {
		return several
	}
	if m, ok := errors.AsType[Mistake](err); ok {
		return []Problem{{Mistake: m}}
	}
	return nil
}

// Error returns the problem as one line. The file's text may be quoted in it, so it is
// made harmless: a message must not break a log line or a terminal.
func (p Problem) Error() string {
	text := p.Mistake.Error()
	if p.Path != "" {
		text = p.Path + ": " + text
	}
	if p.Line > 0 {
		text = fmt.Sprintf("line %d: %s", p.Line, text)
	}
	return wording.OneLine(text)
}

// Errors is every mistake of a configuration, in the order of the file.
type Errors []Problem

// Error returns the problems, one a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}
