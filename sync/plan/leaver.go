package plan

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// leaving plans the steps out.
type leaving struct {
	*draft
	withdrawn []leaver                // whose departure may begin without a withdrawal (withdrawn.go)
	beginning map[model.PersonID]bool // who has left, with or without a step of theirs that is due, and whose credential had gone before
}

func newLeaving(d *draft) *leaving {
	return &leaving{draft: d, beginning: map[model.PersonID]bool{}}
}

// leaver is one departed person of ours on the way out (design §5.6): persist the IDs,
// withdraw, disable the contact, detach or revoke each ID. The steps before the withdrawal
// come from the ownership, those after it from the departure.
type leaver struct {
	model.Subject
	credentialID string
	username     string
	observation  model.Observation
	ids          []string
	rivals       []rival
	withdrawnAt  time.Time // since when the withdrawal counts for the grace of the ID; zero: still to do
	goneAt       time.Time // when the credential went, where that was before the departure (withdrawn.go)
}

// planLeavers plans the next steps of everybody who left, in both stages.
func (p *leaving) planLeavers() {
	for _, own := range p.State.Owned {
		if current, ok := p.owned[own.Person]; ok && current.CredentialID == own.CredentialID {
			p.planDeparture(current)
		}
	}
	for _, departure := range p.State.Departures {
		if current, open := p.departures[departure.Person]; open && !current.WithdrawnAt.IsZero() {
			p.continueDeparture(current)
		}
	}
}

// planDeparture starts the way of a person whose credential still stands.
func (p *leaving) planDeparture(own model.Ownership) {
	if p.carryOn(own) {
		return
	}
	o := p.observations[own.Person]
	if o.State == model.Entitled && p.sourceRead(own.Person.Source) {
		return
	}
	if reason := p.keptFromLeaving(own, o); reason.Code != "" {
		p.holdUnread(own.WithDN(o.DN), reason)
		return
	}
	if o.State != model.Departed {
		return
	}
	if reason := p.byHand(own); reason.Code != "" {
		p.holdByHand(own.WithDN(o.DN), model.Because("left-withdraw-by-hand", p.describeDeparted(o), reason))
		return
	}
	l := leaver{
		Subject: own.WithDN(o.DN), credentialID: own.CredentialID, username: own.Username,
		observation: o, ids: p.departing(own), rivals: p.rivals(p.ownerAccount(own)),
	}
	if p.gone(model.Object{Kind: model.ObjectCredential, ID: own.CredentialID}) {
		p.planWithdrawn(l, own)
		return
	}
	p.addWithdrawal(l, own)
	for _, id := range l.ids {
		p.planRemoval(l, id)
	}
}

// withdrawal starts the change that takes the credential away. It relies on who uses the credential:
// the last look compares that.
func (p *links) withdrawal(l leaver, own model.Ownership, memory bool) model.Change {
	csi, users := p.Inventory.Settings[l.credentialID][model.SettingCSI], model.UsersState(p.usersOf[l.credentialID])
	others := p.othersUse(own, memory)
	preState := []string{l.CSI}
	if others.Code != "" {
		preState = append(preState, csi, users)
		preState = append(preState, p.othersState(l.Person, p.people(l.credentialID), csi)...)
	}
	c := p.leaverChange(model.Withdraw, l, l.credentialID, preState...)
	c.Before = map[string]string{"username": l.username, "threema_ids": strings.Join(l.ids, " "), "csi": csi, "users": users}
	if others.Code != "" {
		c.Ask(model.AskOthersUse, model.Because("credential-of-others", others))
	}
	return c
}

func (p *draft) addWithdrawal(l leaver, own model.Ownership) {
	c := p.withdrawal(l, own, true)
	c.Status, c.NotBefore = p.withdrawalTime(l.observation)
	p.awaitList(&c, model.Object{Kind: model.ObjectCredential, ID: own.CredentialID})
	p.askWhoLeft(&c, l)
	c.AskPlace()
	p.askView(&c, l.observation)
	p.askForgotten(&c)
	p.add(c)
}

// askWhoLeft lets the withdrawal wait while the same person stands under another ID: for a yes, or for
// a source that could not be read. Another person with the same csi does not protect the leaver.
func (p *evidence) askWhoLeft(c *model.Change, l leaver) {
	if len(l.rivals) == 0 || !l.rivals[0].same() {
		return
	}
	other := l.rivals[0].person
	if slices.Contains(p.unread(), other.Source) {
		c.Status, c.NotBefore = model.Waiting, time.Time{}
		c.Because(model.Because("same-csi-unread", p.nameOf(other), p.notRead(other.Source)))
		return
	}
	c.AskAbout(model.AskSamePerson, p.lastSeen(other), p.maySame(l.rivals[0]))
}

// withdrawalTime says whether the withdrawal may go ahead by the clock, and if not, when it
// may at the earliest.
func (p *given) withdrawalTime(o model.Observation) (model.Status, time.Time) {
	if o.ConfirmedAt.IsZero() {
		return model.Waiting, p.Policy.Withdrawable(o, p.State.Resumes(o.Person, p.Now))
	}
	at := p.Policy.Withdrawable(o, p.State.GraceStart(o, p.Policy, p.Now))
	if p.Now.Before(at) {
		return model.Waiting, at
	}
	return model.Due, at
}

func (p *claims) leaverChange(op model.Op, l leaver, remote string, preState ...string) model.Change {
	c := p.change(op, l.Subject, remote,
		append(preState, strconv.Itoa(l.observation.Departures))...)
	c.CredentialID, c.Username, c.Rivals = l.credentialID, l.username, p.rivalFacts(l)
	c.CSIs = p.currentCSIs(l.Person, l.CSI)
	c.Reasons = p.departureReason(l.observation).Some()
	c.Evidence, c.Placeless = p.describeDeparted(l.observation), p.placeless[l.Person]
	return c
}
