package plan

import (
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// A credential that is gone, by somebody's order or by hand, is withdrawn: a departure that comes after it does
// so no second time, and plans, counts and announces only what follows (design §5.6). It begins with the first
// step that is due, and by its own proof: nothing of it comes sooner than it would after a withdrawal of its own.

// planWithdrawn plans what is left of a leaver whose credential is gone.
func (p *leaving) planWithdrawn(l leaver, own model.Ownership) {
	first := len(p.plan.Changes)
	gone := p.goneSince(own)
	status, at := p.withdrawalTime(l.observation)
	l.withdrawnAt, l.goneAt = model.Later(gone, at), gone
	for _, id := range l.ids {
		p.planRemoval(l, id)
	}
	for n := range p.plan.Changes[first:] {
		c := &p.plan.Changes[first+n]
		c.Requests++ // the credential is looked for once more
		c.Reasons = append([]model.Reason{model.Because("credential-went-before", p.howWithdrawn(own))}, c.Reasons...)
		if c.Op.GoesAlong() { // it went with the withdrawal, and asks what that would have asked
			if status != model.Due {
				c.Status, c.NotBefore = model.Waiting, model.Later(c.NotBefore, at)
			}
			p.askWhoLeft(c, l)
			c.AskPlace()
			p.askView(c, l.observation)
		}
	}
	if len(p.plan.Changes) == first {
		p.holdQuietly(l.Subject, model.Because("nothing-more-to-take", p.describeDeparted(l.observation), p.howWithdrawn(own)))
	}
	p.beginning[l.Person] = true
	if status == model.Due && (len(p.plan.Changes) > first || !p.sameStays(l)) {
		p.withdrawn = append(p.withdrawn, l)
	}
}

// sameStays tells that the same person, as far as anybody can tell, is there under another account.
func (p *leaving) sameStays(l leaver) bool { return len(l.rivals) > 0 && l.rivals[0].same() }

// goneSince is when a credential of ours went: by the order, else the first pass that missed it.
func (p *lists) goneSince(own model.Ownership) time.Time {
	if at, ordered := p.orderedAt(own); ordered {
		return at
	}
	return p.unlistedSince(model.Object{Kind: model.ObjectCredential, ID: own.CredentialID})
}

// beginWithdrawn begins the departures without a withdrawal: with a step that is due, or where none is left. A
// step that waits for a yes, a guard or its grace leaves the person as they are.
func (p *gates) beginWithdrawn() {
	if !p.update.Baseline || p.planOnly {
		return
	}
	steps, due := map[model.PersonID]bool{}, map[model.PersonID]bool{}
	for _, c := range p.plan.Changes {
		steps[c.Person] = true
		due[c.Person] = due[c.Person] || c.Status == model.Due
	}
	for _, l := range p.withdrawn {
		if steps[l.Person] && !due[l.Person] || !p.Policy.Mode.Allows(model.Withdraw) || !p.departedNow[l.Person] {
			continue
		}
		departure := model.Departure{
			Subject: l.Subject, CredentialID: l.credentialID, Username: l.username, OU: l.observation.OU,
			StartedAt: l.withdrawnAt, WithdrawnAt: l.goneAt, Word: p.wordOn(p.owned[l.Person]),
		}
		for _, id := range l.ids {
			departure.IDs = append(departure.IDs, model.DepartingID{ThreemaID: id})
		}
		p.plan.Begun = append(p.plan.Begun, departure)
	}
}

// Who left with a mass that the limits stop is one of them, also if nothing is left to withdraw from them: nothing of
// their departure goes while the withdrawals of the source are stopped (design §5.11).

// firstSteps are the steps with which such departures in a source begin, of a status: the contacts, or where there
// is none, the Threema IDs. The others are steps that follow.
func (p *leaving) firstSteps(source string, status model.Status) (first, then []*model.Change) {
	contact := map[model.PersonID]bool{}
	for _, c := range p.plan.Changes {
		contact[c.Person] = contact[c.Person] || c.Op.GoesAlong()
	}
	for n := range p.plan.Changes {
		c := &p.plan.Changes[n]
		switch {
		case !p.beginning[c.Person] || c.Person.Source != source || c.Status != status || !c.Op.OfDeparture():
		case c.Op.GoesAlong() || !contact[c.Person]:
			first = append(first, c)
		default:
			then = append(then, c)
		}
	}
	return first, then
}

// stopBeginnings lets them wait for the same yes as the withdrawals of their source, and what follows for them.
func (p *leaving) stopBeginnings(source, guard string) {
	first, then := p.firstSteps(source, model.Due)
	for _, c := range first {
		if !c.Lifted() {
			c.Status, c.Guard = model.Blocked, guard
		}
	}
	for _, c := range then {
		if !c.Lifted() {
			c.Status = model.Waiting
		}
	}
}

// announceBeginnings announces them with the withdrawals that a limit will stop, from an earliest time on.
func (p *leaving) announceBeginnings(source string, earliest time.Time) {
	first, _ := p.firstSteps(source, model.Waiting)
	for _, c := range first {
		if c.Guard == "" && !c.NotBefore.Before(earliest) && !c.AsksForYes() {
			c.Guard = model.GuardAhead
		}
	}
}

// alsoStopped tells of them beside what the guard stops.
func (p *leaving) alsoStopped(op model.Op, source string) model.Reason {
	people := map[model.PersonID]bool{}
	if op.BeginsDeparture() {
		first, _ := p.firstSteps(source, model.Due)
		for _, c := range first {
			if !c.Lifted() {
				people[c.Person] = true
			}
		}
	}
	if len(people) == 0 {
		return model.Reason{}
	}
	return model.Because("beginnings-wait-too", len(people))
}
