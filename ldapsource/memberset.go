package ldapsource

import (
	"fmt"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
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
	faults                            []model.Reason
}

func newMemberSet(dn string) *memberSet {
	return &memberSet{
		dn: dn, ids: map[string]bool{}, uids: map[string]bool{}, keys: map[string]bool{},
		stale: map[string]bool{}, nobodys: map[string]bool{},
	}
}

func (r *memberSet) fault(why model.Reason) { r.faults = append(r.faults, why) }

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
			fault = model.Because("fault-of-group-in-it", g.dn, fault)
		}
		r.fault(fault)
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
func (r *memberSet) hasNobody() model.Reason {
	if r.people > 0 {
		return model.Reason{}
	}
	return model.Because("group-of-nobody")
}

// describeLost says of the members that are not found what became of them, as far as the directory tells.
func (r *memberSet) describeLost() model.Reason {
	lost := r.moved + r.deleted + r.hidden
	var told []model.Reason
	if r.moved > 0 {
		told = append(told, model.Because("members-moved", r.moved))
	}
	if r.deleted > 0 {
		told = append(told, model.Because("members-gone", r.deleted))
	}
	if len(told) == 0 {
		return model.Because("members-not-found", lost)
	}
	if r.hidden > 0 {
		told = append(told, model.Because("members-may-be-hidden", r.hidden))
	}
	return model.Because("members-not-found-told", lost, told)
}

// describe counts who is in it, and says why it is not read wholly.
func (r *memberSet) describe() model.Reason {
	counts := []model.Reason{model.Because("people-in-it", r.people)}
	for _, count := range []struct {
		n     int
		words model.Reason
	}{
		{r.nested, model.Because("groups-in-it", r.nested)},
		{r.searches, model.Because("searches-followed", r.searches)},
		{r.foreign, model.Because("members-of-other-domains", r.foreign)},
		{r.moved + r.deleted + r.hidden, r.describeLost()},
		{len(r.nobodys), model.Because("logins-of-nobody", len(r.nobodys))},
	} {
		if count.n > 0 {
			counts = append(counts, count.words)
		}
	}
	if len(r.faults) > 0 {
		return model.Because("members-in-part", counts, r.faults)
	}
	return model.Because("members", counts)
}
