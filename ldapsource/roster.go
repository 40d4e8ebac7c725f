package ldapsource

import (
	"fmt"
	"slices"
	"strings"
)

// roster is one configured group with everybody in it, directly or through other groups.
type roster struct {
	dn    string
	ids   map[string]bool // immutable IDs
	uids  map[string]bool // names, folded
	sids  map[string]bool // of the groups of it that can be a primary group
	stale map[string]bool // DN keys of members that are not found
	shown bool            // a member that is no group was there to be seen

	people, nested, foreign, dangling int // for the operator
	faults                            []string
}

func (r *roster) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// meet counts a member that is none of the people of the read.
func (r *roster) meet(m member) {
	r.shown = r.shown || m.kind != nested
	switch m.kind {
	case single:
		r.ids[m.id] = true
	case nested:
		r.nested++
		if m.group.fault != "" {
			r.fault("the group %s in it: %s", m.group.dn, m.group.fault)
		}
	case foreign:
		r.foreign++
	case missing:
		r.dangling++
	case other:
	}
}

// take adds those whom a group lists itself.
func (r *roster) take(g *group) {
	r.shown = r.shown || len(g.people)+len(g.uids) > 0
	for _, id := range g.people {
		r.ids[id] = true
	}
	for _, uid := range g.uids {
		r.uids[uid] = true
	}
	if g.sid != "" {
		r.sids[g.sid] = true
	}
}

func (r *roster) has(t traits) bool {
	return r.ids[t.id] || r.sids[t.sid] || slices.ContainsFunc(t.uids, func(uid string) bool { return r.uids[uid] })
}

// hasNobody is the rule for groups that are there for somebody in scope.
func (r *roster) hasNobody() string {
	if r.people > 0 {
		return ""
	}
	return "it is empty: nobody in scope is a member, directly or through other groups"
}

func (r *roster) describe() string {
	counts := []string{fmt.Sprintf("%d people", r.people)}
	for _, count := range []struct {
		n    int
		what string
	}{{r.nested, "groups in it"}, {r.foreign, "members of other domains"}, {r.dangling, "members that are not found"}} {
		if count.n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", count.n, count.what))
		}
	}
	return strings.Join(append([]string{strings.Join(counts, ", ")}, r.faults...), "; ")
}
