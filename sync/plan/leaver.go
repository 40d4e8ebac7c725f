package plan

import (
	"cmp"
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

// keptFromLeaving says why somebody who is not seen as entitled stays all the same.
func (p *evidence) keptFromLeaving(own model.Ownership, o model.Observation) model.Reason {
	i, present := p.identities[own.Person]
	f, forgotten := p.forgotten(own.Person.Source)
	switch {
	case !p.sourceRead(own.Person.Source) && !forgotten:
		return model.Because("source-of-leaver-unread", p.notRead(own.Person.Source))
	case forgotten && o.State != model.Departed:
		return model.Because("forgotten-unread", f.Source, f.At, f.By)
	case p.uncounted[own.Person] && !i.Excluded:
		return model.Because("evidence-uncounted", o.Evidence.Detail)
	case present && (i.Excluded || i.State == model.Unknown):
		return model.Reason{} // held with the snapshot that has them
	case o.State == model.Unknown && o.Evidence.Detail == "":
		return model.Because("not-seen-yet")
	case o.State == model.Unknown:
		return model.Because("whereabouts-unknown", o.Evidence.Detail)
	case o.State == model.Departed && !p.Policy.Withdraw:
		return model.Because("access-kept", p.describeDeparted(o))
	}
	return model.Reason{}
}

// nameOf is the DN of a person, of a leaver where they were seen last; the ID if none is known.
func (p *evidence) nameOf(person model.PersonID) string {
	if o := p.observations[person]; o.State == model.Departed && o.DN != "" {
		return o.DN
	}
	return cmp.Or(cmp.Or(p.identities[person].DN, p.observations[person].DN), person.String())
}

func (p *lists) credentialThere(own model.Ownership) bool {
	_, there := p.credentials[own.CredentialID]
	return there
}

// idsOf lists the Threema IDs to persist: those linked to the credential now, those that an earlier
// departure left behind, and those that earlier passes saw on it, see seenEarlier (D-16).
func (p *lists) idsOf(own model.Ownership) []string {
	var ids []string
	for _, u := range p.people(own.CredentialID) {
		ids = append(ids, u.ID)
	}
	ids = append(ids, p.leftBehind(own)...)
	ids = append(ids, p.seenEarlier(own)...)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// leftBehind lists the IDs of an earlier departure of the same person that they did not take up
// again: else nobody would ever take them out. One that is linked has another owner by now, or is
// among those on the credential. An ID of another account with this csi is theirs if that departure
// ended because they are the same person.
func (p *lists) leftBehind(own model.Ownership) []string {
	var ids []string
	for _, left := range p.State.AbandonedIDs {
		theirs := left.Person == own.Person || left.CSI == own.CSI && own.CSI != ""
		if theirs && p.unlinked(left.ThreemaID) {
			ids = append(ids, left.ThreemaID)
		}
	}
	return ids
}

// unlinked tells of a Threema ID that no credential has, or that one list alone lacks.
func (p *lists) unlinked(threemaID string) bool {
	u, listed := p.users[threemaID]
	free := listed && !u.Special() && u.CredentialID == ""
	return free || p.unsure(model.Object{Kind: model.ObjectUser, ID: threemaID})
}

// departing lists the Threema IDs that a departure takes out: those of the credential, and those of earlier ones
// that the owner had last and that no credential has now, as after a withdrawal that was taken back. Whose
// they may be beside the owner's, each step asks (belongs.go). One that was taken once and is back is an alarm, and stays.
func (p *links) departing(own model.Ownership) []string {
	ids := p.idsOf(own)
	for _, links := range p.formerly {
		for _, l := range links {
			if l.Person == own.Person && l.Last(links) && p.unlinked(l.ThreemaID) && !p.takenBefore(l.ThreemaID) {
				ids = append(ids, l.ThreemaID)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// takenBefore tells of a Threema ID that was detached or revoked.
func (p *given) takenBefore(threemaID string) bool {
	return slices.ContainsFunc(p.State.Effects, func(e model.Effect) bool { return e.Op.TakesID() && e.ThreemaID == threemaID })
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

// departureReason says where the person stands on the way out.
func (p *evidence) departureReason(o model.Observation) model.Reason {
	if !o.ConfirmedAt.IsZero() {
		return model.Because("departure-confirmed")
	}
	if until := o.Since.Add(p.Policy.ConfirmOver); o.Reads >= p.Policy.ConfirmReads && p.Now.Before(until) {
		return p.onlyTimeMissing(o, until)
	}
	counted := min(o.Reads, p.Policy.ConfirmReads)
	reads := model.Because("reads-so-far", counted, p.Policy.ConfirmReads)
	if p.departedNow[o.Person] {
		reads = model.Because("reads-so-far-with-this", counted, p.Policy.ConfirmReads)
	}
	switch {
	case o.Restarts > 0:
		return model.Because("departure-unconfirmed-anew", reads, p.Policy.ConfirmOver, o.Restarts)
	}
	return model.Because("departure-unconfirmed", reads, p.Policy.ConfirmOver)
}

// onlyTimeMissing says the same where reads are there enough, and only the time that they must span is not.
func (p *evidence) onlyTimeMissing(o model.Observation, until time.Time) model.Reason {
	why := model.Because("departure-unconfirmed-yet", o.Reads, p.Policy.ConfirmOver, until)
	if o.Restarts > 0 {
		return model.Because("departure-unconfirmed-yet-anew", why, o.Restarts)
	}
	return why
}

// describeDeparted says what proves an observation. The row of reads is older than its latest evidence: who
// moved out of the scope first, and is disabled by now, was not disabled all along. Whether it has the read of this plan
// is told too, which is a pass's only if a pass makes it.
func (p *evidence) describeDeparted(o model.Observation) model.Reason {
	switch {
	case o.State != model.Departed:
		return model.Reason{}
	case p.departedNow[o.Person]:
		return model.Because("departed-with-this", o.Evidence.String(), o.Since, o.Reads)
	}
	return model.Because("departed", o.Evidence.String(), o.Since, o.Reads)
}
