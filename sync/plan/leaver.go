package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// leaver is one departed person of ours on the way out (design §5.6): persist the IDs,
// withdraw, disable the contact, detach or revoke each ID. The steps before the withdrawal
// come from the ownership, those after it from the saga.
type leaver struct {
	person       PersonID
	csi          string
	credentialID string
	username     string
	observation  Observation
	ids          []string
	withdrawnAt  time.Time // zero: still to do
}

// planLeavers plans the next steps of everybody who left, in both stages.
func (p *planner) planLeavers() {
	for _, own := range p.State.Owned {
		if current, ok := p.owned[own.Person]; ok && current.CredentialID == own.CredentialID {
			p.planDeparture(current)
		}
	}
	for _, saga := range p.State.Sagas {
		if current, open := p.sagas[saga.Person]; open && !current.WithdrawnAt.IsZero() {
			p.continueSaga(current)
		}
	}
}

// planDeparture starts the way of a person whose credential still stands.
func (p *planner) planDeparture(own Ownership) {
	o := p.observations[own.Person]
	if o.State == Entitled && p.sourceRead(own.Person.Source) {
		return
	}
	if reason := p.keptFromLeaving(own, o); reason != "" {
		p.hold(own.Person, own.CSI, o.DN, reason)
		return
	}
	if o.State != Departed {
		return
	}
	l := leaver{
		person: own.Person, csi: own.CSI, credentialID: own.CredentialID, username: own.Username,
		observation: o, ids: p.idsOf(own),
	}
	p.addWithdrawal(l, own)
	for _, id := range l.ids {
		p.takeOut(l, id)
	}
}

// keptFromLeaving says why somebody who is not seen as entitled stays all the same.
func (p *planner) keptFromLeaving(own Ownership, o Observation) string {
	i, present := p.identities[own.Person]
	switch {
	case !p.sourceRead(own.Person.Source):
		return p.notRead(own.Person.Source) + "; nothing is done"
	case p.uncounted[own.Person] && !i.Excluded:
		return o.Evidence.Detail + "; nothing is done"
	case present && (i.Excluded || i.State == Unknown):
		return "" // held with the snapshot that has them
	case o.State == Unknown:
		return "whereabouts unknown: " + firstNonEmpty(o.Evidence.Detail, "not seen yet") + "; nothing is done"
	case p.claimant(own.CSI) != "":
		return fmt.Sprintf("looks departed, but its csi is also that of %s, who did not leave: no leaver", p.claimant(own.CSI))
	case !p.Policy.Withdraw:
		return "left (" + o.describe() + "); leavers.app_access: keep leaves the access as it is"
	}
	if others := p.usedByOthers(own); others != "" {
		return fmt.Sprintf("left (%s), but %s", o.describe(), others)
	}
	return ""
}

// usedByOthers says who else uses a credential of ours, so that it is not this program's to
// withdraw (D-05, D-11); "" if nobody does.
func (p *planner) usedByOthers(own Ownership) string {
	switch {
	case p.servesService(own.CredentialID):
		return fmt.Sprintf("a Gateway, Broadcast or support ID uses credential %s: withdraw it by hand", own.Username)
	case p.severalCSIs(own.CredentialID):
		return fmt.Sprintf("the Threema IDs on credential %s report different csis, so others use it too: withdraw it by hand", own.Username)
	case !own.Created && p.shared(own.CredentialID):
		return fmt.Sprintf("several Threema IDs use the credential %s, which we did not create: "+
			"withdraw it by hand, or list it under adopt.personal", own.Username)
	}
	return ""
}

// claimant names the person whose csi it is, or may be, by now; "" if nobody's.
func (p *planner) claimant(csi string) string {
	person, claimed := p.claimedCSI[csi]
	if !claimed {
		return ""
	}
	return p.nameOf(person)
}

