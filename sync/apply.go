package sync

import (
	"context"
	"errors"
	"fmt"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// applier carries out the due changes of one plan. Withdrawals come first and creates last
// (design §5.8); the order within is the plan's.
type applier struct {
	*Pass
	run         int64
	report      *Report
	contacts    map[string]plan.Contact
	interrupted map[plan.PersonID]plan.Operation // creates that an earlier pass left open
	unsettled   map[int64]bool                   // open journal rows, those of earlier passes too
	strikes     int                              // lost answers in a row
	refusals    int                              // bad values found in this pass
	full        bool                             // the service has no licence left
	halted      string                           // why nothing more may be taken from anybody, "" if it may
	complete    bool                             // everything due was tried
}

// errStop ends the applying. Why stands in the report by then: as what became of a change, or
// as the error of the pass.
var errStop = errors.New("stopped")

// fail reports why the pass as a whole failed, and ends the applying.
func (a *applier) fail(err error) error {
	a.report.fail(err)
	return errStop
}

// maxStrikes is how many lost answers in a row end the pass. One alone must not, or a single
// request that the service cannot digest would keep everybody behind it waiting for ever.
const maxStrikes = 3

func newApplier(p *Pass, run int64, in plan.Input, r *Report) *applier {
	a := &applier{
		Pass: p, run: run, report: r,
		contacts: map[string]plan.Contact{}, interrupted: map[plan.PersonID]plan.Operation{}, unsettled: map[int64]bool{},
	}
	for _, c := range in.Inventory.Contacts {
		a.contacts[c.ID] = c
	}
	for _, op := range in.State.Open {
		a.unsettled[op.ID] = true
		if op.Op == plan.Create {
			a.interrupted[op.Person] = op
		}
	}
	for _, settled := range r.Plan.Memory.Settled {
		delete(a.unsettled, settled.ID)
	}
	return a
}

func (a *applier) apply(ctx context.Context, changes []plan.Change) {
	defer func() { a.report.Unsettled = len(a.unsettled) }()
	due := map[plan.Op][]plan.Change{}
	for _, c := range changes {
		if c.Status == plan.Due {
			due[c.Op] = append(due[c.Op], c)
		}
	}
	steps := []func() error{
		func() error { return a.claims(ctx, append(due[plan.Adopt], due[plan.Transfer]...)) },
		func() error { return a.leavers(ctx, due) },
		func() error { return a.settings(ctx, due[plan.SetSettings]) },
		func() error { return a.unsets(ctx, due[plan.UnsetSetting]) },
		func() error { return a.publish(ctx, due[plan.PublishContact]) },
		func() error { return a.creates(ctx, due[plan.Create]) },
	}
	for _, step := range steps {
		if step() != nil {
			return
		}
	}
	a.complete = !a.full
}

// ready lets one more request go out, but not after a cancelled context.
func (a *applier) ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return a.fail(fmt.Errorf("stopped between two requests, the rest waits for the next pass: %w", err))
	}
	return nil
}

// shielded is the context of a request that changes something: it is never cancelled in
// mid-flight; the client's own time-out bounds it (pitfall F7).
func shielded(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

// outcome notes what became of a change and says how its journal row ends. The error, if any,
// ends the applying.
func (a *applier) outcome(ctx context.Context, c plan.Change, err error) (plan.Result, error) {
	result, stop := a.judge(ctx, err)
	a.note(ctx, c, result, err)
	return result, stop
}

// judge says what an answer means: for the journal, and for whatever would come next. What
// says nothing of this one request is a strike.
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
		return plan.Failed, errStop
	case plan.FailureUnknown:
		return plan.Uncertain, a.strike()
	case plan.FailureUnavailable, plan.FailureInvalid, plan.FailureOther:
	}
	return plan.Failed, a.strike()
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
	log := a.Logger.With("op", c.Op, "change", c.ID, "source", c.Person.Source)
	switch result {
	case plan.Done:
		a.report.add(c, ResultDone, "")
		log.InfoContext(ctx, "change done")
		return
	case plan.Uncertain:
		a.report.add(c, ResultUnknown, err.Error())
		log.ErrorContext(ctx, "change not finished, the next pass looks what came of it", "why", publicWords(err))
	case plan.Failed:
		a.report.add(c, ResultFailed, err.Error())
		log.ErrorContext(ctx, "change failed", "why", publicWords(err))
	}
	log.DebugContext(ctx, "change in detail", "err", err)
}

// publicWords is what of an error may stand in the log. The service may repeat a value that
// it refuses, and values are personal data: of its failures only the kind is told, the words
// stand in the report.
func publicWords(err error) string {
	if failure, ok := errors.AsType[plan.Failure](err); ok {
		return string(failure.FailureKind())
	}
	return err.Error()
}

