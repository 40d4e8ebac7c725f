package plan

import (
	"fmt"
	"time"
)

// continueSaga plans what is left after the withdrawal.
func (p *planner) continueSaga(saga Saga) {
	o := p.observations[saga.Person]
	if reason := p.sagaRests(saga, o); reason != "" {
		p.hold(saga.Person, saga.CSI, saga.DN, "departure under way, but "+reason+": nothing more is done for now")
		return
	}
	l := leaver{
		person: saga.Person, csi: saga.CSI, credentialID: saga.CredentialID, username: saga.Username,
		observation: o, withdrawnAt: saga.WithdrawnAt,
	}
	for _, id := range p.remaining(saga) {
		p.takeOut(l, id)
	}
}

// remaining lists the IDs of a saga for which something is still to do.
func (p *planner) remaining(saga Saga) []string {
	var ids []string
	for _, id := range saga.IDs {
		u, listed := p.users[id.ThreemaID]
		open := p.Policy.ID != KeepID || p.publicly(id.ThreemaID) && WrongID(u, saga.CredentialID, saga.CSI) == ""
		if listed && id.GoneAt.IsZero() && open {
			ids = append(ids, id.ThreemaID)
		}
	}
	return ids
}

// sagaRests says why a departure under way does not go on.
func (p *planner) sagaRests(saga Saga, o Observation) string {
	switch {
	case !p.sourceRead(saga.Person.Source):
		return p.notRead(saga.Person.Source)
	case o.State != Departed:
		return "the directory no longer proves it (" + firstNonEmpty(o.Evidence.Detail, o.State.String()) + ")"
	case p.claimant(saga.CSI) != "":
		return "the csi is also that of " + p.claimant(saga.CSI) + ", who did not leave"
	}
	return ""
}

// takeOut plans what is left for one Threema ID, unless something speaks against it.
func (p *planner) takeOut(l leaver, threemaID string) {
	if wrong := WrongID(p.users[threemaID], l.credentialID, l.csi); wrong != "" {
		p.hold(l.person, l.csi, l.observation.DN, fmt.Sprintf("the Threema ID %s is left alone: %s", threemaID, wrong))
		return
	}
	p.disable(l, threemaID)
	p.takeID(l, threemaID)
}

// takeID plans the end of one Threema ID, unless it is kept.
func (p *planner) takeID(l leaver, threemaID string) {
	op, ends := p.endOfID(l)
	if !ends {
		return
	}
	c := p.leaverChange(op, l, threemaID, l.credentialID)
	c.ThreemaID = threemaID
	c.Requests = 2 // the ID is read once more right before
	c.Before = map[string]string{"credential": l.credentialID, "csi": p.users[threemaID].CSI}
	c.Status, c.NotBefore = p.idTime(l)
	p.add(c)
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

// WrongID checks the pre-state of design §5.6 of a user who is to be detached or revoked: the
// link is missing or names the leaver's credential, and the csi is empty or the leaver's; csi
// alone never suffices (D-21). It returns what is wrong, "" if nothing is.
func WrongID(u User, credentialID, csi string) string {
	switch {
	case u.Special():
		return "it is a Gateway, Broadcast or support ID"
	case u.CredentialID != "" && u.CredentialID != credentialID:
		return "it uses another credential by now"
	case u.CSI != "" && u.CSI != csi:
		return "it reports another csi (" + u.CSI + ")"
	}
	return ""
}

// idTime counts the grace of the ID from the withdrawal. Where that is to come in this pass,
// a grace of zero makes the ID due with it; the gate takes it back if the withdrawal does not
// go ahead. A withdrawal that somebody ordered may come before the confirmation (order.go): the
// ID waits for it all the same.
func (p *planner) idTime(l leaver) (Status, time.Time) {
	status, at := Due, l.withdrawnAt
	if at.IsZero() {
		status, at = p.withdrawalTime(l.observation)
		at = later(at, p.Now)
	}
	at = at.Add(p.Policy.GraceID)
	if p.Now.Before(at) {
		status = Waiting
	}
	if o := l.observation; o.ConfirmedAt.IsZero() {
		status, at = Waiting, later(at, o.Since.Add(p.Policy.ConfirmOver))
	}
	return status, at
}
