package plan

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// draft is the plan as it comes about, before any gate.
type draft struct {
	*known
	plan    Plan
	orphans map[string]int // people of ours per source that is not configured any more
}

func newDraft(k *known) *draft {
	return &draft{known: k, orphans: map[string]int{}, plan: Plan{
		Policy:       k.Policy.Mode,
		Subscription: k.Inventory.Subscription,
		GeneratedAt:  k.Now,
		WaitedFor:    k.State.Waits,
		StopFile:     k.StopFile,
	}}
}

// add appends a change that is due unless a later step finds otherwise.
func (p *draft) add(c model.Change) {
	if c.Status == "" {
		c.Status = model.Due
	}
	if c.Class == "" {
		c.Class = c.Op.Class(p.Policy.ID)
	}
	p.plan.Changes = append(p.plan.Changes, c)
}

func (p *draft) hold(whom model.Subject, reasons ...model.Reason) {
	p.plan.Held = append(p.plan.Held, model.Held{Subject: whom, Reasons: reasons})
}

// holdQuietly holds somebody, or one object of theirs, where nothing is wrong.
func (p *draft) holdQuietly(whom model.Subject, reasons ...model.Reason) {
	p.plan.Held = append(p.plan.Held, model.Held{Subject: whom, Reasons: reasons, Quiet: true})
}

// holdFor holds somebody for whom a person must do something.
func (p *draft) holdFor(ask model.Ask, whom model.Subject, reasons ...model.Reason) {
	p.plan.Held = append(p.plan.Held, model.Held{Subject: whom, Reasons: reasons, Ask: ask})
}

func (p *draft) holdIdentity(i model.Identity, reasons ...model.Reason) {
	p.hold(i.WithDN(p.nameOf(i.Person)), reasons...)
}

// change starts a change for somebody.
func (p *recovered) change(op model.Op, whom model.Subject, remote string, preState ...string) model.Change {
	parts := append([]string{p.Inventory.Subscription.ID, string(op), whom.Person.Source, whom.Person.ID, remote}, preState...)
	return model.Change{
		ID:      model.ChangeID(parts...),
		Op:      op,
		Subject: whom,
		OU:      p.observations[whom.Person].OU,
		// Some cost more, as their planner knows.
		Requests: op.Requests(),
	}
}
