package plan

import (
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// gates say what becomes of each change now.
type gates struct{ *budget }

// newGates are those that a draft goes through. Of an accepted baseline they know the transfers that it listed.
func newGates(j *joining, transfersListed map[string]bool) *gates {
	return &gates{&budget{&baseline{joining: j, transfersListed: transfersListed}}}
}

// gate decides what becomes of each change, in the order in which the reasons matter: what
// a leave of absence suspends, what the policy withholds, what a changed baseline blocks, what this pass has no evidence for,
// what asks for an approval, what exceeds a limit, what the stop file halts, what finds no
// licence, what nobody would learn the password of, and what does not fit into the day. Leavers are decided wholly before joiners, whose
// licences they free. The stop file comes after what an approval can lift, so that it does not
// change the hash.
func (p *gates) gate() {
	p.acceptEmpty()
	p.protect()
	p.eachDue(p.suspend)
	p.eachDue(p.withhold)
	p.eachDue(p.guardBaseline)
	p.guardJoiners()
	p.eachDue(p.wantEvidence)
	p.eachDue(p.askApproval)
	p.limitLeavers()
	p.eachDue(p.guardStopFile)
	p.limitChanges()
	left := p.Budget.Remaining
	p.spendOnLeavers(&left)
	p.lookAhead()
	p.takeSeats()
	p.limitCreates() // counts those who find a licence
	p.awaitHandover()
	p.spendOnOthers(&left)
	p.expectFull()
}

// eachDue lets a rule look at the changes that are due, or waiting: a rule that holds later
// is worth knowing now.
func (p *gates) eachDue(rule func(*model.Change)) {
	for n := range p.plan.Changes {
		if c := &p.plan.Changes[n]; c.Status == model.Due || c.Status == model.Waiting {
			rule(c)
		}
	}
}

func (p *gates) withhold(c *model.Change) {
	if !p.Policy.Mode.Allows(c.Op) {
		c.Status = model.Withheld
		c.Because(model.Because("withheld-by-policy", string(p.Policy.Mode)))
	}
}

// guardBaseline blocks everything against an unknown package or scope, and what destroys as
// long as nobody has accepted the first baseline (design §5.10).
func (p *gates) guardBaseline(c *model.Change) {
	switch {
	case p.planOnly:
		c.Status, c.Guard = model.Blocked, model.GuardBaseline
	case c.Op.OfDeparture():
		if !p.update.Baseline && c.Status == model.Due {
			c.Status, c.Guard = model.Blocked, model.GuardBaseline
			p.trip(model.GuardBaseline, "", model.Because("managed-before-this-ledger"))
		}
	}
}

// wantEvidence lets a leaver wait whom no complete read of this pass shows as departed: an
// incomplete snapshot takes nobody out, however long ago the departure was confirmed
// (design §5.1 row b). What can never be undone waits for all sources: the person may have moved
// to one that could not be read. An order stands in for the evidence.
func (p *gates) wantEvidence(c *model.Change) {
	if c.By != "" {
		return
	}
	if c.Op.OfDeparture() && !p.departedNow[c.Person] {
		c.Status, c.NotBefore = model.Waiting, time.Time{}
		if _, forgotten := p.forgotten(c.Person.Source); forgotten {
			c.Because(model.Because("awaits-all-sources"))
			return
		}
		c.Because(model.Because("awaits-complete-read", c.Person.Source))
		return
	}
	if unread := p.unread(); c.Class == model.Irreversible && len(unread) > 0 {
		c.Status, c.NotBefore = model.Waiting, time.Time{}
		c.Because(model.Because("awaits-unread-source", unread[0]))
	}
}

// askApproval lets a step wait for a yes where its class, the person or a question asks for one.
func (p *gates) askApproval(c *model.Change) {
	c.ByClass = c.Op.Destructive() && p.Policy.Approval.Asks(c.Class)
	if c.Status == model.Due && c.AsksForYes() {
		c.Status = model.NeedsApproval
	}
}

// guardStopFile halts what takes something from a person while the stop file is there.
func (p *gates) guardStopFile(c *model.Change) {
	if p.Stop != "" && c.Status == model.Due && c.Op.OfDeparture() {
		c.Status, c.Guard = model.Blocked, model.GuardStopFile
		p.trip(model.GuardStopFile, "", model.Because("stop-file", p.Stop))
	}
}

// chain ties steps to the one before them: a leaver's contact goes with the withdrawal and the
// ID waits for it; settings and contacts of a credential wait until it is this person's.
func (p *gates) chain() {
	leader := Prerequisites(p.plan.Changes)
	for n := range p.plan.Changes {
		c := &p.plan.Changes[n]
		along := c.Op.GoesAlong() && (c.Status == model.Suspended || c.Status == model.NeedsApproval)
		if c.Status != model.Due && c.Status != model.Waiting && c.Status != model.Blocked && !along {
			continue
		}
		l, led := leader(*c)
		switch {
		case !led || l.Status == model.Due:
		case c.Op.Destructive():
			c.Status, c.Guard = model.Waiting, ""
		default: // it shares the fate of the one that it goes with
			c.Status, c.Guard, c.NotBefore = l.Status, l.Guard, l.NotBefore
			c.ShareQuestions(l)
		}
	}
}

// Prerequisites finds, for a change of a plan, the one of the same plan that must be carried out
// before it: the withdrawal before a leaver's contact and IDs, the adoption or transfer before
// settings and contacts.
func Prerequisites(changes []model.Change) func(model.Change) (model.Change, bool) {
	type turn struct {
		op     model.Op
		person model.PersonID
	}
	followers, leaders := map[model.Op][]model.Op{}, map[turn]model.Change{}
	for _, op := range model.Ops() {
		for _, before := range op.After() {
			followers[before] = append(followers[before], op)
		}
	}
	for _, c := range changes {
		for _, op := range followers[c.Op] {
			leaders[turn{op, c.Person}] = c
		}
	}
	return func(c model.Change) (leader model.Change, led bool) {
		leader, led = leaders[turn{c.Op, c.Person}]
		return leader, led
	}
}

// trip records a guard, once.
func (p *draft) trip(name, source string, reasons ...model.Reason) {
	p.tripped(model.Guard{Name: name, Source: source, Reasons: reasons})
}

func (p *draft) tripped(g model.Guard) {
	if !slices.ContainsFunc(p.plan.Guards, func(had model.Guard) bool { return had.Compare(g) == 0 }) {
		p.plan.Guards = append(p.plan.Guards, g)
	}
}
