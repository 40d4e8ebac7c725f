package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Input is everything that Compute looks at. Nothing else has a say.
type Input struct {
	Sources []model.SourceView // one for each configured source that was read wholly
	// Configured names all configured sources, in their order: where one person is seen in two, the
	// first wins (precedence.go). Those that Sources lacks could not be read.
	Configured []string
	Inventory  model.Inventory
	State      model.State
	Policy     model.Policy
	Budget     model.Budget
	Now        time.Time
	// ServiceClock is what the Work API tells of the time, to hold Now against.
	ServiceClock model.ServiceClock
	// AcceptBaseline binds the ledger to this package and these scopes, whatever it was bound
	// to before: the effect of "approve --baseline".
	AcceptBaseline bool
	// Stop, if not empty, says why nothing may be taken from anybody now: the stop file.
	Stop string
	// StopFile is the path of that file, for what to type.
	StopFile string
	// NoHandover, if not empty, says why nobody would learn a new password.
	NoHandover string
}

// Compute compares and decides. It is pure, total and deterministic: the same input gives the
// same plan, whatever the order of its lists. A plan that is [Plan.Untrusted] may do
// nothing.
func Compute(in Input) Plan {
	draft := newDraft(look(in))
	people := &joining{newLeaving(draft)}
	people.planPeople()
	people.countOrphans()
	people.planLeavers()
	gates := newGates(people, transfersListed(in))
	gates.approve()
	gates.judgeBaseline()
	gates.gate()
	gates.beginWithdrawn()
	gates.awaitPassing()
	gates.limitHeld()
	record := &record{gates}
	record.verify()
	return record.finish()
}

// finish sorts, sums up and hashes.
func (p *record) finish() Plan {
	p.listUnmanaged()
	p.noteListed()
	p.noteValues()
	p.noteFilters()
	sortNotices(p.plan.Notices)
	p.remember()
	p.plan.Missed = p.missed()
	p.plan.Restarted = p.restarted()
	p.plan.Suspended = p.State.SuspendedAmong(p.observations, p.names, p.Policy, p.Now)
	rank := map[model.Op]int{}
	for i, op := range model.Ops() {
		rank[op] = i
	}
	slices.SortFunc(p.plan.Changes, func(a, b model.Change) int {
		return cmp.Or(cmp.Compare(rank[a.Op], rank[b.Op]), compareChanges(a, b))
	})
	slices.SortFunc(p.plan.Held, func(a, b model.Held) int {
		return cmp.Or(a.Person.Compare(b.Person), strings.Compare(model.KeyOf(a.Reasons), model.KeyOf(b.Reasons)))
	})
	slices.SortFunc(p.plan.Guards, model.Guard.Compare)
	for _, s := range p.Sources {
		p.plan.Sources = append(p.plan.Sources, s.Report())
	}
	p.noteSkips()
	p.plan.CheckView = p.checkView()
	p.plan.Names, p.plan.Renamed, p.plan.Untrusted, p.plan.Update = p.names, p.renamings, p.untrusted, p.update
	p.plan.Hash = hashOf(p.plan.AwaitingApproval())
	return p.plan
}

// noteSkips tells of the steps that are due which of them the last pass stopped right before the request.
func (p *record) noteSkips() {
	for n := range p.plan.Changes {
		c := &p.plan.Changes[n]
		if i := slices.IndexFunc(p.State.Skips, func(s model.Skip) bool { return s.ChangeID == c.ID }); i >= 0 && c.Status == model.Due {
			c.Skipped = p.State.Skips[i]
		}
	}
}

// hashOf covers the sorted ids of changes.
func hashOf(changes []model.Change) string {
	var ids []string
	for _, c := range changes {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	return model.ChangeID(ids...)
}
