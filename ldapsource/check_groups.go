package ldapsource

import (
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// checkGroups has a line for each group that the configuration names. One of those that entitle fails however
// little of it is hidden, for it stops all departures (design §5.1 row b); the others where they are not there
// at all, by a typo for instance, and decide about people.
func (v *session) checkGroups() []Finding {
	held := v.heldByGroups()
	return slices.Concat(
		v.checkGroupSet("groups", v.entitling, Failure, Failure, "until then "+held),
		v.checkGroupSet("protect.groups", v.protected, Failure, Warning,
			"until then everybody of this source counts as protected: joiners join, and each step of a departure waits for a yes"),
		v.checkGroupSet("mapping.category", v.labelling, Warning, Warning,
			"until then who is not seen in it keeps the labels as they are"))
}

// checkGroupSet has a line for each group of one key of the configuration: absent if there is no such group,
// partly if it was not read wholly.
func (v *session) checkGroupSet(key string, c groupSet, absent, partly Verdict, until string) []Finding {
	var findings []Finding
	for _, r := range c.sets {
		f := Finding{Name: key, Verdict: Pass, Tried: "read the group " + r.dn + " and all groups in it", Came: english.Say(r.describe())}
		switch {
		case r.isNone():
			f.Verdict, f.Advice = absent, "fix the DN in "+key+", or let the bind account read the group; "+until
		case len(r.faults) > 0:
			f.Verdict, f.Advice = partly, "the group is there: let the bind account read it and its members, or correct in it what is said here; "+until
		case r.moved > 0:
			f.Verdict, f.Advice = Warning, "correct the former DNs in the group, or take them out; until then nobody can say whether it means the people who had them, and what it says of these stays as it was: threema-dirsync status names those whom this holds"
		}
		findings = append(findings, f)
	}
	return findings
}

// isNone tells that there is no such group, as with a typo, or that nothing of it is shown.
func (r *memberSet) isNone() bool {
	return slices.ContainsFunc(r.faults, func(why model.Reason) bool { return why.Code == "group-not-readable" || why.Code == "no-group" })
}

// heldByGroups says what becomes of those who are seen in none of the groups that entitle, while one of
// these is not read wholly.
func (v *session) heldByGroups() string {
	inScope, held := 0, 0
	for _, p := range v.people {
		if p.State == model.Departed {
			continue
		}
		inScope++
		if !v.entitling.has(v.traits[p.ID.ID]) {
			held++
		}
	}
	switch held {
	case 0:
		return fmt.Sprintf("nobody departs; all %d people in scope are seen in a group, so nothing else waits", inScope)
	case inScope:
		return fmt.Sprintf("all %d people in scope are held: nobody gets a credential, nobody is changed, nobody leaves", inScope)
	}
	return fmt.Sprintf("%d of %d people in scope, whom no group that could be read shows, are held: no credential, no change; and nobody departs", held, inScope)
}
