package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// continueDeparture plans what is left after the withdrawal.
func (p *leaving) continueDeparture(departure model.Departure) {
	o := p.observations[departure.Person]
	if reason := p.departureRests(departure, o); reason.Code != "" {
		p.holdUnread(departure.Subject, reason)
		return
	}
	l := leaver{
		Subject: departure.WithDN(o.DN), credentialID: departure.CredentialID, username: departure.Username,
		observation: o, withdrawnAt: departure.GraceFrom(), rivals: p.rivals(p.departureAccount(departure)),
	}
	for _, id := range p.remaining(departure) {
		p.planRemoval(l, id)
	}
}

// remaining lists the IDs of a departure for which something is still to do. An ID that is somebody else's
// beyond question is not, nor one that may be where IDs are kept and only the contact would go.
func (p *links) remaining(departure model.Departure) []string {
	l := leaver{Subject: departure.Subject, credentialID: departure.CredentialID}
	var ids []string
	for _, id := range departure.IDs {
		u := p.user(id.ThreemaID)
		theirs := !u.Special() && p.othersID(l, u).Code == ""
		open := p.Policy.ID != model.KeepID && !p.isOthers(l, u) || p.publicly(id.ThreemaID) && theirs
		if id.GoneAt.IsZero() && open && !p.gone(model.Object{Kind: model.ObjectUser, ID: id.ThreemaID}) {
			ids = append(ids, id.ThreemaID)
		}
	}
	return ids
}

// departureRests says why a departure under way does not go on.
func (p *directory) departureRests(departure model.Departure, o model.Observation) model.Reason {
	_, forgotten := p.forgotten(departure.Person.Source)
	switch {
	case !p.sourceRead(departure.Person.Source) && !forgotten:
		return model.Because("departure-rests-unread", p.notRead(departure.Person.Source))
	case o.State != model.Departed:
		return model.Because("departure-rests-unproven", cmp.Or(o.Evidence.Detail, o.State.String()))
	}
	return model.Reason{}
}

// planRemoval plans what is left for one Threema ID.
func (p *leaving) planRemoval(l leaver, threemaID string) {
	u := p.user(threemaID)
	switch {
	case p.gone(model.Object{Kind: model.ObjectUser, ID: threemaID}):
		return
	case u.Special():
		p.holdQuietly(l.Subject, model.Because("special-id", threemaID))
		return
	}
	if p.othersID(l, u).Code == "" {
		p.disable(l, threemaID)
	}
	p.takeID(l, u)
}

// takeID plans the end of one Threema ID, unless it is kept. It relies on the link and the csi of the
// ID: the last look compares them.
func (p *leaving) takeID(l leaver, u model.User) {
	op, ends := p.endOfID(l)
	if !ends {
		return
	}
	others := p.othersID(l, u)
	preState := []string{l.credentialID}
	if others.Code != "" {
		preState = append(preState, u.CredentialID, u.CSI)
		preState = append(preState, p.othersState(l.Person, []model.User{u})...)
	}
	c := p.leaverChange(op, l, u.ID, preState...)
	c.ThreemaID = u.ID
	c.Before = map[string]string{"credential": u.CredentialID, "csi": u.CSI}
	c.Because(p.lastWith(l, u))
	c.Status, c.NotBefore = p.idTime(l)
	p.awaitList(&c, model.Object{Kind: model.ObjectUser, ID: u.ID})
	if others.Code != "" {
		c.Ask(model.AskOthersUse, model.Because("id-of-others", others))
	}
	p.askWhoseID(&c, l)
	c.AskPlace()
	p.askView(&c, l.observation)
	p.askForgotten(&c)
	p.add(c)
}

// lastWith says with whom a Threema ID was seen last.
func (p *links) lastWith(l leaver, u model.User) model.Reason {
	own, owned := p.former[u.CredentialID]
	if owned && own.Person != l.Person {
		return model.Because("id-last-with", p.nameOf(own.Person))
	}
	if u.CredentialID == "" && l.withdrawnAt.IsZero() && !slices.Contains(p.seenOn[l.credentialID], u.ID) {
		return model.Because("id-last-on-earlier-credential")
	}
	return model.Because("id-last-on-credential", l.username)
}

// askWhoseID lets the end of an ID wait for a yes as long as somebody has the leaver's csi who did not
// leave: the same person under another ID, or nobody knows.
func (p *links) askWhoseID(c *model.Change, l leaver) {
	if len(l.rivals) == 0 {
		return
	}
	r := l.rivals[0]
	why := p.maySame(r)
	if !r.same() {
		why = model.Because("csi-has-successor", p.nameOf(r.person), r.doubt)
	}
	c.AskAbout(model.AskSamePerson, p.lastSeen(r.person), why)
}

// endOfID is what becomes of a leaver's ID, if it is not kept. One that the person may go on
// using privately is never revoked, but detached, so that they can move it (domain §4.2).
func (p *links) endOfID(l leaver) (op model.Op, ends bool) {
	switch p.Policy.ID {
	case model.DetachID:
		return model.Detach, true
	case model.RevokeID:
		if p.listed(p.Policy.NeverRevoke, l.Person, l.CSI) {
			return model.Detach, true
		}
		return model.Revoke, true
	case model.KeepID:
	}
	return "", false
}

// idTime counts the grace of the ID from the withdrawal, or from the end of a leave of absence. Where that is to come in this pass,
// a grace of zero makes the ID due with it; the gate takes it back if the withdrawal does not
// go ahead. A withdrawal that somebody ordered may come before the confirmation (order.go): the
// ID waits for it all the same.
func (p *given) idTime(l leaver) (model.Status, time.Time) {
	status, at := model.Due, model.Later(l.withdrawnAt, p.State.Resumes(l.Person, p.Now))
	if l.withdrawnAt.IsZero() {
		if status, at = p.withdrawalTime(l.observation); status == model.Due {
			at = model.Later(at, p.Now)
		}
	}
	at = at.Add(p.Policy.GraceID)
	if p.Now.Before(at) {
		status = model.Waiting
	}
	if o := l.observation; o.ConfirmedAt.IsZero() {
		status, at = model.Waiting, model.Later(at, o.Since.Add(p.Policy.ConfirmOver))
	}
	return status, at
}
