package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// baselineChange lists whom a change of the baseline concerns, everybody once.
func (p *baseline) baselineChange(reasons []model.Reason) *BaselineChange {
	rekeyed, was := p.rekeyed()
	missing := p.lostPeople()
	for _, m := range missing { // whether they are entitled or not: that is what somebody accepts
		was[m.Person] = true
	}
	leaves, unclear := p.leaving(was)
	return &BaselineChange{Reasons: reasons, Enters: p.entering(rekeyed), Leaves: leaves, Rekeyed: sortPeople(rekeyed), Missing: missing, Unclear: unclear}
}

// rekeyed are the people whose credential passes to a new ID, and who had it before.
func (p *baseline) rekeyed() (now []model.BaselinePerson, was map[model.PersonID]bool) {
	was = map[model.PersonID]bool{}
	for _, c := range p.plan.Changes {
		if c.Op == model.Transfer {
			was[p.former[c.CredentialID].Person] = true
			now = append(now, model.BaselinePerson{Subject: c.Subject, OU: p.identities[c.Person].OU, Why: model.Because("was-before", c.Before["person"])})
		}
	}
	return now, was
}

// entering are the entitled people whom no pass saw before, and who are not held.
func (p *baseline) entering(rekeyed []model.BaselinePerson) []model.BaselinePerson {
	known := map[model.PersonID]bool{}
	for _, o := range p.State.Observations {
		known[o.Person] = true
	}
	for _, own := range p.State.Owned {
		known[own.Person] = true
	}
	for _, r := range rekeyed {
		known[r.Person] = true
	}
	for _, h := range p.plan.Held {
		known[h.Person] = known[h.Person] || !h.Quiet
	}
	joins := p.entersOldPackage()
	var people []model.BaselinePerson
	for _, i := range p.entitled {
		switch {
		case joins[i.Person]:
			people = append(people, model.BaselinePerson{Subject: i.Subject, OU: i.OU, Why: model.Because("enters-old-package")})
		case !known[i.Person]:
			people = append(people, model.BaselinePerson{Subject: i.Subject, OU: i.OU, Why: p.whyEnters(i.Person)})
		}
	}
	return sortPeople(people)
}

// whyEnters says what is known of somebody whom the last pass did not know: who left earlier is back.
func (p *baseline) whyEnters(person model.PersonID) model.Reason {
	for _, e := range slices.Backward(p.State.Effects) {
		if e.Person == person && e.Op == model.Withdraw {
			return model.Because("enters-again", e.Username, e.RequestedAt)
		}
	}
	return model.Because("entitled-now")
}

// leaving are the people of ours whom what was read now does not show as entitled, and unclear those of them whom
// it does not show as departed either. It asks the read itself and not the memory, which believes no departure
// in an incomplete one. Who is in another list already is listed.
func (p *baseline) leaving(listed map[model.PersonID]bool) (leaves, unclear []model.BaselinePerson) {
	found := map[model.PersonID]model.Sighting{}
	for _, s := range p.Sources {
		for _, sighting := range s.Snapshot.Sightings {
			found[sighting.ID] = sighting
		}
	}
	for id, i := range p.identities {
		found[id] = model.Sighting{ID: id, DN: i.DN, OU: i.OU, State: i.State, Evidence: i.Evidence}
	}
	for _, own := range p.State.Owned {
		excluded := p.identities[own.Person].Excluded
		if listed[own.Person] || found[own.Person].State == model.Entitled && !excluded {
			continue
		}
		o := p.observations[own.Person]
		why := found[own.Person].WhyGone(excluded)
		if o.State != model.Entitled || !p.sourceRead(own.Person.Source) { // else an incomplete read: nobody departs by it
			if kept := p.keptFromLeaving(own, o); kept.Code != "" {
				why = kept
			}
		}
		person := model.BaselinePerson{Subject: own.WithDN(cmp.Or(o.DN, found[own.Person].DN)), OU: cmp.Or(o.OU, found[own.Person].OU), Why: why}
		if found[own.Person].Gone().State == model.Departed && !excluded && p.sourceRead(own.Person.Source) && !p.uncounted[own.Person] {
			leaves = append(leaves, person)
		} else {
			unclear = append(unclear, person)
		}
	}
	return sortPeople(leaves), sortPeople(unclear)
}

// sortPeople sorts by OU and DN, so that the people of an OU stand together.
func sortPeople(people []model.BaselinePerson) []model.BaselinePerson {
	slices.SortFunc(people, func(a, b model.BaselinePerson) int {
		return cmp.Or(strings.Compare(a.OU, b.OU), strings.Compare(a.DN, b.DN), a.Person.Compare(b.Person))
	})
	return people
}
