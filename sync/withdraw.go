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
