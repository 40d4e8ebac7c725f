package sync

import (
	"context"
	"errors"
	"fmt"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// maxStrikes is how many lost answers in a row end the pass. One alone must not, or a single
// request that the service cannot digest would keep everybody behind it waiting for ever.
const maxStrikes = 3

// verdict is what the answer to a write means: for the journal, and for whatever would come next.
type verdict struct {
	result model.Result
	next   next
}

// next is whether anything more may be sent.
type next int

const (
	goOn   next = iota
	strike      // the answer says nothing of this one request: too many of these in a row end the applying
	endAll
)

// judge finds the verdict.
func judge(err error) verdict {
	switch {
	case err == nil:
		return verdict{model.Done, goOn}
	case errors.Is(err, errRefusesAll):
		return verdict{model.Uncertain, endAll}
	}
	switch model.KindOf(err) {
	case model.FailureNotFound, model.FailureRefused, model.FailureForbidden:
		return verdict{model.Failed, goOn}
	case model.FailureUnauthorized:
		return verdict{model.Failed, endAll}
	case model.FailureQuota:
		if answered(err) {
			return verdict{model.Uncertain, endAll} // how far a request came that the service counted, it does not say
		}
		return verdict{model.Failed, endAll}
	case model.FailureUnknown:
		return verdict{model.Uncertain, strike}
	case model.FailureUnavailable, model.FailureInvalid, model.FailureOther:
	}
	return verdict{model.Failed, strike}
}

// heed judges an answer and does what it asks for. The error, if any, ends the applying.
func (a *requests) heed(ctx context.Context, err error) (model.Result, error) {
	v := judge(err)
	a.noteQuota(ctx, err)
	if a.strikes++; v.next == goOn {
		a.strikes = 0
	}
	if v.next == endAll || a.strikes >= maxStrikes {
		return v.result, &toldError{err}
	}
	return v.result, nil
}

// conclude notes what became of a change and says how its journal row ends. The error, if any,
// ends the applying.
func (a *requests) conclude(ctx context.Context, c model.Change, err error) (model.Result, error) {
	result, stop := a.heed(ctx, err)
	a.note(ctx, c, result, err)
	return result, stop
}

// unread notes a change whose last look failed: nothing was sent.
func (a *requests) unread(ctx context.Context, c model.Change, err error) error {
	_, stop := a.heed(ctx, err)
	a.note(ctx, c, model.Failed, err)
	return stop
}

// note reports and logs the end of a change.
func (a *requests) note(ctx context.Context, c model.Change, result model.Result, err error) {
	log := a.Logger.With("op", c.Op, "run", a.run, "change", c.ID, "source", c.Person.Source)
	switch result {
	case model.Done:
		a.done.add(c, model.Done, model.Reason{})
		log.DebugContext(ctx, "change done")
		return
	case model.Uncertain:
		a.done.add(c, model.Uncertain, model.Told("", err.Error()))
		log.ErrorContext(ctx, "change not finished, the next pass looks what came of it", "why", describePublicly(err))
	case model.Failed:
		a.done.add(c, model.Failed, model.Told("", err.Error()))
		log.ErrorContext(ctx, "change failed", "why", describePublicly(err))
	}
	log.DebugContext(ctx, "change in detail", "err", err)
}

// describePublicly is what of an error may stand in the log. The service may repeat a value that
// it refuses, and values are personal data: of its failures only the kind is told, the words
// stand in the report.
func describePublicly(err error) string {
	if failure, ok := errors.AsType[model.Failure](err); ok {
		return string(failure.FailureKind())
	}
	return err.Error()
}

// skip notes changes that the last look before their request forbids, and records why. That this
// cannot be recorded is a failure of the pass, but nothing was sent that could not be known. Somebody hears of
// an order at once, and of any other change if it goes on; the stop file is a guard and says so itself.
func (a *requests) skip(ctx context.Context, why model.Reason, changes ...model.Change) {
	for _, c := range changes {
		a.done.skip(c, why)
		switch {
		case c.By != "":
			a.done.plan.Wait(model.WaitOrder, c.Person)
		case !a.done.plan.Tripped(model.GuardStopFile):
			a.done.plan.Wait(model.WaitSkipped, c.Person)
		}
		a.Logger.WarnContext(ctx, "change skipped right before its request, nothing was sent", "op", c.Op, "why", why.Code, "change", c.ID, "source", c.Person.Source)
		if err := a.Ledger.RecordDecision(shielded(ctx), a.run, model.Decision{Kind: model.Skipped, Change: c, Evidence: english.Say(c.Evidence), Message: english.Say(why)}); err != nil {
			a.fail(fmt.Errorf("record that a change was skipped: %w", err))
		}
	}
}
