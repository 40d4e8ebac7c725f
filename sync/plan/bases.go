package plan

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Base is how many people of a source were ours at the start of a pass: what the limits of later
// passes are measured against. Who waits to join is in none, and who joined within a window is not
// in that window's: a limit must not grow by what it blocks (design §5.11).
type Base struct {
	Source  string
	Managed int // they own a credential
	Leaving int // it was withdrawn, and their departure is not settled
	At      time.Time
}

// of is the number that an operation is measured against: a Threema ID may also be taken from
// somebody who is on the way out.
func (b Base) of(op Op) int {
	if op == Detach || op == Revoke {
		return b.Managed + b.Leaving
	}
	return b.Managed
}

// countOurs counts the people of each source before this pass.
func (s State) countOurs() map[string]Base {
	count := map[string]Base{}
	for _, own := range s.Owned {
		b := count[own.Person.Source]
		b.Managed++
		count[own.Person.Source] = b
	}
	for _, departure := range s.withdrawn() {
		b := count[departure.Person.Source]
		b.Leaving++
		count[departure.Person.Source] = b
	}
	return count
}

// Managed counts the credentials of ours that are there. One that was withdrawn stays owned until the departure
// began, or the person has another one.
func (s State) Managed() (n int) {
	ordered := map[string]bool{}
	for _, o := range s.Orders {
		ordered[o.CredentialID] = true
	}
	for _, own := range s.Owned {
		if own.MissingReads == 0 && !ordered[own.CredentialID] {
			n++
		}
	}
	return n
}

// withdrawn are the open departures of people without a credential of ours.
func (s State) withdrawn() []Departure {
	owners := map[PersonID]bool{}
	for _, own := range s.Owned {
		owners[own.Person] = true
	}
	return slices.DeleteFunc(slices.Clone(s.Departures), func(departure Departure) bool { return owners[departure.Person] })
}

// bases are those of this pass, of the sources that it read.
func (p *planner) bases() []Base {
	var bases []Base
	for _, s := range p.Sources {
		b := p.ours[s.Snapshot.Source]
		b.Source, b.At = s.Snapshot.Source, p.Now
		bases = append(bases, b)
	}
	return bases
}

// baseAt is the number that an operation is measured against in a window: at the last pass before
// it began, else at the first one known, else now.
func (p *planner) baseAt(op Op, source string, span time.Duration) int {
	base, found := p.ours[source].of(op), false
	if span == 0 {
		return base
	}
	start := p.Now.Add(-span)
	for _, b := range sorted(p.State.Bases, func(a, b Base) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(b.of(op), a.of(op))) }) {
		if b.Source != source || b.of(op) == 0 || found && b.At.After(start) {
			continue
		}
		base, found = b.of(op), true
	}
	return base
}

// isNew tells a source of which nothing was managed when a span before now began.
func (p *planner) isNew(source string, span time.Duration) bool {
	start := p.Now.Add(-span)
	return !slices.ContainsFunc(p.State.Bases, func(b Base) bool { return b.Source == source && b.Managed > 0 && !b.At.After(start) })
}

// ouSizes counts the people of each OU that somebody goes from who are ours, with those who were taken out within a span and
// those who go now: before leaves out who joined within the span, unless nobody who is there now was
// there before, as in the first week of a package.
func (p *planner) ouSizes(op Op, source string, taken, due map[PersonID]string, span time.Duration) (now, before map[string]int) {
	all, old := map[PersonID]string{}, map[PersonID]string{}
	concerned := tallyOUs(taken)
	maps.Copy(concerned, tallyOUs(due))
	for _, own := range p.State.Owned {
		o, seen := p.observations[own.Person]
		if own.Person.Source != source || !seen || concerned[o.OU] == 0 {
			continue
		}
		all[own.Person] = o.OU
		if !own.Since.After(p.Now.Add(-span)) {
			old[own.Person] = o.OU
		}
	}
	there := tallyOUs(old)
	if op != Withdraw {
		for _, departure := range p.State.withdrawn() {
			if departure.Person.Source == source {
				all[departure.Person], old[departure.Person] = departure.OU, departure.OU
			}
		}
	}
	maps.Copy(all, taken)
	maps.Copy(old, taken)
	maps.Copy(all, due)
	maps.Copy(old, due)
	now, before = tallyOUs(all), tallyOUs(old)
	for ou, n := range now {
		if there[ou] == 0 {
			before[ou] = n
		}
	}
	return now, before
}

// tallyOUs counts people by OU.
func tallyOUs(people map[PersonID]string) map[string]int {
	count := map[string]int{}
	for _, ou := range people {
		count[ou]++
	}
	return count
}
