package plan

import (
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Somebody can say that a person who looks like a leaver is none: parental leave, a sabbatical, a long
// illness. The account is disabled, and Threema stays. Such a leave of absence suspends the departure
// until a day (docs/decisions/0021-a-leave-of-absence.md): the directory is read on, rows of reads
// go on, and no step out is done. Nothing else is suspended: while the account is enabled, the person
// is managed like anybody. [Held] is another word: it is for people for whom a rule lets nothing be done.

// suspended tells whether the departure of a person is suspended in this pass.
func (p *given) suspended(person model.PersonID) bool {
	s, said := p.State.Suspension(person)
	return said && s.Stands(p.Now)
}

// suspend takes the steps out of a person on leave from all that follows: nothing asks for a yes to
// them, no limit counts them, and they are not done. An order is stronger (order.go).
func (p *given) suspend(c *model.Change) {
	s, said := p.State.Suspension(c.Person)
	if !said || c.By != "" || !c.Op.OfDeparture() {
		return
	}
	if !s.Stands(p.Now) {
		c.Because(model.Because("leave-over", s.Over))
		return
	}
	c.Status, c.NotBefore = model.Suspended, model.Later(c.NotBefore, s.Until)
	c.Reasons = append([]model.Reason{s.Why(p.Now)}, c.Reasons...)
}

// holdByHand holds somebody whose credential must be withdrawn by hand: now, unless they are on leave.
func (p *draft) holdByHand(whom model.Subject, reason model.Reason) {
	if s, said := p.State.Suspension(whom.Person); said && s.Stands(p.Now) {
		p.hold(whom, s.Why(p.Now), reason)
		return
	}
	p.holdFor(model.AskByHand, whom, reason)
}

// suspensions are those after this pass. A leave goes with the person to another account of theirs.
func (p *record) suspensions() []model.Suspension {
	kept := map[model.PersonID]model.Suspension{}
	for _, s := range p.State.Suspensions {
		switch {
		case !s.Ended(p.Now):
			s.Over = time.Time{}
		case s.Over.IsZero() || s.Over.After(p.Now):
			s.Over = p.Now
		case !p.Now.Before(s.Over.Add(max(model.SuspensionMemory, p.Policy.GraceWithdraw, p.Policy.GraceID))):
			continue
		}
		for _, e := range p.update.EndedDepartures {
			if e.Person == s.Person && e.To != (model.PersonID{}) {
				s.Person = e.To
			}
		}
		if other, said := kept[s.Person]; !said || other.Until.Before(s.Until) {
			kept[s.Person] = s
		}
	}
	list := make([]model.Suspension, 0, len(kept))
	for _, s := range kept {
		list = append(list, s)
	}
	slices.SortFunc(list, model.Suspension.Compare)
	return list
}

// ToldLeaves are those that are not over, and those that are while the departure after them is still to come.
func ToldLeaves(all []model.SuspendedPerson) []model.SuspendedPerson {
	return slices.DeleteFunc(slices.Clone(all), func(s model.SuspendedPerson) bool { return !s.Standing && s.Earliest.IsZero() })
}
