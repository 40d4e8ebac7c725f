package sync

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
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
	return p.carryOut(ctx, func(_ int64, now plan.Plan) ([]model.Change, []outcomes.Step, error) { return now.Changes, nil, nil })
}

// Apply does the same, but of the due changes it carries out those of the request, and no
// others. If not all of them hold, none is carried out: the report fails with a
// [*StaleRequestError], or with a word on the package. A request lifts no gate.
func (p *Pass) Apply(ctx context.Context, request Request) Report {
	return p.carryOut(ctx, func(run int64, now plan.Plan) ([]model.Change, []outcomes.Step, error) {
		if err := request.stillHolds(now); err != nil {
			return nil, nil, errors.Join(err, p.Ledger.RecordDecision(shielded(ctx), run, request.refusal(err)))
		}
		listed, left := request.split(now.Changes)
		return listed, left, nil
	})
}

// carryOut does a pass in which choose picks, of the plan's changes, those to carry out, and tells of those that it
// leaves.
func (p *Pass) carryOut(ctx context.Context, choose func(run int64, now plan.Plan) ([]model.Change, []outcomes.Step, error)) Report {
	return p.record(ctx, func(run int64) (Report, error) {
		d, err := p.prepare(ctx, run, nil)
		r := d.report()
		if err != nil {
			return r, err
		}
		changes, left, err := choose(run, d.plan)
		if err != nil {
			return r, err
		}
		done, err := newApplier(p, run, d).apply(ctx, changes)
		r.Results = left
		r = r.carriedOut(done)
		whole := done.complete && len(changes) == len(d.plan.Changes)
		r.RolledOut = whole && len(r.Incomplete) == 0 && rolledOut(r.Plan) && r.count(model.Uncertain) == 0
		if ctx.Err() == nil && !r.Plan.Update.Timeless {
			err = errors.Join(err, p.erase(ctx, run))
		}
		return r, err
	})
}

// AcceptBaseline binds the ledger to the package and the scopes as they are now, and carries
// nothing out: the effect of "approve --baseline". by is who accepts, for the audit.
func (p *Pass) AcceptBaseline(ctx context.Context, by string) Report {
	return p.record(ctx, func(run int64) (Report, error) {
		d, err := p.prepare(ctx, run, &by)
		r := d.report()
		r.DryRun = true
		return r, err
	})
}

// record frames a pass with its row in the ledger. The end is written even when the context
// is over: it has happened.
func (p *Pass) record(ctx context.Context, body func(run int64) (Report, error)) Report {
	run, err := p.Ledger.StartRun(ctx, p.Policy.Mode)
	if err != nil {
		return Report{Err: fmt.Errorf("open the record of the pass: %w", err)}
	}
	started := p.Now()
	r, err := body(run)
	r.Started, r.Finished, r.Err = started, p.Now(), untold(err)
	r.Interrupted = ctx.Err() != nil && (r.Err != nil || len(r.Incomplete) > 0)
	if err := p.Ledger.FinishRun(context.WithoutCancel(ctx), run, r.end()); err != nil {
		r.Err = errors.Join(r.Err, fmt.Errorf("close the record of the pass: %w", err))
	}
	return r
}

// prepare plans, and records what the pass learned. acceptedBy is who accepts the baseline, nil if nobody does.
func (p *Pass) prepare(ctx context.Context, run int64, acceptedBy *string) (draft, error) {
	d, err := p.plan(ctx, acceptedBy != nil)
	switch {
	case d.plan.Untrusted != nil: // a second list can tell only what the first one lacked
		return d, errors.Join(err, p.remember(ctx, run, d))
	case err != nil:
		return d, err
	case acceptedBy != nil && d.plan.Update.Timeless:
		return d, errors.New("nothing is accepted while the clock is in doubt (condition clock): set it right, then type it again")
	case acceptedBy != nil:
		d.plan.Update.AcceptedBy = *acceptedBy
	}
	if err := p.remember(ctx, run, d); err != nil {
		return d, err
	}
	if acceptedBy != nil {
		d.plan.Baseline.Accepted = true
	}
	p.logAlarms(ctx, d.plan)
	return d, nil
}

func (p *Pass) remember(ctx context.Context, run int64, d draft) error {
	for n := range d.plan.Update.Cleared {
		c := &d.plan.Update.Cleared[n]
		c.Words = english.Say(c.Why)
	}
	if err := p.Ledger.Remember(ctx, run, d.plan.Update); err != nil {
		return fmt.Errorf("record what the pass learned: %w", err)
	}
	return nil
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
		p.Logger.InfoContext(ctx, "alarm cleared", "kind", c.Kind, "source", c.Person.Source, "why", english.Say(c.Why))
	}
}

// erase ends the memory of people of whom nothing is ours any more (D-67). It comes last: nobody
// waits for it, and what it cannot do the next pass does.
func (p *Pass) erase(ctx context.Context, run int64) error {
	erased, err := p.Ledger.Erase(ctx, run, p.Retention)
	if erased > 0 {
		p.Logger.InfoContext(ctx, "personal data of former people erased, leavers.retention is over", "people", erased)
	}
	if err != nil {
		return fmt.Errorf("erase people who left long ago: %w", err)
	}
	return nil
}

// rolledOut tells whether a plan left nothing of a roll-out for later. People who wait for a
// licence do not count: they may wait for ever.
func rolledOut(pl plan.Plan) bool {
	for _, c := range pl.Changes {
		if c.Op.OfRollOut() && (c.Status == model.Deferred || c.Status == model.Withheld || c.Status == model.Blocked) {
			return false
		}
	}
	return true
}
