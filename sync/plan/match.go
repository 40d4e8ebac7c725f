package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// match finds the people who compete for credentials, holds those who collide, and passes on
// the credentials of people who came back under a new ID.
func (p *planner) match() {
	for _, i := range p.identities {
		if i.State == Entitled && !i.Excluded {
			p.entitled = append(p.entitled, i)
		}
	}
	slices.SortFunc(p.entitled, func(a, b Identity) int { return a.Person.Compare(b.Person) })
	for _, i := range p.entitled {
		if i.CSI != "" {
			p.entitledCSI[i.CSI] = i.Person
		}
	}
	p.claimCSIs()
	p.indexOwned()
	p.endSagas()
	for _, saga := range p.State.Sagas {
		if _, open := p.sagas[saga.Person]; open {
			p.leavingNames[foldUsername(saga.Username)] = saga
		}
	}
}

// claimCSIs notes whose csi it may be: of everybody whom the directory shows or showed last,
// except those who departed. Who is unknown, excluded or hidden in an incomplete read is not
// gone, and a leaver with the same csi may be them under an older ID.
func (p *planner) claimCSIs() {
	p.eachClaim(func(csi string, person PersonID) {
		if first, taken := p.claimedCSI[csi]; csi != "" && (!taken || p.precedes(person, first)) {
			p.claimedCSI[csi] = person
		}
	})
}

func (p *planner) eachClaim(claim func(csi string, person PersonID)) {
	for _, o := range p.observations {
		if o.State != Departed {
			claim(o.CSI, o.Person)
		}
	}
	for _, i := range p.identities {
		if i.State != Departed || i.Excluded {
			claim(i.CSI, i.Person)
		}
	}
}

// indexOwned keys what is ours before this pass: owned credentials, and those that an
// interrupted create made.
func (p *planner) indexOwned() {
	for _, op := range p.openCreates {
		c, _ := p.createdCredential(op)
		p.former[c.ID] = Ownership{Person: op.Person, CredentialID: c.ID, Username: c.Username, CSI: op.CSI}
	}
	for _, own := range p.owned {
		p.former[own.CredentialID] = own
		if _, there := p.credentials[own.CredentialID]; there && own.CSI != "" {
			p.formerByCSI[own.CSI] = append(p.formerByCSI[own.CSI], own.CredentialID)
		}
	}
}

// endSagas closes the sagas with nothing left to do, whatever the directory says by now, and
// those of people who are entitled again, under their own ID or, with the same csi, under
// another: no further step is theirs (design §5.6).
func (p *planner) endSagas() {
	for _, saga := range p.State.Sagas {
		why := p.entitledAgain(saga.Person, saga.CSI)
		if why == "" && !p.sagas[saga.Person].WithdrawnAt.IsZero() && len(p.remaining(saga)) == 0 {
			why = "settled"
		}
		if why != "" {
			delete(p.sagas, saga.Person)
			p.plan.Memory.EndedSagas = append(p.plan.Memory.EndedSagas, EndedSaga{Person: saga.Person, Why: why})
		}
	}
}

// entitledAgain tells whether somebody who left is entitled by now: "returned" under their own ID,
// "transferred" with the same csi under another; "" if neither.
func (p *planner) entitledAgain(person PersonID, csi string) string {
	if p.entitledNow(person) {
		return "returned"
	}
	if _, ok := p.entitledCSI[csi]; ok && csi != "" {
		return "transferred"
	}
	return ""
}

// planPeople decides for everybody who is not a leaver.
func (p *planner) planPeople() {
	collisions := p.collisions()
	for _, i := range p.entitled {
		reason := i.Held
		if c := collisions[i.Person]; c != "" {
			reason = joinReasons(reason, c)
		}
		if first, yields := p.yieldsTo(i); yields {
			p.notice(NoticeTwoSources, i, p.secondWords(first))
		}
		if reason != "" {
			p.holdIdentity(i, reason)
			continue
		}
		p.planPerson(i)
	}
	p.holdAbandoned()
	for _, i := range p.identities {
		switch {
		case i.Excluded:
			p.holdIdentity(i, firstNonEmpty(i.Held, "lies below exclude_dns"))
		case p.uncounted[i.Person]: // of ours: held with the leavers; else nobody is concerned
		case i.State == Unknown:
			p.holdIdentity(i, joinReasons("account state unknown: "+firstNonEmpty(i.Evidence.Detail, "not readable"), i.Held))
		}
	}
}

