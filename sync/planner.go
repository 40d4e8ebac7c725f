package sync

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Planner reads both sides and plans. It changes nothing: what it is made of cannot.
type Planner struct {
	Sources []Source // in the order of their precedence
	Mapper  Mapper
	Package WorkAPI
	Memory  Memory
	Policy  plan.Policy
	// Stop says why nothing may be taken from anybody, "" if it may: the stop file. It is asked
	// for each plan, and again right before each step of a leaver.
	Stop func() string
	// StopFile is where that file is laid, for what to type.
	StopFile string
	Now      func() time.Time
	Logger   *slog.Logger
}

// Preview makes the plan that a pass would carry out now.
func (p *Planner) Preview(ctx context.Context) Report {
	r, _ := p.preview(ctx)
	return r
}

// preview makes it, and returns what it is made from too.
func (p *Planner) preview(ctx context.Context) (Report, plan.Input) {
	r := Report{DryRun: true, Started: p.Now()}
	var in plan.Input
	if state, ok := p.load(ctx, &r); ok {
		in, _ = p.plan(ctx, &r, state, false)
	}
	r.Finished = p.Now()
	return r, in
}

func (p *Planner) load(ctx context.Context, r *Report) (plan.State, bool) {
	state, err := p.Memory.State(ctx)
	if err != nil {
		r.fail(fmt.Errorf("load the ledger: %w", err))
	}
	return state, err == nil
}

// plan reads both sides and computes the plan into the report. A source that could not be read
// holds its own people, and the others go on (design §5.1 row a). Not so where the ledger is bound
// to its sources, by the first pass or by somebody's word: that takes all of them. Where none could be read there is
// nothing to do but what somebody ordered.
func (p *Planner) plan(ctx context.Context, r *Report, state plan.State, accept bool) (plan.Input, bool) {
	views := p.readSources(ctx, r, state)
	if len(views) == 0 && len(state.OpenOrders) == 0 || len(r.Incomplete) > 0 && (accept || state.Subscription == "") {
		return plan.Input{}, false
	}
	return p.computePlan(ctx, r, state, views, accept)
}

// computePlan reads the package and computes the plan into the report.
func (p *Planner) computePlan(ctx context.Context, r *Report, state plan.State, views []plan.SourceView, accept bool) (plan.Input, bool) {
	inventory, err := p.Package.Inventory(ctx)
	if err != nil {
		p.noteQuota(ctx, err)
		r.fail(fmt.Errorf("read the licence package: %w", err))
		return plan.Input{}, false
	}
	now, clock := p.Now(), p.Package.Clock()
	budget, err := p.Memory.Budget(ctx)
	if err != nil {
		r.fail(fmt.Errorf("read the request counter: %w", err))
		return plan.Input{}, false
	}
	in := plan.Input{
		Sources: views, Configured: p.sourceNames(), Inventory: inventory, State: state, Policy: p.Policy,
		Budget: budget, Now: now, ServiceClock: clock, AcceptBaseline: accept, Stop: p.Stop(), StopFile: p.StopFile,
	}
	computed := plan.Compute(in)
	if err := computed.Untrusted; err != nil {
		r.Plan.Untrusted, r.Plan.Update = err, computed.Update
		r.fail(err)
		return plan.Input{}, false
	}
	r.Plan, r.Planned, r.Budget = computed, true, budget
	r.Unsettled = len(state.Open) - len(r.Plan.Update.Settled)
	return in, true
}

func (p *Planner) sourceNames() []string {
	var names []string
	for _, s := range p.Sources {
		names = append(names, s.Name())
	}
	return names
}

// readSources reads every source wholly. One that cannot be read is reported and nothing
// happens for it. The report has the certificates even if nothing comes of the pass.
func (p *Planner) readSources(ctx context.Context, r *Report, state plan.State) []plan.SourceView {
	var views []plan.SourceView
	for _, source := range p.Sources {
		source.Prefer(state.LastServer(source.Name()).Address)
		snapshot, err := source.Read(ctx, state.Tracked(source.Name()))
		if err != nil {
			p.Logger.ErrorContext(ctx, "source not read, nothing happens for it", "source", source.Name(), "reason", r.incomplete(source.Name(), err))
			continue
		}
		r.Plan.Sources = append(r.Plan.Sources, snapshot.Report())
		view := plan.SourceView{Snapshot: snapshot, Identities: make([]plan.Identity, 0, len(snapshot.People))}
		for _, person := range snapshot.People {
			view.Identities = append(view.Identities, p.Mapper.Map(person))
		}
		views = append(views, view)
	}
	return views
}

// pausing is a failure that knows whether the service answered, and how long it asks to be left
// alone, 0 if it did not say.
type pausing interface {
	error
	Answered() bool
	RetryAfter() time.Duration
}

// answered tells whether the service answered a request that failed: it was sent.
func answered(err error) bool {
	failure, ok := errors.AsType[pausing](err)
	return ok && failure.Answered()
}

// noteQuota makes a refusal for lack of quota last. Where the service names no time, the day
// of its own clock is taken (work-api §3). A refusal by our own count needs no note: the
// count knows when it is over, and one that could not be written must not cost the day.
func (p *Planner) noteQuota(ctx context.Context, err error) {
	if plan.KindOf(err) != plan.FailureQuota || !answered(err) {
		return
	}
	now := p.Now().UTC()
	until := now.Truncate(24 * time.Hour).Add(24 * time.Hour)
	if refusal, ok := errors.AsType[pausing](err); ok && refusal.RetryAfter() > 0 {
		until = now.Add(refusal.RetryAfter())
	}
	if err := p.Memory.BlockRequests(context.WithoutCancel(ctx), until); err != nil {
		p.Logger.ErrorContext(ctx, "cannot record that the day's requests are spent", "err", err)
	}
}
