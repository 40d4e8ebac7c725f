package plan

import (
	"cmp"
	"slices"
	"strings"
)

// baselineChange lists whom a change of the baseline concerns.
func (p *planner) baselineChange(reasons []string) *BaselineChange {
	rekeyed, was := p.rekeyed()
	return &BaselineChange{Reasons: reasons, Enters: p.entering(rekeyed), Leaves: p.leaving(was), Rekeyed: sortPeople(rekeyed), Missing: p.lostPeople()}
}

// rekeyed are the people whose credential passes to a new ID, and who had it before.
func (p *planner) rekeyed() (now []BaselinePerson, was map[PersonID]bool) {
	was = map[PersonID]bool{}
	for _, c := range p.plan.Changes {
		if c.Op == Transfer {
			was[p.former[c.CredentialID].Person] = true
			now = append(now, BaselinePerson{c.Person, c.CSI, c.DN, "was " + c.Before["person"]})
		}
	}
	return now, was
}

// entering are the entitled people whom no pass saw before.
func (p *planner) entering(rekeyed []BaselinePerson) []BaselinePerson {
	known := map[PersonID]bool{}
	for _, o := range p.State.Observations {
		known[o.Person] = true
	}
	for _, own := range p.State.Owned {
		known[own.Person] = true
	}
	for _, r := range rekeyed {
		known[r.Person] = true
	}
	var people []BaselinePerson
	for _, i := range p.entitled {
		if !known[i.Person] {
			people = append(people, BaselinePerson{i.Person, i.CSI, i.DN, "entitled now, and never seen before"})
		}
	}
	return sortPeople(people)
}

// leaving are the people of ours whom what was read now does not show as entitled. It asks the
// read itself and not the memory, which believes no departure in an incomplete one.
func (p *planner) leaving(rekeyed map[PersonID]bool) []BaselinePerson {
	found := map[PersonID]Sighting{}
	for _, s := range p.Sources {
		for _, sighting := range s.Snapshot.Sightings {
			found[sighting.ID] = sighting
		}
	}
	for id, i := range p.identities {
		found[id] = Sighting{ID: id, DN: i.DN, State: i.State, Evidence: i.Evidence}
	}
	var people []BaselinePerson
	for _, own := range p.State.Owned {
		excluded := p.identities[own.Person].Excluded
		if rekeyed[own.Person] || found[own.Person].State == Entitled && !excluded {
			continue
		}
		o := p.observations[own.Person]
		why := found[own.Person].whyGone(excluded)
		if o.State != Entitled || !p.sourceRead(own.Person.Source) { // else an incomplete read: nobody departs by it
			why = firstNonEmpty(p.keptFromLeaving(own, o), why)
		}
		people = append(people, BaselinePerson{own.Person, own.CSI, cmp.Or(o.DN, found[own.Person].DN), why})
	}
	return sortPeople(people)
}

// whyGone words what a read shows of somebody whom it does not show as entitled.
func (s Sighting) whyGone(excluded bool) string {
	switch {
	case excluded:
		return "lies below exclude_dns: held"
	case s.gone().State == Departed:
		return s.gone().Evidence.String()
	}
	return "account state unknown: " + firstNonEmpty(s.Evidence.Detail, "not found in this read") + ": held"
}

// sortPeople sorts by DN, so that the people of an OU stand together.
func sortPeople(people []BaselinePerson) []BaselinePerson {
	slices.SortFunc(people, func(a, b BaselinePerson) int {
		return cmp.Or(strings.Compare(parentDN(a.DN), parentDN(b.DN)), strings.Compare(a.DN, b.DN), a.Person.Compare(b.Person))
	})
	return people
}
