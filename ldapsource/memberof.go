package ldapsource

import (
	"context"
	"fmt"
)

// readByMemberOf reads from the side of the members, in pages, what the members of large groups are, where
// that takes fewer searches than to ask for them by name: for a group of the whole company, of which
// base_dn covers a branch (pitfall B2). It teaches what an entry is that is found, and says nothing
// about one that is not, which is asked for by name in any case.
func (r *groupReader) readByMemberOf(ctx context.Context, level []*group) error {
	if !r.profile.linksFollow() {
		return nil // memberOf is then a copy that somebody keeps, or does not (pitfall C10)
	}
	for _, g := range level {
		if !r.worthSweeping(g) {
			continue
		}
		var found []entry
		q := query{r.root.context, equal("memberOf", g.dn), r.groupAttributes(), r.profile.controls(r.root)}
		_, err := r.pages(ctx, q, r.sinkByName(func(key string, e entry) {
			if _, counted := r.census[key]; !counted {
				found = append(found, e)
			}
		}))
		if err != nil {
			return fmt.Errorf("look up the members of %s: %w", g.dn, err)
		}
		for _, e := range found {
			if err := r.learn(dnKey(e.dn), &e); err != nil {
				return err
			}
		}
	}
	return nil
}

// worthSweeping compares the searches by name with the pages of all members.
func (r *groupReader) worthSweeping(g *group) bool {
	strangers := 0
	for _, dn := range g.rest {
		if _, known := r.known[dnKey(dn)]; !known {
			strangers++
		}
	}
	return strangers/groupBatch > 1+(len(g.people)+len(g.rest))/r.cfg.PageSize
}
