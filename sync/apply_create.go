package sync

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/handover"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// creating makes credentials, writes their settings and hands their passwords over.
type creating struct {
	*writing
	full bool           // the service has no licence left
	past pastCreates    // credentials that were handed over before this pass
	made []model.Change // creates whose credential is there now, handed over or not
}

// joiner is one create on its way: intent, credential, settings, hand-over line. Its journal
// row is closed only by the last; until then its password stands nowhere but here, so what a
// crash leaves is resumed with a new password (design §5.7).
type joiner struct {
	change       model.Change
	operation    model.Operation
	password     secret.Value
	sent         bool   // its request was tried
	credentialID string // "" until it has one that waits for settings and hand-over
}

// resumes tells a create whose credential an interrupted pass has made.
func (j *joiner) resumes() bool { return j.change.CredentialID != "" }

// unhanded ends a pass of whose creates nobody would learn the password.
func (a *creating) unhanded(changes []model.Change) error {
	if slices.ContainsFunc(changes, a.done.plan.Unhanded.Concerns) {
		return a.done.plan.Unhanded
	}
	return nil
}

// creates carries out the creates, a batch at a time: the settings of a batch share one
// request, and come before anybody learns a password. Interrupted ones need no licence and
// come first; else the order is that in which people look for their lines.
func (a *creating) creates(ctx context.Context, changes []model.Change) error {
	if len(changes) == 0 {
		return nil
	}
	if err := a.Handover.Check(); err != nil {
		return &plan.UnhandedError{Why: err.Error(), Creates: model.Convert(changes, func(c model.Change) string { return c.ID })}
	}
	past, err := a.Ledger.PastCreates(ctx)
	if err != nil {
		return fmt.Errorf("nobody got a credential: %w", err)
	}
	a.past = newPastCreates(past)
	defer a.Progress("create credentials", len(changes), len(changes))
	slices.SortStableFunc(changes, func(x, y model.Change) int { return handover.Compare(entryOf(x), entryOf(y)) })
	var interrupted, fresh []model.Change
	for _, c := range changes {
		if c.CredentialID != "" {
			interrupted = append(interrupted, c)
		} else {
			fresh = append(fresh, c)
		}
	}
	defer a.tellFull(fresh)
	done := 0
	for batch := range chunks(append(interrupted, fresh...), a.Policy.Batch) {
		a.Progress("create credentials", done, len(changes))
		if err := a.createBatch(ctx, batch); err != nil || a.full {
			return err
		}
		done += len(batch)
	}
	return nil
}

// tellFull says in the report who waits for a licence, now that the service has been asked.
func (a *creating) tellFull(fresh []model.Change) {
	people := map[model.PersonID]bool{}
	for _, c := range fresh {
		people[c.Person] = true
	}
	a.done.plan.Unwait(model.WaitNoLicence, people)
	if !a.full {
		return
	}
	for _, x := range a.done.outcomes {
		if x.Result != model.NotTried {
			delete(people, x.Change.Person)
		}
	}
	for _, c := range fresh {
		if people[c.Person] {
			a.done.plan.Wait(model.WaitNoLicence, c.Person)
		}
	}
}

// createBatch creates the credentials of a batch, then finishes those that came to be: also
// when a cancelled context or an error ends the applying in between.
func (a *creating) createBatch(ctx context.Context, batch []model.Change) error {
	if err := a.ready(ctx); err != nil {
		return err
	}
	joiners, err := a.intend(ctx, batch)
	if err != nil {
		return err
	}
	err = a.sendCreates(ctx, joiners)
	return errors.Join(err, a.closeUnsent(ctx, joiners), a.finishBatch(ctx, joiners))
}

// intend writes the INTENT rows of a batch; a create that an earlier pass left open keeps
// its row.
func (a *creating) intend(ctx context.Context, batch []model.Change) ([]*joiner, error) {
	var joiners, fresh []*joiner
	var intents []model.Operation
	for _, c := range batch {
		password, err := a.NewPassword()
		if err != nil {
			return nil, fmt.Errorf("make a password: %w", err)
		}
		j := &joiner{change: c, password: password, operation: a.interrupted[c.Person]}
		joiners = append(joiners, j)
		if !j.resumes() {
			fresh = append(fresh, j)
			intents = append(intents, a.operation(c))
		}
	}
	begun, err := a.begin(ctx, intents...)
	for n, op := range begun {
		fresh[n].operation = op
	}
	return joiners, err
}

