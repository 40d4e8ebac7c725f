package sync

import (
	"context"
	"errors"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// UndoLedger is what the way back needs of the ledger beside its memory.
type UndoLedger interface {
	Histories
	// UndoWithdrawal records that somebody took the withdrawal of a credential back.
	UndoWithdrawal(ctx context.Context, u model.UndoneOrder, csi, reason string) error
	// EndOrder records that somebody took an order back that was not carried out.
	EndOrder(ctx context.Context, o model.OpenOrder, csi, reason string) error
}

// Undoer takes back that the credential of one person was withdrawn: they get a new one, by the rules of
// any joiner. The caller holds the lock of the passes.
type Undoer struct {
	Planner
	Ledger UndoLedger
}

// NewUndo is [NewOrder] for the way back.
func NewUndo(query, reason, by string) (WithdrawalRequest, error) {
	reason, err := checkReason(reason, "why the access comes back")
	return WithdrawalRequest{Query: query, Reason: reason, By: by}, err
}

// Undo does so, if no rule forbids it.
func (u *Undoer) Undo(ctx context.Context, order WithdrawalRequest) (outcomes.Answer, error) {
	in, x, err := u.meant(ctx, order.Query, u.Ledger)
	if unread, ok := errors.AsType[*UnreadError](err); ok {
		return u.undoUnread(ctx, order, unread)
	}
	if err != nil {
		return outcomes.Answer{}, err
	}
	history, err := u.Ledger.PersonHistory(ctx, x.Person)
	if err != nil {
		return outcomes.Answer{}, err
	}
	undo := plan.ComputeUndo(in, x.Person, history)
	a := outcomes.Answer{Subject: undo.Subject, Meaning: undo.Next}
	switch {
	case undo.Refused.Code != "":
		return refused(a, undo.Refused), nil
	case undo.Open:
		return u.endOrder(ctx, a, undo.CredentialID, undo.Username, order)
	case undo.Already.Code != "":
		a.Outcome, a.Why = outcomes.AnswerNothing, undo.Already
		return a, nil
	}
	err = u.Ledger.UndoWithdrawal(ctx, model.UndoneOrder{Person: x.Person, CredentialID: undo.CredentialID, By: order.By}, undo.CSI, order.Reason)
	if err != nil {
		return a, err
	}
	a.Outcome, a.Why = outcomes.AnswerUndone, model.Because("withdrawal-undone", undo.Username, name(a))
	return a, nil
}

// endOrder takes an order back that was not carried out.
func (u *Undoer) endOrder(ctx context.Context, a outcomes.Answer, credentialID, username string, order WithdrawalRequest) (outcomes.Answer, error) {
	a.Outcome, a.Why = outcomes.AnswerUndone, model.Because("order-taken-back", username, name(a))
	return a, u.Ledger.EndOrder(ctx, model.OpenOrder{Person: a.Person, CredentialID: credentialID, By: order.By}, a.CSI, order.Reason)
}

// undoUnread ends an order where the package could not be read: it was recorded so, and the pass that can read the
// package would be faster.
func (u *Undoer) undoUnread(ctx context.Context, order WithdrawalRequest, unread *UnreadError) (outcomes.Answer, error) {
	_, x, err := u.recalled(ctx, order.Query, u.Ledger)
	if err != nil || x.OpenOrder == nil {
		return outcomes.Answer{}, unread
	}
	a := outcomes.Answer{Subject: x.Subject, Meaning: model.Because("order-taken-back-unread", unread.Error()).Some()}
	return u.endOrder(ctx, a, x.OpenOrder.CredentialID, x.Owned.Username, order)
}
