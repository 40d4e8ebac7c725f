package plan

import (
	"cmp"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// observe turns the snapshots and the old memory into the new memory. A sighting resets; a
// departure counts only from a snapshot whose conditions all hold; unknown neither counts nor
// lasts: the confirmation is an unbroken row of complete reads (design §5.2, pitfall D5). A
// departure by evidence that the policy does not count is unknown in every respect.
func (p *evidence) observe() {
	for _, s := range p.Sources {
		for _, i := range s.Identities {
			i.State, i.Evidence = p.discountUncounted(i.Person, i.State, i.Evidence)
			p.identities[i.Person] = i
			if p.undated[i.Person] {
				continue
			}
			state := i.State
			if i.Excluded {
				state = model.Unknown
			}
			seen := model.Sighting{ID: i.Person, DN: i.DN, OU: i.OU, State: state, Evidence: i.Evidence, Protected: i.Protected}
			p.recordSighting(p.keepProtection(seen, s.Snapshot), i.CSI, s.Snapshot.Departures())
		}
		for _, sighting := range s.Snapshot.Sightings {
			if _, present := p.identities[sighting.ID]; !present && !p.undated[sighting.ID] {
				sighting = sighting.Gone()
				p.placeless[sighting.ID] = sighting.Placeless
				sighting.State, sighting.Evidence = p.discountUncounted(sighting.ID, sighting.State, sighting.Evidence)
				p.recordSighting(p.keepProtection(sighting, s.Snapshot), "", s.Snapshot.Proves(sighting))
			}
		}
		p.forgetUnowned(s)
	}
	p.observeForgotten()
	p.refreshOwned()
}

// discountUncounted makes a departure unknown whose kind of evidence the policy does not count.
func (p *evidence) discountUncounted(person model.PersonID, state model.AccountState, evidence model.Evidence) (model.AccountState, model.Evidence) {
	if state != model.Departed || p.Policy.Counts(evidence.Kind) {
		return state, evidence
	}
	p.uncounted[person] = true
	return model.Unknown, model.Evidence{Detail: evidence.Uncounted()}
}

// keepProtection lets the protection of a person outlive the membership in the group that gives
// it: only who is entitled, and seen outside of it, is protected no more. Otherwise it would end
// where it is needed, with the removal of an entry from its groups (design §5.3).
func (p *evidence) keepProtection(s model.Sighting, from model.Snapshot) model.Sighting {
	if s.State != model.Entitled || len(from.ProtectAll) > 0 {
		s.Protected = s.Protected || p.observations[s.ID].Protected
	}
	return s
}

// refreshOwned lets what is known of our credentials follow the world: a rename by hand, and
// a csi that was corrected in the directory, once it stands on the credential.
func (p *evidence) refreshOwned() {
	for n := range p.State.Owned {
		own := &p.State.Owned[n]
		if credential, there := p.credentials[own.CredentialID]; there {
			own.Username = credential.Username
			own.FirstName = cmp.Or(p.Inventory.Settings[own.CredentialID][model.SettingFirstName], own.FirstName)
			if csi := p.observations[own.Person].CSI; csi != "" && csi == p.Inventory.Settings[own.CredentialID][model.SettingCSI] {
				own.CSI = csi
			}
		}
		if _, ours := p.owned[own.Person]; ours {
			p.owned[own.Person] = *own
		}
	}
}

// recordSighting updates the memory of one person.
func (p *evidence) recordSighting(s model.Sighting, csi string, departures bool) {
	prior, known := p.observations[s.ID]
	if !known {
		prior.FirstSeen = p.seenAt
	}
	switch {
	case s.State == model.Entitled:
		p.hadCSI(s.ID, prior.CSI, csi)
		p.observations[s.ID] = model.Observation{
			Subject: model.Subject{Person: s.ID, CSI: cmp.Or(csi, prior.CSI), DN: s.DN}, OU: s.OU,
			LastSeen: p.seenAt, FirstSeen: prior.FirstSeen, State: model.Entitled, Protected: s.Protected,
			Departures: prior.SeenAgain(known), Second: prior.Second && (csi == "" || csi == prior.CSI),
		}
	case !known && !p.isOurs(s.ID):
		// Disabled at first sight is onboarding (pitfall B6); nobody of ours is concerned.
	case s.State == model.Unknown && prior.State == model.Entitled && !s.Found && !departures:
		// A silence under doubt is as little as an absence under doubt: whoever is missing stays
		// so in the eyes of judgeCount until the doubt is settled.
	case s.State == model.Unknown:
		p.observations[s.ID] = model.Observation{
			Subject: model.Subject{Person: s.ID, CSI: cmp.Or(prior.CSI, csi), DN: cmp.Or(prior.DN, s.DN)}, OU: cmp.Or(prior.OU, s.OU),
			LastSeen: prior.LastSeen, FirstSeen: prior.FirstSeen, State: model.Unknown, Evidence: s.Evidence,
			Protected: s.Protected, Departures: prior.Departures, Second: prior.Second, Unproved: p.missedFirst(prior, s),
		}
	case departures:
		o := p.advance(prior, s)
		o.Unproved = s.Placeless || p.missedFirst(prior, s)
		p.observations[s.ID] = o
		p.departedNow[s.ID] = true
	}
}

// advance adds one complete read to the row of departures. DN and OU stay those where the
// person was seen last: a leaver who was moved to OU=Leavers still counts for Berlin. A row
// that began or was confirmed in the future was timed by a wrong clock, and begins again; so
// does one that a sighting under another ID broke off, see contest, and one that has a hole. Where the
// directory states the departure of somebody who may only have been hidden, it begins with that.
func (p *evidence) advance(o model.Observation, s model.Sighting) model.Observation {
	restarts := o.Restarts
	if p.holed(o) {
		restarts, o.Reads = restarts+1, 0
	}
	stated := o.Unproved && s.Evidence.Kind.Positive()
	if o.State != model.Departed || o.Reads == 0 || stated || p.Now.Before(model.Later(o.Since, o.ConfirmedAt)) {
		o = model.Observation{
			Subject: model.Subject{Person: s.ID, CSI: o.CSI, DN: cmp.Or(o.DN, s.DN)}, OU: cmp.Or(o.OU, s.OU),
			LastSeen: o.LastSeen, FirstSeen: o.FirstSeen, State: model.Departed, Since: p.Now,
			Departures: o.Departures, Contested: o.Contested, Second: o.Second, Restarts: restarts,
		}
	}
	o.Evidence, o.Protected = s.Evidence, s.Protected
	return p.count(o)
}

// count adds this read to a row of departures.
func (p *evidence) count(o model.Observation) model.Observation {
	o.Reads++
	if o.ConfirmedAt.IsZero() {
		o.LastRead = p.Now
	}
	if o.ConfirmedAt.IsZero() && confirms(p.Policy, o, p.Now, p.switched[o.Person.Source]) {
		o.ConfirmedAt = p.Now
	}
	return o
}

// confirms is design §5.2: positive evidence is a confirmation; weak evidence needs the full
// number of reads over the full time. Where this read comes from another server than the one
// before, both must agree whatever the evidence (see judgeServer).
func confirms(policy model.Policy, o model.Observation, now time.Time, switched bool) bool {
	if switched && o.Reads < 2 {
		return false
	}
	if o.Evidence.Kind.Positive() {
		return true
	}
	return o.Reads >= policy.ConfirmReads && !now.Before(o.Since.Add(policy.ConfirmOver))
}