// sendCreates sends the creates one by one, until one of them ends the applying or the
// licences are used up.
func (a *creating) sendCreates(ctx context.Context, joiners []*joiner) error {
	for _, j := range joiners {
		if err := a.ready(ctx); err != nil {
			return err
		}
		if err := a.createOne(ctx, j); err != nil || a.full {
			return err
		}
	}
	return nil
}

// closeUnsent closes the rows of creates for which no request went out.
func (a *creating) closeUnsent(ctx context.Context, joiners []*joiner) error {
	var settlements []model.Settlement
	for _, j := range joiners {
		if !j.sent && !j.resumes() {
			settlements = append(settlements, notSent(j.operation))
		}
	}
	return a.settle(ctx, settlements...)
}

// createOne sends one create, or gives an interrupted one a new password.
func (a *creating) createOne(ctx context.Context, j *joiner) error {
	j.sent = true
	if j.resumes() {
		return a.resume(ctx, j)
	}
	c, err := a.Package.CreateCredential(shielded(ctx), j.change.Username, j.password, a.Policy.Hash, a.Policy.Lock)
	switch {
	case err == nil:
		a.made = append(a.made, j.change)
		return a.created(ctx, j, c.ID)
	case model.KindOf(err) == model.FailureForbidden:
		return a.forbidden(ctx, j, err)
	}
	_, stop := a.conclude(ctx, j.change, err)
	return errors.Join(stop, a.settle(ctx, createFailed(j.operation, err)))
}

// createFailed says how the row of a create goes on that got no credential. Once the request was sent,
// it stays open whatever was answered, and the next pass looks: closed as failed, a credential that is
// there all the same would pass for an administrator's, and be adopted with a password that nobody has.
// After a refusal it may be one, though.
func createFailed(op model.Operation, err error) model.Settlement {
	kind := model.KindOf(err)
	switch {
	case kind == model.FailureUnknown:
		return model.Settlement{Operation: op.ID, Result: model.Uncertain, Message: string(kind)}
	case answered(err):
		return model.Settlement{Operation: op.ID, Result: model.Uncertain, Refused: kind != model.FailureQuota, Message: string(kind)}
	}
	return model.Settlement{Operation: op.ID, Result: model.Failed, Message: string(kind)}
}

// created records whose credential it is, and which settings it may have from now on: those about to
// be written, and what somebody else wrote and somebody said yes to.
func (a *creating) created(ctx context.Context, j *joiner, credentialID string) error {
	a.strikes = 0
	settings := slices.Clone(j.change.Settings)
	for _, name := range slices.Sorted(maps.Keys(j.change.Before)) {
		settings = append(settings, model.Setting{Name: name, Value: j.change.Before[name]})
	}
	if err := a.Ledger.Created(shielded(ctx), j.operation.ID, credentialID, settings); err != nil {
		return fmt.Errorf("record the new credential in the ledger: %w", err)
	}
	j.credentialID = credentialID
	return nil
}

// finishBatch writes the settings of new credentials and hands them over. One with a refused
// value is not handed over: its row stays open and its person is held until the value changes.
func (a *creating) finishBatch(ctx context.Context, joiners []*joiner) error {
	var created []*joiner
	var wanted []model.CredentialSettings
	for _, j := range joiners {
		if j.credentialID != "" {
			created = append(created, j)
			wanted = append(wanted, model.CredentialSettings{CredentialID: j.credentialID, Settings: j.change.Settings})
		}
	}
	if len(created) == 0 {
		return nil
	}
	refusals, failure := a.bulk(ctx, wanted)
	ready, err := a.holdRefused(ctx, created, refusals)
	if failure != nil {
		for _, j := range ready {
			a.note(ctx, j.change, model.Uncertain, fmt.Errorf("created, but its settings could not be written, so it was not handed over: %w", failure))
		}
	} else {
		err = errors.Join(err, a.deliver(ctx, ready))
	}
	_, stop := a.heed(ctx, failure)
	return errors.Join(err, stop)
}

// holdRefused records refused values and returns the creates that have none.
func (a *creating) holdRefused(ctx context.Context, created []*joiner, refusals []model.Refusal) (ready []*joiner, err error) {
	refused := refusedBy(refusals)
	var settlements []model.Settlement
	for _, j := range created {
		refusal, bad := refused[j.credentialID]
		if !bad {
			ready = append(ready, j)
			continue
		}
		a.note(ctx, j.change, model.Failed, fmt.Errorf("created, but not handed over: %w", refusal))
		settlements = append(settlements, model.Settlement{Operation: j.operation.ID, Result: model.Uncertain, Refusals: refusal.refusals})
	}
	return ready, a.settle(ctx, settlements...)
}
