package plan

import (
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// A hypothesis is what the limits would know in a later pass, if the directory stays as it is (ahead.go). It shares
// nothing that it changes with the limits of this pass.

// hypothesis are the limits after this pass: what they know of the world when they judge a later one.
func (p *gates) hypothesis(op model.Op, times timetable) *limits {
	then := p.limits()
	then.state.Owned = slices.Clone(p.State.Owned)
	then.state.Departures = slices.DeleteFunc(slices.Clone(p.State.Departures), func(s model.Departure) bool {
		_, open := p.departures[s.Person]
		return !open // this pass ended it
	})
	then.state.Taken = slices.Clone(p.State.Taken)
	then.state.Bases = append(slices.Clone(p.State.Bases), p.bases()...)
	var gone []step
	for _, c := range p.inOrder(op) {
		if c.Status == model.Due {
			gone = append(gone, step{c, p.Now})
		}
	}
	then.takeOutOf(op, gone, times)
	return then
}

// takeOutOf carries out steps at that time in the memory of a hypothesis.
func (l *limits) takeOutOf(op model.Op, steps []step, times timetable) {
	gone := map[model.PersonID]bool{}
	for _, s := range steps {
		c := s.change
		gone[c.Person] = true
		if !c.Approved {
			l.state.Taken = append(l.state.Taken, model.PastRemoval{Op: op, Person: c.Person, OU: c.OU, At: l.now})
		}
		if op.BeginsDeparture() {
			l.state.Departures = append(l.state.Departures, model.Departure{Subject: model.Subject{Person: c.Person}, OU: c.OU, StartedAt: l.now, WithdrawnAt: l.now})
		}
	}
	l.state.Owned = slices.DeleteFunc(l.state.Owned, func(own model.Ownership) bool { return gone[own.Person] })
	if op.TakesID() {
		l.state.Departures = slices.DeleteFunc(l.state.Departures, func(s model.Departure) bool { return gone[s.Person] })
	}
	l.recount(times)
}

// recount measures the limits of the passes after that time by who is there then.
func (l *limits) recount(times timetable) {
	l.ours = l.state.CountOurs()
	for source, base := range l.ours {
		base.Source, base.At = source, times.from(l.now.Add(1))
		l.state.Bases = append(l.state.Bases, base)
	}
}

// settling are the withdrawals, and when they are expected, that leave no Threema ID to take: such a departure
// is over with the next pass, and whoever it was is in no base of the limits on IDs any more.
func (p *gates) settling(op model.Op, times timetable) []step {
	if op.BeginsDeparture() {
		return nil
	}
	left := map[model.PersonID]bool{}
	for _, c := range p.plan.Changes {
		left[c.Person] = left[c.Person] || c.Op.TakesID()
	}
	leader := Prerequisites(p.plan.Changes)
	var steps []step
	for _, c := range p.inOrder(model.Withdraw) {
		at := p.dueAt(*c, leader, times)
		if c.Status == model.Due {
			at = p.Now
		}
		if stopped := c.Guard != "" && !c.Approved; !left[c.Person] && !at.IsZero() && !stopped {
			steps = append(steps, step{c, at})
		}
	}
	return steps
}

// settleBefore takes those out of a hypothesis whose departure is over by its pass.
func (l *limits) settleBefore(settling []step, times timetable) {
	over := map[model.PersonID]bool{}
	for _, s := range settling {
		if !l.now.Before(s.at.Add(2 * times.pace)) {
			over[s.change.Person] = true
		}
	}
	if len(over) == 0 {
		return
	}
	l.state.Owned = slices.DeleteFunc(l.state.Owned, func(own model.Ownership) bool { return over[own.Person] })
	l.state.Departures = slices.DeleteFunc(l.state.Departures, func(s model.Departure) bool { return over[s.Person] })
	l.recount(times)
}
