package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// yesParted is for how many people a yes is told apart from all else that waits for one: more than that
// nobody types.
const yesParted = 3

// Yes is the command that says yes to what waits for some people, and to nothing else as long as they are few.
// Somebody who was asked about one leaver must not answer for a whole OU (design §5.11).
func (p Plan) Yes(people map[model.PersonID]bool) string {
	theirs, others := map[model.PersonID]model.Change{}, false
	for _, c := range p.AwaitingApproval() {
		if people[c.Person] {
			theirs[c.Person] = c
		} else {
			others = true
		}
	}
	command := model.ApproveHash + p.Hash
	if !others || len(theirs) > yesParted {
		return command
	}
	var sorted []model.Change
	for _, c := range theirs {
		sorted = append(sorted, c)
	}
	slices.SortFunc(sorted, func(a, b model.Change) int {
		return cmp.Or(strings.Compare(a.CSI, b.CSI), a.Person.Compare(b.Person))
	})
	for _, c := range sorted {
		command += model.YesOnly + p.Names.Typed(c.CSI, c.Person)
	}
	return command
}

// waitYes is the yes to a wait. Whom a guard for leavers stops for another step is answered for under the words of
// that guard alone.
func (p Plan) waitYes(code model.WaitCode, people map[model.PersonID]bool) string {
	stopped := slices.ContainsFunc(p.AwaitingApproval(), func(c model.Change) bool { return people[c.Person] && SaysTheyLeft(c.Guard) })
	if stopped && !SaysTheyLeft(string(code)) {
		return model.ApproveHash + p.Hash
	}
	return p.Yes(people)
}

// saidBy are the changes to which the command of a wait for some people says yes.
func (p Plan) saidBy(command string, people map[model.PersonID]bool) []model.Change {
	if !strings.Contains(command, model.ApproveHash+p.Hash) {
		return nil
	}
	parted := strings.Contains(command, model.YesOnly)
	return slices.DeleteFunc(p.AwaitingApproval(), func(c model.Change) bool { return parted && !people[c.Person] })
}
