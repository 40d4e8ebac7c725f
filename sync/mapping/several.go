package mapping

import (
	"maps"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// mostChoices bounds the combinations of values that are tried for one field of one person. Beyond
// them each attribute is varied alone.
const mostChoices = 64

// several finds what a template could write for a person, where an attribute has several values and
// the template names none of them by first or index. A category takes all values as they are.
func (f *field) several(p model.Person) model.Several {
	var many []string
	for _, name := range slices.Sorted(maps.Keys(f.attributes)) {
		if len(compact(p.Attributes[name])) > 1 {
			many = append(many, name)
		}
	}
	if len(many) == 0 || f.isList() {
		return model.Several{}
	}
	found := model.Several{Setting: f.setting}
	for _, pick := range choices(many, p.Attributes) {
		value, reason, _ := f.value(p, pick)
		if reason.Code != "" || value == "" {
			continue
		}
		if !slices.Contains(found.Values, value) {
			found.Values = append(found.Values, value)
		}
	}
	if pick, named := choiceOfRDN(many, p); named {
		if value, reason, _ := f.value(p, pick); reason.Code == "" {
			found.RDN = value
		}
	}
	return found
}

// choices are the combinations of one value of each attribute, the first ones first.
func choices(names []string, attributes map[string][]string) []map[string]int {
	all := []map[string]int{{}}
	for _, name := range names {
		var longer []map[string]int
		for _, pick := range all {
			for n := range compact(attributes[name]) {
				next := maps.Clone(pick)
				next[name] = n
				longer = append(longer, next)
			}
		}
		if all = longer; len(all) > mostChoices {
			return eachAlone(names, attributes)
		}
	}
	return all
}

// eachAlone varies one attribute at a time.
func eachAlone(names []string, attributes map[string][]string) []map[string]int {
	all := []map[string]int{{}}
	for _, name := range names {
		for n := range compact(attributes[name]) {
			all = append(all, map[string]int{name: n})
		}
	}
	return all
}

// choiceOfRDN picks the values that stand in the DN of the entry; named tells that one does.
func choiceOfRDN(names []string, p model.Person) (pick map[string]int, named bool) {
	pick = map[string]int{}
	for _, name := range names {
		inDN, there := p.RDN[name]
		n := slices.IndexFunc(compact(p.Attributes[name]), func(s string) bool { return strings.EqualFold(s, inDN) })
		if there && n >= 0 {
			pick[name], named = n, true
		}
	}
	return pick, named
}
