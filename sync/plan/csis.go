package plan

import (
	"cmp"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// hadCSI notes that a person has another csi than before.
func (p *recovered) hadCSI(person model.PersonID, was, is string) {
	if was == "" || is == "" || was == is || slices.Contains(p.csis[person], was) {
		return
	}
	p.csis[person] = append(p.csis[person], was)
}

// inherit gives the csis of an account to the account of the same person that follows it.
func (p *recovered) inherit(from account, to model.Identity) {
	for _, csi := range append(slices.Clone(p.csis[from.person]), from.csi, from.saw.CSI) {
		p.hadCSI(to.Person, csi, to.CSI)
	}
}

// csisOf are all csis that a person is or was known by: those of the ledger and of the directory, and
// the given one.
func (p *evidence) csisOf(person model.PersonID, csi string) []string {
	return slices.Concat(p.csis[person], p.currentCSIs(person, csi))
}

// currentCSIs are the csi that was written for a person, the one that the directory had for them when they
// were entitled last, and the one that it shows now. They differ where a csi could not be written any more:
// the credential was gone, the settings waited, or the account was locked in the same step.
func (p *evidence) currentCSIs(person model.PersonID, written string) []string {
	var all []string
	for _, csi := range []string{written, p.observations[person].CSI, p.identities[person].CSI} {
		if csi != "" && !slices.Contains(all, csi) {
			all = append(all, csi)
		}
	}
	return all
}

// formerCSIs are the former csis of everybody of whom anything is known.
func (p *recovered) formerCSIs() []model.FormerCSI {
	watched := map[model.PersonID]bool{}
	for _, e := range p.State.Effects {
		watched[e.Person] = true
	}
	var all []model.FormerCSI
	for person, csis := range p.csis {
		if _, observed := p.observations[person]; !observed && !watched[person] && !p.isOurs(person) {
			continue
		}
		for _, csi := range csis {
			all = append(all, model.FormerCSI{Person: person, CSI: csi})
		}
	}
	slices.SortFunc(all, model.FormerCSI.Compare)
	return all
}

// isTheirs tells whether a csi that stands on a credential, or that a phone reports, can be this
// person's: the one of the directory, or one that we wrote or that they had before, which no living person
// has by now.
func (p *claims) isTheirs(person model.PersonID, csi, reported string) bool {
	switch {
	case reported == cmp.Or(p.identities[person].CSI, p.observations[person].CSI, csi):
		return true
	case !slices.Contains(p.csisOf(person, csi), reported):
		return false
	}
	holder, taken := p.claimedCSI[reported]
	return !taken || holder == person
}
