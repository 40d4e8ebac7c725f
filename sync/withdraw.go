package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// WithdrawalRequest is somebody's word that one person's access ends now (design §6, withdraw).
type WithdrawalRequest struct {
	Query  string // whom it means, as for Explain
	Reason string // for the audit, and for nothing else: it may tell what nobody else is to know
	By     string // who says so
}

// The bounds of a reason.
const (
	minReason = 3   // characters: less says nothing
	maxReason = 500 // bytes
)

// NewOrder checks that the reason is one that somebody can read in the audit.
func NewOrder(query, reason, by string) (WithdrawalRequest, error) {
	reason, err := checkReason(reason, "why the access ends now")
	return WithdrawalRequest{Query: query, Reason: reason, By: by}, err
}

// checkReason takes a reason that somebody can read in the audit. what is the question that it answers.
func checkReason(reason, what string) (string, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case utf8.RuneCountInString(reason) < minReason:
		return "", fmt.Errorf("--reason is for the audit: say in a few words (%d characters at least) %s", minReason, what)
	case len(reason) > maxReason:
		return "", fmt.Errorf("--reason is longer than %d bytes", maxReason)
	case !utf8.ValidString(reason) || strings.ContainsFunc(reason, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "", errors.New("--reason is not one line of printable text")
	}
	return reason, nil
}

// withdrawing is a [outcomes.Withdrawal] that a pass is about.
type withdrawing outcomes.Withdrawal

// Withdraw ends one person's access now, if no rule forbids it: a pass of its own that carries
// out this and nothing else. Unlike other passes it does not need the directory: of a source that
// it cannot read it proves nothing, and somebody's word suffices for the withdrawal alone (see
// [plan.Order]). The order is recorded before anything is sent: what it does not reach now, later passes
// carry out (see [model.OpenOrder]). announce is told what is about to happen, right before it does. The error says
// that nobody, or several people, are meant (a [*lookup.UnclearPersonError]), or that the history
// could not be read: then nothing was done.
func (p *Pass) Withdraw(ctx context.Context, order WithdrawalRequest, histories Histories, announce func(outcomes.Withdrawal)) (Report, outcomes.Withdrawal, error) {
	w := withdrawing{Policy: p.Policy}
	var unclear error
	report := p.record(ctx, func(run int64) (Report, error) {
		d, err := p.planPartial(ctx)
		if err != nil {
			return d.report(), errors.Join(err, p.orderUnread(ctx, run, &w, order, histories))
		}
		w.Ordered, unclear = p.planWithdrawal(ctx, d, order, histories)
		w.Stands = d.in.State.HasOpenOrder(w.CredentialID) && !d.plan.Update.EndsOrder(w.CredentialID)
		if unclear == nil && w.mayStand() {
			err = p.stand(ctx, run, &w, order)
			d.in.State.OpenOrders = append(slices.Clip(d.in.State.OpenOrders), w.open(order, p.Now()))
			d.plan = plan.Compute(d.in)
		}
		if unclear == nil && w.Late {
			err = p.Ledger.PutOut(shielded(ctx), run, w.open(order, p.Now()), w.CSI, order.Reason)
		}
		// A credential that is missing counts by whole passes: who orders twice brings nobody
		// closer to a new one.
		d.plan.Update.Owned = d.in.State.Owned
		if err == nil {
			err = p.remember(ctx, run, d)
		}
		if err != nil || unclear != nil {
			return d.report(), err
		}
		return p.carryOutOrder(ctx, run, d, w, order, announce)
	})
	w.conclude(&report)
	if unclear != nil && len(report.Incomplete) > 0 {
		unclear = withoutDirectory(unclear, report.Incomplete[0].Err)
	}
	return report, outcomes.Withdrawal(w), unclear
}

// carryOutOrder carries out what the order reaches now.
func (p *Pass) carryOutOrder(ctx context.Context, run int64, d draft, w withdrawing, order WithdrawalRequest, announce func(outcomes.Withdrawal)) (Report, error) {
	if w.Withdrawal().Status == model.Due {
		announce(outcomes.Withdrawal(w))
	}
	var failed error
	if w.Undone { // ordered again before they have a new credential: the way back ends
		failed = p.Ledger.RevokeUndo(shielded(ctx), run, w.Person, w.CSI, order.By, order.Reason)
	}
	done, err := newApplier(p, run, d).apply(ctx, w.Changes)
	return d.report().carriedOut(done), errors.Join(failed, err)
}

// mayStand tells of an order that no rule refuses, and that is not fulfilled already.
func (w *withdrawing) mayStand() bool {
	return w.Already.Code == "" && w.Refused.Code == "" && w.Withdrawal().Status != model.Withheld
}

func (w *withdrawing) open(order WithdrawalRequest, now time.Time) model.OpenOrder {
	return model.OpenOrder{Person: w.Person, CredentialID: w.CredentialID, At: now, By: order.By}
}

// stand records the order before anything is sent.
func (p *Pass) stand(ctx context.Context, run int64, w *withdrawing, order WithdrawalRequest) error {
	err := p.Ledger.Order(shielded(ctx), run, w.open(order, p.Now()), w.CSI, order.Reason)
	w.Stands = w.Stands || err == nil
	return err
}

// orderUnread records the order where the package could not be read: whom it means is known by the
// memory alone, and what it may reach a later pass judges.
func (p *Pass) orderUnread(ctx context.Context, run int64, w *withdrawing, order WithdrawalRequest, histories Histories) error {
	state, x, err := p.recalled(shielded(ctx), order.Query, histories)
	switch {
	case state.Subscription == "" && err == nil: // no pass has been there: nobody is known
		return nil
	case err != nil:
		return fmt.Errorf("nothing is ordered, for without it: %w", err)
	case x.Owned == nil:
		return errors.New("nothing is ordered, for of this person no credential is known that is managed")
	}
	w.Typed = x.Typed
	w.Subject, w.CredentialID, w.Username = x.Subject, x.Owned.CredentialID, x.Owned.Username
	if w.Stands, w.Refused = x.OpenOrder != nil, p.Policy.RefusesOrders(); w.Refused.Code == "" {
		return p.stand(ctx, run, w, order)
	}
	return nil
}

// planWithdrawal finds the person and asks the plan's rules.
func (p *Planner) planWithdrawal(ctx context.Context, d draft, order WithdrawalRequest, histories Histories) (plan.Ordered, error) {
	past, err := histories.PastPeople(ctx, order.Query)
	if err != nil {
		return plan.Ordered{}, fmt.Errorf("withdraw: %w", err)
	}
	x, err := explain.Explain(d.in, d.plan, order.Query, past)
	if err != nil {
		return plan.Ordered{}, err
	}
	history, err := histories.PersonHistory(ctx, x.Person)
	if err != nil {
		return plan.Ordered{}, fmt.Errorf("withdraw: %w", err)
	}
	return plan.ComputeOrder(d.in, plan.Order{Person: x.Person, Reason: order.Reason, By: order.By, Departures: history.Departures}), nil
}

// conclude puts what happened into a word, a sentence and an exit code.
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
