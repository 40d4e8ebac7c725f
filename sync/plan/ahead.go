package plan

import (
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// A moved or deleted OU is a mass of people under way, days before anything is taken from them: the limits
// stop them when their grace is over. Whether they will is known at first sight, so it is said then
// (design §5.11). Nothing waits for the answer.

// step is one change out that a later pass is expected to carry out, if the directory stays as it is. When, is a
// guess (timetable.go).
type step struct {
	change *model.Change
	at     time.Time // the pass
}

// lookAhead finds the people under way whom a limit will stop. It comes when everything else of leavers is
// decided: who goes in this pass is gone in the next.
func (p *gates) lookAhead() {
	if p.planOnly || p.clockInDoubt {
		return
	}
	for _, op := range model.OpsThat(model.Op.Destructive) {
		p.lookAheadFor(op)
	}
	leader := Prerequisites(p.plan.Changes)
	for n := range p.plan.Changes {
		c := &p.plan.Changes[n]
		if l, led := leader(*c); led && c.Op.GoesAlong() && c.Status == model.Waiting && l.Status == model.Waiting {
			c.Guard = l.Guard // it goes with the withdrawal, also in what a yes is for
		}
	}
}

// lookAheadFor walks through the passes in which somebody new is due, and asks the limits what they would
// say then. Whom they stop is due again at the next one, and who is not stopped is gone.
func (p *gates) lookAheadFor(op model.Op) {
	times := p.timetable()
	then, settling := p.hypothesis(op, times), p.settling(op, times)
	var stopped []step
	for at, steps := range p.underWayOut(op, times) {
		then.now = at
		then.settleBefore(settling, times)
		found := map[string][]excess{}
		steps = append(stopped, steps...)
		for source, people := range duePeople(steps) {
			found[source] = then.excess(op, source, people)
		}
		stops := func(s step) bool { return !s.change.Approved && len(found[s.change.Person.Source]) > 0 }
		for _, source := range slices.Sorted(maps.Keys(found)) {
			p.announce(op, source, found[source], slices.DeleteFunc(slices.Clone(steps), func(s step) bool { return !stops(s) || s.change.Person.Source != source }))
		}
		then.takeOutOf(op, slices.DeleteFunc(slices.Clone(steps), stops), times)
		stopped = slices.DeleteFunc(steps, func(s step) bool { return !stops(s) })
	}
}

// duePeople are the people of steps and their OU, by source. Approved ones fill no window.
func duePeople(steps []step) map[string]map[model.PersonID]string {
	due := map[string]map[model.PersonID]string{}
	for _, s := range steps {
		if s.change.Approved {
			continue
		}
		if due[s.change.Person.Source] == nil {
			due[s.change.Person.Source] = map[model.PersonID]string{}
		}
		due[s.change.Person.Source][s.change.Person] = s.change.OU
	}
	return due
}

// underWayOut gives, pass by pass, the steps that will be due then, as far as that is known. What asks for a
// yes of its own is no business of the limits, and what the last list lacks is most likely gone already.
func (p *gates) underWayOut(op model.Op, times timetable) iter.Seq2[time.Time, []step] {
	byPass := map[time.Time][]step{}
	leader := Prerequisites(p.plan.Changes)
	for _, c := range p.inOrder(op) {
		if c.By != "" || c.AsksForYes() || p.unsure(c.Takes()) {
			continue
		}
		if at := p.dueAt(*c, leader, times); !at.IsZero() {
			byPass[at] = append(byPass[at], step{c, at})
		}
	}
	return func(yield func(time.Time, []step) bool) {
		for _, at := range slices.SortedFunc(maps.Keys(byPass), time.Time.Compare) {
			if !yield(at, byPass[at]) {
				return
			}
		}
	}
}

// dueAt is the pass in which a step is due; zero: in this one, or nobody can tell.
func (p *gates) dueAt(c model.Change, leader func(model.Change) (model.Change, bool), times timetable) time.Time {
	o := p.observations[c.Person]
	l, led := leader(c)
	switch {
	case c.Status == model.Deferred:
		return times.from(c.NotBefore)
	case c.Status == model.Blocked && c.Guard != model.GuardBaseline:
		return times.from(p.Now)
	case c.Status != model.Waiting || c.NotBefore.IsZero():
		return time.Time{}
	case c.Op.BeginsDeparture() && o.ConfirmedAt.IsZero():
		return times.from(p.confirmAt(o, times).Add(p.Policy.GraceWithdraw))
	case !led:
		return times.from(model.Later(c.NotBefore, p.confirmAt(o, times)))
	case l.Status == model.Due:
		return times.from(c.NotBefore)
	case !l.Approved && (l.Status != model.Waiting || l.Ahead()):
		return time.Time{} // somebody has to say yes to the withdrawal first, and a yes is for one step
	}
	withdrawn := p.dueAt(l, leader, times)
	if withdrawn.IsZero() {
		return withdrawn
	}
	return times.from(withdrawn.Add(p.Policy.GraceID))
}

// confirmAt is the pass that confirms a departure, if each read from now on shows it again.
func (p *gates) confirmAt(o model.Observation, times timetable) time.Time {
	if !o.ConfirmedAt.IsZero() {
		return o.ConfirmedAt
	}
	n := 1
	if !o.Evidence.Kind.Positive() {
		n = times.index(o.Since.Add(p.Policy.ConfirmOver))
	}
	for o.Reads += n; ; n++ {
		if at := times.pass(n); confirms(p.Policy, o, at, false) {
			return at
		}
		o.Reads++
	}
}

// announce marks the steps that a limit will stop, and says who and why, once, and from when on: that is
// certain. In which pass it will be is not told, for nobody knows when passes run (design §5.11).
func (p *gates) announce(op model.Op, source string, found []excess, stopped []step) {
	people := map[model.PersonID]string{}
	var earliest time.Time
	for _, s := range stopped {
		if s.change.Status == model.Waiting && s.change.Guard == "" {
			s.change.Guard = model.GuardAhead
			people[s.change.Person] = s.change.OU
			if earliest.IsZero() || s.change.NotBefore.Before(earliest) {
				earliest = s.change.NotBefore
			}
		}
	}
	if len(people) == 0 {
		return
	}
	if op.BeginsDeparture() {
		p.announceBeginnings(source, earliest)
	}
	var rules []model.Reason
	for _, e := range found {
		rules = append(rules, model.Because("over-limit", e.guard, e.what, e.allowed))
	}
	why := model.Because("leavers-ahead", op.CockpitWord(), len(people), earliest, rules, p.whoLeaves(people))
	p.tripped(model.Guard{Name: model.GuardAhead, Source: source, Check: p.checkLeavers(source, people), Reasons: why.Some()})
}
