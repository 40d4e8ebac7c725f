package sync

import (
	"errors"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
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
func (r *Report) Failure() model.PassFailure {
	distrust, distrusted := errors.AsType[*outcomes.TrustError](r.Err)
	_, stale := errors.AsType[*StaleRequestError](r.Err)
	_, elsewhere := errors.AsType[*otherPackageError](r.Err)
	_, trial := errors.AsType[*trialError](r.Err)
	_, refused := errors.AsType[model.Failure](r.Err)
	switch {
	case r.Err == nil:
		return ""
	case r.Interrupted:
		return model.PassFailureInterrupted
	case distrusted && distrust.Ended:
		return model.PassFailureEnded
	case distrusted:
		return model.PassFailureMissing
	case stale || elsewhere:
		return model.PassFailureStale
	case trial:
		return model.PassFailureTrial
	case refused:
		return model.PassFailureService
	}
	return model.PassFailureMachine
}
