package sync

import (
	"context"
	"errors"
	"fmt"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// maxStrikes is how many lost answers in a row end the pass. One alone must not, or a single
// request that the service cannot digest would keep everybody behind it waiting for ever.
const maxStrikes = 3

// outcome notes what became of a change and says how its journal row ends. The error, if any,
// ends the applying.
func (a *applier) outcome(ctx context.Context, c plan.Change, err error) (plan.Result, error) {
	result, stop := a.judge(ctx, err)
	a.note(ctx, c, result, err)
	return result, stop
}

// judge says what the answer to a write means: for the journal, and for whatever would come next.
// What says nothing of this one request is a strike.
func (a *applier) judge(ctx context.Context, err error) (plan.Result, error) {
	switch {
	case err == nil:
		a.strikes = 0
		return plan.Done, nil
	case errors.Is(err, errRefusesAll):
		return plan.Uncertain, errStop
	}
	switch plan.KindOf(err) {
	case plan.FailureNotFound, plan.FailureRefused, plan.FailureForbidden:
		a.strikes = 0
		return plan.Failed, nil
	case plan.FailureUnauthorized:
		return plan.Failed, errStop
	case plan.FailureQuota:
		a.noteQuota(ctx, err)
		if answered(err) {
			return plan.Uncertain, errStop // how far a request came that the service counted, it does not say
		}
		return plan.Failed, errStop
	case plan.FailureUnknown:
		return plan.Uncertain, a.strike()
	case plan.FailureUnavailable, plan.FailureInvalid, plan.FailureOther:
	}
	return plan.Failed, a.strike()
}

// unread notes a change whose last look failed: nothing was sent.
func (a *applier) unread(ctx context.Context, c plan.Change, err error) error {
	_, stop := a.judge(ctx, err)
	a.note(ctx, c, plan.Failed, err)
	return stop
}

func (a *applier) strike() error {
	a.strikes++
	if a.strikes < maxStrikes {
		return nil
	}
	return errStop
}

// note reports and logs the end of a change.
func (a *applier) note(ctx context.Context, c plan.Change, result plan.Result, err error) {
	log := a.Logger.With("op", c.Op, "run", a.run, "change", c.ID, "source", c.Person.Source)
	switch result {
	case plan.Done:
		a.report.add(c, plan.Done, "")
		log.DebugContext(ctx, "change done")
		return
	case plan.Uncertain:
		a.report.add(c, plan.Uncertain, err.Error())
		log.ErrorContext(ctx, "change not finished, the next pass looks what came of it", "why", describePublicly(err))
	case plan.Failed:
		a.report.add(c, plan.Failed, err.Error())
		log.ErrorContext(ctx, "change failed", "why", describePublicly(err))
	}
	log.DebugContext(ctx, "change in detail", "err", err)
}

// describePublicly is what of an error may stand in the log. The service may repeat a value that
// it refuses, and values are personal data: of its failures only the kind is told, the words
// stand in the report.
func describePublicly(err error) string {
	if failure, ok := errors.AsType[plan.Failure](err); ok {
		return string(failure.FailureKind())
	}
	return err.Error()
}

// skip notes a change that the last look before its request forbids, and records why. That this
// cannot be recorded is a failure of the pass, but nothing was sent that could not be known. Somebody hears of
// an order at once, and of any other change if it goes on; the stop file is a guard and says so itself.
func (a *applier) skip(ctx context.Context, c plan.Change, why string) {
	a.report.add(c, Skipped, why)
	switch {
	case c.By != "":
		a.report.Plan.Wait(plan.WaitOrder, c.Person)
	case !a.report.Plan.Tripped(plan.GuardStopFile):
		a.report.Plan.Wait(plan.WaitSkipped, c.Person)
	}
	a.Logger.WarnContext(ctx, "change skipped right before its request, nothing was sent", "op", c.Op, "change", c.ID, "source", c.Person.Source)
	if err := a.Ledger.RecordDecision(shielded(ctx), a.run, plan.Decision{Kind: plan.Skipped, Change: c, Message: why}); err != nil {
		a.report.fail(fmt.Errorf("record that a change was skipped: %w", err))
	}
}
