package plan

import (
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// lists are those of the licence package, by their keys, and what they lack.
type lists struct {
	*directory
	index
	unlistedAt map[model.Object]time.Time // first of the unbroken row of lists that lacked it, before this pass
	emptied    map[model.Object]bool      // lists that somebody accepted as empty, and that still are
	answered   map[string]bool            // credentials of which the service said that they are gone, by ID
}

func newLists(d *directory) *lists {
	p := &lists{
		directory:  d,
		index:      newIndex(d.Inventory),
		unlistedAt: map[model.Object]time.Time{},
		emptied:    map[model.Object]bool{},
		answered:   map[string]bool{},
	}
	p.recallUnlisted()
	return p
}
