package english

import (
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Status words the status of a change, with when, by which guard, and the yes to it.
func Status(c model.Change) string {
	words := string(c.Status)
	if c.Guard != "" && c.Status != model.Waiting {
		words += " by " + c.Guard
	}
	if c.Status == model.Suspended {
		words += ", at the earliest " + wording.Stamp(c.NotBefore)
	}
	switch {
	case c.NotBefore.IsZero():
	case c.Status == model.Waiting: // a pass comes some time after that
		words += ", not before " + wording.Stamp(c.NotBefore)
	case c.Status == model.Deferred:
		words += " until " + wording.Stamp(c.NotBefore)
	}
	if c.Ahead() {
		words += ", then stopped by a limit (" + c.Guard + ")"
	}
	switch {
	case c.Approved && c.Status == model.Waiting:
		words += ", approved for when it is due"
	case c.Approved && c.ApprovedUntil.IsZero():
		words += ", approved for the departure under way"
	case c.Approved:
		words += ", approved until " + wording.Stamp(c.ApprovedUntil)
	}
	return words
}

// Evidence words what proves a state.
func Evidence(e model.Evidence) string {
	if e.Kind == "" {
		return e.Detail
	}
	return e.String()
}

// Lasts says how long a yes lasts that is given.
func Lasts(a model.GivenApproval) string {
	if a.Ahead {
		return fmt.Sprintf("for %s from when the step is due, and for the first pass after that", wording.Span(a.Until.Sub(a.At)))
	}
	return "until " + a.Until.UTC().Format(time.RFC3339)
}
