package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// match finds the people who compete for credentials, holds those who collide, and passes on
// the credentials of people who came back under a new ID.
func (p *planner) match() {
	for _, i := range p.identities {
		if i.State == model.Entitled && !i.Excluded {
			p.entitled = append(p.entitled, i)
		}
	}
	slices.SortFunc(p.entitled, func(a, b model.Identity) int { return a.Person.Compare(b.Person) })
	p.claimCSIs()
	p.noteSeveral()
	p.indexOwned()
	p.rememberLinks()
	p.indexLeavers()
	p.markSeconds()
	p.contest()
	p.endDepartures()
	for _, departure := range p.State.Departures {
		if _, open := p.departures[departure.Person]; open {
			p.leavingNames[FoldUsername(departure.Username)] = departure
		}
	}
}

// indexOwned keys what is ours before this pass: owned credentials, and those that an
// interrupted create made.
func (p *planner) indexOwned() {
	for _, op := range p.openCreates {
		if _, strayed := p.strayed(op); strayed {
			continue
		}
		c, _ := p.createdCredential(op)
		p.former[c.ID] = model.Ownership{Person: op.Person, CredentialID: c.ID, Username: c.Username, CSI: op.CSI}
	}
	for _, own := range p.owned {
		p.former[own.CredentialID] = own
		if _, there := p.credentials[own.CredentialID]; there && own.CSI != "" {
			p.formerByCSI[own.CSI] = append(p.formerByCSI[own.CSI], own.CredentialID)
		}
	}
	p.indexHidden()
}

// departureSettled is why a departure ends of which nothing is left to do.
const departureSettled = "settled"

// endDepartures closes the departures with nothing left to do, whatever the directory says by now, and
// those of people who are entitled again, under their own ID or as the same person under another: no
// further step is theirs (design §5.6).
func (p *planner) endDepartures() {
	for _, departure := range p.State.Departures {
		why, to := p.entitledAgain(p.departureAccount(departure))
		p.noteVanished(departure.Person)
		if why == "" && !p.departures[departure.Person].WithdrawnAt.IsZero() && len(p.remaining(departure)) == 0 {
			why = departureSettled
		}
		if why != "" {
			delete(p.departures, departure.Person)
			p.update.EndedDepartures = append(p.update.EndedDepartures, model.EndedDeparture{Person: departure.Person, Why: why, To: to})
		}
	}
}

// entitledAgain tells whether somebody who left is entitled by now: "returned" under their own ID,
// "transferred" as the same person under another, and which; "" if neither.
func (p *planner) entitledAgain(old account) (why string, to model.PersonID) {
	if p.entitledNow(old.person) {
		return "returned", model.PersonID{}
	}
	for _, r := range p.rivals(old) {
		if r.doubt == "" && p.entitledNow(r.person) {
			return "transferred", r.person
		}
	}
	return "", model.PersonID{}
}

// isBack tells whether somebody who left is entitled by now, under whatever ID.
func (p *planner) isBack(old account) bool {
	why, _ := p.entitledAgain(old)
	return why != ""
}

// planPeople decides for everybody who is not a leaver.
func (p *planner) planPeople() {
	collisions := p.collisions()
	for _, i := range p.entitled {
		reason := i.Held
		if c := collisions[i.Person]; c != "" {
			reason = model.JoinReasons(reason, c)
		}
		if first, yields := p.yieldsTo(i); yields {
			p.notice(NoticeTwoSources, i, p.describeSecond(first))
		}
		if reason != "" {
			p.holdIdentity(i, reason)
			continue
		}
		p.planPerson(i)
	}
	p.planAbandoned()
	for _, i := range p.identities {
		switch {
		case i.Excluded:
			p.holdIdentity(i, cmp.Or(i.Held, "lies below exclude_dns"))
		case p.uncounted[i.Person]: // of ours: held with the leavers; else nobody is concerned
		case i.State == model.Unknown:
			p.holdIdentity(i, model.JoinReasons("account state unknown: "+cmp.Or(i.Evidence.Detail, "not readable"), i.Held))
		}
	}
}

// planPerson handles one entitled person without a fault.
func (p *planner) planPerson(i model.Identity) {
	if op, ok := p.openCreates[i.Person]; ok && !p.givesUp(i, op) {
		p.resumeCreate(i, op)
		return
	}
	own, owned := p.owned[i.Person]
	if owned && p.credentialThere(own) {
		p.manage(i, own.CredentialID)
		return
	}
	if reason := p.maybeTheirs(i); reason != "" {
		p.holdIdentity(i, reason)
		return
	}
	candidates := p.candidates(i)
	switch len(candidates) {
	case 0:
		if last, had := p.lastOwned(i.Person); had {
			p.missing(i, last)
			return
		}
		p.adoptOrCreate(i, "entitled, and no credential carries the csi or the username")
	case 1:
		p.claim(i, candidates[0])
	default:
		p.holdIdentity(i, fmt.Sprintf("the csi %s stands on %d credentials: %s; delete or correct one in the cockpit",
			i.CSI, len(candidates), p.describe(candidates)))
	}
}

func (p *planner) sourceRead(name string) bool {
	return slices.ContainsFunc(p.Sources, func(s model.SourceView) bool { return s.Snapshot.Source == name })
}
