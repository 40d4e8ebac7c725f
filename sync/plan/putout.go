package plan

import (
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// What somebody's word took from a person no movement of the directory gives back: not that their entry left
// the scope and came again, nor that the account was disabled and enabled, or made anew (design §5.6). As long as
// they own what is gone, the ownership tells; a departure ends that, and the word outlives it.

// lastOwned is what somebody owns, or owned until they departed, if a word took it.
func (p *recovered) lastOwned(person model.PersonID) (model.Ownership, bool) {
	if own, owned := p.owned[person]; owned {
		return own, true
	}
	n := slices.IndexFunc(p.State.PutOut, func(o model.PutOut) bool { return o.Person == person })
	if n < 0 {
		return model.Ownership{}, false
	}
	return p.State.PutOut[n].Ownership(), true
}

// orderedAt is when a credential that is gone was withdrawn by order, if it was.
func (p *given) orderedAt(own model.Ownership) (time.Time, bool) {
	for _, o := range p.State.Orders {
		if o.CredentialID == own.CredentialID {
			return o.At, true
		}
	}
	for _, o := range p.State.PutOut {
		if o.CredentialID == own.CredentialID && o.Word == model.WordOrder {
			return o.At, true
		}
	}
	return time.Time{}, false
}

// howWithdrawn tells how a credential of ours went that no departure took.
func (p *given) howWithdrawn(own model.Ownership) model.Reason {
	if at, ordered := p.orderedAt(own); ordered {
		return model.Because("by-order", at)
	}
	return model.Because("by-hand")
}

// wordOn is whose word took a credential of ours that is gone, "" if somebody took that back.
func (p *given) wordOn(own model.Ownership) model.Word {
	_, ordered := p.orderedAt(own)
	switch {
	case p.undone(own):
		return ""
	case own.Loss == model.LossAccepted:
		return model.WordAccepted
	case ordered:
		return model.WordOrder
	}
	return model.WordHand
}

// namesakeOut finds somebody who may be a newcomer's former account, and whom a word put out: with their csi, or
// the same entry in another source. Whoever makes an account anew gives nobody their access back by that.
func (p *namesakes) namesakeOut(i model.Identity) (model.Ownership, bool) {
	if p.out == nil {
		p.indexOut()
	}
	for _, own := range slices.Concat(p.out[i.CSI], p.outEntries[i.Person.ID]) {
		theirs := i.CSI != "" && slices.Contains(p.currentCSIs(own.Person, own.CSI), i.CSI) || p.sameEntry(own.Person, i.Person)
		if theirs && own.Person != i.Person {
			return own, true
		}
	}
	return model.Ownership{}, false
}

// indexOut keys those whom a word put out, and to whom nothing gives it back, by each of their csis and by ID.
func (p *namesakes) indexOut() {
	p.out, p.outEntries = map[string][]model.Ownership{}, map[string][]model.Ownership{}
	var all []model.Ownership
	for _, own := range p.State.Owned {
		if current := p.owned[own.Person]; current.CredentialID == own.CredentialID && p.gone(model.Object{Kind: model.ObjectCredential, ID: own.CredentialID}) {
			all = append(all, own)
		}
	}
	for _, o := range p.State.PutOut {
		all = append(all, o.Ownership())
	}
	for _, own := range all {
		if p.undone(own) || p.comesBackAlone(own) {
			continue
		}
		for _, csi := range p.currentCSIs(own.Person, own.CSI) {
			p.out[csi] = append(p.out[csi], own)
		}
		p.outEntries[own.Person.ID] = append(p.outEntries[own.Person.ID], own)
	}
}

// comesBackAlone tells that the configuration gives everybody back what was withdrawn (credentials.recreate).
func (p *given) comesBackAlone(own model.Ownership) bool {
	return p.Policy.Recreate && own.Loss != model.LossAccepted
}

// askPutOut is the question that such a newcomer asks.
func (p *namesakes) askPutOut(i model.Identity) (question, bool) {
	own, found := p.namesakeOut(i)
	if !found {
		return question{}, false
	}
	return question{model.AskSamePerson, "put out " + own.CredentialID,
		model.Because("same-person-put-out", p.nameOf(own.Person), own.Username, p.howWithdrawn(own))}, true
}
