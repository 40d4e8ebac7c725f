package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// takeSeats lets creates wait that find no licence. A package that tells no number of licences
// says it when they are used up (403).
func (p *planner) takeSeats() {
	p.plan.Seats = p.Inventory.SeatsAfter(nil)
	licences, used := p.plan.Seats.Licences, p.plan.Seats.Used
	if licences == 0 {
		return
	}
	free := licences - p.Inventory.seatsUsed(p.leavesNow(), 0)
	for _, c := range p.inOrder(Create) {
		if c.Status != Due || c.CredentialID != "" {
			continue
		}
		if free <= 0 {
			c.Status = Waiting
			c.Reason = fmt.Sprintf("no licence is free (%d of %d used): %s", used, licences, c.Reason)
			p.plan.Wait(WaitNoLicence, c.Person)
			continue
		}
		free--
	}
}

// expectFull lets those wait on for a licence whom the service refused one at the last pass, in a
// package that tells no number: only the next create shows whether there is one by now.
func (p *planner) expectFull() {
	if p.Inventory.Subscription.Licences > 0 || !slices.ContainsFunc(p.State.Waits, func(w Wait) bool { return w.Code == WaitNoLicence }) {
		return
	}
	for _, c := range p.inOrder(Create) {
		if c.Status == Due && c.CredentialID == "" {
			p.plan.Wait(WaitNoLicence, c.Person)
		}
	}
}

// seatsUsed counts the licences in use without what is gone, and with what was made. Which of the two readings of the
// licences is right is not documented, so the larger one counts (D-41).
func (inv Inventory) seatsUsed(gone func(Op, string) bool, made int) int {
	byCredential, byUser := made, 0
	for _, c := range inv.Credentials {
		if !gone(Withdraw, c.ID) {
			byCredential += max(1, c.Usage)
		}
	}
	for _, u := range inv.Users {
		if !gone(Detach, u.ID) && !gone(Revoke, u.ID) {
			byUser++
		}
	}
	return max(byCredential, byUser)
}

// SeatsAfter counts the licences as changes leave them that were carried out since the inventory was
// read.
func (inv Inventory) SeatsAfter(done []Change) Seats {
	made := 0
	for _, c := range done {
		if c.Op == Create && c.CredentialID == "" {
			made++
		}
	}
	used := inv.seatsUsed(leaving(done), made)
	return Seats{Licences: inv.Subscription.Licences, Used: used, Free: max(0, inv.Subscription.Licences-used)}
}

// leavesNow tells which credentials and Threema IDs go in this pass, before anybody is created.
func (p *planner) leavesNow() func(Op, string) bool {
	return leaving(slices.DeleteFunc(slices.Clone(p.plan.Changes), func(c Change) bool { return c.Status != Due }))
}

// leaving tells which credentials and Threema IDs changes take away.
func leaving(changes []Change) func(Op, string) bool {
	type object struct {
		op Op
		id string
	}
	leaves := map[object]bool{}
	for _, c := range changes {
		if c.Op.Destructive() {
			leaves[object{c.Op, cmp.Or(c.ThreemaID, c.CredentialID)}] = true
		}
	}
	return func(op Op, id string) bool { return leaves[object{op, id}] }
}

// spendOnLeavers fits the due changes of leavers into the day's requests, down to the last one
// (design §5.8).
func (p *planner) spendOnLeavers(left *int) {
	p.plan.Requests += p.pay(left, 0, Withdraw)
	p.chain() // what comes after a deferred withdrawal or a blocked transfer costs nothing today
	p.plan.Requests += p.pay(left, 0, DisableContact, Detach, Revoke)
}

// spendOnOthers does the same for changes, then for creates. Both leave the reserve alone.
func (p *planner) spendOnOthers(left *int) {
	p.chargeTrial()
	p.plan.Requests += p.payInBulk(left, SetSettings, p.Policy.ChunkSize)
	p.plan.Requests += p.pay(left, p.Budget.Reserve, UnsetSetting, PublishContact)
	p.plan.Requests += p.payInBulk(left, Create, p.Policy.Batch)
}

// pay defers what the rest of the day cannot carry and returns what the others cost.
func (p *planner) pay(left *int, reserve int, ops ...Op) int {
	cost := 0
	for _, op := range ops {
		for _, c := range p.inOrder(op) {
			if c.Status == Due {
				cost += p.charge(c, left, reserve, c.Requests)
			}
		}
	}
	return cost
}

// payInBulk does the same for changes whose settings share one request per chunk.
func (p *planner) payInBulk(left *int, op Op, chunk int) int {
	cost, inChunk := 0, 0
	for _, c := range p.inOrder(op) {
		if c.Status != Due {
			continue
		}
		price := c.Requests
		if inChunk == 0 {
			price++ // opens a bulk request
		}
		paid := p.charge(c, left, p.Budget.Reserve, price)
		cost += paid
		if paid > 0 || c.Status == Due {
			inChunk = (inChunk + 1) % max(1, chunk)
		}
	}
	return cost
}

// charge takes the price from what is left, or defers the change.
func (p *planner) charge(c *Change, left *int, reserve, price int) int {
	if p.Budget.Unlimited {
		return price
	}
	if *left-price < reserve {
		c.Status, c.NotBefore = Deferred, p.Budget.FreeAt
		return 0
	}
	*left -= price
	return price
}

// inOrder lists the changes of an operation by csi and person, the order of execution.
func (p *planner) inOrder(op Op) []*Change {
	var changes []*Change
	for n := range p.plan.Changes {
		if c := &p.plan.Changes[n]; c.Op == op {
			changes = append(changes, c)
		}
	}
	slices.SortFunc(changes, func(a, b *Change) int { return compareChanges(*a, *b) })
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
func compareChanges(a, b Change) int {
	return cmp.Or(
		-compareBool(a.By != "", b.By != ""),
		strings.Compare(a.Person.Source, b.Person.Source),
		strings.Compare(a.CSI, b.CSI),
		a.Person.Compare(b.Person),
		strings.Compare(a.ThreemaID, b.ThreemaID),
		strings.Compare(a.ID, b.ID),
	)
}
