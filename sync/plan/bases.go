package plan

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// bases are those of this pass, of the sources that it read.
func (p *given) bases() []model.Base {
	var bases []model.Base
	for _, s := range p.Sources {
		b := p.ours[s.Snapshot.Source]
		b.Source, b.At = s.Snapshot.Source, p.Now
		bases = append(bases, b)
	}
	return bases
}

// baseAt is the number that an operation is measured against in a window: at the last pass before
// it began, else at the first one known, else now.
func (l *limits) baseAt(op model.Op, source string, span time.Duration) int {
	base, found := l.ours[source].Of(op), false
	if span == 0 {
		return base
	}
	start := l.now.Add(-span)
	for _, b := range sorted(l.state.Bases, func(a, b model.Base) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(b.Of(op), a.Of(op))) }) {
		if b.Source != source || b.Of(op) == 0 || found && b.At.After(start) {
			continue
		}
		base, found = b.Of(op), true
	}
	return base
}

// isNew tells a source of which nothing was managed when a span before now began.
func (l *limits) isNew(source string, span time.Duration) bool {
	start := l.now.Add(-span)
	return !slices.ContainsFunc(l.state.Bases, func(b model.Base) bool { return b.Source == source && b.Managed > 0 && !b.At.After(start) })
}

// ouSizes counts the people of each OU that somebody goes from who are ours, with those who were taken out within a span and
// those who go now: before leaves out who joined within the span, unless nobody who is there now was
// there before, as in the first week of a package.
func (l *limits) ouSizes(op model.Op, source string, taken, due map[model.PersonID]string, span time.Duration) (now, before map[string]int) {
	all, old := map[model.PersonID]string{}, map[model.PersonID]string{}
	concerned := tallyOUs(taken)
	maps.Copy(concerned, tallyOUs(due))
	for _, own := range l.state.Owned {
		o, seen := l.observations[own.Person]
		if own.Person.Source != source || !seen || concerned[o.OU] == 0 {
			continue
		}
		all[own.Person] = o.OU
		if !own.Since.After(l.now.Add(-span)) {
			old[own.Person] = o.OU
		}
	}
	there := tallyOUs(old)
	if op.TakesID() {
		for _, departure := range l.state.Withdrawn() {
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
func tallyOUs(people map[model.PersonID]string) map[string]int {
	count := map[string]int{}
	for _, ou := range people {
		count[ou]++
	}
	return count
}
