package sync

import (
	"context"
	"fmt"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Histories is what explaining needs of the ledger beside its memory.
type Histories interface {
	// PastPeople are those whom the journal knows by a csi, username, DN, Threema ID or ID, or by a whole name.
	PastPeople(ctx context.Context, query string) ([]model.Subject, error)
	// PersonHistory is what earlier passes did for a person.
	PersonHistory(ctx context.Context, person model.PersonID) (model.History, error)
}

// Explain reads both sides afresh and tells everything known of the person that a query means. What cannot
// be read is told, beside what the ledger remembers of them; the report has the exit code for it. The
// explanation is nil, and so is the error, if there is neither. Nobody, or several people, is a
// [*lookup.UnclearPersonError].
func (p *Planner) Explain(ctx context.Context, query string, histories Histories) (Report, *explain.Explanation, error) {
	started := p.Now()
	d, err := p.read(ctx)
	if err != nil {
		return p.dryRun(started, d, err), nil, nil
	}
	d, unplanned := p.compute(ctx, d, false)
	r := p.dryRun(started, d, unplanned)
	past, err := histories.PastPeople(ctx, query)
	if err != nil {
		return r, nil, fmt.Errorf("explain: %w", err)
	}
	x, err := d.explain(query, past)
	switch {
	case err != nil && len(r.Incomplete) > 0:
		r.Err = withoutDirectory(err, r.Incomplete[0].Err)
		return r, nil, &UnreadError{r}
	case err != nil && unplanned != nil:
		return r, nil, fmt.Errorf("%w\nThe licence package could not be read, so only directory and ledger were searched: %w", err, unplanned)
	case err != nil:
		return r, nil, err
	}
	if x.History, err = histories.PersonHistory(ctx, x.Person); err != nil {
		return r, nil, fmt.Errorf("explain: %w", err)
	}
	x.Lacks(r.unread(), d.in.State)
	return r, &x, nil
}

// explain finds a person in the plan, and where there is none in the directory and the memory alone.
func (d draft) explain(query string, past []model.Subject) (explain.Explanation, error) {
	if !d.planned {
		return explain.Recall(d.in, query, past)
	}
	return explain.Explain(d.in, d.plan, query, past)
}

// unread tells what could not be read, and why.
func (r *Report) unread() []explain.UnreadSide {
	var unread []explain.UnreadSide
	for _, s := range r.Incomplete {
		unread = append(unread, explain.UnreadSide{Source: s.Name, Why: english.Say(s.why()), Codes: s.codes(), Conditions: s.conditions()})
	}
	if r.Err != nil {
		unread = append(unread, explain.UnreadSide{Why: r.Err.Error()})
	}
	return unread
}
