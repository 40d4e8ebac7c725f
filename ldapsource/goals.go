package ldapsource

import (
	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// goals are the groups of one key of the configuration, where one goes upwards to them.
type goals struct {
	keys      map[string]bool // DN keys, as the server writes the names
	primaries map[string]bool // by which people name them as their primary group
	groups    []*group        // without those whom they list
	doubts    []model.Reason  // which of them is not read wholly, or shows no member, so that not being in it proves nothing
}

func (v *session) goals(dns []string) (goals, error) {
	found := goals{keys: map[string]bool{}, primaries: map[string]bool{}}
	for _, dn := range dns {
		g, shown, err := v.goal(dn)
		if err != nil {
			return found, err
		}
		found.keys[dnKey(g.dn)] = true
		found.groups = append(found.groups, g)
		for _, key := range g.keys {
			found.primaries[key] = true
		}
		switch {
		case len(g.faults) > 0:
			found.doubts = append(found.doubts, model.Because("group-faults", dn, g.faults))
		case !shown:
			found.doubts = append(found.doubts, model.Because("group-faults", dn, model.Because("shows-no-member")))
		}
	}
	return found, nil
}

// goal reads the frame of a configured group, and whether it has a member that can be seen.
func (v *session) goal(dn string) (g *group, shown bool, err error) {
	e, err := v.lookup(dn, v.groupAttributes()...)
	if code, answered := serverCode(err); answered && code == ldap.LDAPResultReferral {
		e, err = nil, nil // it lies on another server
	}
	if err != nil {
		return nil, false, err
	}
	if e.first("objectclass") == "" {
		return &group{dn: dn, faults: model.Because("group-not-readable").Some()}, false, nil
	}
	if g, err = v.readFrame(*e); err != nil {
		return nil, false, err
	}
	shown, err = v.showsMembers(*e, g)
	return g, shown, err
}

// showsMembers tells whether a group has a member that can be seen.
func (v *session) showsMembers(e entry, g *group) (bool, error) {
	var has []filter
	for _, attribute := range v.memberAttributes() {
		has = append(has, present(attribute))
	}
	shown, err := v.shows(e.dn, ldap.ScopeBaseObject, anyOf(has...))
	if primary := v.profile.primaryMembers(e); err == nil && !shown && primary != "" {
		shown, err = v.shows(v.root.context, ldap.ScopeWholeSubtree, allOf(v.filter, primary))
	}
	for _, s := range g.searches {
		if err == nil && !shown {
			shown, err = v.shows(s.base, s.scope, s.filter)
		}
	}
	return shown, err
}
