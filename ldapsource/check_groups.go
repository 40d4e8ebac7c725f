package ldapsource

import (
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// checkGroups has a line for each group that the configuration names. One of those that entitle fails however
// little of it is hidden, for it stops all departures (design §5.1 row b); the others where they are not there
// at all, by a typo for instance, and decide about people.
func (v *session) checkGroups() []Finding {
	held := v.heldByGroups()
	return slices.Concat(
		v.checkGroupSet("groups", v.entitling, Failure, Failure, model.Because("until-group-is-read", held)),
		v.checkGroupSet("protect.groups", v.protected, Failure, Warning,
			model.Because("until-protected-are-known")),
		v.checkGroupSet("mapping.category", v.labelling, Warning, Warning,
			model.Because("until-labels-are-known")))
}

// checkGroupSet has a line for each group of one key of the configuration: absent if there is no such group,
// partly if it was not read wholly.
func (v *session) checkGroupSet(key string, c groupSet, absent, partly Verdict, until model.Reason) []Finding {
	var findings []Finding
	for _, r := range c.sets {
		f := Finding{Name: key, Verdict: Pass, Tried: "read the group " + r.dn + " and all groups in it", Came: r.describe()}
		switch {
		case r.isNone():
			f.Verdict, f.Advice = absent, model.Because("fix-group-dn", key, until)
		case len(r.faults) > 0:
			f.Verdict, f.Advice = partly, model.Because("let-group-be-read", until)
		case r.moved > 0:
			f.Verdict, f.Advice = Warning, model.Because("correct-former-dns")
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
func (v *session) heldByGroups() model.Reason {
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
		return model.Because("groups-hold-nobody", inScope)
	case inScope:
		return model.Because("groups-hold-everybody", inScope)
	}
	return model.Because("groups-hold-some", held, inScope)
}
