package plan

import (
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// UnhandedError says that creates wait, because nobody would learn their password. A pass ends with it (exit 1)
// once everything else is done.
type UnhandedError struct {
	Why     string
	Creates []string // their ids
}

func (e *UnhandedError) Error() string {
	return fmt.Sprintf("no credential was created (%d are due), because nobody would learn its password: %s", len(e.Creates), e.Why)
}

// Concerns tells whether a change waits for that. Nil concerns none.
func (e *UnhandedError) Concerns(c model.Change) bool {
	return e != nil && slices.Contains(e.Creates, c.ID)
}

// awaitHandover lets creates wait while no password can be handed over. It comes after what an approval can lift, so
// that it does not change the hash.
func (p *budget) awaitHandover() {
	if p.NoHandover == "" {
		return
	}
	var ids []string
	for _, c := range p.inOrder(model.Create) {
		if c.Status == model.Due {
			c.Status = model.Waiting
			c.Reasons = append([]model.Reason{model.Because("no-handover", p.NoHandover)}, c.Reasons...)
			ids = append(ids, c.ID)
		}
	}
	if len(ids) > 0 {
		p.plan.Unhanded = &UnhandedError{p.NoHandover, ids}
	}
}
