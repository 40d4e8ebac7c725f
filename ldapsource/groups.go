package ldapsource

import (
	"context"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const maxNesting = 32 // of groups within groups; deeper is a fault, never the end of the list

// groupReader expands groups breadth-first (pitfall B4). Whatever a DN turned out to be is
// remembered, so each group and each stranger is read once, however often it is a member.
type groupReader struct {
	*session
	known map[string]member     // by DN key
	sets  map[string]*memberSet // by DN key
	named map[string]bool       // by folded login: whether anybody has it

	owners map[string]model.Tracked // see formerOwners
}

// membersOf reads a group and all groups in it, once however many keys of the configuration name it.
func (r *groupReader) membersOf(ctx context.Context, dn string) (*memberSet, error) {
	if found, ok := r.sets[dnKey(dn)]; ok {
		return found, nil
	}
	found, err := r.expand(ctx, dn)
	if err != nil {
		return nil, err
	}
	if err := r.nameMembers(ctx, found); err != nil {
		return nil, err
	}
	for _, t := range r.traits {
		if found.has(t) {
			found.people++
		}
	}
	r.sets[dnKey(dn)] = found
	return found, nil
}

// expand reads a group and all groups in it. An error ends the whole read; what is only wrong
// with the group is a fault of the set.
func (r *groupReader) expand(ctx context.Context, dn string) (*memberSet, error) {
	found := newMemberSet(dn)
	root, err := r.readRoot(dn)
	if err != nil {
		return found, err
	}
	seen := map[string]bool{dnKey(dn): true, dnKey(root.dn): true}
	found.root = root
	level := []*group{root}
	for depth := 0; len(level) > 0; depth++ {
		if depth > maxNesting {
			found.fault(model.Because("groups-in-it-too-deep", maxNesting))
			break
		}
		if level, err = r.descend(ctx, found, level, seen); err != nil {
			return found, err
		}
	}
	return found, nil
}

// descend takes up the members of one level of groups, and returns the groups among them that
// were not there before.
func (r *groupReader) descend(ctx context.Context, found *memberSet, level []*group, seen map[string]bool) ([]*group, error) {
	var strangers []string
	for _, g := range level {
		if err := r.follow(ctx, g); err != nil {
			return nil, err
		}
		found.take(g)
		for _, dn := range g.rest {
			if key := dnKey(dn); !seen[key] {
				seen[key] = true
				strangers = append(strangers, dn)
			}
		}
	}
	if err := r.readByMemberOf(ctx, level); err != nil {
		return nil, err
	}
	if err := r.lookUp(ctx, strangers); err != nil {
		return nil, err
	}
	var next []*group
	var lost []string
	for _, dn := range strangers {
		m := r.known[dnKey(dn)]
		found.add(m)
		switch m.kind {
		case nested:
			next = append(next, m.group)
		case missing:
			lost = append(lost, dn)
		case single, foreign, other:
		}
	}
	return next, r.judgeLost(ctx, found, lost)
}

// judgeLost parts the members that are not found: what each of them was, or that nobody can say.
func (r *groupReader) judgeLost(ctx context.Context, found *memberSet, lost []string) error {
	moved, err := r.moved(ctx, lost)
	if err != nil {
		return err
	}
	hidden := 0
	for _, dn := range lost {
		found.stale[dnKey(dn)] = true
		if moved[dnKey(dn)] {
			found.moved++
			continue
		}
		gone, err := r.gone(dn)
		switch {
		case err != nil:
			return err
		case gone:
			found.deleted++
		default:
			hidden++
			r.logger.Debug("member of a group that cannot be read", "source", r.cfg.Name, "group", found.dn, "dn", dn)
		}
	}
	found.hidden += hidden
	if hidden > 0 {
		found.fault(model.Because("members-hidden", hidden))
	}
	return nil
}
