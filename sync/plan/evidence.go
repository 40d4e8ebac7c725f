package plan

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// evidence is what the reads of this pass say of each person.
type evidence struct {
	*doubts
	identities  map[model.PersonID]model.Identity // everybody in a snapshot
	departedNow map[model.PersonID]bool           // seen as departed by a complete read of this pass
	placeless   map[model.PersonID]bool           // looked for in this pass where nothing of their place is readable
	uncounted   map[model.PersonID]bool           // seen as departed, by evidence that does not count
	proved      map[string]bool                   // sources whose view is proved after this read (views.go)
	renamings   []Renaming                        // the sources that are called otherwise now
}

func newEvidence(d *doubts) *evidence {
	p := &evidence{
		doubts:      d,
		identities:  map[model.PersonID]model.Identity{},
		departedNow: map[model.PersonID]bool{},
		placeless:   map[model.PersonID]bool{},
		uncounted:   map[model.PersonID]bool{},
		proved:      map[string]bool{},
	}
	p.observe()
	p.renamings = p.findRenamings()
	p.judgeViews()
	return p
}