// skip notes a change that the last look before its request forbids.
func (a *applier) skip(ctx context.Context, c plan.Change, why string) {
	a.report.add(c, ResultSkipped, why)
	a.Logger.WarnContext(ctx, "change skipped right before its request, nothing was sent", "op", c.Op, "change", c.ID, "source", c.Person.Source)
}

// operation is the journal row of a change.
func (a *applier) operation(c plan.Change) plan.Operation {
	op := plan.Operation{
		Change: c.ID, Op: c.Op, Person: c.Person, OU: c.OU, CSI: c.CSI, DN: c.DN,
		CredentialID: c.CredentialID, Username: c.Username, Approved: c.Approved, At: a.Now(),
		Reason: c.Reason, Evidence: c.Evidence,
	}
	if c.ThreemaID != "" {
		op.ThreemaIDs = []string{c.ThreemaID}
		_, there := a.contacts[c.ThreemaID]
		op.ContactCreated = c.Op == plan.PublishContact && !there
	}
	return op
}

// begin writes INTENT rows. Only when it returns may their requests go out.
func (a *applier) begin(ctx context.Context, ops ...plan.Operation) ([]plan.Operation, error) {
	if len(ops) == 0 {
		return nil, nil
	}
	begun, err := a.Ledger.Begin(ctx, a.run, ops)
	if err != nil {
		return nil, a.fail(fmt.Errorf("write the intent to the ledger: %w", err))
	}
	for _, op := range begun {
		a.unsettled[op.ID] = true
	}
	return begun, nil
}

// settle closes rows. What has happened is recorded even when the context is over.
func (a *applier) settle(ctx context.Context, outcomes ...plan.Outcome) error {
	if len(outcomes) == 0 {
		return nil
	}
	if err := a.Ledger.Settle(shielded(ctx), outcomes); err != nil {
		return a.fail(fmt.Errorf("record the effect in the ledger: %w", err))
	}
	for _, o := range outcomes {
		if o.Result != plan.Uncertain {
			delete(a.unsettled, o.Operation)
		}
	}
	return nil
}

// journalled sends one request per change, a batch of intents at a time: the rows are on disk
// before the first request of the batch goes out.
func (a *applier) journalled(ctx context.Context, changes []plan.Change, send func(context.Context, plan.Change) error) error {
	for batch := range chunks(changes, a.Policy.Batch) {
		if err := a.ready(ctx); err != nil {
			return err
		}
		var intents []plan.Operation
		for _, c := range batch {
			intents = append(intents, a.operation(c))
		}
		begun, err := a.begin(ctx, intents...)
		if err != nil {
			return err
		}
		outcomes, stop := a.sendEach(ctx, batch, begun, send)
		if err := errors.Join(a.settle(ctx, outcomes...), stop); err != nil {
			return err
		}
	}
	return nil
}

// sendEach returns one outcome per change; after what ends the applying the rest is not sent.
func (a *applier) sendEach(ctx context.Context, batch []plan.Change, begun []plan.Operation, send func(context.Context, plan.Change) error) (outcomes []plan.Outcome, stop error) {
	for n, c := range batch {
		if stop == nil {
			stop = a.ready(ctx)
		}
		if stop != nil {
			outcomes = append(outcomes, notSent(begun[n]))
			continue
		}
		var result plan.Result
		err := send(shielded(ctx), c)
		result, stop = a.outcome(ctx, c, err)
		outcomes = append(outcomes, plan.Outcome{Operation: begun[n].ID, Result: result, Message: kindWord(err)})
	}
	return outcomes, stop
}

// kindWord is what the journal keeps of an answer: the kind of a failure, "" of a success.
func kindWord(err error) string {
	if err == nil {
		return ""
	}
	return string(plan.KindOf(err))
}

// notSent closes a row for which no request went out.
func notSent(op plan.Operation) plan.Outcome {
	return plan.Outcome{Operation: op.ID, Result: plan.Failed, Message: "not sent"}
}

// claims records adoptions and transfers: they are facts of the ledger and need no request.
func (a *applier) claims(ctx context.Context, changes []plan.Change) error {
	return a.journalled(ctx, changes, func(context.Context, plan.Change) error { return nil })
}

func (a *applier) unsets(ctx context.Context, changes []plan.Change) error {
	return a.journalled(ctx, changes, func(ctx context.Context, c plan.Change) error {
		for name := range c.Before {
			err := a.Package.UnsetSetting(ctx, c.CredentialID, name)
			if err != nil && plan.KindOf(err) != plan.FailureNotFound { // gone is what we want
				return err
			}
		}
		return nil
	})
}
