package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Planner reads both sides and plans. It changes nothing: what it is made of cannot.
type Planner struct {
	Sources []Source // in the order of their precedence
	Mapper  Mapper
	Package WorkAPI
	Memory  Memory
	Policy  model.Policy
	// Stop says why nothing may be taken from anybody, "" if it may: the stop file. It is asked
	// for each plan, and again right before each step of a leaver.
	Stop func() string
	// StopFile is where that file is laid, for what to type.
	StopFile string
	// NoHandover says why no new password can be handed over, "" if nothing is seen that stops it. It writes nothing, and
	// is asked for each plan.
	NoHandover func() string
	Now        func() time.Time
	Logger     *slog.Logger
}

// draft is what reading both sides and planning gave, as far as it came.
type draft struct {
	in      plan.Input // without the package if there is no plan
	plan    plan.Plan  // only the sources that were read, and why the package is not trusted, if there is none
	planned bool
	unread  []IncompleteSource
}

// Preview makes the plan that a pass would carry out now.
func (p *Planner) Preview(ctx context.Context) Report {
	r, _ := p.preview(ctx)
	if r.Err == nil && r.Plan.Unhanded != nil {
		r.Err = r.Plan.Unhanded
	}
	return r
}

// preview makes it, and returns what it is made from too.
func (p *Planner) preview(ctx context.Context) (Report, plan.Input) {
	started := p.Now()
	d, err := p.plan(ctx, false)
	return p.dryRun(started, d, err), d.in
}

// dryRun reports a draft of which nothing is carried out, and what kept it from being a plan.
func (p *Planner) dryRun(started time.Time, d draft, err error) Report {
	r := d.report()
	r.DryRun, r.Started, r.Finished, r.Err = true, started, p.Now(), untold(err)
	return r
}

// plan reads both sides and computes the plan. A source that could not be read
// holds its own people, and the others go on (design §5.1 row a). Not so where the ledger is bound
// to its sources, by the first pass or by somebody's word: that takes all of them. Where none could be read there is
// nothing to do but what somebody ordered.
func (p *Planner) plan(ctx context.Context, accept bool) (draft, error) {
	d, err := p.read(ctx)
	switch {
	case err != nil:
		return d, err
	case len(d.in.Sources) == 0 && len(d.in.State.OpenOrders) == 0, accept && len(d.unread) > 0:
		return d, errUnread()
	}
	return p.compute(ctx, d, accept)
}

// planPartial does the same where any part of the directories suffices. What was not read wholly is not told as a plan.
func (p *Planner) planPartial(ctx context.Context) (draft, error) {
	d, err := p.read(ctx)
	if err != nil {
		return d, err
	}
	d, err = p.compute(ctx, d, false)
	d.planned = d.planned && len(d.unread) == 0
	return d, err
}

// errUnread ends a pass that knows too little of the directories.
func errUnread() error { return &toldError{errors.New("too few sources were read")} }

// read loads the ledger and reads every source wholly. Of one that cannot be read nothing happens. The first pass of a
// ledger binds it to its sources, so that one must see them. The draft has the certificates even if nothing comes of it.
func (p *Planner) read(ctx context.Context) (draft, error) {
	state, err := p.Memory.State(ctx)
	if err != nil {
		return draft{}, fmt.Errorf("load the ledger: %w", err)
	}
	d := draft{in: plan.Input{Configured: p.sourceNames(), State: state, Policy: p.Policy, Now: p.Now()}}
	for _, source := range p.Sources {
		source.Prefer(state.LastServer(source.Name()).Address)
		snapshot, err := source.Read(ctx, state.Tracked(source.Name()))
		if err != nil {
			reason := cmp.Or(model.ReasonOf(err), model.ReadResult)
			d.unread = append(d.unread, IncompleteSource{Name: source.Name(), Reason: reason, Err: err})
			p.Logger.ErrorContext(ctx, "source not read, nothing happens for it", "source", source.Name(), "reason", reason)
			continue
		}
		view := model.SourceView{Snapshot: snapshot, Identities: make([]model.Identity, 0, len(snapshot.People))}
		for _, person := range snapshot.People {
			view.Identities = append(view.Identities, p.Mapper.Map(person))
		}
		d.plan.Sources = append(d.plan.Sources, view.Report())
		d.in.Sources = append(d.in.Sources, view)
	}
	if len(d.unread) > 0 && state.Subscription == "" {
		return d, errUnread()
	}
	return d, nil
}

// compute reads the package and makes a plan of what was read.
func (p *Planner) compute(ctx context.Context, d draft, accept bool) (draft, error) {
	in := d.in
	var err error
	if in.Inventory, err = p.Package.Inventory(ctx); err != nil {
		p.noteQuota(ctx, err)
		return d, fmt.Errorf("read the licence package: %w", err)
	}
	in.Now, in.ServiceClock = p.Now(), p.Package.Clock()
	if in.Budget, err = p.Memory.Budget(ctx); err != nil {
		return d, fmt.Errorf("read the request counter: %w", err)
	}
	in.AcceptBaseline, in.Stop, in.StopFile, in.NoHandover = accept, p.Stop(), p.StopFile, p.NoHandover()
	computed := plan.Compute(in)
	if untrusted := computed.Untrusted; untrusted != nil {
		d.plan.Untrusted, d.plan.Update = untrusted, computed.Update
		return d, &outcomes.TrustError{Distrust: *untrusted}
	}
	return draft{in: in, plan: computed, planned: true, unread: d.unread}, nil
}

func (p *Planner) sourceNames() []string {
	var names []string
	for _, s := range p.Sources {
		names = append(names, s.Name())
	}
	return names
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
	if model.KindOf(err) != model.FailureQuota || !answered(err) {
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
