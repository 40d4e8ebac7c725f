package plan

import (
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// claims are whose csi and whose credential it may be.
type claims struct {
	*trust
	entitled    []model.Identity            // those who compete for credentials, sorted
	former      map[string]model.Ownership  // by credential: owners before any transfer
	formerByCSI map[string][]string         // csi that we wrote → credential IDs
	claimedCSI  map[string]model.PersonID   // whose csi it is, or may be: unknown, excluded or not read now
	lastingCSI  map[string][]model.PersonID // the same, with all of them, and those whose departure is not confirmed
	mayHave     map[string][]model.PersonID // by csi: who may have it by one of several values
	onceCSI     map[string][]model.PersonID // those of them who had it before, and have another one now
	newcomers   map[string][]model.Identity // by folded csi: entitled people without a credential of ours
	hidden      hiddenBy
}

func newClaims(t *trust) *claims {
	p := &claims{
		trust:       t,
		former:      map[string]model.Ownership{},
		formerByCSI: map[string][]string{},
		claimedCSI:  map[string]model.PersonID{},
		lastingCSI:  map[string][]model.PersonID{},
		mayHave:     map[string][]model.PersonID{},
		onceCSI:     map[string][]model.PersonID{},
		newcomers:   map[string][]model.Identity{},
	}
	for _, i := range p.identities {
		if i.Entitled() {
			p.entitled = append(p.entitled, i)
		}
	}
	slices.SortFunc(p.entitled, func(a, b model.Identity) int { return a.Person.Compare(b.Person) })
	p.claimCSIs()
	p.noteSeveral()
	p.indexOwned()
	return p
}

// claimCSIs notes whose csi it may be, in two ways. claimedCSI names, of each, the first of those whom
// the directory shows or showed last, except those who departed: who is unknown, excluded or hidden in
// an incomplete read is not gone. lastingCSI names all of them, and those whose departure takes nothing
// from them yet. onceCSI names the same people by their former csis.
func (p *claims) claimCSIs() {
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
func (p *directory) inPlace(index map[string][]model.PersonID) {
	for key, people := range index {
		slices.SortFunc(people, p.comparePlaces)
		index[key] = slices.Compact(people)
	}
}

// eachClaim tells of each csi whose it may be; lasting, where a departure speaks against that.
func (p *claims) eachClaim(claim func(csi string, person model.PersonID, lasting bool)) {
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

// indexOwned keys what is ours before this pass: owned credentials, and those that an
// interrupted create made.
func (p *claims) indexOwned() {
	for _, op := range p.openCreates {
		if _, strayed := p.strayed(op); strayed {
			continue
		}
		c, _ := p.createdCredential(op)
		p.former[c.ID] = model.Ownership{Person: op.Person, CredentialID: c.ID, Username: c.Username, CSI: op.CSI}
	}
	for _, own := range p.owned {
		p.former[own.CredentialID] = own
		if _, there := p.credentials[own.CredentialID]; there && own.CSI != "" {
			p.formerByCSI[own.CSI] = append(p.formerByCSI[own.CSI], own.CredentialID)
		}
	}
	p.indexHidden()
}
