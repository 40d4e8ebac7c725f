package ldapsource

import (
	"context"
	"errors"
	"slices"
)

// unlistedGroup is a group in which no filter finds everybody who is in it: a login may stand there in
// another case, a DN with a UID (RFC 4517 §4.2.31), and a search lists nobody.
type unlistedGroup struct {
	*group
	dns map[string]bool // DN keys of its members
}

// unlisted are all such groups of this server, and those of the goals that are found by their name
// alone: roles, say.
func (v *session) unlisted(ctx context.Context, goals goals) ([]*unlistedGroup, error) {
	if v.withoutFilter == nil {
		var err error
		if v.withoutFilter, err = v.findUnlisted(ctx); err != nil {
			return nil, err
		}
	}
	found := slices.Clone(v.withoutFilter)
	for _, g := range goals.groups {
		if len(g.searches) > 0 {
			if err := v.tryAll(ctx, g); err != nil {
				return nil, err
			}
			found = append(found, &unlistedGroup{group: g})
		}
	}
	return found, nil
}

func (v *session) findUnlisted(ctx context.Context) ([]*unlistedGroup, error) {
	found := []*unlistedGroup{} // none is known, too
	var odd []filter
	for _, name := range slices.Concat(v.memberAttributes(), v.ruleAttributes()) {
		if name != "member" && name != "dgIdentity" {
			odd = append(odd, present(name))
		}
	}
	for _, class := range ruleClasses() {
		odd = append(odd, equal("objectClass", class))
	}
	for _, top := range v.profile.contexts(v.root) {
		var entries []entry
		q := query{top, v.withRoles(allOf(v.anyGroup(), anyOf(odd...))), v.groupAttributes(), v.profile.controls(v.root)}
		if _, err := v.pages(ctx, q, v.sinkByName(func(_ string, e entry) { entries = append(entries, e) })); err != nil {
			return nil, err
		}
		for _, e := range entries {
			g, err := v.readGroup(e)
			if err == nil {
				err = v.tryAll(ctx, g)
			}
			if err != nil {
				return nil, err
			}
			found = append(found, &unlistedGroup{g, keysOf(g.rest)})
		}
	}
	return found, nil
}

// tryAll leaves those searches of a group that can be followed; the others are its faults.
func (v *session) tryAll(ctx context.Context, g *group) error {
	searches := g.searches
	g.searches = nil
	for _, s := range searches {
		err := v.try(ctx, s)
		switch fault, ok := errors.AsType[groupFault](err); {
		case ok:
			g.notFollowed(s, fault)
		case err != nil:
			return err
		default:
			g.searches = append(g.searches, s)
		}
	}
	return nil
}

// try asks a search for as little as tells whether it can be followed.
func (v *session) try(ctx context.Context, s memberSearch) error {
	if err := v.search(ctx, s, not(anything), func(entry) {}); err != nil {
		return err
	}
	shown, err := v.shows(s.base, s.scope, s.filter)
	if shown || err != nil {
		return err
	}
	return v.unseen(s)
}

func keysOf(dns []string) map[string]bool {
	keys := make(map[string]bool, len(dns))
	for _, dn := range dns {
		keys[dnKey(dn)] = true
	}
	return keys
}

// includes tells whether a group has a node itself.
func (v *session) includes(ctx context.Context, g *unlistedGroup, n node) (bool, error) {
	if g.dns[dnKey(n.dn)] || slices.ContainsFunc(g.uids, func(uid string) bool { return slices.Contains(n.traits.uids, uid) }) {
		return true, nil
	}
	for _, s := range g.searches {
		has := false
		err := v.search(ctx, s, equal(v.profile.nameAttribute(), n.dn), func(entry) { has = true })
		if has || err != nil {
			return has, err
		}
	}
	return false, nil
}

// withRoles makes 389 Directory Server show roles, too: they are subentries, which it keeps to itself
// unless a filter names their class.
func (v *session) withRoles(f filter) filter {
	if !v.schema.knows(roleOf) {
		return f
	}
	return allOf(f, anyOf(anything, equal("objectClass", "ldapsubentry")))
}
