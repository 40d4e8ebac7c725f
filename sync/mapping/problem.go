package mapping

import (
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Problem is one mistake in one template.
type Problem struct {
	Path   string       // the YAML path, "mapping.csi"
	Reason model.Reason // what is wrong and where, and what to write
}

// Error returns the problem as one line.
func (p Problem) Error() string { return p.Path + ": " + english.Say(p.Reason) }

// Errors is every mistake of the templates, in the order of the configuration.
type Errors []Problem

// Error returns the problems, one a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}
