package main

import (
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// printApproval answers a yes.
func (p *program) printApproval(given dirsync.Approval, flags approveFlags) error {
	p.progress.end()
	if flags.json {
		return writeJSON(p.Stdout, struct {
			Hash     string            `json:"hash"`
			Until    time.Time         `json:"until"` // of what is due
			Ahead    int               `json:"ahead"` // are not: their time counts from when they are due
			Changes  []view.ChangeJSON `json:"changes"`
			NextHash string            `json:"nextHash"`
			Waiting  []view.ChangeJSON `json:"waiting"`
			Freed    []view.ChangeJSON `json:"freed"`
			Waits    []view.WaitJSON   `json:"waits"`
		}{given.Hash, given.Until, given.Ahead(), view.NewChangesJSON(given.Changes), given.Next, view.NewChangesJSON(given.Waiting), view.NewChangesJSON(given.Freed), view.NewWaitsJSON(given.Waits)})
	}
	if flags.withdraw != "" {
		say(p.Stdout, "Approved until %s: %s. The next pass carries it out; at once: order it again, by threema-dirsync withdraw %s --reason TEXT", stamp(given.Until), english.CountedSteps(given.Changes), model.ShellWord(flags.withdraw))
		p.listChanges(given.Changes)
		return nil
	}
	p.printYes(given)
	p.printFreed(given)
	p.printStillWaiting(given)
	return nil
}

// printYes tells what is approved, and how long: to what is not due yet the time counts from then.
func (p *program) printYes(given dirsync.Approval) {
	ahead, due := parted(given.Changes, model.Change.Ahead)
	if len(due) > 0 {
		then := "The next pass carries out what still holds."
		if given.Stopped != "" {
			then = "But " + given.Stopped + "."
		}
		say(p.Stdout, "Approved until %s: %s. %s", stamp(given.Until), english.CountedSteps(due), then)
	}
	if len(ahead) > 0 {
		say(p.Stdout, "Approved for when it is due: for %s from then on, and for the first pass after that: %s.", given.TTL, english.CountedSteps(ahead))
	}
	p.listChanges(given.Changes)
	if words := english.ForEver(given.Changes); words != "" {
		say(p.Stdout, "%s; threema-dirsync approve --undo %s takes the yes back until a pass carries it out.", words, given.Hash)
	}
}

// printStillWaiting tells what waits on, and what to type.
func (p *program) printStillWaiting(given dirsync.Approval) {
	switch {
	case len(given.Waiting) > 0:
		say(p.Stdout, "Still waiting for a yes: %s.", english.CountedSteps(given.Waiting))
		p.listChanges(given.Waiting)
		if words := english.ForEver(given.Waiting); words != "" {
			say(p.Stdout, "%s.", words)
		}
		say(p.Stdout, "If every one of these is right too, type: threema-dirsync approve %s", given.Next)
	case given.Next != "" && len(given.Waits) == 0:
		say(p.Stdout, "Nothing else waits for you.")
	case given.Next != "":
		say(p.Stdout, "Nothing else waits for a yes by a HASH.")
	}
	for _, w := range given.Waits {
		say(p.Stdout, "WAITS FOR YOU %s: %s", w.Code, english.Wait(w))
		for _, line := range english.Whom(w) {
			say(p.Stdout, "  %s", line)
		}
	}
}

// listChanges names them, the first ones.
func (p *program) listChanges(changes []model.Change) {
	var titles []string
	for _, c := range changes {
		titles = append(titles, "  "+c.Title())
	}
	for _, line := range model.Capped(titles, shownLines, model.AllInJSON) {
		say(p.Stdout, "%s", line)
	}
}

// printFreed tells what goes without a yes since a yes to others made room in a limit, and how to keep it. Whoever
// said yes to some may take the rest for stopped.
func (p *program) printFreed(given dirsync.Approval) {
	out, rest := parted(given.Freed, func(c model.Change) bool { return c.Op.OfDeparture() })
	now, later := parted(out, func(c model.Change) bool { return c.Status == model.Due })
	if len(rest) > 0 {
		say(p.Stdout, "Not approved, and stopped by no limit any more: %s. What is not due comes when it is.", english.CountedSteps(rest))
		p.listChanges(rest)
	}
	if len(now) > 0 {
		say(p.Stdout, "CAUTION, you did not approve these, and they go with the NEXT PASS, without a yes, for no limit stops them any more: %s.", english.CountedSteps(now))
		p.listChanges(now)
	}
	if len(later) > 0 {
		say(p.Stdout, "CAUTION, you did not approve these, and they go when they are due, without a yes, for no limit stops them any more: %s.", english.CountedSteps(later))
		p.listChanges(later)
	}
	if len(out) > 0 {
		say(p.Stdout, "If one of them should not go: "+english.KeepThem+". "+
			"To let the limit stop all again, take your yes back: threema-dirsync approve --undo %s", given.Hash)
	}
}

// parted parts changes, each part in the order of the whole.
func parted(changes []model.Change, which func(model.Change) bool) (those, others []model.Change) {
	for _, c := range changes {
		if which(c) {
			those = append(those, c)
		} else {
			others = append(others, c)
		}
	}
	return those, others
}
