package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// budget is what fits into the licences and into the requests of the day.
type budget struct{ *baseline }

// takeSeats lets creates wait that find no licence. A package that tells no number of licences
// says it when they are used up (403).
func (p *budget) takeSeats() {
	p.plan.Seats = p.Inventory.SeatsAfter(nil)
	licences, used := p.plan.Seats.Licences, p.plan.Seats.Used
	if licences == 0 {
		return
	}
	free := licences - p.Inventory.SeatsUsed(p.leavesNow(), 0)
	for _, c := range p.inOrder(model.Create) {
		if c.Status != model.Due || !c.Joins() {
			continue
		}
		if free <= 0 {
			c.Status = model.Waiting
			c.Reasons = append([]model.Reason{model.Because("no-licence-free", used, licences)}, c.Reasons...)
			p.plan.Wait(model.WaitNoLicence, c.Person)
			continue
		}
		free--
	}
}

// expectFull lets those wait on for a licence whom the service refused one at the last pass, in a
// package that tells no number: only the next create shows whether there is one by now.
func (p *budget) expectFull() {
	if p.Inventory.Subscription.Licences > 0 || !slices.ContainsFunc(p.State.Waits, func(w model.Wait) bool { return w.Code == model.WaitNoLicence }) {
		return
	}
	for _, c := range p.inOrder(model.Create) {
		if c.Status == model.Due && c.Joins() {
			p.plan.Wait(model.WaitNoLicence, c.Person)
		}
	}
}

// leavesNow tells which credentials and Threema IDs go in this pass, before anybody is created.
func (p *budget) leavesNow() func(model.Object) bool {
	return model.Leaving(slices.DeleteFunc(slices.Clone(p.plan.Changes), func(c model.Change) bool { return c.Status != model.Due }))
}

// spendOnLeavers fits the due changes of leavers into the day's requests, down to the last one
// (design §5.8).
func (p *gates) spendOnLeavers(left *int) {
	for _, op := range model.OpsThat(model.Op.OfDeparture) {
		p.plan.Requests += p.pay(left, 0, op)
		if op.BeginsDeparture() {
			p.chain() // what comes after a deferred withdrawal or a blocked transfer costs nothing today
		}
	}
}

// spendOnOthers does the same for changes, then for creates. Both leave the reserve alone.
func (p *budget) spendOnOthers(left *int) {
	p.chargeTrial()
	for _, op := range model.Ops() {
		switch {
		case op.OfDeparture():
		case op == model.SetSettings:
			p.plan.Requests += p.payInBulk(left, op, p.Policy.ChunkSize)
		case op == model.Create:
			p.plan.Requests += p.payInBulk(left, op, p.Policy.Batch)
		default:
			p.plan.Requests += p.pay(left, p.Budget.Reserve, op)
		}
	}
}

// pay defers what the rest of the day cannot carry and returns what the others cost.
func (p *budget) pay(left *int, reserve int, op model.Op) int {
	cost := 0
	for _, c := range p.inOrder(op) {
		if c.Status == model.Due {
			cost += p.charge(c, left, reserve, c.Requests)
		}
	}
	return cost
}

// payInBulk does the same for changes whose settings share one request per chunk.
func (p *budget) payInBulk(left *int, op model.Op, chunk int) int {
	cost, inChunk := 0, 0
	for _, c := range p.inOrder(op) {
		if c.Status != model.Due {
			continue
		}
		price := c.Requests
		if inChunk == 0 {
			price++ // opens a bulk request
		}
		paid := p.charge(c, left, p.Budget.Reserve, price)
		cost += paid
		if paid > 0 || c.Status == model.Due {
			inChunk = (inChunk + 1) % max(1, chunk)
		}
	}
	return cost
}

// charge takes the price from what is left, or defers the change.
func (p *budget) charge(c *model.Change, left *int, reserve, price int) int {
	if p.Budget.Unlimited || price == 0 {
		return price
	}
	if *left-price < reserve {
		c.Status, c.NotBefore = model.Deferred, p.Budget.FreeAt
		return 0
	}
	*left -= price
	return price
}

// inOrder lists the changes of an operation by csi and person, the order of execution.
func (p *budget) inOrder(op model.Op) []*model.Change {
	var changes []*model.Change
	for n := range p.plan.Changes {
		if c := &p.plan.Changes[n]; c.Op == op {
			changes = append(changes, c)
		}
	}
	slices.SortFunc(changes, func(a, b *model.Change) int { return compareChanges(*a, *b) })
	return changes
}

// compareBool has false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// compareChanges orders changes of one operation, so that scarcity falls on the same people
// in every pass. What somebody ordered comes first.
func compareChanges(a, b model.Change) int {
	return cmp.Or(
		-compareBool(a.By != "", b.By != ""),
		strings.Compare(a.Person.Source, b.Person.Source),
		strings.Compare(a.CSI, b.CSI),
		a.Person.Compare(b.Person),
		strings.Compare(a.ThreemaID, b.ThreemaID),
		strings.Compare(a.ID, b.ID),
	)
}
