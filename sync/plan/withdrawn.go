package plan

import "time"

// A credential that is gone, by somebody's order or by hand, is withdrawn: a departure that comes after it does
// so no second time, and plans, counts and announces only what follows (design §5.6). It begins with the first
// step that is due, and by its own proof: nothing of it comes sooner than it would after a withdrawal of its own.

// planWithdrawn plans what is left of a leaver whose credential is gone.
func (p *planner) planWithdrawn(l leaver, own Ownership) {
	first := len(p.plan.Changes)
	gone := p.goneSince(own)
	status, at := p.withdrawalTime(l.observation)
	l.withdrawnAt, l.goneAt = Later(gone, at), gone
	for _, id := range l.ids {
		p.planRemoval(l, id)
	}
	for n := range p.plan.Changes[first:] {
		c := &p.plan.Changes[first+n]
		c.Requests++ // the credential is looked for once more
		c.Reason = "the credential was withdrawn " + p.howWithdrawn(own) + ", and that is done; " + c.Reason
		if c.Op == DisableContact { // it went with the withdrawal, and asks what that would have asked
			if status != Due {
				c.Status, c.NotBefore = Waiting, Later(c.NotBefore, at)
			}
			p.askWhoLeft(c, l)
			c.askPlace()
			p.askView(c, l.observation)
		}
	}
	if len(p.plan.Changes) == first {
		p.holdQuietly(l.person, l.csi, l.observation.DN, "left ("+p.describeDeparted(l.observation)+"); their credential was withdrawn "+p.howWithdrawn(own)+", and nothing more is to be taken")
	}
	if status == Due && (len(p.plan.Changes) > first || !p.claimed(l)) {
		p.withdrawn = append(p.withdrawn, l)
	}
}

// claimed tells of a leaver whose csi somebody has who is the same person.
func (p *planner) claimed(l leaver) bool { return len(l.rivals) > 0 && l.rivals[0].doubt == "" }

// goneSince is when a credential of ours went: by the order, else the first pass that missed it.
func (p *planner) goneSince(own Ownership) time.Time {
	if at, ordered := p.orderedAt(own); ordered {
		return at
	}
	return p.unlistedSince(Object{ObjectCredential, own.CredentialID})
}

// beginWithdrawn begins the departures without a withdrawal: with a step that is due, or where none is left. A
// step that waits for a yes, a guard or its grace leaves the person as they are.
func (p *planner) beginWithdrawn() {
	if !p.plan.Update.Baseline || p.planOnly || p.clockInDoubt {
		return
	}
	steps, due := map[PersonID]bool{}, map[PersonID]bool{}
	for _, c := range p.plan.Changes {
		steps[c.Person] = true
		due[c.Person] = due[c.Person] || c.Status == Due
	}
	for _, l := range p.withdrawn {
		if steps[l.person] && !due[l.person] || !p.Policy.Mode.Allows(Withdraw) || p.suspended(l.person) || !p.departedNow[l.person] {
			continue
		}
		departure := Departure{
			Person: l.person, CredentialID: l.credentialID, Username: l.username, CSI: l.csi, DN: l.observation.DN, OU: l.observation.OU,
			StartedAt: l.withdrawnAt, WithdrawnAt: l.goneAt, Word: p.wordOn(p.owned[l.person]),
		}
		for _, id := range l.ids {
			departure.IDs = append(departure.IDs, DepartingID{ThreemaID: id})
		}
		p.plan.Begun = append(p.plan.Begun, departure)
	}
}
