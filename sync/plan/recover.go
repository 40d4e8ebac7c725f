package plan

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// recover settles the journal rows that a crash or a lost answer left open, by looking at
// the package: if the effect is there it is recorded, if the pre-state still stands the
// change goes back to planned, through all gates (design §5.7). Nothing is sent again blindly. That
// something is gone needs more than one list (unlisted.go): until then the row stays open.
func (p *recovered) recover() {
	for _, op := range p.State.Open {
		switch op.Op {
		case model.Create:
			p.recoverCreate(op)
		case model.Withdraw:
			p.recoverWithdrawal(op)
		case model.Detach, model.Revoke:
			p.recoverIDs(op)
		case model.PublishContact, model.DisableContact:
			p.recoverContacts(op)
		case model.Adopt, model.Transfer, model.SetSettings, model.UnsetSetting:
			// Idempotent: the comparison with this inventory decides what is still to do.
			p.settle(op, false)
		}
	}
}

func (p *recovered) settle(op model.Operation, done bool) {
	p.update.Settled = append(p.update.Settled, model.SettledOperation{ID: op.ID, Done: done})
}

// recoverCreate keeps a create open whose credential stands in the package: the person's
// turn in match resumes it. Without the credential it never happened.
func (p *recovered) recoverCreate(op model.Operation) {
	if _, found := p.createdCredential(op); found {
		p.openCreates[op.Person] = op
		return
	}
	if op.CredentialID != "" && p.unsure(model.Object{Kind: model.ObjectCredential, ID: op.CredentialID}) {
		return // the service gave it an ID: it was there
	}
	p.settle(op, false)
	if own, ok := p.owned[op.Person]; ok && own.CredentialID == op.CredentialID {
		delete(p.owned, op.Person)
	}
}

// createdCredential finds what an interrupted create made: by the ID that the service gave,
// else by the exact username, which was free when the INTENT was written.
func (p *lists) createdCredential(op model.Operation) (model.Credential, bool) {
	if op.CredentialID != "" {
		c, ok := p.credentials[op.CredentialID]
		return c, ok
	}
	c, ok := p.credentialNamed(op.Username)
	return c, ok && c.Username == op.Username
}

func (p *recovered) recoverWithdrawal(op model.Operation) {
	done, known := p.allGone(model.ObjectCredential, op.CredentialID)
	if known {
		p.settle(op, done)
	}
	if !done || op.Ordered {
		return // the person did not depart: the credential is missing, and stays theirs
	}
	if own, ok := p.owned[op.Person]; ok && own.CredentialID == op.CredentialID {
		delete(p.owned, op.Person)
	}
	if departure, ok := p.departures[op.Person]; ok {
		departure.WithdrawnAt = p.Now
		p.departures[op.Person] = departure
	}
}

// recoverContacts settles a row by what the contacts say now: what we published or disabled
// is remembered. A contact that the list lacks is neither published nor, until that is proven, disabled.
func (p *recovered) recoverContacts(op model.Operation) {
	done := true
	for _, id := range op.ThreemaIDs {
		if op.Op == model.DisableContact && p.unsure(model.Object{Kind: model.ObjectContact, ID: id}) {
			return
		}
		if p.contacts[id].Enabled != (op.Op == model.PublishContact) {
			done = false
		}
	}
	p.settle(op, done)
}

func (p *recovered) recoverIDs(op model.Operation) {
	if done, known := p.allGone(model.ObjectUser, op.ThreemaIDs...); known {
		p.settle(op, done)
	}
}

// allGone tells whether objects that a request was to take are gone, and whether that is known: a row
// stays open while the only answer is one list without them.
func (p *lists) allGone(kind model.ObjectKind, ids ...string) (gone, known bool) {
	gone, known = true, true
	for _, id := range ids {
		switch o := (model.Object{Kind: kind, ID: id}); {
		case p.shows(o):
			return false, true
		case p.unsure(o):
			gone, known = false, false
		}
	}
	return gone, known
}
