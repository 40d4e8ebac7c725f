package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// What became of people who leave together, in the words of the guards that stop them: before anybody
// says yes, they must see whether it was the people who left, or their OU that was moved (design §5.11).

// Places are the OUs in which the directory shows people now, in the scope or outside of it.
func Places(views []model.SourceView) map[model.PersonID]string {
	now := map[model.PersonID]string{}
	for _, view := range views {
		for _, s := range view.Snapshot.Sightings {
			if s.Found && s.Evidence.Kind != model.Tombstone {
				now[s.ID] = s.OU
			}
		}
		for _, i := range view.Identities {
			now[i.Person] = i.OU
		}
	}
	return now
}

// fate is what the directory shows now of somebody who leaves.
type fate struct {
	kind  model.EvidenceKind
	place string // the OU in which they are now, where they moved
	moved bool   // they are in another OU than before
	alone bool   // base_dn and filter cover them, and no group has them
	bare  bool   // nothing of their OU is readable
}

// fates are those of people, whose last OU is told.
func (p *gates) fates(people map[model.PersonID]string) map[model.PersonID]fate {
	now, all := Places(p.Sources), map[model.PersonID]fate{}
	for person, ou := range people {
		f := fate{kind: p.observations[person].Evidence.Kind, alone: p.identities[person].InNoGroup(), bare: p.placeless[person]}
		if place, seen := now[person]; seen && !model.SameOU(place, ou) {
			f.place, f.moved = place, true
		}
		all[person] = f
	}
	return all
}

func (f fate) reason() model.Reason {
	switch {
	case f.alone && f.moved:
		return model.Because("moved-and-in-no-group", placeName(f.place))
	case f.alone:
		return model.Because("still-there-and-in-no-group")
	case f.kind == model.OutOfScope && f.moved:
		return model.Because("moved-out-of-scope", placeName(f.place))
	case f.kind == model.OutOfScope:
		return model.Because("still-there-out-of-scope")
	case f.kind == model.Absent && f.bare:
		return model.Because("not-found-nor-others")
	case f.kind == model.Absent:
		return model.Because("not-found")
	case f.kind == model.Tombstone:
		return model.Because("deleted")
	case f.moved:
		return model.Because("disabled-or-expired-and-moved", string(f.kind), placeName(f.place))
	}
	return model.Because("disabled-or-expired", string(f.kind))
}

// placeName names an OU; the root of the directory has no name of its own.
func placeName(ou string) model.Reason {
	if ou == "" {
		return model.Because("root")
	}
	return model.Because("ou", ou)
}

// whoLeaves tells from which OUs people leave, the largest first, and what became of them.
func (p *gates) whoLeaves(people map[model.PersonID]string) model.Reason {
	fates := p.fates(people)
	return shares(people, func(ou string) []model.Reason {
		var theirs []model.Reason
		for person, from := range people {
			if from == ou {
				theirs = append(theirs, fates[person].reason())
			}
		}
		counted := countedReasons(theirs)
		if len(counted) == 1 {
			return counted[0].reasons
		}
		return model.Convert(counted, func(c reasonCount) model.Reason { return model.Because("so-many", c.count, c.reasons) })
	})
}

// reasonCount is how often some reasons were given.
type reasonCount struct {
	count   int
	reasons []model.Reason
}

// countedReasons counts each, the most frequent first.
func countedReasons(reasons []model.Reason) []reasonCount {
	return counted(model.Convert(reasons, model.Reason.Some))
}

// counted counts what was given together, the most frequent first.
func counted(given [][]model.Reason) []reasonCount {
	byKey := map[string]reasonCount{}
	for _, reasons := range given {
		key := model.KeyOf(reasons)
		byKey[key] = reasonCount{byKey[key].count + 1, reasons}
	}
	return slices.SortedFunc(maps.Values(byKey), func(a, b reasonCount) int {
		return cmp.Or(cmp.Compare(b.count, a.count), strings.Compare(model.KeyOf(a.reasons), model.KeyOf(b.reasons)))
	})
}

func byKey(a, b model.Reason) int { return strings.Compare(a.Key(), b.Key()) }

// checkLeavers says what to look at, or to change, before anybody says that these people left.
func (p *gates) checkLeavers(source string, people map[model.PersonID]string) []model.Reason {
	var moved []string
	var still, alone, missing, closed bool
	for _, f := range p.fates(people) {
		switch {
		case f.alone:
			alone = true
		case f.kind == model.OutOfScope && f.moved:
			moved = append(moved, f.place)
		case f.kind == model.OutOfScope:
			still = true
		case f.kind == model.Absent || f.kind == model.Tombstone:
			missing = true
		default:
			closed = true
		}
	}
	var checks []model.Reason
	if alone {
		checks = append(checks, model.Because("check-groups", source, model.HowToEntitle(p.entitledBy(source))))
	}
	if slices.Sort(moved); len(moved) > 0 {
		checks = append(checks, model.Because("check-moved-ou", source, model.Convert(slices.Compact(moved), placeName)))
	}
	if still {
		checks = append(checks, model.Because("check-scope", source))
	}
	if still || len(moved) > 0 {
		checks = append(checks, model.Because("check-scope-is-accepted"))
	}
	if missing {
		checks = append(checks, model.Because("check-deleted"))
	}
	if closed {
		checks = append(checks, model.Because("check-closed"))
	}
	return append(checks, model.Because("check-seen-again"))
}

// entitledBy are the groups that entitle people of a source.
func (p *given) entitledBy(source string) []string {
	for _, s := range p.Sources {
		if s.Snapshot.Source == source {
			return s.Snapshot.EntitledBy
		}
	}
	return nil
}

// shares tells from which OUs people are, the largest first; more says more of each.
func shares(people map[model.PersonID]string, more func(ou string) []model.Reason) model.Reason {
	count := tallyOUs(people)
	ous := slices.Collect(maps.Keys(count))
	slices.SortFunc(ous, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), strings.Compare(a, b)) })
	if len(people) == 1 {
		if what := more(ous[0]); len(what) > 0 {
			return model.Because("from-one-ou-as", placeName(ous[0]), what)
		}
		return model.Because("from-one-ou", placeName(ous[0]))
	}
	var from []model.Reason
	left := len(people)
	for _, ou := range ous[:min(model.ShownOUs, len(ous))] {
		if what := more(ou); len(what) > 0 {
			from = append(from, model.Because("from-ou-as", count[ou], placeName(ou), what))
		} else {
			from = append(from, model.Because("from-ou", count[ou], placeName(ou)))
		}
		left -= count[ou]
	}
	if left > 0 {
		from = append(from, model.Because("from-other-ous", left))
	}
	return model.Because("from-ous", from)
}
