package plan

// CountedSteps words how many changes there are and of how many people: a leaver has up to three, and somebody who
// is told one number takes it for people.
func CountedSteps(changes []Change) string {
	return countedSteps(changes, func(c Change) PersonID { return c.Person })
}

// CountedApprovals words the same of approvals.
func CountedApprovals(approvals []GivenApproval) string {
	return countedSteps(approvals, func(a GivenApproval) PersonID { return a.Person })
}

// ForEver warns of the revocations among some changes, before somebody says yes to them; "" if there are none.
func ForEver(changes []Change) string {
	n := 0
	for _, c := range changes {
		if c.Op == Revoke {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return Counted(n, "step", "steps") + " of these: revoke / widerrufen, which destroys a Threema ID and can never be undone"
}

func countedSteps[T any](all []T, whose func(T) PersonID) string {
	people := map[PersonID]bool{}
	for _, x := range all {
		people[whose(x)] = true
	}
	return Counted(len(all), "step", "steps") + " of " + Counted(len(people), "person", "people")
}
