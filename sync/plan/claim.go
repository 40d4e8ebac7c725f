package plan

import (
	"cmp"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// candidates are the credentials that carry the person's csi: by their setting, or by what
// the ledger wrote to them.
func (p *claims) candidates(i model.Identity) []string {
	ids := slices.Concat(p.byCSI[i.CSI], p.formerByCSI[i.CSI])
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (p *lists) describe(credentialIDs []string) []string {
	var names []string
	for _, id := range credentialIDs {
		names = append(names, p.credentials[id].Username)
	}
	slices.Sort(names)
	return names
}

// claim adopts a credential that carries the person's csi, or takes it over from the ID
// under which the same person was known before.
func (p *joining) claim(i model.Identity, credentialID string) {
	own, owned := p.former[credentialID]
	if !owned {
		p.adopt(i, credentialID, model.Because("csi-on-credential", i.CSI))
		return
	}
	if reason := p.keepsOwner(own, i); reason.Code != "" {
		p.holdIdentity(i, reason)
		return
	}
	old := p.ownerAccount(own)
	doubt := p.doubtSame(old, i.Person)
	if p.creating(own.Person) {
		doubt = model.Reason{} // whoever gets the credential gets a new password
	}
	if doubt.Code != "" && p.unused(credentialID) {
		p.holdIdentity(i, model.Because("unused-credential-stays", p.nameOf(own.Person), doubt, own.Username))
		return
	}
	c := p.transfer(i, own, doubt)
	p.add(c)
	if len(c.Asks) > 0 && !p.saidYes(c) {
		return // until then the owner is a leaver like any other
	}
	p.inherit(old, i)
	delete(p.owned, own.Person)
	p.owned[i.Person] = model.Ownership{Person: i.Person, CredentialID: credentialID, Username: own.Username, CSI: i.CSI, Created: own.Created, FirstName: own.FirstName}
	p.manage(i, credentialID)
}

// transfer is the change by which a credential passes to another ID of the same person.
func (p *evidence) transfer(i model.Identity, own model.Ownership, doubt model.Reason) model.Change {
	c := p.change(model.Transfer, i.Subject, own.CredentialID, own.Person.String())
	c.CredentialID, c.Username = own.CredentialID, own.Username
	c.Reasons = p.whyTransfer(own.Person, i).Some()
	c.Evidence = p.describeDeparted(p.observations[own.Person])
	c.Before = map[string]string{"person": own.Person.String()}
	c.After = map[string]string{"person": i.Person.String()}
	if doubt.Code != "" {
		c.Reasons = model.Because("same-csi-other-id").Some()
		c.AskAbout(model.AskSamePerson, p.lastSeen(own.Person), model.Because("same-person-passes-on", p.nameOf(own.Person), doubt))
	}
	return c
}

// unused tells that nobody ever activated an app with a credential.
func (p *lists) unused(id string) bool {
	return p.credentials[id].Usage == 0 && len(p.usersOf[id]) == 0
}

// whyTransfer says why a credential passes to another ID.
func (p *evidence) whyTransfer(from model.PersonID, to model.Identity) model.Reason {
	switch {
	case from.Source == to.Person.Source:
		return model.Because("account-made-anew")
	case p.entitledNow(from):
		return model.Because("earlier-source-counts", to.Person.Source, from.Source)
	}
	return model.Because("moved-to-source", from.Source, to.Person.Source)
}

// keepsOwner says why a credential cannot pass to another ID: its owner is still entitled, and not
// in a source that comes after the other's, or no complete read of this pass says that the owner
// left. One that is still being made is finished for its owner first. A source that is not configured
// any more says nothing of its people, and keeps nothing for them (forgotten.go).
func (p *evidence) keepsOwner(own model.Ownership, i model.Identity) model.Reason {
	o := p.observations[own.Person]
	owner := cmp.Or(o.DN, own.Person.String())
	switch {
	case p.entitledNow(own.Person) && p.place(i.Person.Source) < p.place(own.Person.Source) && !p.creating(own.Person):
		return model.Reason{}
	case p.removed(own.Person.Source):
		return model.Reason{}
	case o.State == model.Entitled && p.sourceRead(own.Person.Source):
		return model.Because("csi-of-entitled", own.Username, owner)
	case !p.departedNow[own.Person]:
		return model.Because("csi-of-unproved-leaver", own.Username, owner, own.Person.Source)
	}
	return model.Reason{}
}

// adoptOrCreate looks at the person's username when no credential carries the csi: adopt by name
// where that is allowed, else create, for the reason given, where the name is free.
func (p *joining) adoptOrCreate(i model.Identity, reason model.Reason) {
	c, taken := p.credentialNamed(i.Username)
	own, owned := p.former[c.ID]
	leaving := p.usernameLeaving(i)
	switch {
	case taken && owned:
		p.holdIdentity(i, model.Because("username-of-owner", i.Username, cmp.Or(p.observations[own.Person].DN, own.Person.String())))
	case taken:
		p.adoptByUsername(i, c)
	case leaving.Code != "":
		p.holdIdentity(i, leaving)
	default:
		p.create(i, reason, p.questions(i)...)
	}
}

// usernameLeaving keeps a username from a namesake until its former owner's departure is settled
// (design §5.5).
func (p *known) usernameLeaving(i model.Identity) model.Reason {
	departure, leaving := p.leavingNames[FoldUsername(i.Username)]
	if !leaving || departure.Person == i.Person {
		return model.Reason{}
	}
	return model.Because("username-of-leaver", i.Username, departure.DN)
}

// missing handles a credential that is gone from the package, of somebody who owns it or did until they departed
// (design §5.6, §5.10).
func (p *joining) missing(i model.Identity, own model.Ownership) {
	missed, how, typed := p.countMissing(own), p.howWithdrawn(own), p.names.Typed(i.CSI, i.Person)
	switch again := missed.MissingSince.Add(model.GoneAfter); {
	case p.undone(own):
		p.adoptOrCreate(i, model.Because("withdrawal-taken-back", own.Username, how))
	case missed.Loss == model.LossAccepted:
		p.holdQuietly(i.Subject, model.Because("loss-accepted", own.Username, how, typed))
	case !p.Policy.Recreate:
		p.holdQuietly(i.Subject, model.Because("recreate-off", own.Username, how, typed))
	case missed.MissingReads < 2 || p.Now.Before(again):
		p.holdQuietly(i.Subject, model.Because("recreate-unsettled", own.Username, how, again))
	default:
		p.adoptOrCreate(i, model.Because("recreate-on", own.Username, how))
	}
}
