package plan

import (
	"cmp"
	"slices"
	"strings"
)

// FormerCSI is a csi that a person had before. Lists of the configuration name a person by any csi
// that they ever had, and a phone that was off during a renumbering still reports the old one.
type FormerCSI struct {
	Person PersonID
	CSI    string
}

// Compare orders former csis by person.
func (f FormerCSI) Compare(g FormerCSI) int {
	return cmp.Or(f.Person.Compare(g.Person), strings.Compare(f.CSI, g.CSI))
}

// hadCSI notes that a person has another csi than before.
func (p *planner) hadCSI(person PersonID, was, is string) {
	if was == "" || is == "" || was == is || slices.Contains(p.csis[person], was) {
		return
	}
	p.csis[person] = append(p.csis[person], was)
}

// inherit gives the csis of an account to the account of the same person that follows it.
func (p *planner) inherit(from account, to Identity) {
	for _, csi := range append(slices.Clone(p.csis[from.person]), from.csi, from.saw.CSI) {
		p.hadCSI(to.Person, csi, to.CSI)
	}
}

// csisOf are all csis that a person is or was known by: those of the ledger and of the directory, and
// the given one.
func (p *planner) csisOf(person PersonID, csi string) []string {
	return slices.Concat(p.csis[person], p.currentCSIs(person, csi))
}

// currentCSIs are the csi that was written for a person, the one that the directory had for them when they
// were entitled last, and the one that it shows now. They differ where a csi could not be written any more:
// the credential was gone, the settings waited, or the account was locked in the same step.
func (p *planner) currentCSIs(person PersonID, written string) []string {
	var all []string
	for _, csi := range []string{written, p.observations[person].CSI, p.identities[person].CSI} {
		if csi != "" && !slices.Contains(all, csi) {
			all = append(all, csi)
		}
	}
	return all
}

// formerCSIs are the former csis of everybody of whom anything is known.
func (p *planner) formerCSIs() []FormerCSI {
	watched := map[PersonID]bool{}
	for _, e := range p.State.Effects {
		watched[e.Person] = true
	}
	var all []FormerCSI
	for person, csis := range p.csis {
		if _, observed := p.observations[person]; !observed && !watched[person] && !p.isOurs(person) {
			continue
		}
		for _, csi := range csis {
			all = append(all, FormerCSI{person, csi})
		}
	}
	slices.SortFunc(all, FormerCSI.Compare)
	return all
}

// isTheirs tells whether a csi that stands on a credential, or that a phone reports, can be this
// person's: the one of the directory, or one that we wrote or that they had before, which no living person
// has by now.
func (p *planner) isTheirs(person PersonID, csi, reported string) bool {
	switch {
	case reported == cmp.Or(p.identities[person].CSI, p.observations[person].CSI, csi):
		return true
	case !slices.Contains(p.csisOf(person, csi), reported):
		return false
	}
	holder, taken := p.claimedCSI[reported]
	return !taken || holder == person
}
