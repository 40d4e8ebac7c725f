package lookup

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Only picks, of the changes that wait for a yes, those of one person, or of everybody who was seen last in
// one OU or below it, or is there now: a mass is approved without those who are none of it, and they without
// the mass. An OU is named by its DN, or by the beginning of that. The error is an [*UnclearPersonError], an
// [*UnclearOUError], or an [*IdleChoiceError] if nothing waits for whom it names.
func Only(in plan.Input, p plan.Plan, query string) ([]model.Change, error) {
	in.Sources = plan.Chosen(in)
	waiting, homes := p.AwaitingApproval(), homesOf(in, p.AwaitingApproval())
	if below, err := inOU(waiting, homes, query); err != nil || len(below) > 0 {
		return below, err
	}
	person, err := NewRegister(in, p).Find(query)
	if unclear, ok := errors.AsType[*UnclearPersonError](err); ok && !unclear.Several {
		return nil, &IdleChoiceError{Query: query, Waiting: waiting, homes: homes, unclear: unclear}
	}
	if err != nil {
		return nil, err
	}
	theirs := slices.DeleteFunc(slices.Clone(waiting), func(c model.Change) bool { return c.Person != person })
	if len(theirs) == 0 {
		return nil, &IdleChoiceError{Query: query, Waiting: waiting, homes: homes}
	}
	return theirs, nil
}

// home is where somebody was seen last as entitled, and where they are now, "" if nobody knows.
type home struct{ last, now string }

func homesOf(in plan.Input, changes []model.Change) map[model.PersonID]home {
	now, homes := plan.Places(in.Sources), map[model.PersonID]home{}
	for _, c := range changes {
		homes[c.Person] = home{c.OU, now[c.Person]}
	}
	return homes
}

// inOU picks the changes of everybody who was seen last in an OU, or is there now. Only a whole DN is one
// for certain: of several OUs that begin alike one must have everybody of the others.
func inOU(changes []model.Change, homes map[model.PersonID]home, query string) ([]model.Change, error) {
	of := map[string]map[model.PersonID]bool{} // by OU that the query names
	all := map[model.PersonID]bool{}
	whole := model.FoldDN(query)
	for person, h := range homes {
		for _, ou := range slices.Concat(ousCalled(h.last, query), ousCalled(h.now, query)) {
			if of[ou] == nil {
				of[ou] = map[model.PersonID]bool{}
			}
			of[ou][person], all[person] = true, true
		}
	}
	if people, certain := of[whole]; certain {
		of, all = map[string]map[model.PersonID]bool{whole: people}, people
	}
	if len(all) == 0 {
		return nil, nil
	}
	if !slices.ContainsFunc(slices.Collect(maps.Values(of)), func(people map[model.PersonID]bool) bool { return len(people) == len(all) }) {
		e := &UnclearOUError{Query: query, People: map[string]int{}}
		for ou, people := range of {
			e.People[ou] = len(people)
		}
		return nil, e
	}
	return slices.DeleteFunc(slices.Clone(changes), func(c model.Change) bool { return !all[c.Person] }), nil
}

// ousCalled lists those of an OU, and of the ones above it, whose DN is the query or begins with it.
func ousCalled(ou, query string) []string {
	query = model.FoldDN(query)
	if !strings.Contains(query, "=") {
		return nil
	}
	var found []string
	parts := model.Rdns(ou)
	for n := range parts {
		if dn := strings.Join(parts[n:], ","); dn == query || strings.HasPrefix(dn, query+",") {
			found = append(found, dn)
		}
	}
	return found
}

// likeDN tells that an argument begins as a DN does, with an attribute: it is a place, and no name.
func likeDN(query string) bool {
	attribute, _, valued := strings.Cut(strings.TrimSpace(query), "=")
	return valued && attribute != "" && !strings.ContainsFunc(attribute, func(r rune) bool {
		return r != '-' && r != '.' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// UnclearOUError refuses the beginning of a DN with which several OUs begin.
type UnclearOUError struct {
	Query  string
	People map[string]int // by DN: for how many of each a yes is waited for
}

func (e *UnclearOUError) Error() string {
	lines := []string{fmt.Sprintf("%s means several OUs; nothing was approved. Name one of them by its whole DN:", wording.Harmless(e.Query))}
	for _, ou := range slices.Sorted(maps.Keys(e.People)) {
		lines = append(lines, fmt.Sprintf("  %s (people: %d)", wording.Harmless(ou), e.People[ou]))
	}
	return strings.Join(lines, "\n")
}

// IdleChoiceError says that nothing waits for a yes of whom somebody named.
type IdleChoiceError struct {
	Query   string
	Waiting []model.Change // of others

	homes   map[model.PersonID]home
	unclear *UnclearPersonError // nobody is known as that
}

func (e *IdleChoiceError) Error() string {
	var lines []string
	nothing := "nothing"
	switch {
	case likeDN(e.Query):
		nothing = "nobody"
	case e.unclear != nil:
		lines = append(lines, e.unclear.Error())
	}
	lines = append(lines, fmt.Sprintf("%s of %s waits for an approval; nothing was approved. --only takes a PERSON, or an OU by its DN or the beginning of it. Waiting are people of:",
		nothing, wording.Harmless(e.Query)))
	lines = append(lines, idleOUs(e.homes)...)
	lines = append(lines, "These are:")
	titles := model.Convert(e.Waiting, func(c model.Change) string { return "  " + c.Title() })
	return strings.Join(append(lines, wording.Capped(titles, shownCandidates, "")...), "\n")
}

// idleOUs words where people are.
func idleOUs(homes map[model.PersonID]home) []string {
	count := map[string]int{}
	for _, h := range homes {
		words := cmp.Or(h.last, "the root")
		if h.now != "" && model.FoldDN(h.now) != model.FoldDN(h.last) {
			words += ", now in " + h.now
		}
		count[words]++
	}
	var lines []string
	for _, words := range slices.Sorted(maps.Keys(count)) {
		lines = append(lines, wording.Harmless(fmt.Sprintf("  %s (people: %d)", words, count[words])))
	}
	return wording.Capped(lines, shownCandidates, " OUs")
}
