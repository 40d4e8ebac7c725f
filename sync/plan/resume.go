package plan

import (
	"cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// resumeCreate goes on with a create that was interrupted before its hand-over. Nobody knows its
// password, so it gets a new one: by itself only while nobody uses the credential and nobody else has
// touched it, else with somebody's yes to what was found (design §5.7).
func (p *joining) resumeCreate(i model.Identity, op model.Operation) {
	l := p.leftoverOf(op)
	credential := l.Credential
	if owner, taken := p.former[credential.ID]; taken && owner.Person != i.Person {
		p.settle(op, false)
		p.holdIdentity(i, model.Because("username-of-other-by-now", op.Username, cmp.Or(p.observations[owner.Person].DN, owner.Person.String())))
		return
	}
	if other, strayed := p.strayed(op); strayed {
		p.holdIdentity(i, model.Because("username-strayed", op.Username, p.nameOf(other)))
		return
	}
	settings := present(i.Settings)
	foreign := l.Foreign(op, settings, p.Policy)
	switch {
	case p.activated(l):
		p.askWhoUses(i, op, l, foreign)
		return
	case p.heldByRefusal(i, credential.ID):
		return
	}
	c := p.change(model.Create, i.Subject, credential.ID, p.preStateOf(l, foreign)...)
	c.CredentialID, c.Username, c.Requests = credential.ID, credential.Username, 3 // credential and settings before, the password
	c.Reasons = model.Because("create-resumed").Some()
	c.Settings, c.Cells = settings, i.Cells
	c.Before, c.After = foreign, map[string]string{"username": credential.Username}
	if why := p.whyDoubt(op, l, foreign); len(why) > 0 {
		c.Reasons = model.Because("create-doubted").Some()
		c.Ask(model.AskResume, model.Because("resume-with-new-password", why))
	}
	p.add(c)
}

// givesUp ends an interrupted create whose credential may be somebody else's, where the person has
// another username by now: that is how somebody says that it is not theirs.
func (p *joining) givesUp(i model.Identity, op model.Operation) bool {
	l := p.leftoverOf(op)
	if op.CredentialID != "" || i.Username == op.Username || p.whyDoubt(op, l, l.Foreign(op, present(i.Settings), p.Policy)) == nil {
		return false
	}
	p.settle(op, false)
	delete(p.openCreates, op.Person)
	delete(p.former, l.Credential.ID)
	return true
}

// askWhoUses asks whether a credential whose hand-over was interrupted is used by the person for whom
// it was made, as when the pass died right after the line was written. A yes keeps it as it is: a new
// password would lock the app out (D-22).
func (p *joining) askWhoUses(i model.Identity, op model.Operation, l model.Leftover, foreign map[string]string) {
	if p.servesService(l.Credential.ID) {
		p.holdFor(model.AskByHand, i.Subject, model.Because("interrupted-credential-of-service-id", l.Credential.Username))
		return
	}
	c := p.change(model.Adopt, i.Subject, l.Credential.ID, p.preStateOf(l, foreign)...)
	c.CredentialID, c.Username = l.Credential.ID, l.Credential.Username
	c.Reasons = model.Because("interrupted-credential-in-use", l.Credential.Username).Some()
	c.Ask(model.AskResume, model.Because("resume-as-it-is", p.whyDoubt(op, l, foreign)))
	p.add(c)
}

// planAbandoned asks about what interrupted creates left behind for people who left before they could
// be finished. Nobody has the password of such a credential, and it may not be ours to take; but it
// holds a licence, and whoever uses it is no employee. One that the service gave to the create is
// owned, and leaves with the person.
func (p *joining) planAbandoned() {
	for _, op := range p.State.Open {
		if open, ok := p.openCreates[op.Person]; !ok || open.ID != op.ID {
			continue
		}
		if _, owned := p.owned[op.Person]; owned || p.entitledNow(op.Person) || p.passedOn(op) {
			continue
		}
		if _, strayed := p.strayed(op); strayed {
			p.settle(op, false) // it goes by the csi that somebody wrote to it
			continue
		}
		if why := p.keptAbandoned(op); why.Code != "" {
			p.holdUnread(op.Subject, model.Because("abandoned-credential-kept", op.Username, why))
			continue
		}
		p.withdrawAbandoned(op)
	}
}

// keptAbandoned says why nothing is asked about an abandoned credential now.
func (p *joining) keptAbandoned(op model.Operation) model.Reason {
	o := p.observations[op.Person]
	_, forgotten := p.forgotten(op.Person.Source)
	switch {
	case !p.sourceRead(op.Person.Source) && !forgotten:
		return model.Because("abandoned-unread", p.notRead(op.Person.Source))
	case o.State != model.Departed || p.uncounted[op.Person]:
		return model.Because("abandoned-by-unknown")
	case !p.Policy.Withdraw:
		return model.Because("abandoned-by-leaver")
	}
	return model.Reason{}
}

// withdrawAbandoned plans to withdraw it, in the time and by the rules of any leaver, with a yes.
func (p *joining) withdrawAbandoned(op model.Operation) {
	l := p.leftoverOf(op)
	own := model.Ownership{Person: op.Person, CredentialID: l.Credential.ID, Username: l.Credential.Username, CSI: op.CSI}
	o := p.observations[op.Person]
	if reason := p.byHand(own); reason.Code != "" {
		p.holdByHand(op.WithDN(o.DN), model.Because("left-withdraw-by-hand", p.describeDeparted(o), reason))
		return
	}
	c := p.withdrawal(leaver{
		Subject: op.WithDN(o.DN), credentialID: own.CredentialID, username: own.Username,
		observation: o, ids: p.departing(own), rivals: p.rivals(p.ownerAccount(own)),
	}, own, true)
	foreign := l.Foreign(op, nil, p.Policy)
	c.ID = model.ChangeID(append([]string{c.ID}, p.preStateOf(l, foreign)...)...)
	c.Status, c.NotBefore = p.withdrawalTime(o)
	c.Ask(model.AskResume, model.Because("withdraw-abandoned",
		append(model.Because("credential-abandoned", op.Username).Some(), p.whyDoubt(op, l, foreign)...)))
	p.askForgotten(&c)
	p.add(c)
}

// passedOn tells whether the credential of an interrupted create passes to another ID of the same
// person, for whom the next pass finishes it.
func (p *joining) passedOn(op model.Operation) bool {
	for person, own := range p.owned {
		if person != op.Person && own.CredentialID == op.CredentialID {
			return op.CredentialID != ""
		}
	}
	return false
}
