package sync

import (
	"context"
	"fmt"

	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// refused is the answer where a rule forbids it.
func refused(a outcomes.Answer, why model.Reason) outcomes.Answer {
	a.Outcome, a.ExitCode, a.Why = outcomes.AnswerRefused, ExitFailed, why
	return a
}

// name names whom an answer is about.
func name(a outcomes.Answer) string { return view.PersonName(a.Subject) }

// meant reads both sides, as far as the directory can be read, and finds the person whom somebody means.
// Nothing of it is recorded.
func (p *Planner) meant(ctx context.Context, query string, histories Histories) (plan.Input, explain.Explanation, error) {
	started := p.Now()
	d, err := p.planPartial(ctx)
	if err != nil {
		return d.in, explain.Explanation{}, &UnreadError{p.dryRun(started, d, err)}
	}
	past, err := histories.PastPeople(ctx, query)
	if err != nil {
		return d.in, explain.Explanation{}, err
	}
	x, err := explain.Explain(d.in, d.plan, query, past)
	if err != nil && len(d.unread) > 0 {
		return d.in, x, &UnreadError{p.dryRun(started, d, withoutDirectory(err, d.unread[0].Err))}
	}
	return d.in, x, err
}

// recalled finds the person in the memory alone, where the package could not be read. Of a ledger that no pass
// has seen the state is empty, and nobody is found.
func (p *Planner) recalled(ctx context.Context, query string, histories Histories) (model.State, explain.Explanation, error) {
	state, err := p.Memory.State(ctx)
	if err != nil || state.Subscription == "" {
		return state, explain.Explanation{}, err
	}
	past, err := histories.PastPeople(ctx, query)
	if err != nil {
		return state, explain.Explanation{}, err
	}
	x, err := explain.Recall(plan.Input{Configured: p.sourceNames(), State: state, Policy: p.Policy, Now: p.Now()}, query, past)
	return state, x, err
}

// UnreadError tells that somebody was not found because a side could not be read.
type UnreadError struct{ Report Report }

func (e *UnreadError) Error() string {
	if e.Report.Err != nil {
		return e.Report.Err.Error()
	}
	for _, s := range e.Report.Incomplete {
		return s.Err.Error()
	}
	return "nothing could be read"
}

// ExitCode is that of a command which fails for it.
func (e *UnreadError) ExitCode() int {
	if len(e.Report.Incomplete) > 0 {
		return ExitIncomplete
	}
	return ExitFailed
}

func withoutDirectory(unclear, why error) error {
	return fmt.Errorf("%w\nWithout the directory only whom the ledger knows is found, by csi, username, Threema ID, credential or directory ID: %w", unclear, why)
}
