package plan

import (
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// claimCSIs notes whose csi it may be, in two ways. claimedCSI names, of each, the first of those whom
// the directory shows or showed last, except those who departed: who is unknown, excluded or hidden in
// an incomplete read is not gone. lastingCSI names all of them, and those whose departure takes nothing
// from them yet. onceCSI names the same people by their former csis.
func (p *planner) claimCSIs() {
	p.eachClaim(func(csi string, person model.PersonID, lasting bool) {
		if csi == "" {
			return
		}
		if first, taken := p.claimedCSI[csi]; !lasting && (!taken || p.precedes(person, first)) {
			p.claimedCSI[csi] = person
		}
		p.lastingCSI[csi] = append(p.lastingCSI[csi], person)
		for _, once := range p.csis[person] {
			if once != csi {
				p.onceCSI[once] = append(p.onceCSI[once], person)
			}
		}
	})
	p.inPlace(p.lastingCSI)
	p.inPlace(p.onceCSI)
	for _, i := range p.entitled {
		if _, owned := p.owned[i.Person]; !owned && i.CSI != "" {
			p.newcomers[model.FoldCSI(i.CSI)] = append(p.newcomers[model.FoldCSI(i.CSI)], i)
		}
	}
}

// inPlace sorts the people of each key by the place of their source, and names each of them once.
func (p *planner) inPlace(index map[string][]model.PersonID) {
	for key, people := range index {
		slices.SortFunc(people, p.comparePlaces)
		index[key] = slices.Compact(people)
	}
}

// eachClaim tells of each csi whose it may be; lasting, where a departure speaks against that.
func (p *planner) eachClaim(claim func(csi string, person model.PersonID, lasting bool)) {
	for _, o := range p.observations {
		if o.Claims() {
			claim(o.CSI, o.Person, o.State == model.Departed)
		}
	}
	for _, i := range p.identities {
		if i.Claims() {
			claim(i.CSI, i.Person, false)
		}
	}
}
