package plan

import (
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// A hypothesis is the planner in a later pass, if the directory stays as it is: what the limits would know
// then (ahead.go). It shares nothing that it changes with the planner of this pass.

// hypothesis is this planner after this pass: what the limits know of the world when they judge a later one.
func (p *planner) hypothesis(op model.Op, times timetable) *planner {
	then := *p
	then.State.Owned = slices.Clone(p.State.Owned)
	then.State.Departures = slices.DeleteFunc(slices.Clone(p.State.Departures), func(s model.Departure) bool {
		_, open := p.departures[s.Person]
		return !open // this pass ended it
	})
	then.State.Taken = slices.Clone(p.State.Taken)
	then.State.Bases = append(slices.Clone(p.State.Bases), p.bases()...)
	var gone []step
	for _, c := range p.inOrder(op) {
		if c.Status == model.Due {
			gone = append(gone, step{c, p.Now})
		}
	}
	then.takeOutOf(op, gone, times)
	return &then
}

// takeOutOf carries out steps at p.Now in the memory of a hypothesis.
func (p *planner) takeOutOf(op model.Op, steps []step, times timetable) {
	gone := map[model.PersonID]bool{}
	for _, s := range steps {
		c := s.change
		gone[c.Person] = true
		if !c.Approved {
			p.State.Taken = append(p.State.Taken, model.PastRemoval{Op: op, Person: c.Person, OU: c.OU, At: p.Now})
		}
		if op == model.Withdraw {
			p.State.Departures = append(p.State.Departures, model.Departure{Person: c.Person, OU: c.OU, StartedAt: p.Now, WithdrawnAt: p.Now})
		}
	}
	p.State.Owned = slices.DeleteFunc(p.State.Owned, func(own model.Ownership) bool { return gone[own.Person] })
	if op != model.Withdraw {
		p.State.Departures = slices.DeleteFunc(p.State.Departures, func(s model.Departure) bool { return gone[s.Person] })
	}
	p.recount(times)
}

// recount measures the limits of the passes after p.Now by who is there then.
func (p *planner) recount(times timetable) {
	p.ours = p.State.CountOurs()
	for source, base := range p.ours {
		base.Source, base.At = source, times.from(p.Now.Add(1))
		p.State.Bases = append(p.State.Bases, base)
	}
}

// settling are the withdrawals, and when they are expected, that leave no Threema ID to take: such a departure
// is over with the next pass, and whoever it was is in no base of the limits on IDs any more.
func (p *planner) settling(op model.Op, times timetable) []step {
	if op == model.Withdraw {
		return nil
	}
	left := map[model.PersonID]bool{}
	for _, c := range p.plan.Changes {
		left[c.Person] = left[c.Person] || c.Op == model.Detach || c.Op == model.Revoke
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
func (p *planner) settleBefore(settling []step, times timetable) {
	over := map[model.PersonID]bool{}
	for _, s := range settling {
		if !p.Now.Before(s.at.Add(2 * times.pace)) {
			over[s.change.Person] = true
		}
	}
	if len(over) == 0 {
		return
	}
	p.State.Owned = slices.DeleteFunc(p.State.Owned, func(own model.Ownership) bool { return over[own.Person] })
	p.State.Departures = slices.DeleteFunc(p.State.Departures, func(s model.Departure) bool { return over[s.Person] })
	p.recount(times)
}
