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
		command += yesOnly + p.Names.Typed(c.CSI, c.Person)
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

// saidBy are the changes to which the command of a wait for some people says yes.
func (p Plan) saidBy(command string, people map[PersonID]bool) []Change {
	if !strings.Contains(command, approveHash+p.Hash) {
		return nil
	}
	parted := strings.Contains(command, yesOnly)
	return slices.DeleteFunc(p.AwaitingApproval(), func(c Change) bool { return parted && !people[c.Person] })
}

// cover counts to what the command of a wait says yes, where that is more than the wait is about.
func (w *Wait) cover(yes []Change) {
	people, steps := map[PersonID]bool{}, 0
	for _, c := range yes {
		people[c.Person] = true
		if slices.Contains(c.waitCodes(), w.Code) {
			steps++
		}
	}
	if len(people) > w.People {
		w.Covers = len(people)
	}
	if len(yes) > steps {
		w.CoversSteps = len(yes)
	}
}

// CoversWords say that the yes is for more people, or steps, than the wait is about, "" if it is not.
func (w Wait) CoversWords() string {
	switch {
	case w.Covers > 0:
		return "this HASH is a yes for all " + Counted(w.Covers, "person", "people") + " that wait for one; with --only PERSON or --only OU it is for these alone"
	case w.CoversSteps > 0:
		return "this is a yes to " + Counted(w.CoversSteps, "step", "steps") + " of theirs, also to those that wait for another reason"
	}
	return ""
}
