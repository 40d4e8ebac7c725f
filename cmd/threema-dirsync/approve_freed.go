package main

import (
	"slices"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// printFreed tells what goes without a yes since a yes to others made room in a limit, and how to keep it. Whoever
// said yes to some may take the rest for stopped.
func (p *program) printFreed(given dirsync.Approval) {
	takesNot := func(c plan.Change) bool { return !c.Op.Destructive() && c.Op != plan.DisableContact }
	takes := func(c plan.Change) bool { return !takesNot(c) }
	due := func(c plan.Change) bool { return c.Status == plan.Due }
	out, rest := slices.DeleteFunc(slices.Clone(given.Freed), takesNot), slices.DeleteFunc(slices.Clone(given.Freed), takes)
	now, later := slices.DeleteFunc(slices.Clone(out), func(c plan.Change) bool { return !due(c) }), slices.DeleteFunc(slices.Clone(out), due)
	if len(rest) > 0 {
		say(p.Stdout, "Not approved, and stopped by no limit any more: %s. What is not due comes when it is.", plan.CountedSteps(rest))
		p.listChanges(rest)
	}
	if len(now) > 0 {
		say(p.Stdout, "CAUTION, you did not approve these, and they go with the NEXT PASS, without a yes, for no limit stops them any more: %s.", plan.CountedSteps(now))
		p.listChanges(now)
	}
	if len(later) > 0 {
		say(p.Stdout, "CAUTION, you did not approve these, and they go when they are due, without a yes, for no limit stops them any more: %s.", plan.CountedSteps(later))
		p.listChanges(later)
	}
	if len(out) > 0 {
		say(p.Stdout, "If one of them should not go: enable the account, or move it back; or type threema-dirsync hold PERSON --until DATE --reason TEXT. "+
			"To let the limit stop all again, take your yes back: threema-dirsync approve --undo %s", given.Hash)
	}
}