// nameOf is the DN of a person, the ID if none is known.
func (p *planner) nameOf(person PersonID) string {
	return firstNonEmpty(firstNonEmpty(p.identities[person].DN, p.observations[person].DN), person.String())
}

func (p *planner) credentialThere(own Ownership) bool {
	_, there := p.credentials[own.CredentialID]
	return there
}

// idsOf lists the Threema IDs to persist: those linked to the credential now, those that an earlier
// departure left behind, and those that were linked at the last pass if the credential, and with it
// the link, is already gone (D-16).
func (p *planner) idsOf(own Ownership) []string {
	var ids []string
	for _, u := range p.people(own.CredentialID) {
		ids = append(ids, u.ID)
	}
	ids = append(ids, p.leftBehind(own)...)
	if !p.credentialThere(own) {
		for _, id := range p.seenOn[own.CredentialID] {
			u, listed := p.users[id]
			if listed && !u.Special() && (u.CredentialID == "" || u.CredentialID == own.CredentialID) {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// leftBehind lists the IDs of an earlier departure of the same person that they did not take up
// again: else nobody would ever take them out. One that is linked has another owner by now, or is
// among those on the credential.
func (p *planner) leftBehind(own Ownership) []string {
	var ids []string
	for _, left := range p.State.LeftBehind {
		u, listed := p.users[left.ThreemaID]
		theirs := left.Person == own.Person || left.CSI == own.CSI && own.CSI != ""
		if theirs && listed && !u.Special() && u.CredentialID == "" {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

// withdrawal starts the change that takes the credential away.
func (p *planner) withdrawal(l leaver) Change {
	c := p.leaverChange(Withdraw, l, l.credentialID, l.csi)
	c.Requests = 4 // credential and users before, the withdrawal, users after
	c.Before = map[string]string{"username": l.username, "threema_ids": strings.Join(l.ids, " ")}
	return c
}

func (p *planner) addWithdrawal(l leaver, own Ownership) {
	c := p.withdrawal(l)
	if !p.credentialThere(own) {
		c.Reason = "already withdrawn " + p.howWithdrawn(own) + "; the departure is completed: " + c.Reason
	}
	c.Status, c.NotBefore = p.withdrawalTime(l.observation)
	p.add(c)
}

// withdrawalTime says whether the withdrawal may go ahead by the clock, and if not, when it
// may at the earliest.
func (p *planner) withdrawalTime(o Observation) (Status, time.Time) {
	if o.ConfirmedAt.IsZero() {
		return Waiting, later(o.Since.Add(p.Policy.ConfirmOver), p.Now).Add(p.Policy.GraceWithdraw)
	}
	at := p.graceStart(o).Add(p.Policy.GraceWithdraw)
	if p.Now.Before(at) {
		return Waiting, at
	}
	return Due, at
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (p *planner) leaverChange(op Op, l leaver, remote string, preState ...string) Change {
	c := p.change(op, Identity{Person: l.person, CSI: l.csi, DN: l.observation.DN}, remote, preState...)
	c.CredentialID, c.Username = l.credentialID, l.username
	c.Reason = p.departureReason(l.observation)
	c.Evidence = l.observation.describe()
	return c
}

// departureReason says in words where the person stands on the way out.
func (p *planner) departureReason(o Observation) string {
	if o.ConfirmedAt.IsZero() {
		return fmt.Sprintf("not seen as entitled any more; confirmed by %d of %d complete reads over at least %s",
			o.Reads, p.Policy.ConfirmReads, p.Policy.ConfirmOver)
	}
	return "left, and that is confirmed"
}

// describe words the evidence of an observation.
func (o Observation) describe() string {
	if o.State != Departed {
		return ""
	}
	reads := "1 complete read"
	if o.Reads != 1 {
		reads = fmt.Sprintf("%d complete reads", o.Reads)
	}
	return fmt.Sprintf("%s, since %s, in %s", o.Evidence, o.Since.UTC().Format("2006-01-02 15:04 UTC"), reads)
}
