package plan

// recover settles the journal rows that a crash or a lost answer left open, by looking at
// the package: if the effect is there it is recorded, if the pre-state still stands the
// change goes back to planned, through all gates (design §5.7). Nothing is sent again blindly.
func (p *planner) recover() {
	for _, op := range p.State.Open {
		switch op.Op {
		case Create:
			p.recoverCreate(op)
		case Withdraw:
			p.recoverWithdrawal(op)
		case Detach, Revoke:
			p.recoverIDs(op)
		case PublishContact, DisableContact:
			p.recoverContacts(op)
		case Adopt, Transfer, SetSettings, UnsetSetting:
			// Idempotent: the comparison with this inventory decides what is still to do.
			p.settle(op, false)
		}
	}
}

func (p *planner) settle(op Operation, done bool) {
	p.plan.Memory.Settled = append(p.plan.Memory.Settled, SettledOperation{ID: op.ID, Done: done})
}

// recoverCreate keeps a create open whose credential stands in the package: the person's
// turn in match resumes it. Without the credential it never happened.
func (p *planner) recoverCreate(op Operation) {
	if _, found := p.createdCredential(op); found {
		p.openCreates[op.Person] = op
		return
	}
	p.settle(op, false)
	if own, ok := p.owned[op.Person]; ok && own.CredentialID == op.CredentialID {
		delete(p.owned, op.Person)
	}
}

// createdCredential finds what an interrupted create made: by the ID that the service gave,
// else by the exact username, which was free when the INTENT was written.
func (p *planner) createdCredential(op Operation) (Credential, bool) {
	if op.CredentialID != "" {
		c, ok := p.credentials[op.CredentialID]
		return c, ok
	}
	c, ok := p.credentialNamed(op.Username)
	return c, ok && c.Username == op.Username
}

func (p *planner) recoverWithdrawal(op Operation) {
	if _, there := p.credentials[op.CredentialID]; there {
		p.settle(op, false)
		return
	}
	p.settle(op, true)
	if op.Ordered {
		return // the person did not depart: the credential is missing, and stays theirs
	}
	if own, ok := p.owned[op.Person]; ok && own.CredentialID == op.CredentialID {
		delete(p.owned, op.Person)
	}
	if saga, ok := p.sagas[op.Person]; ok {
		saga.WithdrawnAt = p.Now
		p.sagas[op.Person] = saga
	}
}

// recoverContacts settles a row by what the contacts say now: what we published or disabled
// is remembered.
func (p *planner) recoverContacts(op Operation) {
	done := true
	for _, id := range op.ThreemaIDs {
		if p.contacts[id].Enabled != (op.Op == PublishContact) {
			done = false
		}
	}
	p.settle(op, done)
}

func (p *planner) recoverIDs(op Operation) {
	done := true
	for _, id := range op.ThreemaIDs {
		if _, there := p.users[id]; there {
			done = false
		}
	}
	p.settle(op, done)
}
