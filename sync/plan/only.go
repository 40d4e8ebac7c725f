package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Only picks, of the changes that wait for a yes, those of one person, or of everybody who was seen last in
// one OU or below it: a mass is approved without those who are none of it, and they without the mass. The
// error is an [*UnclearPersonError], or an [*IdleChoiceError] if nothing waits for whom it names.
func Only(in Input, p Plan, query string) ([]Change, error) {
	waiting := p.AwaitingApproval()
	if below := slices.DeleteFunc(slices.Clone(waiting), func(c Change) bool { return !liesIn(c.OU, query) }); len(below) > 0 {
		return below, nil
	}
	in.Sources = chosen(in)
	person, err := newRegister(in, p).find(query)
	if err != nil {
		return nil, err
	}
	theirs := slices.DeleteFunc(slices.Clone(waiting), func(c Change) bool { return c.Person != person })
	if len(theirs) == 0 {
		return nil, &IdleChoiceError{Query: query, Waiting: waiting}
	}
	return theirs, nil
}

// liesIn tells whether an OU is another one, or lies below it.
func liesIn(ou, top string) bool {
	ou, top = foldDN(ou), foldDN(top)
	return top != "" && strings.Contains(top, "=") && (ou == top || strings.HasSuffix(ou, ","+top))
}

// foldDN makes DNs equal that differ in case and in blanks around their commas.
func foldDN(dn string) string {
	parts := strings.Split(strings.ToLower(dn), ",")
	for n := range parts {
		parts[n] = strings.TrimSpace(parts[n])
	}
	return strings.Join(parts, ",")
}

// IdleChoiceError says that nothing waits for a yes of whom somebody named.
type IdleChoiceError struct {
	Query   string
	Waiting []Change // of others
}

func (e *IdleChoiceError) Error() string {
	lines := []string{fmt.Sprintf("nothing of %s waits for an approval; nothing was approved. Waiting are:", Harmless(e.Query))}
	for _, c := range e.Waiting[:min(len(e.Waiting), shownCandidates)] {
		lines = append(lines, "  "+c.Title())
	}
	if more := len(e.Waiting) - shownCandidates; more > 0 {
		lines = append(lines, fmt.Sprintf("  … and %d more", more))
	}
	return strings.Join(lines, "\n")
}
