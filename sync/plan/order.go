package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Order is somebody's word that one person's access ends now: the urgent path (domain §4.2,
// D-37). It stands in for the confirmation, for the grace of the withdrawal and for the limits,
// and for nothing else. Without a proof of the directory it reaches what can be undone only: the
// credential goes, as if it were withdrawn by hand in the cockpit, and the Threema ID stays.
type Order struct {
	Person model.PersonID
	Reason string // why, in the words of who ordered it; for the audit
	By     string // who that is
	// Departures are those of the person that the ledger's history knows.
	Departures []model.PastDeparture
}

// Ordered is what comes of an order. At most one of Already, Refused and Changes is set.
type Ordered struct {
	model.Subject
	Typed        string // how to name them in a command
	CredentialID string
	Username     string
	ThreemaIDs   []string // those that use the credential
	// Departed tells that a complete read of this pass shows the person as departed, so that the
	// withdrawal begins their departure. Directory says what the directory shows.
	Departed  bool
	Directory model.Reason

	// Suspended is the leave of absence of a person whose departure is suspended, nil if it is not. The
	// order is stronger, and the leave goes on for what is left.
	Suspended *model.Suspension
	// Undone tells that somebody took an earlier withdrawal back, and there is no new credential yet: with
	// this order there will be none.
	Undone bool
	// Late tells that their departure had taken the credential, and that this order leaves a word (putout.go).
	Late bool

	Already model.Reason   // there is nothing to withdraw any more, and why
	Refused model.Reason   // why it must not be withdrawn
	Changes []model.Change // the withdrawal and what goes with it, each with its status
	Guards  []model.Guard  // that block them
	Hash    string         // covers those that wait for an approval
}

// Withdrawal is the first of the changes, the zero value if there is none.
func (o Ordered) Withdrawal() model.Change {
	if len(o.Changes) == 0 {
		return model.Change{}
	}
	return o.Changes[0]
}

// ComputeOrder decides on an order, by the same rules and from the same input as [Compute],
// whose memory it shares. The input may lack sources: of their people nothing is proven.
func ComputeOrder(in Input, order Order) Ordered {
	p := newGates(&joining{newLeaving(newDraft(look(in)))}, nil)
	own, owned := p.owned[order.Person]
	if !owned {
		answer := p.answerFor(order.Person)
		if answer.Already, answer.Refused = p.nothingOwned(order); answer.Already.Code != "" {
			p.sayLate(order, &answer)
		}
		return answer
	}
	answer := p.answerAbout(own)
	if answer.Already = p.alreadyGone(own); answer.Already.Code != "" {
		answer.Undone = p.undone(own)
		return answer
	}
	if answer.Refused = p.keptFromOrder(own); answer.Refused.Code != "" {
		return answer
	}
	p.planOrder(order, model.Because("ordered", order.Reason), own, answer)
	p.approve()
	p.judgeBaseline()
	p.gate()
	answer.Changes, answer.Guards, answer.Hash = p.plan.Changes, p.plan.Guards, hashOf(p.plan.AwaitingApproval())
	return answer
}

// answerFor begins the answer to an order with what the directory shows of the person, and what somebody said of a leave.
func (p *known) answerFor(person model.PersonID) Ordered {
	o := p.observations[person]
	_, forgotten := p.forgotten(person.Source)
	answer := Ordered{
		Subject: model.Subject{Person: person, CSI: o.CSI, DN: o.DN}, Typed: p.names.Typed(o.CSI, person),
		Departed: p.departedNow[person] && !o.Unproved && !forgotten, Directory: p.describeInDirectory(person),
	}
	if s, said := p.State.Suspension(person); said && s.Stands(p.Now) {
		answer.Suspended = &s
	}
	return answer
}

// answerAbout goes on with what an order about a credential of ours would reach.
func (p *known) answerAbout(own model.Ownership) Ordered {
	answer := p.answerFor(own.Person)
	answer.Typed = p.names.Typed(own.CSI, own.Person)
	answer.CSI, answer.CredentialID, answer.Username, answer.ThreemaIDs = own.CSI, own.CredentialID, own.Username, p.idsOf(own)
	return answer
}

// nothingOwned says of somebody without a credential of ours that it is withdrawn already, or
// why there is nothing to withdraw.
func (p *known) nothingOwned(order Order) (already, refused model.Reason) {
	nothing := model.Reason{}
	departure, leaving := p.departures[order.Person]
	i := p.identities[order.Person]
	switch {
	case leaving && !departure.WithdrawnAt.IsZero():
		return withdrawnOn(departure.Username, departure.WithdrawnAt), nothing
	case p.creating(order.Person):
		return nothing, model.Because("create-unfinished")
	case i.CSI != "" && len(p.byCSI[i.CSI]) > 0:
		return nothing, model.Because("credential-unmanaged", p.describe(p.byCSI[i.CSI]))
	case i.Entitled():
		return nothing, model.Because("nothing-managed-but-entitled")
	}
	for _, past := range slices.Backward(order.Departures) {
		if !past.WithdrawnAt.IsZero() {
			return withdrawnOn(past.Username, past.WithdrawnAt), nothing
		}
	}
	return nothing, model.Because("nothing-managed")
}

// sayLate lets an order leave a word where the departure of the person had taken the credential before it.
func (p *known) sayLate(order Order, answer *Ordered) {
	took := p.departures[order.Person]
	if took.WithdrawnAt.IsZero() {
		for _, past := range order.Departures {
			if !past.WithdrawnAt.IsZero() {
				took.CredentialID, took.Username, took.WithdrawnAt = past.CredentialID, past.Username, past.WithdrawnAt
			}
		}
	}
	answer.CSI, answer.CredentialID, answer.Username = cmp.Or(answer.CSI, took.CSI, p.identities[order.Person].CSI), took.CredentialID, took.Username
	answer.Typed = p.names.Typed(answer.CSI, order.Person)
	out, said := p.lastOwned(order.Person)
	answer.Late = p.Policy.RefusesOrders().Code == "" && (!said || out.CredentialID != took.CredentialID || p.undone(out))
}

// alreadyGone says that a credential of ours needs no withdrawal. Where one list alone lacks it, it is
// withdrawn all the same: the request finds out.
func (p *known) alreadyGone(own model.Ownership) model.Reason {
	credential := model.Object{Kind: model.ObjectCredential, ID: own.CredentialID}
	switch {
	case p.gone(credential):
		return model.Because("credential-gone", own.Username)
	case p.withdrawalSent(own) && p.unsure(credential):
		return model.Because("withdrawal-unsettled", own.Username, LostAnswer(p.unlistedSince(credential).Add(model.GoneAfter)))
	}
	return model.Reason{}
}

func withdrawnOn(username string, at time.Time) model.Reason {
	return model.Because("withdrawn-already", username, at)
}

func (p *recovered) creating(person model.PersonID) bool {
	_, open := p.openCreates[person]
	return open
}

// keptFromOrder says why a credential stays whatever anybody orders.
func (p *known) keptFromOrder(own model.Ownership) model.Reason {
	switch {
	case !p.Policy.Withdraw:
		return p.Policy.RefusesOrders()
	case p.creating(own.Person):
		return model.Because("create-unfinished")
	}
	return p.byHand(own)
}

// describeInDirectory says what the directory shows of a person now.
func (p *evidence) describeInDirectory(person model.PersonID) model.Reason {
	o := p.observations[person]
	i, present := p.identities[person]
	switch {
	case p.removed(person.Source):
		return model.Because("directory-source-removed", person.Source)
	case !p.sourceRead(person.Source):
		return model.Because("directory-source-unread", person.Source)
	case p.departedNow[person] && p.placeless[person]:
		return model.Because("directory-place-unreadable", p.describeDeparted(o))
	case p.departedNow[person] && o.Unproved:
		return model.Because("directory-view-unproved", p.describeDeparted(o))
	case p.departedNow[person]:
		return model.Because("directory-departed", p.describeDeparted(o))
	case present && i.Excluded:
		return model.Because("directory-excluded")
	case present && i.State == model.Departed:
		return model.Because("directory-departed-incomplete", i.Evidence.String(), person.Source)
	case present && i.State == model.Entitled || o.State == model.Entitled:
		return model.Because("directory-entitled")
	case o.Evidence.Detail == "":
		return model.Because("directory-not-seen")
	}
	return model.Because("directory-unknown", o.Evidence.Detail)
}

// planOrder plans the withdrawal and, of somebody who departed, the end of their contacts.
func (p *draft) planOrder(order Order, why model.Reason, own model.Ownership, answer Ordered) leaver {
	o := p.observations[own.Person]
	l := leaver{
		Subject: own.WithDN(o.DN), credentialID: own.CredentialID, username: own.Username,
		observation: o, ids: answer.ThreemaIDs, rivals: p.rivals(p.ownerAccount(own)),
	}
	if answer.Departed { // the departure begins with the order
		l.ids = p.departing(own)
	}
	first := len(p.plan.Changes)
	c := p.withdrawal(l, own, false)
	c.Ordered = !answer.Departed
	c.Reasons = append([]model.Reason{why}, c.Questions...)
	p.askWhoLeft(&c, l)
	if p.withdrawalSent(own) { // else the request finds out what one list alone lacks
		p.awaitList(&c, model.Object{Kind: model.ObjectCredential, ID: own.CredentialID})
	}
	p.add(c)
	for _, id := range l.ids {
		u := p.users[id]
		if answer.Departed && !u.Special() && p.othersID(l, u).Code == "" {
			p.disable(l, id)
		}
	}
	for n := range p.plan.Changes[first:] {
		c := &p.plan.Changes[first+n]
		if c.Op.GoesAlong() {
			c.Reasons = why.Some()
		}
		c.By, c.Evidence = order.By, model.Because("word-of", order.By, answer.Directory)
		if s := answer.Suspended; s != nil {
			c.Evidence = model.Because("word-of-on-leave", order.By, answer.Directory, s.Why(p.Now))
		}
	}
	return l
}
