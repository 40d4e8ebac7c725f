package ldapsource

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// judgeMembership asks the directory once more whether somebody in scope is in one of the groups:
// from the person upwards, so that it costs a few searches however large the groups are. It is
// the other way round than a read goes, and any doubt is Unknown.
func (v *session) judgeMembership(ctx context.Context, t plan.Tracked, e entry) (plan.AccountState, plan.Evidence, error) {
	if len(v.cfg.Groups) == 0 {
		return plan.Entitled, plan.Evidence{}, nil
	}
	state, evidence, err := v.climbFrom(ctx, t, e)
	if fault, ok := errors.AsType[groupFault](err); ok {
		state, evidence = unknown("nobody can say whether a group has this person: " + string(fault))
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("look for the groups of a person: %w", err)
	}
	return state, evidence, err
}

func (v *session) climbFrom(ctx context.Context, t plan.Tracked, e entry) (state plan.AccountState, evidence plan.Evidence, err error) {
	goals, doubt, err := v.goals()
	if err != nil {
		return state, evidence, err
	}
	known := v.traitsOf(t.ID.ID, e)
	in, err := v.climb(ctx, goals, v.listing(e.dn, known))
	switch {
	case err != nil:
		return state, evidence, err
	case in:
		state, evidence = entitled()
		return state, evidence, nil
	case doubt == "" && known.doubt == "" && t.DN != "" && dnKey(t.DN) != dnKey(e.dn):
		if in, err = v.climb(ctx, goals, v.listing(t.DN, traits{})); err != nil {
			return state, evidence, err
		}
	}
	c := circle{doubt: doubt}
	if in {
		c.rosters = []*roster{{stale: map[string]bool{dnKey(t.DN): true}}}
	}
	state, evidence = c.stranger(known, dnKey(t.DN))
	return state, evidence, nil
}

// goals are the configured groups, as the server writes their names. doubt says which of them
// is not readable, or shows no member, so that not being in it proves nothing.
func (v *session) goals() (keys map[string]bool, doubt string, err error) {
	keys = map[string]bool{}
	for _, dn := range v.cfg.Groups {
		e, err := v.lookup(dn, v.groupAttributes()...)
		if code, answered := serverCode(err); answered && code == ldap.LDAPResultReferral {
			e, err = nil, nil
		}
		if err != nil {
			return nil, "", err
		}
		if e.first("objectclass") == "" {
			doubt = dn + ": it is not there, or the bind account may not read it"
			continue
		}
		keys[dnKey(e.dn)] = true
		shown, err := v.showsMembers(*e)
		if err != nil {
			return nil, "", err
		}
		if !shown {
			doubt = dn + ": it shows no member"
		}
	}
	return keys, doubt, nil
}

// showsMembers tells whether a group has a member that can be seen.
func (v *session) showsMembers(group entry) (bool, error) {
	var has []filter
	for _, attribute := range v.memberAttributes() {
		has = append(has, present(attribute))
	}
	shown, err := v.shows(group.dn, ldap.ScopeBaseObject, anyOf(has...))
	if primary := v.profile.primaryMembers(group); err == nil && !shown && primary != "" {
		shown, err = v.shows(v.root.context, ldap.ScopeWholeSubtree, primary)
	}
	return shown, err
}

// listing finds the groups that list somebody, by DN or by any other trait.
func (v *session) listing(dn string, t traits) filter {
	var ways []filter
	for _, attribute := range v.memberAttributes() {
		if attribute != memberNames {
			ways = append(ways, equal(attribute, dn))
			continue
		}
		for _, uid := range t.uids {
			ways = append(ways, equal(attribute, uid))
		}
	}
	if t.sid != "" {
		ways = append(ways, equal("objectSid", t.sid))
	}
	return anyOf(ways...)
}

// climb follows groups upwards, level by level, until it meets a goal or there are no more.
func (v *session) climb(ctx context.Context, goals map[string]bool, start filter) (bool, error) {
	seen := map[string]bool{}
	level := []filter{start}
	for depth := 0; len(level) > 0; depth++ {
		if depth > maxNesting+1 {
			return false, groupFault(fmt.Sprintf("groups lie more than %d deep", maxNesting))
		}
		var above []filter
		for batch := range slices.Chunk(level, groupBatch) {
			names, err := v.names(ctx, anyOf(batch...))
			if err != nil {
				return false, err
			}
			for _, dn := range names {
				switch key := dnKey(dn); {
				case goals[key]:
					return true, nil
				case !seen[key]:
					seen[key] = true
					above = append(above, v.listing(dn, traits{}))
				}
			}
		}
		level = above
	}
	return false, nil
}

// names returns the DNs of all entries that match.
func (v *session) names(ctx context.Context, f filter) ([]string, error) {
	var names []string
	for _, top := range v.profile.contexts(v.root) {
		_, err := v.pages(ctx, query{top, f, []string{"1.1"}, v.profile.controls(v.root)},
			v.rollOfNames(func(_ string, e entry) { names = append(names, e.dn) }))
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}
