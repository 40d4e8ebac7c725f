package ldapsource

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// judgeMembership asks once more whether somebody in scope is in one of the groups. Where a read has
// them before it, it takes them from there. Else it goes from the person upwards, so that it costs a
// few searches however large the groups are; any doubt is Unknown.
func (v *session) judgeMembership(ctx context.Context, t model.Tracked, e entry) (model.AccountState, model.Evidence, error) {
	known := v.traitsOf(t.ID.ID, e)
	switch {
	case len(v.cfg.Groups) == 0, v.entitling.has(known):
		return model.Entitled, model.Evidence{}, nil
	case len(v.entitling.sets) > 0:
		state, evidence := v.entitling.judgeNonMember(known, dnKey(t.DN))
		return state, evidence, nil
	}
	state, evidence, err := v.climbFrom(ctx, t, node{e.dn, known})
	if fault, ok := errors.AsType[groupFault](err); ok {
		state, evidence = unknown("nobody can say whether a group has this person: " + fault.Error())
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("look for the groups of a person: %w", err)
	}
	return state, evidence, err
}

// protects tells the same of the groups that protect. Where nobody can say, everybody is protected.
func (v *session) protects(ctx context.Context, t model.Tracked, e entry) (bool, error) {
	known := v.traitsOf(t.ID.ID, e)
	if len(v.cfg.ProtectGroups) == 0 || len(v.protected.sets) > 0 {
		return v.protected.mayProtect(known, dnKey(t.DN)), nil
	}
	goals, err := v.goals(v.cfg.ProtectGroups)
	if err != nil || len(goals.doubts) > 0 {
		return true, err
	}
	in, err := v.leads(ctx, goals, node{e.dn, known})
	if was := former(t, e.dn); err == nil && !in && was != nil {
		in, err = v.leads(ctx, goals, *was)
	}
	if _, doubtful := errors.AsType[groupFault](err); doubtful {
		in, err = true, nil
	}
	if err != nil {
		return true, fmt.Errorf("look for the groups that protect a person: %w", err)
	}
	return in, nil
}

func (v *session) climbFrom(ctx context.Context, t model.Tracked, person node) (state model.AccountState, evidence model.Evidence, err error) {
	goals, err := v.goals(v.cfg.Groups)
	if err != nil {
		return state, evidence, err
	}
	in, err := v.leads(ctx, goals, person)
	switch {
	case err != nil:
		return state, evidence, err
	case in:
		state, evidence = entitled()
		return state, evidence, nil
	}
	was, above := dnKey(t.DN), newMemberSet("")
	above.keys = goals.primaries
	if before := former(t, person.dn); len(goals.doubts) == 0 && before != nil {
		if above.stale[was], err = v.leads(ctx, goals, *before); err != nil {
			return state, evidence, err
		}
	}
	c := groupSet{doubts: goals.doubts, sets: []*memberSet{above}}
	state, evidence = c.judgeNonMember(person.traits, was)
	return state, evidence, nil
}

// node is a person or a group, on the way upwards.
type node struct {
	dn     string
	traits traits // of a person
}

// former is the node under which a group may still list somebody, nil if they stand where they were seen last.
func former(t model.Tracked, dn string) *node {
	was := dnKey(t.DN)
	if t.DN == "" || was == dnKey(dn) {
		return nil
	}
	return &node{t.DN, traits{uids: formerNames(was)}}
}

// leads tells whether one of the goals has a node, directly or through other groups. It asks the
// server for the groups that list it, which is quick. Only where that ends in a no, it looks
// itself at the groups in which no filter finds everybody.
func (v *session) leads(ctx context.Context, goals goals, start node) (bool, error) {
	if in, err := v.climb(ctx, goals, start, nil); in || err != nil {
		return in, err
	}
	unlisted, err := v.unlisted(ctx, goals)
	if err != nil || len(unlisted) == 0 {
		return false, err
	}
	if in, err := v.climb(ctx, goals, start, unlisted); in || err != nil {
		return in, err
	}
	for _, g := range unlisted {
		if len(g.faults) == 0 {
			continue
		}
		leads, err := v.climb(ctx, goals, node{dn: g.dn}, unlisted)
		if leads || err == nil && goals.keys[dnKey(g.dn)] {
			err = groupFault{model.Because("group-faults", g.dn, g.faults[0])}
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

// climb follows groups upwards, level by level, until it meets a goal or there are no more.
func (v *session) climb(ctx context.Context, goals goals, start node, unlisted []*unlistedGroup) (bool, error) {
	seen := map[string]bool{}
	level := []node{start}
	for depth := 0; len(level) > 0; depth++ {
		if depth > maxNesting+1 {
			return false, groupFault{model.Because("groups-too-deep", maxNesting)}
		}
		names, err := v.above(ctx, level, unlisted)
		if err != nil {
			return false, err
		}
		level = nil
		for _, dn := range names {
			switch key := dnKey(dn); {
			case goals.keys[key]:
				return true, nil
			case !seen[key]:
				seen[key] = true
				level = append(level, node{dn: dn})
			}
		}
	}
	return false, nil
}

// above are the groups that have one of these nodes themselves.
func (v *session) above(ctx context.Context, level []node, unlisted []*unlistedGroup) ([]string, error) {
	var above []string
	for batch := range slices.Chunk(level, groupBatch) {
		var ways []filter
		for _, n := range batch {
			ways = append(ways, v.listing(n))
		}
		names, err := v.names(ctx, anyOf(ways...))
		if err != nil {
			return nil, err
		}
		above = append(above, names...)
	}
	for _, g := range unlisted {
		for _, n := range level {
			has, err := v.includes(ctx, g, n)
			if err != nil {
				return nil, err
			}
			if has {
				above = append(above, g.dn)
				break
			}
		}
	}
	return above, nil
}

// listing finds the groups that list somebody, by DN or by any other trait.
func (v *session) listing(n node) filter {
	var ways []filter
	for _, attribute := range v.memberAttributes() {
		if attribute != memberNames {
			ways = append(ways, equal(attribute, n.dn))
			continue
		}
		for _, uid := range n.traits.uids {
			ways = append(ways, equal(attribute, uid))
		}
	}
	for _, key := range n.traits.primaries { // a person may have the same attribute
		ways = append(ways, allOf(equal(v.profile.primaryAttribute(), key), v.anyGroup()))
	}
	return anyOf(ways...)
}

// names returns the DNs of all entries that match.
func (v *session) names(ctx context.Context, f filter) ([]string, error) {
	var names []string
	for _, top := range v.profile.contexts(v.root) {
		_, err := v.pages(ctx, query{top, f, []string{"1.1"}, v.profile.controls(v.root)},
			v.sinkByName(func(_ string, e entry) { names = append(names, e.dn) }))
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}
