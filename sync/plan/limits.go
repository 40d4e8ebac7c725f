package plan

import (
	"maps"
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// The floors keep small packages workable (design §5.11).
const (
	floorRun  = 2
	floorDay  = 3
	floorWeek = 5

	ouSize    = 10 // smaller OUs are not judged on their own
	ouPercent = 50
	ouSpan    = 7 * 24 * time.Hour
)

// limits judges at one time how many people go: by whom earlier passes took out, and by who is there.
type limits struct {
	policy       model.Policy
	configured   []string
	state        model.State
	now          time.Time
	observations map[model.PersonID]model.Observation
	ours         map[string]model.Base // by source, before this pass
}

// limits are those of this pass.
func (p *gates) limits() *limits {
	return &limits{p.Policy, p.Configured, p.State, p.Now, p.observations, p.ours}
}

// window is one limit at work: what is allowed, and how many were taken before this pass.
type window struct {
	guard  string
	key    string // where the operator finds it
	limit  model.Window
	floor  int
	length time.Duration
}

func (l *limits) leaverWindows() []window {
	return []window{
		{model.GuardLeaversRun, "limits.leavers.run", l.policy.LeaversRun, floorRun, 0},
		{model.GuardLeaversDay, "limits.leavers.day", l.policy.LeaversDay, floorDay, 24 * time.Hour},
		{model.GuardLeaversWeek, "limits.leavers.week", l.policy.LeaversWeek, floorWeek, 7 * 24 * time.Hour},
	}
}

// limitLeavers limits the steps out, one operation after the other: who is stopped at the first counts in none that follow.
func (p *gates) limitLeavers() {
	for _, op := range model.OpsThat(model.Op.Destructive) {
		p.limitOut(op)
		if op.BeginsDeparture() {
			p.chain()
		}
	}
}

// limitOut blocks all due changes of an operation in a source where one pass, day or week
// would take too many people out, or too large a share of one OU.
func (p *gates) limitOut(op model.Op) {
	ofOp := func(c model.Change) bool { return c.Op == op }
	bySource := p.duePeople(ofOp)
	for _, source := range slices.Sorted(maps.Keys(bySource)) {
		found := p.limits().excess(op, source, bySource[source])
		for n, e := range found {
			g := model.Guard{Name: e.guard, Source: source, Reasons: model.Because("over-limit", string(op), e.what, e.allowed).Some()}
			if n == 0 { // the others stop the same people
				g.Reasons = model.Because("leavers-over-limit", string(op), e.what, e.allowed, p.whoLeaves(e.people), p.alsoStopped(op, source)).Some()
				g.Check = p.checkLeavers(source, bySource[source])
			}
			p.tripped(g)
		}
		if len(found) > 0 {
			p.block(source, found[0].guard, ofOp)
		}
		if len(found) > 0 && op.BeginsDeparture() {
			p.stopBeginnings(source, found[0].guard)
		}
	}
}

// excess is a rule that is broken if everybody who is due goes: who that is, and what the rule allows.
type excess struct {
	guard         string
	what, allowed model.Reason
	people        map[model.PersonID]string
}

// excess judges whom a pass at that time would take out: it is the one place that does, for this pass and
// for those that come (ahead.go).
func (l *limits) excess(op model.Op, source string, due map[model.PersonID]string) []excess {
	var found []excess
	for _, w := range l.leaverWindows() {
		people := l.takenWithin(op, source, w.length)
		maps.Copy(people, due)
		base := l.baseAt(op, source, w.length)
		if allowed := w.limit.AllowsToLeave(w.key, w.floor, base); len(people) > allowed.Number() {
			found = append(found, excess{w.guard, within(w.length, len(people)), allowed.Reason(), people})
		}
	}
	if ous := l.emptiedOUs(op, source, due); len(ous) > 0 {
		found = append(found, excess{model.GuardLeaversOU, model.Because("ous-emptied", ous), model.Because("allowed-of-ou", ouPercent, ouSize), due})
	}
	return found
}

// within says in which time so many people go.
func within(span time.Duration, people int) model.Reason {
	if span == 0 {
		return model.Because("people-in-one-pass", people)
	}
	return model.Because("people-within-hours", people, int(span.Hours()))
}

// duePeople are the people with a due change of a kind that nobody approved, and their OU, by
// source. Approved changes do not fill the windows (design §5.11).
func (p *gates) duePeople(which func(model.Change) bool) map[string]map[model.PersonID]string {
	due := map[string]map[model.PersonID]string{}
	for _, c := range p.plan.Changes {
		if c.Status != model.Due || c.Lifted() || !which(c) {
			continue
		}
		if due[c.Person.Source] == nil {
			due[c.Person.Source] = map[model.PersonID]string{}
		}
		due[c.Person.Source][c.Person] = c.OU
	}
	return due
}

// takenWithin are the people whom earlier passes took out within a span before now. A source that is
// new may be another one under another name, and must not begin its windows with nobody taken: what
// was taken from sources that are configured no more counts as its.
func (l *limits) takenWithin(op model.Op, source string, span time.Duration) map[model.PersonID]string {
	people := map[model.PersonID]string{}
	heir := len(l.configured) > 0 && l.isNew(source, span)
	for _, t := range l.state.Taken {
		from := t.Person.Source == source || heir && !slices.Contains(l.configured, t.Person.Source)
		if t.Op == op && from && t.At.After(l.now.Add(-span)) {
			people[t.Person] = t.OU
		}
	}
	return people
}

// emptiedOUs finds the OUs that would lose half of their people or more within a week, themselves
// having ten or more.
func (l *limits) emptiedOUs(op model.Op, source string, due map[model.PersonID]string) []model.Reason {
	gone := l.takenWithin(op, source, ouSpan)
	now, before := l.ouSizes(op, source, gone, due, ouSpan)
	maps.Copy(gone, due)
	var found []model.Reason
	for ou, n := range tallyOUs(gone) {
		if size := before[ou]; now[ou] >= ouSize && n*100 >= ouPercent*size {
			found = append(found, model.Because("ou-emptied", n*100/size, placeName(ou), n, size))
		}
	}
	slices.SortFunc(found, byKey)
	return found
}

// limitCreates and limitChanges catch a widened filter and a mass edit. The first roll-out is
// free (design §5.11).
func (p *gates) limitCreates() {
	p.limitCount(model.GuardCreates, "limits.creates.run", p.Policy.CreatesRun, model.Change.Joins)
}

func (p *gates) limitChanges() {
	p.limitCount(model.GuardChanges, "limits.changes.run", p.Policy.ChangesRun, func(c model.Change) bool { return c.Op.Edits() })
}

func (p *gates) limitCount(guard, key string, limit model.Window, which func(model.Change) bool) {
	if !p.State.RolledOut {
		return
	}
	bySource := p.duePeople(which)
	for _, source := range slices.Sorted(maps.Keys(bySource)) {
		due := bySource[source]
		base := p.ours[source].Managed
		allowed := limit.Allows(key, floorRun, base)
		if len(due) <= allowed.Number() {
			continue
		}
		p.trip(guard, source, model.Because("changes-over-limit", len(due), allowed.Reason(), shares(due, func(string) []model.Reason { return nil })))
		p.block(source, guard, which)
	}
}

// block stops the due changes of a kind in a source, but not those that somebody approved.
func (p *gates) block(source, guard string, which func(model.Change) bool) {
	for n := range p.plan.Changes {
		if c := &p.plan.Changes[n]; c.Status == model.Due && !c.Lifted() && c.Person.Source == source && which(*c) {
			c.Status, c.Guard = model.Blocked, guard
		}
	}
}
