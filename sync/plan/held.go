package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// limitHeld asks about held people where they are many: an attribute that is empty for everybody is a
// mistake, and no pass over it may look like a success (design §5.11). Nothing waits for the answer.
func (p *gates) limitHeld() {
	held, _ := p.heldAnew()
	for _, source := range slices.Sorted(maps.Keys(held)) {
		people := held[source]
		base := p.concerned(source, people)
		allowed := p.Policy.Held.Allows(base)
		if len(people) <= allowed.Number() && !p.mapsNobody(people, base) || p.AcceptBaseline {
			continue
		}
		for _, person := range slices.SortedFunc(maps.Keys(people), model.PersonID.Compare) {
			p.plan.Wait(model.WaitCode(model.GuardHeld), person)
		}
		p.trip(model.GuardHeld, source, model.Because("many-held", len(people), base, allowed.Reason(), WhyHeld(slices.Collect(maps.Values(people)))))
	}
}

// heldAnew are the held people whom nobody has accepted, with the reasons, by source: in anew those about
// whom somebody can decide, in unclear those of a read that was not whole. These may be held by nothing
// else, as where a group is not there; the failed condition tells of them, and nobody says yes to that.
// Who waits for a source that was not read, or is held because the configuration says so, is nobody's
// mistake; who asks is waited for under the question.
func (p *draft) heldAnew() (anew, unclear map[string]map[model.PersonID][]model.Reason) {
	accepted, asks := map[model.PersonID]bool{}, map[model.PersonID]bool{}
	for _, person := range p.State.AcceptedHeld {
		accepted[person] = true
	}
	for _, h := range p.plan.Held {
		asks[h.Person] = asks[h.Person] || h.Ask != ""
	}
	anew, unclear = map[string]map[model.PersonID][]model.Reason{}, map[string]map[model.PersonID][]model.Reason{}
	for _, h := range p.sortedHeld() {
		if accepted[h.Person] || asks[h.Person] || !p.heldByFault(h) {
			continue
		}
		found := anew
		if _, failed := p.unwhole[h.Person.Source]; failed {
			found = unclear
		}
		if found[h.Person.Source] == nil {
			found[h.Person.Source] = map[model.PersonID][]model.Reason{}
		}
		found[h.Person.Source][h.Person] = append(found[h.Person.Source][h.Person], h.Reasons...)
	}
	return anew, unclear
}

// sortedHeld are the held people, so that several reasons of one come in one order.
func (p *draft) sortedHeld() []model.Held {
	return sorted(p.plan.Held, func(a, b model.Held) int {
		return cmp.Or(a.Person.Compare(b.Person), strings.Compare(model.KeyOf(a.Reasons), model.KeyOf(b.Reasons)))
	})
}

// heldByFault tells whom something is wrong with: the person has no number, two have the same, or
// nobody can say whether they are still here. Nothing is wrong where the operator wants it so.
func (p *evidence) heldByFault(h model.Held) bool {
	_, ours := p.owned[h.Person]
	o := p.observations[h.Person]
	switch {
	case h.Quiet, !p.sourceRead(h.Person.Source), p.uncounted[h.Person]:
		return false
	case p.identities[h.Person].Excluded:
		return ours // they had a credential, and exclude_dns has them now
	}
	return o.State != model.Departed || p.Policy.Withdraw // app_access: keep
}

// concerned counts whom a source has that could be held: who is entitled or unclear, and who is ours.
func (p *gates) concerned(source string, held map[model.PersonID][]model.Reason) int {
	people := map[model.PersonID]bool{}
	for person := range held {
		people[person] = true
	}
	for person, i := range p.identities {
		if person.Source == source && i.State != model.Departed && !i.Excluded {
			people[person] = true
		}
	}
	for person := range p.owned {
		if person.Source == source {
			people[person] = true
		}
	}
	return len(people)
}

// mapsNobody tells a mapping that gives nobody of a source a number, however few they are.
func (p *gates) mapsNobody(held map[model.PersonID][]model.Reason, base int) bool {
	for person := range held {
		if _, ours := p.owned[person]; ours || p.identities[person].CSI != "" {
			return false
		}
	}
	return len(held) == base
}

// WhyHeld tells why people are held, the most frequent reasons first.
func WhyHeld(theirs [][]model.Reason) model.Reason {
	all := counted(theirs)
	const shown = 3
	var why []model.Reason
	for _, c := range all[:min(shown, len(all))] {
		why = append(why, model.Because("so-many-held", c.count, c.reasons))
	}
	if more := len(all) - shown; more > 0 {
		why = append(why, model.Because("more-reasons", more))
	}
	return model.Because("why-held", why)
}

// acceptedHeld are those whom somebody has accepted as held, after this pass: with the baseline all
// who are held now, else of those of before who still are. Who is held anew later is news.
func (p *record) acceptedHeld() []model.PersonID {
	if p.planOnly || p.clockInDoubt {
		return p.State.AcceptedHeld
	}
	still := map[model.PersonID]bool{}
	for _, h := range p.plan.Held {
		still[h.Person] = true
	}
	var accepted []model.PersonID
	for _, person := range p.State.AcceptedHeld {
		if still[person] || !p.readWholly(person.Source) && !p.orphaned(person.Source) {
			accepted = append(accepted, person)
		}
	}
	if p.AcceptBaseline {
		anew, _ := p.heldAnew()
		for _, people := range anew {
			accepted = append(accepted, slices.Collect(maps.Keys(people))...)
		}
	}
	slices.SortFunc(accepted, model.PersonID.Compare)
	return slices.Compact(accepted)
}

// readWholly tells a source whose snapshot says who is there and who is not.
func (p *directory) readWholly(source string) bool {
	return slices.ContainsFunc(p.Sources, func(s model.SourceView) bool { return s.Snapshot.Source == source && s.Snapshot.Departures() })
}

// heldReason says whom accepting the baseline accepts as held.
func (p *draft) heldReason() []model.Reason {
	n := 0
	anew, _ := p.heldAnew()
	for _, people := range anew {
		n += len(people)
	}
	if n == 0 {
		return nil
	}
	return model.Because("held-are-accepted", n).Some()
}

// heldRefused says whom it does not accept, what failed, and what comes first.
func (p *draft) heldRefused() []model.Reason {
	_, unclear := p.heldAnew()
	var refused []model.Reason
	for _, source := range slices.Sorted(maps.Keys(unclear)) {
		refused = append(refused, model.Because("held-by-incomplete-read", source, len(unclear[source]), p.unwhole[source]))
	}
	return refused
}
