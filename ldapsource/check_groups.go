package ldapsource

import (
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// noGroup is the fault of an entry that is none, as with a typo.
const noGroup = "it is no group"

// checkGroups has a line for each group that the configuration names. One that is not there, by a typo
// for instance, is a failure where it decides about people.
func (v *session) checkGroups() []Finding {
	return slices.Concat(
		v.checkGroupSet("groups", v.entitling, Failure, "mend the DN in groups of the source, or let the bind account read the group and its members; until then "+v.heldByGroups()),
		v.checkGroupSet("protect.groups", v.protected, Failure,
			"mend protect.groups, or let the bind account read the group; until then everybody of this source counts as protected: joiners join, and each step of a departure waits for a yes"),
		v.checkGroupSet("mapping.category", v.labelling, Warning,
			"mend the DN in mapping.category, or let the bind account read the group and who is in it; until then who is not seen in it keeps the labels as they are"))
}

// checkGroupSet has a line for each group of one key of the configuration.
func (v *session) checkGroupSet(key string, c groupSet, absent Verdict, advice string) []Finding {
	var findings []Finding
	for _, r := range c.sets {
		f := Finding{Name: key, Verdict: Pass, Tried: "read the group " + r.dn + " and all groups in it", Came: r.describe()}
		if len(r.faults) > 0 {
			f.Verdict, f.Advice = Warning, advice
		}
		if slices.Contains(r.faults, notReadable) || slices.Contains(r.faults, noGroup) {
			f.Verdict = absent
		}
		findings = append(findings, f)
	}
	return findings
}

// heldByGroups says what becomes of those who are seen in none of the groups that entitle, while one of
// these is not read wholly.
func (v *session) heldByGroups() string {
	inScope, held := 0, 0
	for _, p := range v.people {
		if p.State == plan.Departed {
			continue
		}
		inScope++
		if !v.entitling.has(v.traits[p.ID.ID]) {
			held++
		}
	}
	if held == inScope {
		return fmt.Sprintf("all %d people in scope are held: nobody gets a credential, nobody is changed, nobody leaves", inScope)
	}
	return fmt.Sprintf("the %d of %d people in scope who are seen in no other group are held: they get no credential and are not changed; and nobody departs", held, inScope)
}
