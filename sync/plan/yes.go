package plan

import (
	"cmp"
	"slices"
	"strings"
)

// yesParted is for how many people a yes is told apart from all else that waits for one: more than that
// nobody types.
const yesParted = 3

// Yes is the command that says yes to what waits for some people, and to nothing else as long as they are few.
// Somebody who was asked about one leaver must not answer for a whole OU (design §5.11).
func (p Plan) Yes(people map[PersonID]bool) string {
	theirs, others := map[PersonID]Change{}, false
	for _, c := range p.AwaitingApproval() {
		if people[c.Person] {
			theirs[c.Person] = c
		} else {
			others = true
		}
	}
	command := approveHash + p.Hash
	if !others || len(theirs) > yesParted {
		return command
	}
	var sorted []Change
	for _, c := range theirs {
		sorted = append(sorted, c)
	}
	slices.SortFunc(sorted, func(a, b Change) int {
		return cmp.Or(strings.Compare(a.CSI, b.CSI), a.Person.Compare(b.Person))
	})
	for _, c := range sorted {
		command += yesOnly + Typed(c.CSI, c.Person)
	}
	return command
}

// waitYes is the yes to a wait. Whom a guard for leavers stops for another step is answered for under the words of
// that guard alone.
func (p Plan) waitYes(code WaitCode, people map[PersonID]bool) string {
	stopped := slices.ContainsFunc(p.AwaitingApproval(), func(c Change) bool { return people[c.Person] && SaysTheyLeft(c.Guard) })
	if stopped && !SaysTheyLeft(string(code)) {
		return approveHash + p.Hash
	}
	return p.Yes(people)
}

// covered counts for how many people the command says yes, beside those of the wait; 0: for nobody else.
func (p Plan) covered(command string, of int) int {
	people := map[PersonID]bool{}
	for _, c := range p.AwaitingApproval() {
		people[c.Person] = true
	}
	if command != approveHash+p.Hash || len(people) <= of {
		return 0
	}
	return len(people)
}

// CoversWords say that the yes is for more people than the wait is about, "" if it is not.
func (w Wait) CoversWords() string {
	if w.Covers == 0 {
		return ""
	}
	return "this HASH is a yes for all " + Counted(w.Covers, "person", "people") + " that wait for one; with --only PERSON or --only OU it is for these alone"
}