// holdAbandoned names people who left, or cannot be told, before an interrupted create could
// be finished. Nobody has the password of such a credential, and it may not be ours to take.
func (p *planner) holdAbandoned() {
	for person, op := range p.openCreates {
		_, owned := p.owned[person]
		switch {
		case owned || p.entitledNow(person) || p.passedOn(op):
		case !p.sourceRead(person.Source):
			p.hold(person, op.CSI, op.DN, fmt.Sprintf("an interrupted pass created the credential %s, and %s: nothing is done", op.Username, p.notRead(person.Source)))
		default:
			p.hold(person, op.CSI, op.DN, fmt.Sprintf("an interrupted pass created the credential %s and handed it to nobody, and the person "+
				"is not entitled now: delete it in the cockpit", op.Username))
		}
	}
}

// passedOn tells whether the credential of an interrupted create passes to another ID of the same
// person, for whom the next pass finishes it.
func (p *planner) passedOn(op Operation) bool {
	for person, own := range p.owned {
		if person != op.Person && own.CredentialID == op.CredentialID {
			return op.CredentialID != ""
		}
	}
	return false
}

// planPerson handles one entitled person without a fault.
func (p *planner) planPerson(i Identity) {
	if op, ok := p.openCreates[i.Person]; ok {
		p.resumeCreate(i, op)
		return
	}
	own, owned := p.owned[i.Person]
	if owned && p.credentialThere(own) {
		p.manage(i, own.CredentialID)
		return
	}
	candidates := p.candidates(i)
	switch len(candidates) {
	case 0:
		if owned {
			p.missing(i, own)
			return
		}
		p.byName(i, "entitled, and no credential carries the csi or the username")
	case 1:
		p.claim(i, candidates[0])
	default:
		p.holdIdentity(i, fmt.Sprintf("the csi %s stands on %d credentials: %s; delete or correct one in the cockpit",
			i.CSI, len(candidates), p.describe(candidates)))
	}
}

