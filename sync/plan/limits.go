package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
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
			words := fmt.Sprintf("%s: %s, %s", op, e.what, e.allowed)
			g := model.Guard{Name: e.guard, Source: source}
			if n == 0 { // the others stop the same people
				words += ". " + p.whoLeaves(e.people) + english.Say(p.alsoStopped(op, source))
				g.Check = model.Text(p.checkLeavers(source, bySource[source])).Some()
			}
			g.Reasons = model.Text(words).Some()
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
	guard, what, allowed string
	people               map[model.PersonID]string
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
			found = append(found, excess{w.guard, wording.Counted(len(people), "person", "people") + describeSpan(w.length), allowed.Words(), people})
		}
	}
	if ou := l.emptiedOU(op, source, due); ou != "" {
		found = append(found, excess{model.GuardLeaversOU, ou, fmt.Sprintf("less than %d %% allowed of an OU of %d people or more", ouPercent, ouSize), due})
	}
	return found
}

func describeSpan(d time.Duration) string {
	if d == 0 {
		return " in one pass"
	}
	return fmt.Sprintf(" within %.0f h", d.Hours())
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

// emptiedOU finds an OU that would lose half of its people or more within a week, itself
// having ten or more, and words the finding.
func (l *limits) emptiedOU(op model.Op, source string, due map[model.PersonID]string) string {
	gone := l.takenWithin(op, source, ouSpan)
	now, before := l.ouSizes(op, source, gone, due, ouSpan)
	maps.Copy(gone, due)
	var found []string
	for ou, n := range tallyOUs(gone) {
		if size := before[ou]; now[ou] >= ouSize && n*100 >= ouPercent*size {
			found = append(found, fmt.Sprintf("%d %% of %s (%d of %d people)", n*100/size, cmp.Or(ou, "the root"), n, size))
		}
	}
	slices.Sort(found)
	return strings.Join(found, ", ")
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
		p.trip(guard, source, model.Text(fmt.Sprintf("%s in one pass, %s. %s",
			wording.Counted(len(due), "person", "people"), allowed.Words(), shares(due, func(string) string { return "" }))))
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
