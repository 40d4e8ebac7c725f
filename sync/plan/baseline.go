package plan

import (
	"maps"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// baseline is whether any of it may be done against this package, scope and ledger.
type baseline struct {
	*joining
	planOnly bool // nothing at all may be done before somebody accepts the baseline
	// transfersListed are those that the plan had before somebody accepted the baseline, by change.
	transfersListed map[string]bool
}

// BaselineChange says why a plan is a preview until somebody accepts the baseline, and who enters
// and leaves because of it (design §5.10). It is what "approve --baseline" asks about.
type BaselineChange struct {
	Reasons  []model.Reason
	Accepted bool // and the ledger has recorded it
	// Refused says what is not accepted with it, and why.
	Refused []model.Reason
	// Enters are entitled people whom no pass saw before, and who are not held; Leaves are people of ours whom what was
	// read now does not show as entitled, with what it shows instead; Rekeyed are people of ours who
	// are known under a new directory ID now, and neither enter nor leave; Missing are people of ours
	// whose credentials went at once; Unclear are people of ours who are held, as what was read shows neither
	// that they are entitled nor that they left. Each list is sorted, and everybody is in one at most.
	Enters, Leaves, Rekeyed, Missing, Unclear []model.BaselinePerson
}

// judgeBaseline makes the plan a preview where what it would call departures or joiners may be
// consequences of something else: another package, directory or scope, an older ledger, or IDs
// that were made anew. It runs when everything is planned, for only then the masses show.
func (p *baseline) judgeBaseline() {
	m := &p.update
	m.Subscription, m.Baseline = p.State.Subscription, p.State.Baseline
	m.Sources = map[string]model.SourceBinding{}
	maps.Copy(m.Sources, p.State.Sources)
	reasons, accepted := p.baselineReasons()
	switch {
	case p.untrusted != nil:
		p.planOnly = true
		return
	case p.AcceptBaseline:
		m.Baseline, m.Accepted = true, p.dropUnlisted(append(accepted, p.acceptedTransfers(accepted)...))
		p.approveAccepted()
		if reasons = append(reasons, p.heldReason()...); len(reasons) == 0 {
			reasons = p.plainReason().Some()
		}
	case len(reasons) > 0:
		p.planOnly = true
		for _, reason := range reasons {
			p.trip(model.GuardBaseline, "", reason, howToEnd(p.renamings))
		}
	default:
		if p.State.Gap.Kind == model.LostLedger {
			p.trip(model.GuardBaseline, "", model.Because("ledger-lost-until-accepted", p.State.Gap.Reason()))
		}
		return
	}
	p.plan.Baseline = p.baselineChange(reasons)
	if p.AcceptBaseline {
		p.plan.Baseline.Refused = append(p.heldRefused(), p.ordersRefused()...)
	}
}

// acceptedTransfers are the yes to all transfers that the accepted baseline lists as people under a new
// directory ID, however few they are.
func (p *baseline) acceptedTransfers(had []model.GivenApproval) []model.GivenApproval {
	all := p.massOf(func(c model.Change) bool { return c.Op == model.Transfer })
	return slices.DeleteFunc(all, func(a model.GivenApproval) bool {
		return slices.ContainsFunc(had, func(b model.GivenApproval) bool { return a.ChangeID == b.ChangeID })
	})
}

// approveAccepted marks the changes to which accepting the baseline is the yes, as the passes after it will: the
// answer asks nobody for a yes that it has just taken.
func (p *baseline) approveAccepted() {
	for _, a := range p.update.Accepted {
		n := slices.IndexFunc(p.plan.Changes, func(c model.Change) bool { return c.ID == a.ChangeID })
		p.plan.Changes[n].Approved, p.plan.Changes[n].ApprovedUntil = true, a.Until
	}
}

// dropUnlisted leaves out the yes to a transfer that asks, and that nobody has seen in the list: only the
// acceptance lets the owner depart. It asks for a yes of its own then.
func (p *baseline) dropUnlisted(accepted []model.GivenApproval) []model.GivenApproval {
	unlisted := map[string]bool{}
	for _, c := range p.plan.Changes {
		unlisted[c.ID] = c.Op == model.Transfer && len(c.Asks) > 0 && !p.transfersListed[c.ID]
	}
	return slices.DeleteFunc(accepted, func(a model.GivenApproval) bool { return unlisted[a.ChangeID] })
}

// transfersListed are the transfers that the plan lists before anybody accepts the baseline.
func transfersListed(in Input) map[string]bool {
	if !in.AcceptBaseline {
		return nil
	}
	in.AcceptBaseline = false
	listed := map[string]bool{}
	for _, c := range Compute(in).Changes {
		if c.Op == model.Transfer {
			listed[c.ID] = true
		}
	}
	return listed
}

// baselineReasons says why this plan must be a preview, and which changes somebody who accepts
// that says yes to.
func (p *baseline) baselineReasons() (reasons []model.Reason, accepted []model.GivenApproval) {
	if p.State.Gap.Kind == model.OlderLedger {
		reasons = append(reasons, p.State.Gap.Reason())
	}
	reasons = append(reasons, p.differences()...)
	reasons = append(reasons, p.lossReasons()...)
	for _, mass := range p.masses() {
		reasons = append(reasons, mass.reason)
		accepted = append(accepted, mass.changes...)
	}
	return reasons, accepted
}

// plainReason says what is accepted where nothing makes the plan a preview.
func (p *baseline) plainReason() model.Reason {
	switch {
	case p.State.Gap.Kind == model.LostLedger:
		return p.State.Gap.Reason()
	case !p.State.Baseline:
		return model.Because("first-baseline")
	}
	return model.Because("nothing-to-accept")
}

// mass is one kind of change of ownership that too many people have at once.
type mass struct {
	reason  model.Reason
	changes []model.GivenApproval // the yes to each of them that goes with the baseline
}

// masses finds what a handful may have in one pass and nobody has in masses unless something
// else happened: credentials with a person's csi that this ledger never saw, as after the whole
// state_dir was put back from a backup, and people under new directory IDs, as after the
// directory was loaded anew (pitfall K9). What somebody accepted counts no more.
func (p *baseline) masses() []mass {
	var found []mass
	known := p.massOf(func(c model.Change) bool {
		return p.State.RolledOut && c.Op == model.Adopt && p.Inventory.Settings[c.CredentialID][model.SettingCSI] == c.CSI
	})
	few := model.MassThreshold(len(p.State.Managed()))
	if n := len(known); n > few.Number() {
		found = append(found, mass{model.Because("many-known-to-package", n, few.Reason()), known})
	}
	rekeyed := p.massOf(func(c model.Change) bool { return c.Op == model.Transfer })
	if n := len(rekeyed); n > few.Number() {
		found = append(found, mass{model.Because("many-rekeyed", n, few.Base, few.Reason()), rekeyed})
	}
	return found
}

// massOf lists the changes of a kind that this pass would carry out and nobody accepted.
func (p *baseline) massOf(which func(model.Change) bool) []model.GivenApproval {
	var changes []model.GivenApproval
	for _, c := range p.plan.Changes {
		if !c.Approved && p.Policy.Mode.Allows(c.Op) && which(c) {
			changes = append(changes, model.GivenApproval{ChangeID: c.ID, Op: c.Op, Person: c.Person, CSI: c.CSI, Until: p.Now.Add(model.MaxApproval).UTC().Truncate(time.Second)})
		}
	}
	return changes
}

// acceptEmpty makes the first pass the baseline when the package held no match at all: where
// nobody of the directory had a credential, nobody can have left with one (design §5.10). Where
// a ledger was lost, people had one all the same.
func (p *baseline) acceptEmpty() {
	if p.State.Subscription == "" && p.State.Gap.Kind == "" && !p.heldMatch() {
		p.update.Baseline = true
	}
}

// heldMatch tells whether some credential carries the csi or the username of a person of the
// directory, entitled or not.
func (p *baseline) heldMatch() bool {
	for _, i := range p.identities {
		if i.CSI != "" && len(p.byCSI[i.CSI]) > 0 {
			return true
		}
		if _, taken := p.byUsername[FoldUsername(i.Username)]; taken && i.Username != "" {
			return true
		}
	}
	return false
}

// Accepted tells a plan that is the answer to "approve --baseline".
func Accepted(b *BaselineChange) bool { return b != nil && b.Accepted }
