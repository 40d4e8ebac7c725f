package plan

import (
	"cmp"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// undone tells whether somebody took back that a credential was withdrawn.
func (p *given) undone(own model.Ownership) bool {
	return slices.ContainsFunc(p.State.Undone, func(u model.UndoneOrder) bool {
		return u.Person == own.Person && u.CredentialID == own.CredentialID
	})
}

// Undo is what it means to take the withdrawal of one person back. At most one of Already and Refused
// is set; if neither is, there is something to take back.
type Undo struct {
	model.Subject
	Username string
	// CredentialID is the credential that was withdrawn, or was to be.
	CredentialID string
	// Open tells that the order is not carried out, and the credential is there: the order ends.
	Open    bool
	Already model.Reason   // there is nothing to take back, and why
	Refused model.Reason   // why it is not taken back
	Next    []model.Reason // what happens next, and what cannot be undone
}

// ComputeUndo decides whether the withdrawal of a person may be taken back, by the same rules and from
// the same input as [Compute]. The input may lack sources: whoever was seen there last as departed
// has left.
func ComputeUndo(in Input, person model.PersonID, history model.History) Undo {
	p := look(in)
	o, i := p.observations[person], p.identities[person]
	own, owned := p.lastOwned(person)
	u := Undo{Subject: model.Subject{Person: person, CSI: cmp.Or(i.CSI, cmp.Or(o.CSI, own.CSI)), DN: p.nameOf(person)}, Username: own.Username, CredentialID: own.CredentialID}
	u.Refused = p.leftByDirectory(person)
	if p.State.HasOpenOrder(own.CredentialID) && p.credentialThere(own) && (u.Refused.Code != "" || !p.withdrawalSent(own)) {
		u.Open, u.Refused, u.Next = true, model.Reason{}, p.afterOrder(own).Some()
		return u
	}
	if u.Refused.Code == "" && !owned {
		u.Already, u.Refused = p.nothingToUndo(person)
	}
	if u.Refused.Code == "" && u.Already.Code == "" {
		u.Already = p.needsNoUndo(own)
	}
	lines, taken := takenIDs(history)
	if u.Refused.Code != "" || u.Already.Code != "" {
		u.Next = lines
		return u
	}
	u.Next = slices.Concat(p.afterUndo(i, own), lines, p.keptIDs(own, taken))
	return u
}

// afterOrder says what comes of it that an order is taken back before it was carried out.
func (p *known) afterOrder(own model.Ownership) model.Reason {
	o := p.observations[own.Person]
	if o.State == model.Departed {
		return model.Because("undo-order-of-leaver", own.Username, p.describeDeparted(o))
	}
	return model.Because("undo-order", own.Username)
}

// leftByDirectory says of somebody whom the directory calls departed that nobody's word brings them back.
func (p *known) leftByDirectory(person model.PersonID) model.Reason {
	o := p.observations[person]
	if o.State != model.Departed {
		return model.Reason{}
	}
	if departure, leaving := p.departures[person]; leaving && !departure.WithdrawnAt.IsZero() {
		return model.Because("left-by-directory-withdrawn", p.describeDeparted(o), o.WayBack(), departure.Username)
	}
	return model.Because("left-by-directory", p.describeDeparted(o), o.WayBack())
}

// nothingToUndo is for people without a credential of ours.
func (p *known) nothingToUndo(person model.PersonID) (already, refused model.Reason) {
	nothing := model.Reason{}
	i := p.identities[person]
	departure, leaving := p.departures[person]
	switch {
	case p.creating(person):
		return model.Because("credential-being-made"), nothing
	case i.Entitled():
		if stops := Compute(p.Input).stopsMaking(person); stops.Code != "" {
			return model.Because("credential-stopped", person.String(), stops), nothing
		}
		return model.Because("nothing-in-the-way"), nothing
	case leaving:
		return nothing, model.Because("departure-goes-on", departure.Username, p.describeInDirectory(person))
	}
	return nothing, model.Because("nothing-to-take-back")
}

// needsNoUndo says of a credential of ours why there is nothing to take back.
func (p *known) needsNoUndo(own model.Ownership) model.Reason {
	sent := p.withdrawalSent(own)
	for _, u := range p.State.Undone {
		if u.Person == own.Person && u.CredentialID == own.CredentialID {
			return model.Because("taken-back-already", u.At, u.By)
		}
	}
	if p.credentialThere(own) && !sent {
		return model.Because("nothing-was-withdrawn", own.Username)
	}
	return model.Reason{}
}

// withdrawalSent tells of a withdrawal whose end is not known.
func (p *given) withdrawalSent(own model.Ownership) bool {
	sent, _ := p.State.LostAnswer(own)
	return sent
}

// afterUndo says what comes of it.
func (p *known) afterUndo(i model.Identity, own model.Ownership) []model.Reason {
	credential := model.Object{Kind: model.ObjectCredential, ID: own.CredentialID}
	if p.withdrawalSent(own) && p.credentialThere(own) {
		return model.Because("undo-answer-lost", own.Username).Some()
	}
	var next []model.Reason
	comes := model.Because("undo-next-pass")
	if !p.gone(credential) {
		next = append(next, model.Because("undo-credential-unsure", own.Username, p.describeUnsure(credential)))
		comes = model.Because("undo-later-pass")
	}
	next = append(next, p.remade(i, own, comes))
	if !p.Policy.Mode.Allows(model.Create) {
		next = append(next, model.Because("undo-against-policy", string(p.Policy.Mode)))
	}
	return next
}

// remade says when the new credential comes: at once, unless something stands in the way.
func (p *known) remade(i model.Identity, own model.Ownership, comes model.Reason) model.Reason {
	switch {
	case !i.Entitled():
		return model.Because("undo-not-entitled", p.describeInDirectory(own.Person))
	case len(i.Held) > 0:
		return model.Because("undo-held", i.Held)
	}
	if stops := p.stopsRemaking(own); stops.Code != "" {
		return model.Because("undo-stopped", stops)
	}
	return comes
}

// stopsRemaking says what stands in the way of the credential that follows, and what to type, nothing if nothing does: the
// plan is asked that a pass would make, once the withdrawal is taken back.
func (p *known) stopsRemaking(own model.Ownership) model.Reason {
	in := p.Input
	in.State.Undone = append(slices.Clip(in.State.Undone), model.UndoneOrder{Person: own.Person, CredentialID: own.CredentialID, At: in.Now})
	next := Compute(in)
	if !p.gone(model.Object{Kind: model.ObjectCredential, ID: own.CredentialID}) {
		next.Held = nil // that it is not certain is told beside this
	}
	return next.stopsMaking(own.Person)
}

// stopsMaking says what stops the credential of somebody who is to get one, and what ends that; nothing if nothing does.
func (p Plan) stopsMaking(person model.PersonID) model.Reason {
	for _, c := range p.Changes {
		if c.Person == person && (c.Op == model.Create || c.Op == model.Adopt) {
			return p.stops(c)
		}
	}
	for _, h := range p.Held {
		if h.Person == person {
			return model.Because("held-until-corrected", h.Reasons)
		}
	}
	return model.Reason{}
}

// stops says why a change does not go with the next pass, and what ends that; nothing if it goes.
func (p Plan) stops(c model.Change) model.Reason {
	codes := c.WaitCodes()
	for _, w := range StandingWaits(p.AllWaits()) {
		if slices.Contains(codes, w.Code) {
			return model.Because("waits-for", string(w.Code), w)
		}
	}
	switch c.Status {
	case model.Waiting, model.Deferred:
		if c.NotBefore.IsZero() {
			return model.Because("stands-still", string(c.Status), c.Reasons)
		}
		return model.Because("stands-still-until", string(c.Status), c.Reasons, c.NotBefore)
	case model.Due, model.NeedsApproval, model.Blocked, model.Withheld, model.Suspended:
	}
	return model.Reason{}
}

// Stopped says what stops approved changes in spite of the yes to them, and what ends that; nothing if nothing does.
func (p Plan) Stopped(approved []model.Change) model.Reason {
	for _, c := range p.Changes {
		asked := slices.ContainsFunc(approved, func(a model.Change) bool { return a.ID == c.ID })
		if asked && !c.Ahead() && c.Status != model.Due {
			if why := p.stops(c); why.Code != "" {
				return why
			}
		}
	}
	return model.Reason{}
}

// takenIDs says what became of the Threema IDs that were taken: what was destroyed stays so.
func takenIDs(history model.History) (lines []model.Reason, taken map[string]bool) {
	taken = map[string]bool{}
	for _, s := range history.Steps {
		for _, id := range s.ThreemaIDs {
			switch {
			case s.Op == model.Revoke && s.State == "done":
				lines = append(lines, model.Because("id-was-revoked", id, s.At))
			case s.Op == model.Revoke && (s.State == "intent" || s.State == "unknown"):
				lines = append(lines, model.Because("id-revocation-unsettled", id, s.At))
			case s.Op == model.Detach && s.State == "done":
				lines = append(lines, model.Because("id-was-detached", id, s.At))
			default:
				continue
			}
			taken[id] = true
		}
	}
	return lines, taken
}

// keptIDs says how whoever gets a new password goes on with their Threema ID.
func (p *known) keptIDs(own model.Ownership, taken map[string]bool) []model.Reason {
	kept := slices.DeleteFunc(p.idsOf(own), func(id string) bool { return taken[id] })
	if len(kept) == 0 {
		return nil
	}
	return model.Because("id-not-taken", kept, OnTheirPhone(kept)).Some()
}

// OnTheirPhone says where somebody types a new password whose Threema IDs go on. Why the credential was
// withdrawn nobody tells us: the phone may be stolen, and whoever has it must get nothing.
func OnTheirPhone(ids []string) model.Reason { return model.Because("on-their-phone", ids) }
