package ldapsource

import (
	"fmt"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

// memberSet is one configured group with everybody in it, directly or through other groups.
type memberSet struct {
	dn      string
	root    *group
	ids     map[string]bool // immutable IDs
	uids    map[string]bool // names, folded
	keys    map[string]bool // of the groups of it that can be a primary group
	stale   map[string]bool // DN keys of members that are not found
	nobodys map[string]bool // those names that nobody has
	shown   bool            // a member that is no group was there to be seen

	people, nested, searches, foreign int // for the operator
	moved, deleted, hidden            int // of the members that are not found, see judgeLost
	faults                            []string
}

func newMemberSet(dn string) *memberSet {
	return &memberSet{
		dn: dn, ids: map[string]bool{}, uids: map[string]bool{}, keys: map[string]bool{},
		stale: map[string]bool{}, nobodys: map[string]bool{},
	}
}

func (r *memberSet) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// add counts a member that is none of the people of the read.
func (r *memberSet) add(m member) {
	r.shown = r.shown || m.kind != nested
	switch m.kind {
	case single:
		r.ids[m.id] = true
	case nested:
		r.nested++
	case foreign:
		r.foreign++
	case missing, other:
	}
}

// take adds those who are in a group itself.
func (r *memberSet) take(g *group) {
	for _, fault := range g.faults {
		if g != r.root {
			fault = "the group " + g.dn + " in it: " + fault
		}
		r.fault("%s", fault)
	}
	r.searches += g.followed
	r.shown = r.shown || len(g.people)+len(g.uids) > 0
	for _, id := range g.people {
		r.ids[id] = true
	}
	for _, uid := range g.uids {
		r.uids[uid] = true
	}
	for _, key := range g.keys {
		r.keys[key] = true
	}
}

func (r *memberSet) has(t traits) bool {
	return r.ids[t.id] || anyIn(r.keys, t.primaries) || anyIn(r.uids, t.uids)
}

// mayHave says why somebody whom the set does not have may be in it all the same, "" if nothing
// speaks for it. was is the DN key under which the person was seen last.
func (r *memberSet) mayHave(t traits, was string) string {
	switch {
	case t.primaryDoubt != "" && len(r.keys) > 0:
		return "not seen in a group, but that proves nothing: " + t.primaryDoubt
	case was != "" && r.stale[was]:
		return r.named() + " still lists the DN that this person had before; correct it there"
	case anyIn(r.nobodys, formerNames(was)):
		return r.named() + " still lists the login that this person had before; correct it there"
	case len(t.uids) == 0 && len(r.nobodys) > 0:
		return fmt.Sprintf("the person shows no login, and a group lists %d that nobody has: one of them may be theirs; let the bind account read uid; take out of the group only a login that nobody has in truth", len(r.nobodys))
	}
	return ""
}

// named tells which group it is, as far as one is known: the way up from a person names none.
func (r *memberSet) named() string {
	if r.dn == "" {
		return "a group"
	}
	return "the group " + r.dn + ", or one in it,"
}

// hasNobody is the rule for groups that are there for somebody in scope.
func (r *memberSet) hasNobody() string {
	if r.people > 0 {
		return ""
	}
	return "it is empty: nobody in scope is a member, directly or through other groups"
}

// describeLost says what became of the members that are not found, as far as the directory tells.
func (r *memberSet) describeLost() string {
	var parts []string
	if r.moved > 0 {
		parts = append(parts, wording.Counted(r.moved, "is the former DN of somebody who was moved or renamed: correct it in the group",
			"are former DNs of people who were moved or renamed: correct them in the group"))
	}
	if r.deleted > 0 {
		parts = append(parts, wording.Counted(r.deleted, "is gone: its place is readable and does not show it", "are gone: their places are readable and do not show them"))
	}
	if r.hidden > 0 && len(parts) > 0 {
		parts = append(parts, fmt.Sprintf("%d may be hidden", r.hidden))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, "; ") + ")"
}

func (r *memberSet) describe() string {
	counts := []string{wording.Counted(r.people, "person", "people")}
	for _, count := range []struct {
		n         int
		one, many string
	}{
		{r.nested, "group in it", "groups in it"},
		{r.searches, "search followed (" + memberURL + " or role)", "searches followed (" + memberURL + " or role)"},
		{r.foreign, "member of another domain", "members of other domains"},
		{r.moved + r.deleted + r.hidden, "member that is not found" + r.describeLost(), "members that are not found" + r.describeLost()},
		{len(r.nobodys), "login that nobody has", "logins that nobody has"},
	} {
		if count.n > 0 {
			counts = append(counts, wording.Counted(count.n, count.one, count.many))
		}
	}
	return strings.Join(append([]string{strings.Join(counts, ", ")}, r.faults...), "; ")
}
