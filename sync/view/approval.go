package view

import (
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"io"
	"text/tabwriter"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
)

// ApprovalJSON is what was approved. Its shape is a contract (design §6): members are added, never renamed.
type ApprovalJSON struct {
	Hash     string       `json:"hash"`
	Until    time.Time    `json:"until"` // of what is due
	Ahead    int          `json:"ahead"` // are not: their time counts from when they are due
	Changes  []ChangeJSON `json:"changes"`
	NextHash string       `json:"nextHash"`
	Waiting  []ChangeJSON `json:"waiting"`
	Freed    []ChangeJSON `json:"freed"`
	Waits    []WaitJSON   `json:"waits"`
}

// NewApprovalJSON shapes it.
func NewApprovalJSON(given outcomes.Approval) ApprovalJSON {
	return ApprovalJSON{
		given.Hash, given.Until, given.Ahead(), NewChangesJSON(given.Changes), given.Next, NewChangesJSON(given.Waiting), NewChangesJSON(given.Freed), NewWaitsJSON(given.Waits),
	}
}

// WriteOrderApproval answers a yes to the withdrawal of a person that somebody ordered, as they typed it. limit caps the list.
func WriteOrderApproval(w io.Writer, given outcomes.Approval, person string, limit int) error {
	out := &printer{w: tabwriter.NewWriter(w, 0, 8, 2, ' ', 0), limit: limit}
	out.line("Approved until %s: %s. The next pass carries it out; at once: order it again, by threema-dirsync withdraw %s --reason TEXT", wording.Stamp(given.Until), english.CountedSteps(given.Changes), model.ShellWord(person))
	out.list(given.Changes)
	return out.flush()
}

// WriteApproval answers a yes. limit caps each list.
func WriteApproval(w io.Writer, given outcomes.Approval, limit int) error {
	out := &printer{w: tabwriter.NewWriter(w, 0, 8, 2, ' ', 0), limit: limit}
	out.yes(given)
	out.freedSteps(given)
	out.stillWaiting(given)
	return out.flush()
}

// yes tells what is approved, and how long: to what is not due yet the time counts from then.
func (o *printer) yes(given outcomes.Approval) {
	ahead, due := parted(given.Changes, model.Change.Ahead)
	if len(due) > 0 {
		then := "The next pass carries out what still holds."
		if given.Stopped.Code != "" {
			then = "But " + english.Say(given.Stopped) + "."
		}
		o.line("Approved until %s: %s. %s", wording.Stamp(given.Until), english.CountedSteps(due), then)
	}
	if len(ahead) > 0 {
		o.line("Approved for when it is due: for %s from then on, and for the first pass after that: %s.", wording.Span(given.TTL), english.CountedSteps(ahead))
	}
	o.list(given.Changes)
	if words := english.ForEver(given.Changes); words != "" {
		o.line("%s; threema-dirsync approve --undo %s takes the yes back until a pass carries it out.", words, given.Hash)
	}
}

// stillWaiting tells what waits on, and what to type.
func (o *printer) stillWaiting(given outcomes.Approval) {
	switch {
	case len(given.Waiting) > 0:
		o.line("Still waiting for a yes: %s.", english.CountedSteps(given.Waiting))
		o.list(given.Waiting)
		if words := english.ForEver(given.Waiting); words != "" {
			o.line("%s.", words)
		}
		o.line("If every one of these is right too, type: threema-dirsync approve %s", given.Next)
	case given.Next != "" && len(given.Waits) == 0:
		o.line("Nothing else waits for you.")
	case given.Next != "":
		o.line("Nothing else waits for a yes by a HASH.")
	}
	for _, w := range given.Waits {
		o.line("WAITS FOR YOU %s: %s", w.Code, english.Wait(w))
		for _, line := range english.Whom(w) {
			o.line("  %s", line)
		}
	}
}

// list names changes, the first ones.
func (o *printer) list(changes []model.Change) {
	titles := model.Convert(changes, func(c model.Change) string { return "  " + c.Title() })
	for _, line := range wording.Capped(titles, o.limit, wording.AllInJSON) {
		o.line("%s", line)
	}
}

// freedSteps tells what goes without a yes since a yes to others made room in a limit, and how to keep it. Whoever
// said yes to some may take the rest for stopped.
func (o *printer) freedSteps(given outcomes.Approval) {
	out, rest := parted(given.Freed, func(c model.Change) bool { return c.Op.OfDeparture() })
	now, later := parted(out, func(c model.Change) bool { return c.Status == model.Due })
	if len(rest) > 0 {
		o.line("Not approved, and stopped by no limit any more: %s. What is not due comes when it is.", english.CountedSteps(rest))
		o.list(rest)
	}
	if len(now) > 0 {
		o.line("CAUTION, you did not approve these, and they go with the NEXT PASS, without a yes, for no limit stops them any more: %s.", english.CountedSteps(now))
		o.list(now)
	}
	if len(later) > 0 {
		o.line("CAUTION, you did not approve these, and they go when they are due, without a yes, for no limit stops them any more: %s.", english.CountedSteps(later))
		o.list(later)
	}
	if len(out) > 0 {
		o.line("If one of them should not go: "+english.KeepThem+". "+
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
