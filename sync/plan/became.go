package plan

import (
	"cmp"
	"fmt"
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
				now[s.ID] = model.ParentDN(s.DN)
			}
		}
		for _, i := range view.Identities {
			now[i.Person] = model.ParentDN(i.DN)
		}
	}
	return now
}

// fate is what the directory shows now of somebody who leaves.
type fate struct {
	kind  model.EvidenceKind
	moved string // the OU in which they are now, if it is another one than before
	alone bool   // base_dn and filter cover them, and no group has them
	bare  bool   // nothing of their OU is readable
}

// fates are those of people, whose last OU is told.
func (p *gates) fates(people map[model.PersonID]string) map[model.PersonID]fate {
	now, all := Places(p.Sources), map[model.PersonID]fate{}
	for person, ou := range people {
		f := fate{kind: p.observations[person].Evidence.Kind, alone: p.identities[person].InNoGroup(), bare: p.placeless[person]}
		if place, seen := now[person]; seen && model.FoldDN(place) != model.FoldDN(ou) {
			f.moved = cmp.Or(place, "the root")
		}
		all[person] = f
	}
	return all
}

func (f fate) words() string {
	switch {
	case f.alone && f.moved != "":
		return "moved to " + f.moved + ", which base_dn and filter cover, and in none of groups"
	case f.alone:
		return "still there, where base_dn and filter cover them, and in none of groups"
	case f.kind == model.OutOfScope && f.moved != "":
		return "moved to " + f.moved + ", which base_dn, filter and groups do not cover"
	case f.kind == model.OutOfScope:
		return "still there, but base_dn, filter and groups cover them no more"
	case f.kind == model.Absent && f.bare:
		return "not found, nor anybody else in that OU: deleted or hidden, alone or with it"
	case f.kind == model.Absent:
		return "not found: deleted or hidden"
	case f.kind == model.Tombstone:
		return "deleted"
	case f.moved != "":
		return string(f.kind) + ", and moved to " + f.moved
	}
	return string(f.kind)
}

// whoLeaves words from which OUs people leave, the largest first, and what became of them.
func (p *gates) whoLeaves(people map[model.PersonID]string) string {
	fates := p.fates(people)
	return shares(people, func(ou string) string {
		words := map[string]int{}
		for person, from := range people {
			if from == ou {
				words[fates[person].words()]++
			}
		}
		return " (" + describeCounts(words) + ")"
	})
}

// describeCounts lists words with how often each was said, the most frequent first.
func describeCounts(count map[string]int) string {
	all := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), strings.Compare(a, b)) })
	if len(all) == 1 {
		return all[0]
	}
	for n, words := range all {
		all[n] = fmt.Sprintf("%d %s", count[words], words)
	}
	return strings.Join(all, "; ")
}

// checkLeavers says what to look at, or to change, before anybody says that these people left.
func (p *gates) checkLeavers(source string, people map[model.PersonID]string) string {
	var moved []string
	var still, alone, missing, closed bool
	for _, f := range p.fates(people) {
		switch {
		case f.alone:
			alone = true
		case f.kind == model.OutOfScope && f.moved != "":
			moved = append(moved, f.moved)
		case f.kind == model.OutOfScope:
			still = true
		case f.kind == model.Absent || f.kind == model.Tombstone:
			missing = true
		default:
			closed = true
		}
	}
	var words []string
	if alone {
		words = append(words, fmt.Sprintf("Who is in none of groups of source %s, and did not leave: %s; look who changed that group, also where it lists the DN that somebody had before.",
			source, model.HowToEntitle(p.entitledBy(source))))
	}
	if slices.Sort(moved); len(moved) > 0 {
		words = append(words, fmt.Sprintf("If an OU was moved or renamed, let base_dn, filter and groups of source %s cover %s, or move it back; exclude_dns there leaves them all as they are.",
			source, model.SomeOf(slices.Compact(moved))))
	}
	if still {
		words = append(words, fmt.Sprintf("Look at base_dn, filter and groups of source %s, and at who changed a group or an attribute.", source))
	}
	if still || len(moved) > 0 {
		words = append(words, "Whatever you change of these in the configuration is another scope, which you accept then: "+howToAccept+".")
	}
	if missing {
		words = append(words, "Look in the directory: restore there who was deleted by mistake, and let the bind account read who is hidden from it.")
	}
	if closed {
		words = append(words, "Ask who closed these accounts, and enable who did not leave.")
	}
	return strings.Join(append(words, "Nothing happens to whoever is seen again before that."), " ")
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

// shares words from which OUs people are, the largest first; more says more of each.
func shares(people map[model.PersonID]string, more func(ou string) string) string {
	if len(people) == 1 {
		for _, ou := range people {
			return "From " + cmp.Or(ou, "the root") + more(ou)
		}
	}
	count := tallyOUs(people)
	ous := slices.Collect(maps.Keys(count))
	slices.SortFunc(ous, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), strings.Compare(a, b)) })
	var words []string
	left := len(people)
	for _, ou := range ous[:min(model.ShownOUs, len(ous))] {
		words = append(words, fmt.Sprintf("%d from %s%s", count[ou], cmp.Or(ou, "the root"), more(ou)))
		left -= count[ou]
	}
	if left > 0 {
		words = append(words, fmt.Sprintf("%d from other OUs", left))
	}
	return "They are: " + strings.Join(words, ", ")
}
