package sync

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Pass reads, plans and applies, once per call. It is not safe for concurrent use: the lock
// around it is the caller's.
type Pass struct {
	Planner
	Ledger   Ledger
	Handover Handover
	// NewPassword makes the passwords of new credentials.
	NewPassword func() (secret.Value, error)
	// Retention is how long the memory of people stays of whom nothing is ours any more.
	Retention time.Duration
	// Progress is told about long work, for a terminal; it may do nothing.
	Progress func(what string, done, total int)
}

// Run does a whole pass: what it learned is recorded first, then the due changes are carried
// out in the order of the plan, each journalled before its request. A cancelled context stops
// it between two requests; the one in flight is finished and recorded.
func (p *Pass) Run(ctx context.Context) Report {
	return p.carryOut(ctx, func(_ *Report, _ int64, changes []plan.Change) []plan.Change { return changes })
}

// Apply does the same, but of the due changes it carries out those of the request, and no
// others. If not all of them hold, none is carried out: the report fails with a
// [*StaleRequestError], or with a word on the package. A request lifts no gate.
func (p *Pass) Apply(ctx context.Context, request Request) Report {
	return p.carryOut(ctx, func(r *Report, run int64, changes []plan.Change) []plan.Change {
		if err := request.stillHolds(r.Plan); err != nil {
			r.fail(errors.Join(err, p.Ledger.RecordDecision(shielded(ctx), run, request.refusal(err))))
			return nil
		}
		listed, left := request.split(changes)
		for _, c := range left {
			r.Results = append(r.Results, Outcome{c, Skipped, "the written plan does not list it as due; a later pass does it"})
		}
		return listed
	})
}

// carryOut does a pass in which choose picks, of the plan's changes, those to carry out.
func (p *Pass) carryOut(ctx context.Context, choose func(*Report, int64, []plan.Change) []plan.Change) Report {
	return p.record(ctx, func(r *Report, run int64) {
		in, ok := p.prepare(ctx, r, run, nil)
		if !ok {
			return
		}
		changes := choose(r, run, r.Plan.Changes)
		if r.Err != nil {
			return
		}
		done, err := newApplier(p, run, in, r.Plan).apply(ctx, changes)
		r.carriedOut(done, err)
		whole := done.complete && len(changes) == len(r.Plan.Changes)
		r.RolledOut = whole && len(r.Incomplete) == 0 && rolledOut(r.Plan) && r.count(plan.Uncertain) == 0
		if !r.Plan.Update.Timeless {
			p.erase(ctx, r, run)
		}
	})
}

// AcceptBaseline binds the ledger to the package and the scopes as they are now, and carries
// nothing out: the effect of "approve --baseline". by is who accepts, for the audit.
func (p *Pass) AcceptBaseline(ctx context.Context, by string) Report {
	return p.record(ctx, func(r *Report, run int64) {
		r.DryRun = true
		p.prepare(ctx, r, run, &by)
	})
}

// record frames a pass with its row in the ledger. The end is written even when the context
// is over: it has happened.
func (p *Pass) record(ctx context.Context, body func(*Report, int64)) Report {
	var r Report
	run, err := p.Ledger.StartRun(ctx, p.Policy.Mode)
	if err != nil {
		return r.fail(fmt.Errorf("open the record of the pass: %w", err))
	}
	r.Started = p.Now()
	body(&r, run)
	r.Finished, r.Interrupted = p.Now(), ctx.Err() != nil && (r.Err != nil || len(r.Incomplete) > 0)
	if err := p.Ledger.FinishRun(context.WithoutCancel(ctx), run, r.end()); err != nil {
		return r.fail(fmt.Errorf("close the record of the pass: %w", err))
	}
	return r
}

// prepare thinks, and records what the pass learned. It tells whether there is a plan to
// carry out. acceptedBy is who accepts the baseline, nil if nobody does.
func (p *Pass) prepare(ctx context.Context, r *Report, run int64, acceptedBy *string) (plan.Input, bool) {
	state, ok := p.load(ctx, r)
	if !ok {
		return plan.Input{}, false
	}
	in, ok := p.plan(ctx, r, state, acceptedBy != nil)
	if !ok {
		if r.Plan.Untrusted != nil { // a second list can tell only what the first one lacked
			p.remember(ctx, r, run)
		}
		return in, false
	}
	if acceptedBy != nil && r.Plan.Update.Timeless {
		r.fail(errors.New("nothing is accepted while the clock is in doubt (condition clock): set it right, then type it again"))
		return in, false
	}
	if acceptedBy != nil {
		r.Plan.Update.AcceptedBy = *acceptedBy
	}
	if !p.remember(ctx, r, run) {
		return in, false
	}
	if acceptedBy != nil {
		r.Plan.Baseline.Accepted = true
	}
	p.logAlarms(ctx, r.Plan)
	return in, true
}

func (p *Pass) remember(ctx context.Context, r *Report, run int64) bool {
	err := p.Ledger.Remember(ctx, run, r.Plan.Update)
	if err != nil {
		r.fail(fmt.Errorf("record what the pass learned: %w", err))
	}
	return err == nil
}

// logAlarms tells of each alarm once, when it is raised, and when it is cleared. Whom it concerns,
// `status` tells.
func (p *Pass) logAlarms(ctx context.Context, pl plan.Plan) {
	for _, a := range pl.Update.Alarms {
		if a.Since.Equal(pl.GeneratedAt) {
			p.Logger.WarnContext(ctx, "alarm: what was taken from a leaver does not hold; see `threema-dirsync status`", "kind", a.Kind, "source", a.Person.Source)
		}
	}
	for _, c := range pl.Update.Cleared {
		p.Logger.InfoContext(ctx, "alarm cleared", "kind", c.Kind, "source", c.Person.Source, "why", c.Why)
	}
}

// erase ends the memory of people of whom nothing is ours any more (D-67). It comes last: nobody
// waits for it, and what it cannot do the next pass does.
func (p *Pass) erase(ctx context.Context, r *Report, run int64) {
	if ctx.Err() != nil {
		return
	}
	erased, err := p.Ledger.Erase(ctx, run, p.Retention)
	if erased > 0 {
		p.Logger.InfoContext(ctx, "personal data of former people erased, leavers.retention is over", "people", erased)
	}
	if err != nil {
		r.fail(fmt.Errorf("erase people who left long ago: %w", err))
	}
}

// rolledOut tells whether a plan left nothing of a roll-out for later. People who wait for a
// licence do not count: they may wait for ever.
func rolledOut(pl plan.Plan) bool {
	for _, c := range pl.Changes {
		switch c.Op {
		case plan.Create, plan.Adopt, plan.SetSettings:
			if c.Status == plan.Deferred || c.Status == plan.Withheld || c.Status == plan.Blocked {
				return false
			}
		}
	}
	return true
}
