package plan

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// A new ledger knows nobody's word: whom an order or the cockpit had put out looks like a joiner to it. Where the package
// shows that it was in these hands before, nobody gets a credential beside the adoptions until somebody says so
// (design §5.10).

// joinersOfOldPackage tells that the ledger is new to a package that was kept in step before, and how many people
// would get a credential in it.
func (p *baseline) joinersOfOldPackage() (joiners int, old bool) {
	writing := map[string]bool{}
	for _, c := range p.plan.Changes {
		switch {
		case c.Joins():
			joiners++
		case c.Op == model.SetSettings:
			writing[c.CredentialID] = true
		}
	}
	if p.State.Gap.Kind == model.LostLedger {
		return joiners, joiners > 0
	}
	if p.State.Baseline || p.State.RolledOut {
		return joiners, false
	}
	kept := 0
	for _, own := range p.owned {
		switch {
		case own.Created: // by this ledger: it knows them
			return joiners, false
		case own.CSI != "" && p.Inventory.Settings[own.CredentialID][model.SettingCSI] == own.CSI && !writing[own.CredentialID]:
			kept++
		}
	}
	return joiners, joiners > 0 && kept >= joiners
}

// guardJoiners lets them wait.
func (p *baseline) guardJoiners() {
	joiners, old := p.joinersOfOldPackage()
	if !old || p.planOnly || p.update.Baseline {
		return
	}
	waits := false
	for n := range p.plan.Changes {
		c := &p.plan.Changes[n]
		if c.Joins() && (c.Status == model.Due || c.Status == model.Waiting) {
			c.Status, c.Guard, waits = model.Blocked, model.GuardBaseline, true
		}
	}
	if waits {
		p.trip(model.GuardBaseline, "", model.Because("joiners-of-old-package", joiners))
	}
}

// entersOldPackage are those of them, for whoever accepts the baseline.
func (p *baseline) entersOldPackage() map[model.PersonID]bool {
	people := map[model.PersonID]bool{}
	if _, old := p.joinersOfOldPackage(); old {
		for _, c := range p.plan.Changes {
			people[c.Person] = people[c.Person] || c.Op == model.Create
		}
	}
	return people
}
