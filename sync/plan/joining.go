package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// joining plans for everybody who stays or comes. A step out is part of it where a create was left half done.
type joining struct{ *leaving }

// planPeople decides for everybody who is not a leaver.
func (p *joining) planPeople() {
	collisions := p.collisions()
	for _, i := range p.entitled {
		reasons := slices.Concat(i.Held, model.Text(collisions[i.Person]).Some())
		if first, yields := p.yieldsTo(i); yields {
			p.notice(NoticeTwoSources, i, p.describeSecond(first))
		}
		if len(reasons) > 0 {
			p.holdIdentity(i, reasons...)
			continue
		}
		p.planPerson(i)
	}
	p.planAbandoned()
	for _, i := range p.identities {
		switch {
		case i.Excluded:
			if len(i.Held) == 0 {
				i.Held = model.Text("lies below exclude_dns").Some()
			}
			p.holdIdentity(i, i.Held...)
		case p.uncounted[i.Person]: // of ours: held with the leavers; else nobody is concerned
		case i.State == model.Unknown:
			p.holdIdentity(i, append([]model.Reason{model.Text("account state unknown: " + cmp.Or(i.Evidence.Detail, "not readable"))}, i.Held...)...)
		}
	}
}

// planPerson handles one entitled person without a fault.
func (p *joining) planPerson(i model.Identity) {
	if op, ok := p.openCreates[i.Person]; ok && !p.givesUp(i, op) {
		p.resumeCreate(i, op)
		return
	}
	own, owned := p.owned[i.Person]
	if owned && p.credentialThere(own) {
		p.manage(i, own.CredentialID)
		return
	}
	if reason := p.maybeTheirs(i); reason != "" {
		p.holdIdentity(i, model.Text(reason))
		return
	}
	candidates := p.candidates(i)
	switch len(candidates) {
	case 0:
		if last, had := p.lastOwned(i.Person); had {
			p.missing(i, last)
			return
		}
		p.adoptOrCreate(i, "entitled, and no credential carries the csi or the username")
	case 1:
		p.claim(i, candidates[0])
	default:
		p.holdIdentity(i, model.Text(fmt.Sprintf("the csi %s stands on %d credentials: %s; delete or correct one in the cockpit",
			i.CSI, len(candidates), p.describe(candidates))))
	}
}
