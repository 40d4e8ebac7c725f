package sync

import (
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
)

// conclude puts what happened into a word, a reason and an exit code.
func (w *withdrawing) conclude(r *Report) {
	c := w.Withdrawal()
	switch {
	case w.Already.Code != "" && r.Err != nil:
		w.end(outcomes.OrderFailed, ExitFailed, failedBy(r.Err))
	case w.Late:
		w.end(outcomes.OrderAlready, ExitOK, model.Because("order-after-departure", w.Already, w.Typed))
	case w.Undone:
		w.end(outcomes.OrderAlready, ExitOK, model.Because("order-ends-undo", w.Already))
	case w.Already.Code != "":
		w.end(outcomes.OrderAlready, ExitOK, w.Already)
	case w.Refused.Code != "":
		w.end(outcomes.OrderRefused, ExitFailed, w.Refused)
	case c.Status == model.Withheld:
		w.end(outcomes.OrderRefused, ExitFailed, w.Policy.RefusesOrders())
	case c.Status == model.Deferred:
		w.end(outcomes.OrderBlocked, ExitWaiting, requestsSpent(c))
	case c.Status == model.NeedsApproval:
		w.end(outcomes.OrderApproval, ExitWaiting, w.whoAsks())
	case c.Status == model.Blocked:
		w.end(outcomes.OrderBlocked, ExitWaiting, w.describeGuard())
	case c.Status == model.Waiting && len(r.Incomplete) > 0:
		w.end(outcomes.OrderBlocked, ExitIncomplete, model.Because("order-waits-unread", c.Reasons, r.Incomplete[0].Err.Error()))
	case c.Status == model.Waiting:
		w.end(outcomes.OrderBlocked, ExitWaiting, model.Because("order-waits", c.Reasons))
	case c.Status == model.Due:
		w.concludeResult(r, c)
	case r.Err != nil:
		w.end(outcomes.OrderFailed, ExitFailed, failedBy(r.Err))
	case len(r.Incomplete) > 0:
		w.end(outcomes.OrderFailed, ExitIncomplete, failedBy(r.Incomplete[0].Err))
	}
}

func failedBy(err error) model.Reason { return model.Because("order-failed", err.Error()) }

func requestsSpent(c model.Change) model.Reason {
	if c.NotBefore.IsZero() {
		return model.Because("order-without-requests")
	}
	return model.Because("order-without-requests-until", c.NotBefore)
}

// concludeResult tells what became of a withdrawal that was due.
func (w *withdrawing) concludeResult(r *Report, c model.Change) {
	n := slices.IndexFunc(r.Results, func(x outcomes.Step) bool { return x.Change.ID == c.ID })
	if n < 0 {
		w.end(outcomes.OrderFailed, ExitFailed, model.Because("order-not-sent", errorText(r.Err)))
		return
	}
	switch x := r.Results[n]; {
	case x.Result == model.Done && r.Err != nil:
		w.end(outcomes.OrderWithdrawn, ExitFailed, model.Because("order-done-but", w.describeDone(r), r.Err.Error()))
	case x.Result == model.Done:
		w.end(outcomes.OrderWithdrawn, ExitOK, w.describeDone(r))
	case x.Result == model.Uncertain:
		w.end(outcomes.OrderUnknown, ExitFailed, model.Because("order-unsettled", x.Why))
	case r.Plan.Tripped(model.GuardStopFile):
		w.end(outcomes.OrderBlocked, ExitWaiting, x.Why)
	case x.Result == model.NotTried:
		w.end(outcomes.OrderRefused, ExitFailed, model.Because("order-stopped-by-last-look", x.Why))
	default:
		w.end(outcomes.OrderFailed, ExitFailed, x.Why)
	}
}

func (w *withdrawing) end(word string, code int, why model.Reason) {
	w.Outcome, w.ExitCode, w.Why = word, code, why
	w.Stands = w.Stands && word != outcomes.OrderWithdrawn
}

// whoAsks says what asks for an approval: a question, or the name of a rule.
func (w *withdrawing) whoAsks() model.Reason {
	asks := "leavers.approval: " + string(w.Policy.Approval)
	switch {
	case len(w.Withdrawal().Questions) > 0:
		return model.Because("order-questioned", w.Withdrawal().Questions, w.Hash, w.Person.String())
	case w.Withdrawal().Protected:
		asks = "protect"
	}
	return model.Because("order-asks-for-yes", asks, w.Hash, w.Person.String())
}

func (w *withdrawing) describeGuard() model.Reason {
	var words []model.Reason
	for _, g := range w.Guards {
		words = append(words, model.Because("order-guarded-by", g.Name, g.Reasons))
	}
	return model.Because("order-guarded", words)
}

// describeDone tells what was done, and which of the steps beside it was not.
func (w *withdrawing) describeDone(r *Report) model.Reason {
	words := model.Because("order-carried-out", w.Username).Some()
	for _, x := range r.Results {
		if x.Change.Op.GoesAlong() && x.Result != model.Done {
			words = append(words, model.Because("contact-still-enabled", x.Change.ThreemaID, x.Why))
		}
	}
	if s := w.Suspended; s != nil {
		words = append(words, model.Because("leave-outlasts-order", s.LastDay))
	}
	return model.Because("order-done", words)
}
