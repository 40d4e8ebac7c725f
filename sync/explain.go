package sync

import (
	"context"
	"fmt"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Histories is what explaining needs of the ledger beside its memory.
type Histories interface {
	// PastPeople are those whom the journal knows by a csi, username, DN, Threema ID or ID, or by a whole name.
	PastPeople(ctx context.Context, query string) ([]plan.Held, error)
	// PersonHistory is what earlier passes did for a person.
	PersonHistory(ctx context.Context, person plan.PersonID) (plan.History, error)
}

// Explain reads both sides afresh and tells everything known of the person that a query means.
// The report tells why there is no plan: then there is no explanation either, and no error.
// Nobody, or several people, is a [*plan.UnclearPersonError].
func (p *Planner) Explain(ctx context.Context, query string, histories Histories) (Report, plan.Explanation, error) {
	r, in := p.preview(ctx)
	if !r.Planned {
		return r, plan.Explanation{}, nil
	}
	past, err := histories.PastPeople(ctx, query)
	if err != nil {
		return r, plan.Explanation{}, fmt.Errorf("explain: %w", err)
	}
	x, err := plan.Explain(in, r.Plan, query, past)
	if err != nil {
		return r, x, err
	}
	if x.History, err = histories.PersonHistory(ctx, x.Person); err != nil {
		return r, x, fmt.Errorf("explain: %w", err)
	}
	return r, x, nil
}
