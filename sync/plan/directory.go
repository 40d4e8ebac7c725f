package plan

import (
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// directory is who is read, of what is configured, and how that differs from the passes before.
type directory struct {
	*given
	readDays []model.ReadDay // the complete reads before this pass
	gaps     map[string]gap  // by source
}

func newDirectory(g *given) *directory {
	p := &directory{given: g, gaps: map[string]gap{}}
	p.measureGaps()
	return p
}

// sourceRead tells a source that was read, wholly or not.
func (p *directory) sourceRead(name string) bool {
	return slices.ContainsFunc(p.Sources, func(s model.SourceView) bool { return s.Snapshot.Source == name })
}
