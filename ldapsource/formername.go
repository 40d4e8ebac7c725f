package ldapsource

import (
	"context"
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// A group goes on to list the DN under which somebody stood before, where links do not follow their entries.
// That the directory shows the person under another DN now is an answer, not a silence: the member is no
// entry that the bind account may not see. The person may still be meant, see mayHave.

// formerOwners are the people who were seen last under a DN, by its key.
func formerOwners(tracked []model.Tracked) map[string]model.Tracked {
	owners := make(map[string]model.Tracked, len(tracked))
	for _, t := range tracked {
		if t.DN != "" {
			owners[dnKey(t.DN)] = t
		}
	}
	return owners
}

// moved are those of some members, by DN key, under which somebody was seen last who stands elsewhere now.
// In the scope the read has them already; the others are looked up by immutable ID.
func (r *groupReader) moved(ctx context.Context, dns []string) (map[string]bool, error) {
	moved := map[string]bool{}
	var away []model.Tracked
	for _, dn := range dns {
		owner, known := r.owners[dnKey(dn)]
		if r.profile.linksFollow() || !known {
			continue
		}
		if _, read := r.traits[owner.ID.ID]; read {
			moved[dnKey(dn)] = true
			continue
		}
		away = append(away, owner)
	}
	for batch := range slices.Chunk(away, lookupBatch) {
		found, err := r.lookFor(ctx, batch)
		if err != nil {
			return nil, fmt.Errorf("look for those who had the DN of a member: %w", err)
		}
		for _, t := range batch {
			if e, there := found.anywhere[t.ID.ID]; there && dnKey(e.dn) != dnKey(t.DN) {
				moved[dnKey(t.DN)] = true
			}
		}
	}
	return moved, nil
}
