package model

import "time"

// Skip is that passes were about to do a step, and that their last look right before its request stopped it.
type Skip struct {
	ChangeID string
	Since    time.Time // the first pass of the unbroken row of those that found something
	Seen     time.Time // the last one
	Why      Reason    // what that one found
}

// SkippedAs is the code under which somebody is told of a step that the last look stopped: of an order at once.
func (c Change) SkippedAs() WaitCode {
	switch {
	case !c.Skipped.Stands():
		return ""
	case c.By != "":
		return WaitOrder
	}
	return WaitSkipped
}

// StepBefore is the code of a step that is not done because one before it was not.
const StepBefore Code = "step-before-not-done"

// Stands tells that there is something to tell.
func (s Skip) Stands() bool { return s.Why.Code != "" }

// Told says it for the person whose step it is.
func (s Skip) Told() Reason {
	if s.Since.Before(s.Seen) {
		return Because("skipped-since", s.Since, s.Seen, s.Why)
	}
	return Because("skipped-once", s.Seen, s.Why)
}

// Remedy says what to do about it.
func (s Skip) Remedy() Reason {
	switch s.Why.Code {
	case "csi-of-another-by-now":
		return Because("part-the-csi")
	case "person-not-asked", "person-unanswered", "csi-not-asked", "holder-not-asked":
		return Because("mend-the-directory")
	case "credential-renamed", "csi-on-credential-changed", "users-changed", "id-became-special", "id-moved", "id-reports-other-csi":
		return Because("look-in-the-cockpit")
	}
	return Because("next-pass-tries-again")
}
