package english

import (
	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Consequence says what it means that these conditions fail.
func Consequence(failed []string) string {
	if slices.ContainsFunc(failed, func(name string) bool { return name != model.ConditionIDs }) {
		return "nobody departs"
	}
	return "nobody counts as absent"
}

// Outside tells of people in none of the groups, the first line how many and what to do where somebody is missed; none
// if there is nobody.
func Outside(o model.Outside) []string {
	if o.People == 0 {
		return nil
	}
	lines := []string{wording.Counted(o.People, "person", "people") + " in scope and in none of its groups; is somebody missed? Then " + Say(model.HowToEntitle(o.Groups))}
	for _, person := range o.Shown {
		lines = append(lines, "- "+wording.Harmless(person.Whose()))
	}
	if more := o.People - len(o.Shown); more > 0 {
		lines = append(lines, wording.More(more, ": look in the directory who below base_dn matches the filter and is no member"))
	}
	return lines
}
