package sync

import (
	"errors"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Failure is what kept a pass as a whole from its end, in one word. The set is closed: it is part of the
// JSON of a report, and by it `status` knows which command shows the cause, or ends it.
type Failure string

// The failures. A change that failed is none: the rest of the pass went on.
const (
	FailureService     Failure = "service"       // the licence package is not reached, refuses, or answers oddly
	FailureEnded       Failure = "licence-ended" // the package may not be written to any more
	FailureMissing     Failure = "missing"       // the package lacks more than it may at once
	FailureStale       Failure = "stale-plan"    // what was written by `plan --out` does not hold any more
	FailureTrial       Failure = "trial"         // what others have set on a credential is not back
	FailureInterrupted Failure = "interrupted"   // it was stopped before its end
	FailureMachine     Failure = "machine"       // ledger, disk, clock or hand-over file
)

// toldError ends a pass for a reason that its report tells elsewhere: as what became of a change, or as a source
// that was not read.
type toldError struct{ error }

// untold leaves of an error what the report tells nowhere else.
func untold(err error) error {
	if _, told := errors.AsType[*toldError](err); !told {
		return err
	}
	var left []error
	if list := (interface{ Unwrap() []error })(nil); errors.As(err, &list) {
		for _, e := range list.Unwrap() {
			left = append(left, untold(e))
		}
	}
	return errors.Join(left...)
}

// Failure finds the word for the error of the pass, "" if it has none.
func (r *Report) Failure() Failure {
	distrust, distrusted := errors.AsType[*TrustError](r.Err)
	_, stale := errors.AsType[*StaleRequestError](r.Err)
	_, elsewhere := errors.AsType[*otherPackageError](r.Err)
	_, trial := errors.AsType[*trialError](r.Err)
	_, refused := errors.AsType[model.Failure](r.Err)
	switch {
	case r.Err == nil:
		return ""
	case r.Interrupted:
		return FailureInterrupted
	case distrusted && distrust.Ended:
		return FailureEnded
	case distrusted:
		return FailureMissing
	case stale || elsewhere:
		return FailureStale
	case trial:
		return FailureTrial
	case refused:
		return FailureService
	}
	return FailureMachine
}
