package english

import (
	"fmt"
	"github.com/threema-dirsync/threema-dirsync/internal/wording"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Leave says until when a leave of absence lasts, and what comes then.
func Leave(s model.SuspendedPerson) string {
	longer := fmt.Sprintf("to go on, type `threema-dirsync hold %s --until DATE --reason TEXT`", s.Typed)
	switch {
	case !s.Standing && s.Account == model.Departed:
		return fmt.Sprintf("over since %s, and the account is not enabled: the departure goes on%s; %s", wording.Stamp(s.Over), afterLeave(s), longer)
	case !s.Standing:
		return fmt.Sprintf("over since %s", wording.Stamp(s.Over))
	case s.Ended && s.Account == model.Departed:
		return fmt.Sprintf("ENDED with %s, and the account is not enabled: the pass that finds it over takes nothing, and then the departure goes on%s; %s", s.LastDay, afterLeave(s), longer)
	case s.Ended:
		return fmt.Sprintf("ended with %s, and the next pass finds it over; the account is %s", s.LastDay, s.Account)
	case s.Soon && s.Account == model.Departed:
		return fmt.Sprintf("ENDS SOON, with %s, that day included: unless the account is enabled by then, the departure goes on%s; %s", s.LastDay, afterLeave(s), longer)
	case s.Soon:
		return fmt.Sprintf("ends soon, with %s, that day included; the account is %s", s.LastDay, s.Account)
	case s.Account == model.Departed:
		return fmt.Sprintf("until %s, that day included (said by %s): no step of the departure is done%s", s.LastDay, s.By, afterLeave(s))
	}
	return fmt.Sprintf("until %s, that day included (said by %s); the account is %s", s.LastDay, s.By, s.Account)
}

// afterLeave says when the credential goes if nothing else happens, in words that follow others.
func afterLeave(s model.SuspendedPerson) string {
	if s.Earliest.IsZero() {
		return ""
	}
	if !s.Standing {
		return fmt.Sprintf("; earliest withdrawal %s, a fresh grace of %s from then on", wording.Stamp(s.Earliest), wording.Span(s.Grace))
	}
	return fmt.Sprintf("; earliest withdrawal not before %s: a fresh grace of %s counts from the first pass that finds the leave over", wording.Stamp(s.Earliest), wording.Span(s.Grace))
}
