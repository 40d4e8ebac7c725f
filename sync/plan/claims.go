package plan

import "slices"

// claimCSIs notes whose csi it may be, in two ways. claimedCSI names, of each, the first of those whom
// the directory shows or showed last, except those who departed: who is unknown, excluded or hidden in
// an incomplete read is not gone. lastingCSI names all of them, and those whose departure takes nothing
// from them yet. onceCSI names the same people by their former csis.
func (p *planner) claimCSIs() {
	p.eachClaim(func(csi string, person PersonID, lasting bool) {
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
			p.newcomers[foldCSI(i.CSI)] = append(p.newcomers[foldCSI(i.CSI)], i)
		}
	}
}

// inPlace sorts the people of each key by the place of their source, and names each of them once.
func (p *planner) inPlace(index map[string][]PersonID) {
	for key, people := range index {
		slices.SortFunc(people, p.comparePlaces)
		index[key] = slices.Compact(people)
	}
}

// eachClaim tells of each csi whose it may be; lasting, where a departure speaks against that.
func (p *planner) eachClaim(claim func(csi string, person PersonID, lasting bool)) {
	for _, o := range p.observations {
		if o.claims() {
			claim(o.CSI, o.Person, o.State == Departed)
		}
	}
	for _, i := range p.identities {
		if i.claims() {
			claim(i.CSI, i.Person, false)
		}
	}
}

// claims tells whether somebody may have their csi still, by what is remembered: a departure that is not
// confirmed, or rests on a view that is not proved or on a place that shows nothing (both are marked
// unproved), takes nothing from them.
func (o Observation) claims() bool {
	return o.State != Departed || o.ConfirmedAt.IsZero() || o.Unproved
}

// claims is the same, by what a snapshot shows.
func (i Identity) claims() bool { return i.State != Departed || i.Excluded }
