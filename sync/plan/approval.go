package plan

import (
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// approve marks the changes that somebody said yes to. What is marked stands outside the
// limits: it is not counted by them and not blocked by them.
func (p *gates) approve() {
	for n := range p.plan.Changes {
		c := &p.plan.Changes[n]
		if !p.saidYes(*c) {
			continue
		}
		c.Approved = true
		if until := p.approvedUntil(p.approvals[c.ID]); p.Now.Before(until) {
			c.ApprovedUntil = until
		}
	}
}

// approvedUntil is the end of a yes as every screen tells it once this pass has read: the pass that finds a step due lets
// its time begin.
func (p *recovered) approvedUntil(a model.GivenApproval) time.Time {
	n := slices.IndexFunc(p.State.Approvals, func(given model.GivenApproval) bool { return given.ChangeID == a.ChangeID })
	if !a.Ahead || n < 0 || !p.readWholly(a.Person.Source) {
		return a.Until
	}
	end, _ := p.State.Ends(p.State.Approvals[n], p.observations[a.Person], p.departures[a.Person], p.Policy, p.Now, p.Now)
	return end
}

// saidYes tells whether somebody said yes to a change.
func (p *recovered) saidYes(c model.Change) bool {
	a, given := p.approvals[c.ID]
	return given && a.Person == c.Person
}

// listed tells whether the configuration lists somebody by csi. A list names a person, not a spelling:
// every csi counts that they ever had.
func (p *evidence) listed(csis []string, person model.PersonID, csi string) bool {
	theirs := p.csisOf(person, csi)
	return slices.ContainsFunc(csis, func(listed string) bool { return slices.Contains(theirs, listed) })
}

// protect marks the steps of a departure of protected people, the contact's too: the last look before each
// of them asks whether the plan knew (design §5.6).
func (p *gates) protect() {
	all := map[string][]model.Reason{}
	for _, s := range p.Sources {
		all[s.Snapshot.Source] = s.Snapshot.ProtectAll
	}
	for n := range p.plan.Changes {
		c := &p.plan.Changes[n]
		why := all[c.Person.Source]
		if !c.Op.OfDeparture() || len(why) == 0 && !p.isProtected(*c) {
			continue
		}
		c.Protected = true
		if p.isProtected(*c) {
			c.Because(model.Because("protected"))
		} else {
			c.Because(model.Because("source-protected", c.Person.Source, why))
		}
	}
}

// isProtected tells whether a group or a csi protects the person of a change.
func (p *evidence) isProtected(c model.Change) bool {
	return p.observations[c.Person].Protected || p.listed(p.Policy.Protected, c.Person, c.CSI)
}

// expiredApprovals lists the change ids of approvals that count no more.
func (p *recovered) expiredApprovals() []string {
	var expired []string
	for _, a := range p.State.Approvals {
		end, _ := p.State.Ends(a, p.observations[a.Person], p.departures[a.Person], p.Policy, p.Now, p.State.LastRead(a.Person.Source))
		if !a.Live(end, p.departures[a.Person], p.Now) {
			expired = append(expired, a.ChangeID)
		}
	}
	return expired
}

// AwaitingApproval lists the changes that the plan's hash covers.
func (p Plan) AwaitingApproval() []model.Change {
	var changes []model.Change
	for _, c := range p.Changes {
		if c.AwaitsApproval() {
			changes = append(changes, c)
		}
	}
	return changes
}

// voidApprovals lists the change ids of approvals to a departure that is over, as the person was seen as
// entitled again: the steps of the next one have other ids (see Observation.SeenAgain), so these are a yes to nothing.
func (p *recovered) voidApprovals() []string {
	away := map[model.PersonID]bool{}
	for _, o := range p.State.Observations {
		away[o.Person] = o.State != model.Entitled
	}
	var void []string
	for _, a := range p.State.Approvals {
		if a.Departs() && away[a.Person] && p.observations[a.Person].State == model.Entitled {
			void = append(void, a.ChangeID)
		}
	}
	return void
}
