package sync

import (
	"context"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// UndoLedger is what the way back needs of the ledger beside its memory.
type UndoLedger interface {
	Histories
	// UndoWithdrawal records that somebody took the withdrawal of a credential back.
	UndoWithdrawal(ctx context.Context, u plan.UndoneOrder, csi, reason string) error
	// EndOrder records that somebody took an order back that was not carried out.
	EndOrder(ctx context.Context, o plan.OpenOrder, csi, reason string) error
}

// Undoer takes back that the credential of one person was withdrawn: they get a new one, by the rules of
// any joiner. The caller holds the lock of the passes.
type Undoer struct {
	Planner
	Ledger UndoLedger
}

// NewUndo is [NewOrder] for the way back.
func NewUndo(query, reason, by string) (Order, error) {
	reason, err := checkReason(reason, "why the access comes back")
	return Order{Query: query, Reason: reason, By: by}, err
}

// Undo does so, if no rule forbids it.
func (u *Undoer) Undo(ctx context.Context, order Order) (Answer, error) {
	in, x, err := u.meant(ctx, order.Query, u.Ledger)
	if err != nil {
		return Answer{}, err
	}
	history, err := u.Ledger.PersonHistory(ctx, x.Person)
	if err != nil {
		return Answer{}, err
	}
	undo := plan.ComputeUndo(in, x.Person, history)
	a := Answer{Person: x.Person, CSI: undo.CSI, DN: undo.DN, Lines: undo.Next}
	switch {
	case undo.Refused != "":
		return a.refused(undo.Refused), nil
	case undo.Open:
		a.Outcome, a.Message = AnswerUndone, "TAKEN BACK: the order to withdraw credential "+undo.Username+" of "+a.name()+", which was not carried out."
		return a, u.Ledger.EndOrder(ctx, plan.OpenOrder{Person: x.Person, CredentialID: undo.CredentialID, By: order.By}, undo.CSI, order.Reason)
	case undo.Already != "":
		a.Outcome, a.Message = AnswerNothing, "NOTHING TO TAKE BACK for "+a.name()+": "+undo.Already
		return a, nil
	}
	err = u.Ledger.UndoWithdrawal(ctx, plan.UndoneOrder{Person: x.Person, CredentialID: undo.CredentialID, By: order.By}, undo.CSI, order.Reason)
	if err != nil {
		return a, err
	}
	a.Outcome, a.Message = AnswerUndone, "TAKEN BACK: the withdrawal of credential "+undo.Username+" of "+a.name()+"."
	return a, nil
}
