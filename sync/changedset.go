package sync

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// ChangedSetError refuses an approval: what waits for one now is not what somebody read.
type ChangedSetError struct {
	Asked, Now string // hashes
	// Known tells that the last pass had the plan that was asked for, so that the difference
	// can be told; else New is all that waits now.
	Known     bool
	New, Gone []model.Change
	// Freed are planned still and need no yes any more, as no limit stops them; Gone is nowhere in the plan.
	Freed []model.Change
	// Approved are the steps that were approved under this hash, or of that plan, and are not done yet;
	// Waiting is all that waits now.
	Approved, Waiting []model.Change
	// Only are the people and OUs whom the yes was to be for.
	Only []string
	// Cut tells that the record of the last pass is not complete, and so is the difference.
	Cut bool
}

// shownDifference caps each list of a difference; `plan` shows everything.
const shownDifference = 50

func (e *ChangedSetError) Error() string {
	var lines []string
	list := func(what string, changes []model.Change) {
		var titles []string
		for _, c := range changes {
			titles = append(titles, "  "+what+c.Title())
		}
		lines = append(lines, wording.Capped(titles, shownDifference, "")...)
	}
	switch {
	case len(e.Approved) > 0:
		lines = append(lines, fmt.Sprintf("of what waited under the hash %s, this is approved already; nothing was approved anew:", e.Asked))
		list("approved: ", e.Approved)
	case !e.Known && len(e.New) == 0:
		return fmt.Sprintf("%s is not the hash of the plan now, in which nothing waits for an approval; nothing was approved", e.Asked)
	case !e.Known:
		lines = append(lines, fmt.Sprintf("%s is not the hash of the plan now; nothing was approved. Waiting for an approval now:", e.Asked))
	default:
		lines = append(lines, fmt.Sprintf("what waits for an approval has changed since the pass that told the hash %s; nothing was approved:", e.Asked))
	}
	if e.Known {
		list("new:  ", e.New)
		list("gone: ", e.Gone)
		list("needs no yes any more, and goes when it is due: ", e.Freed)
	} else {
		list("waits: ", e.New)
	}
	if e.Cut {
		lines = append(lines, "  (the record of that pass is cut short; there may be more)")
	}
	list("waits: ", without(e.Waiting, e.New))
	if len(e.Waiting) > 0 {
		if words := english.ForEver(e.Waiting); words != "" {
			lines = append(lines, words+".")
		}
		lines = append(lines, fmt.Sprintf("Waiting for an approval now: %s. Read `threema-dirsync plan` again; %s, type: %s", english.CountedSteps(e.Waiting), e.ifRight(), e.command()))
	} else {
		lines = append(lines, "Nothing waits for an approval now.")
	}
	if slices.ContainsFunc(e.Freed, func(c model.Change) bool { return c.Op.OfDeparture() }) {
		lines = append(lines, "If somebody who goes without a yes should not: "+english.KeepThem+".")
	}
	return strings.Join(lines, "\n")
}

// command is the yes to what waits now, for those alone whom the refused one was for.
func (e *ChangedSetError) command() string {
	words := []string{"threema-dirsync approve", e.Now}
	for _, query := range e.Only {
		words = append(words, "--only", model.ShellWord(query))
	}
	return strings.Join(words, " ")
}

func (e *ChangedSetError) ifRight() string {
	if len(e.Only) > 0 {
		return "if it is right for " + strings.Join(e.Only, " and ")
	}
	return "if every one of them is right"
}

// changedSet finds the difference to the last pass, if that is what was read, and what of it was approved
// since.
func (a *Approver) changedSet(ctx context.Context, asked string, state model.State, now plan.Plan) error {
	waiting := now.AwaitingApproval()
	e := &ChangedSetError{Asked: asked, Now: now.Hash, New: waiting, Waiting: waiting, Only: a.Only}
	text, err := a.Approvals.LastReport(ctx)
	if err != nil {
		return err
	}
	var was []model.Change
	if last, told := view.ReadReport(text); told && last.Hash == asked {
		was = plan.Plan{Changes: last.PastPlan().Changes}.AwaitingApproval()
		e.Known, e.Cut = true, last.Omitted["changes"] > 0
		e.New, e.Gone = without(waiting, was), without(was, waiting)
	}
	under := map[string]bool{}
	for _, given := range state.Approvals {
		under[given.ChangeID] = given.Hash == asked
	}
	e.Approved = slices.DeleteFunc(slices.Clone(now.Changes), func(c model.Change) bool {
		before := slices.ContainsFunc(was, func(old model.Change) bool { return old.ID == c.ID })
		return !c.Approved || !before && !under[c.ID]
	})
	e.Gone = without(e.Gone, e.Approved)
	e.Freed = slices.DeleteFunc(among(now.Changes, e.Gone), model.Change.AsksForYes)
	e.Gone = without(e.Gone, e.Freed)
	return e
}

// without lists the changes of a that are not in b, and among those that are.
func without(a, b []model.Change) []model.Change {
	known := changeIDs(b)
	return slices.DeleteFunc(slices.Clone(a), func(c model.Change) bool { return known[c.ID] })
}

func among(a, b []model.Change) []model.Change {
	known := changeIDs(b)
	return slices.DeleteFunc(slices.Clone(a), func(c model.Change) bool { return !known[c.ID] })
}

func changeIDs(changes []model.Change) map[string]bool {
	ids := map[string]bool{}
	for _, c := range changes {
		ids[c.ID] = true
	}
	return ids
}
