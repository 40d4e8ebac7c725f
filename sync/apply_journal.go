package sync

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// operation is the journal row of a change.
func (a *requests) operation(c model.Change) model.Operation {
	op := model.Operation{
		ChangeID: c.ID, Op: c.Op, Subject: c.Subject, OU: c.OU,
		CredentialID: c.CredentialID, Username: c.Username, Approved: c.Approved || c.By != "", Ordered: c.Ordered, At: a.Now(),
		Reason: english.Join(c.Reasons), Evidence: english.Say(c.Evidence), By: c.By,
	}
	if c.ThreemaID != "" {
		op.ThreemaIDs = []string{c.ThreemaID}
		_, there := a.contacts[c.ThreemaID]
		op.ContactCreated = c.Op == model.PublishContact && !there
	}
	if c.Op == model.Withdraw { // those that the plan found and the last look found again; one that appeared since joins the departure
		op.ThreemaIDs = strings.Fields(c.Before["threema_ids"])
	}
	return op
}

// begin writes INTENT rows. Only when it returns may their requests go out.
func (a *requests) begin(ctx context.Context, ops ...model.Operation) ([]model.Operation, error) {
	if len(ops) == 0 {
		return nil, nil
	}
	begun, err := a.Ledger.Begin(ctx, a.run, ops)
	if err != nil {
		return nil, fmt.Errorf("write the intent to the ledger: %w", err)
	}
	for _, op := range begun {
		a.unsettled[op.ID] = true
	}
	return begun, nil
}

// settle closes rows. What has happened is recorded even when the context is over.
func (a *requests) settle(ctx context.Context, settlements ...model.Settlement) error {
	if len(settlements) == 0 {
		return nil
	}
	if err := a.Ledger.Settle(shielded(ctx), settlements); err != nil {
		return fmt.Errorf("record the effect in the ledger: %w", err)
	}
	for _, o := range settlements {
		if o.Result != model.Uncertain || o.Refused { // a refusal is believed until the package says otherwise
			delete(a.unsettled, o.Operation)
		}
	}
	return nil
}

// journalled sends one request per change, a batch of intents at a time: the rows are on disk
// before the first request of the batch goes out.
func (a *requests) journalled(ctx context.Context, changes []model.Change, send func(context.Context, model.Change) error) error {
	for batch := range chunks(changes, a.Policy.Batch) {
		if err := a.ready(ctx); err != nil {
			return err
		}
		var intents []model.Operation
		for _, c := range batch {
			intents = append(intents, a.operation(c))
		}
		begun, err := a.begin(ctx, intents...)
		if err != nil {
			return err
		}
		settlements, stop := a.sendEach(ctx, batch, begun, send)
		if err := errors.Join(stop, a.settle(ctx, settlements...)); err != nil {
			return err
		}
	}
	return nil
}

// sendEach returns one settlement per change; after what ends the applying the rest is not sent.
func (a *requests) sendEach(ctx context.Context, batch []model.Change, begun []model.Operation, send func(context.Context, model.Change) error) (settlements []model.Settlement, stop error) {
	for n, c := range batch {
		if stop == nil {
			stop = a.ready(ctx)
		}
		if stop != nil {
			settlements = append(settlements, notSent(begun[n]))
			continue
		}
		var result model.Result
		err := send(shielded(ctx), c)
		result, stop = a.conclude(ctx, c, err)
		settlements = append(settlements, model.Settlement{Operation: begun[n].ID, Result: result, Message: kindWord(err)})
	}
	return settlements, stop
}

// notSent closes a row for which no request went out.
func notSent(op model.Operation) model.Settlement {
	return model.Settlement{Operation: op.ID, Result: model.Failed, Message: "not sent"}
}
