package plan

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// continueDeparture plans what is left after the withdrawal.
func (p *planner) continueDeparture(departure Departure) {
	o := p.observations[departure.Person]
	if reason := p.departureRests(departure, o); reason != "" {
		p.holdUnread(departure.Person, departure.CSI, departure.DN, "departure under way, but "+reason+": nothing more is done for now")
		return
	}
	l := leaver{
		person: departure.Person, csi: departure.CSI, credentialID: departure.CredentialID, username: departure.Username,
		observation: o, withdrawnAt: departure.GraceFrom(), rivals: p.rivals(p.departureAccount(departure)),
	}
	for _, id := range p.remaining(departure) {
		p.planRemoval(l, id)
	}
}

// remaining lists the IDs of a departure for which something is still to do. An ID that is somebody else's
// beyond question is not, nor one that may be where IDs are kept and only the contact would go.
func (p *planner) remaining(departure Departure) []string {
	l := leaver{person: departure.Person, csi: departure.CSI, credentialID: departure.CredentialID}
	var ids []string
	for _, id := range departure.IDs {
		u := p.user(id.ThreemaID)
		theirs := !u.Special() && p.othersID(l, u) == ""
		open := p.Policy.ID != KeepID && !p.isOthers(l, u) || p.publicly(id.ThreemaID) && theirs
		if id.GoneAt.IsZero() && open && !p.gone(Object{ObjectUser, id.ThreemaID}) {
			ids = append(ids, id.ThreemaID)
		}
	}
	return ids
}

// departureRests says why a departure under way does not go on.
func (p *planner) departureRests(departure Departure, o Observation) string {
	_, forgotten := p.forgotten(departure.Person.Source)
	switch {
	case !p.sourceRead(departure.Person.Source) && !forgotten:
		return p.notRead(departure.Person.Source)
	case o.State != Departed:
		return "the directory no longer proves it (" + cmp.Or(o.Evidence.Detail, o.State.String()) + ")"
	}
	return ""
}

// planRemoval plans what is left for one Threema ID.
func (p *planner) planRemoval(l leaver, threemaID string) {
	u := p.user(threemaID)
	switch {
	case p.gone(Object{ObjectUser, threemaID}):
		return
	case u.Special():
		p.holdQuietly(l.person, l.csi, l.observation.DN, fmt.Sprintf("the Threema ID %s is left alone: it is a Gateway, Broadcast or support ID", threemaID))
		return
	}
	if p.othersID(l, u) == "" {
		p.disable(l, threemaID)
	}
	p.takeID(l, u)
}

// takeID plans the end of one Threema ID, unless it is kept. It relies on the link and the csi of the
// ID: the last look compares them.
func (p *planner) takeID(l leaver, u User) {
	op, ends := p.endOfID(l)
	if !ends {
		return
	}
	others := p.othersID(l, u)
	preState := []string{l.credentialID}
	if others != "" {
		preState = append(preState, u.CredentialID, u.CSI)
		preState = append(preState, p.othersState(l.person, []User{u})...)
	}
	c := p.leaverChange(op, l, u.ID, preState...)
	c.ThreemaID = u.ID
	c.Requests = 2 // the ID is read once more right before
	c.Before = map[string]string{"credential": u.CredentialID, "csi": u.CSI}
	c.Reason = joinReasons(c.Reason, "last seen with "+p.lastWith(l, u))
	c.Status, c.NotBefore = p.idTime(l)
	p.awaitList(&c, Object{ObjectUser, u.ID})
	if others != "" {
		c.ask(AskOthersUse, "it may be somebody else's: "+others)
	}
	p.askWhoseID(&c, l)
	c.askPlace()
	p.askView(&c, l.observation)
	p.askForgotten(&c)
	p.add(c)
}

// lastWith says with whom a Threema ID was seen last.
func (p *planner) lastWith(l leaver, u User) string {
	own, owned := p.former[u.CredentialID]
	if owned && own.Person != l.person {
		return p.nameOf(own.Person)
	}
	if u.CredentialID == "" && l.withdrawnAt.IsZero() && !slices.Contains(p.seenOn[l.credentialID], u.ID) {
		return "this person, on an earlier credential"
	}
	return "this person, on credential " + l.username
}

// askWhoseID lets the end of an ID wait for a yes as long as somebody has the leaver's csi who did not
// leave: the same person under another ID, or nobody knows.
func (p *planner) askWhoseID(c *Change, l leaver) {
	if len(l.rivals) == 0 {
		return
	}
	r := l.rivals[0]
	words := p.words(r)
	if r.doubt != "" {
		words = fmt.Sprintf("%s has the csi now: %s", p.nameOf(r.person), r.doubt)
	}
	c.askAbout(AskSamePerson, p.lastSeen(r.person), words)
}

// endOfID is what becomes of a leaver's ID, if it is not kept. One that the person may go on
// using privately is never revoked, but detached, so that they can move it (domain §4.2).
func (p *planner) endOfID(l leaver) (op Op, ends bool) {
	switch p.Policy.ID {
	case DetachID:
		return Detach, true
	case RevokeID:
		if p.listed(p.Policy.NeverRevoke, l.person, l.csi) {
			return Detach, true
		}
		return Revoke, true
	case KeepID:
	}
	return "", false
}

// idTime counts the grace of the ID from the withdrawal, or from the end of a leave of absence. Where that is to come in this pass,
// a grace of zero makes the ID due with it; the gate takes it back if the withdrawal does not
// go ahead. A withdrawal that somebody ordered may come before the confirmation (order.go): the
// ID waits for it all the same.
func (p *planner) idTime(l leaver) (Status, time.Time) {
	status, at := Due, Later(l.withdrawnAt, p.State.resumes(l.person, p.Now))
	if l.withdrawnAt.IsZero() {
		if status, at = p.withdrawalTime(l.observation); status == Due {
			at = Later(at, p.Now)
		}
	}
	at = at.Add(p.Policy.GraceID)
	if p.Now.Before(at) {
		status = Waiting
	}
	if o := l.observation; o.ConfirmedAt.IsZero() {
		status, at = Waiting, Later(at, o.Since.Add(p.Policy.ConfirmOver))
	}
	return status, at
}