// candidates are the credentials that carry the person's csi: by their setting, or by what
// the ledger wrote to them.
func (p *planner) candidates(i Identity) []string {
	ids := slices.Concat(p.byCSI[i.CSI], p.formerByCSI[i.CSI])
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (p *planner) describe(credentialIDs []string) string {
	var names []string
	for _, id := range credentialIDs {
		names = append(names, p.credentials[id].Username)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// claim adopts a credential that carries the person's csi, or takes it over from the ID
// under which the same person was known before.
func (p *planner) claim(i Identity, credentialID string) {
	own, owned := p.former[credentialID]
	if !owned {
		p.adopt(i, credentialID, fmt.Sprintf("th_csi %s stands on this credential", i.CSI))
		return
	}
	if reason := p.keepsOwner(own, i); reason != "" {
		p.holdIdentity(i, reason)
		return
	}
	c := p.change(Transfer, i, credentialID, own.Person.String())
	c.CredentialID, c.Username = credentialID, own.Username
	c.Reason = p.whyTransfer(own.Person, i)
	c.Evidence = p.observations[own.Person].describe()
	c.Before = map[string]string{"person": own.Person.String()}
	c.After = map[string]string{"person": i.Person.String()}
	p.add(c)
	delete(p.owned, own.Person)
	p.owned[i.Person] = Ownership{Person: i.Person, CredentialID: credentialID, Username: own.Username, CSI: i.CSI, Created: own.Created}
	p.manage(i, credentialID)
}

// whyTransfer says why a credential passes to another ID.
func (p *planner) whyTransfer(from PersonID, to Identity) string {
	switch {
	case from.Source == to.Person.Source:
		return "the same csi under a new directory ID: the account was created anew, and keeps its credential and Threema ID"
	case p.entitledNow(from):
		return fmt.Sprintf("the same csi in two sources: %s comes before %s, so this entry counts from now on; credential and Threema ID stay the same",
			to.Person.Source, from.Source)
	}
	return fmt.Sprintf("the same csi in another source: the person moved from %s to %s, and keeps credential and Threema ID", from.Source, to.Person.Source)
}

// keepsOwner says why a credential cannot pass to another ID: its owner is still entitled, and not
// in a source that comes after the other's, or no complete read of this pass says that the owner
// left. One that is still being made is finished for its owner first.
func (p *planner) keepsOwner(own Ownership, i Identity) string {
	o := p.observations[own.Person]
	owner := firstNonEmpty(o.DN, own.Person.String())
	switch {
	case p.entitledNow(own.Person) && p.place(i.Person.Source) < p.place(own.Person.Source) && !p.creating(own.Person):
		return ""
	case o.State == Entitled && p.sourceRead(own.Person.Source):
		return fmt.Sprintf("credential %s with this csi belongs to %s, who is entitled", own.Username, owner)
	case !p.departedNow[own.Person]:
		return fmt.Sprintf("credential %s with this csi belongs to %s, and no complete read of source %s says that they left",
			own.Username, owner, own.Person.Source)
	}
	return ""
}

func (p *planner) sourceRead(name string) bool {
	return slices.ContainsFunc(p.Sources, func(s SourceView) bool { return s.Snapshot.Source == name })
}

// byName looks at the person's username when no credential carries the csi: adopt by name
// where that is allowed, else create, for the reason given, where the name is free.
func (p *planner) byName(i Identity, reason string) {
	c, taken := p.credentialNamed(i.Username)
	own, owned := p.former[c.ID]
	leaving := p.usernameLeaving(i)
	switch {
	case taken && owned:
		p.holdIdentity(i, fmt.Sprintf("the username %s is that of %s; it is free when that person's credential is withdrawn",
			i.Username, firstNonEmpty(p.observations[own.Person].DN, own.Person.String())))
	case taken:
		p.byTakenName(i, c)
	case leaving != "":
		p.holdIdentity(i, leaving)
	default:
		p.create(i, reason)
	}
}

func (p *planner) byTakenName(i Identity, c Credential) {
	csi := p.Inventory.Settings[c.ID][SettingCSI]
	unread := p.unread()
	switch {
	case !p.Policy.AdoptUsername || c.Username != i.Username:
		p.holdIdentity(i, fmt.Sprintf("the username %s is taken by a credential that is not ours; write the csi %s to it, "+
			"set adopt.username: true, or delete it in the cockpit", c.Username, i.CSI))
	case csi != "" && csi != i.CSI:
		p.holdIdentity(i, fmt.Sprintf("the username %s is taken by a credential with another csi (%s)", c.Username, csi))
	case len(unread) > 0:
		p.holdIdentity(i, fmt.Sprintf("the credential %s is called like this person, and may be a namesake's: %s", c.Username, p.notRead(unread[0])))
	default:
		p.adopt(i, c.ID, "its username is exactly this person's, and adopt.username is on")
	}
}

// usernameLeaving keeps a username from a namesake until its former owner's saga is settled
// (design §5.5).
func (p *planner) usernameLeaving(i Identity) string {
	saga, leaving := p.leavingNames[foldUsername(i.Username)]
	if !leaving || saga.Person == i.Person {
		return ""
	}
	return fmt.Sprintf("the username %s still belongs to the departure of %s", i.Username, saga.DN)
}

// missing handles a credential of ours that is gone from the package (design §5.10).
func (p *planner) missing(i Identity, own Ownership) {
	withdrawn := fmt.Sprintf("credential %s was withdrawn %s (Zugang entzogen)", own.Username, p.howWithdrawn(own))
	switch {
	case !p.Policy.Recreate:
		p.holdIdentity(i, withdrawn+"; it is created anew only with credentials.recreate: true")
	case p.countMissing(own).MissingReads < 2:
		p.holdIdentity(i, withdrawn+"; it is created anew if the next complete pass misses it too")
	default:
		p.byName(i, withdrawn+", and credentials.recreate is on")
	}
}

// howWithdrawn tells how a credential of ours went that nobody who departed had.
func (p *planner) howWithdrawn(own Ownership) string {
	for _, o := range p.State.Orders {
		if o.CredentialID == own.CredentialID {
			return "by order of " + o.At.UTC().Format(time.DateOnly)
		}
	}
	return "by hand"
}
