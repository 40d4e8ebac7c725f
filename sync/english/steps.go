package english

import (
	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// KeepThem is how to keep somebody who goes without a yes.
const KeepThem = "enable the account, or move it back; or type threema-dirsync hold PERSON --until DATE --reason TEXT"

// CountedSteps words how many changes there are and of how many people: a leaver has up to three, and somebody who
// is told one number takes it for people.
func CountedSteps(changes []model.Change) string {
	return countedSteps(changes, func(c model.Change) model.PersonID { return c.Person })
}

// CountedApprovals words the same of approvals.
func CountedApprovals(approvals []model.GivenApproval) string {
	return countedSteps(approvals, func(a model.GivenApproval) model.PersonID { return a.Person })
}

func countedSteps[T any](all []T, whose func(T) model.PersonID) string {
	people := map[model.PersonID]bool{}
	for _, x := range all {
		people[whose(x)] = true
	}
	return wording.Counted(len(all), "step", "steps") + " of " + wording.Counted(len(people), "person", "people")
}

// ForEver warns of the revocations among some changes, before somebody says yes to them; "" if there are none.
func ForEver(changes []model.Change) string {
	n := 0
	for _, c := range changes {
		if c.Op == model.Revoke {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return wording.Counted(n, "step", "steps") + " of these: revoke / widerrufen, which destroys a Threema ID and can never be undone"
}
