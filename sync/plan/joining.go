package plan

import (
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// joining plans for everybody who stays or comes. A step out is part of it where a create was left half done.
type joining struct{ *leaving }

// planPeople decides for everybody who is not a leaver.
func (p *joining) planPeople() {
	collisions := p.collisions()
	for _, i := range p.entitled {
		reasons := slices.Concat(i.Held, collisions[i.Person])
		if first, yields := p.yieldsTo(i); yields {
			p.notice(NoticeTwoSources, i.Subject, p.describeSecond(first))
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
				i.Held = model.Because("below-exclude-dns").Some()
			}
			p.holdIdentity(i, i.Held...)
		case p.uncounted[i.Person]: // of ours: held with the leavers; else nobody is concerned
		case i.State == model.Unknown:
			p.holdIdentity(i, append(stateUnknown(i).Some(), i.Held...)...)
		}
	}
}

// stateUnknown says what is known of an account of which nobody can tell whether it counts.
func stateUnknown(i model.Identity) model.Reason {
	if i.Evidence.Detail == "" {
		return model.Because("account-state-unreadable")
	}
	return model.Because("account-state-unknown", i.Evidence.Detail)
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
	if reason := p.maybeTheirs(i); reason.Code != "" {
		p.holdIdentity(i, reason)
		return
	}
	candidates := p.candidates(i)
	switch len(candidates) {
	case 0:
		if last, had := p.lastOwned(i.Person); had {
			p.missing(i, last)
			return
		}
		p.adoptOrCreate(i, model.Because("entitled-without-credential"))
	case 1:
		p.claim(i, candidates[0])
	default:
		p.holdIdentity(i, model.Because("csi-on-several-credentials", i.CSI, len(candidates), p.describe(candidates)))
	}
}
