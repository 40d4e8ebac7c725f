package view

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// WritePlan writes the plan for people: what would be done now, what waits and why, who is held.
// limit caps the lines of each list (0: no cap); what is left out is counted.
func WritePlan(w io.Writer, p plan.Plan, limit int) error {
	out := &printer{w: tabwriter.NewWriter(w, 0, 8, 2, ' ', 0), limit: limit}
	out.line("Plan %s for %s (%s), policy %s, %s", p.Hash, p.Subscription.Name, p.Subscription.ID, p.Policy, wording.Stamp(p.GeneratedAt))
	out.section(fmt.Sprintf("\nAlarms (%d), nothing is done about them from here:", len(p.Alarms)), len(p.Alarms), func(n int) string {
		a := p.Alarms[n]
		return row("  ALARM "+string(a.Kind), a.Whose(), "since "+wording.Stamp(a.Since), english.Alarm(a))
	})
	if under, last := plan.UnderWay(p.Effects); under > 0 {
		out.line("Effects under way: %d requested and not verified yet, effective by %s", under, wording.Stamp(last))
	}
	for _, s := range p.Sources {
		out.source(s)
	}
	out.judgement(p)
	for _, op := range model.Ops() {
		out.changes(op, p.Changes)
	}
	out.section(fmt.Sprintf("\nNever confirmed, as nobody looks often enough (%d):", len(p.Restarted)), len(p.Restarted), func(n int) string {
		r := p.Restarted[n]
		return row("  ! "+r.Whose(), english.Say(r.Why()))
	})
	leaves := plan.ToldLeaves(p.Suspended)
	out.section(fmt.Sprintf("\nLeave of absence, said by somebody (%d):", len(leaves)), len(leaves), func(n int) string {
		s := leaves[n]
		return row("  = "+s.Whose(), english.Leave(s))
	})
	out.section(fmt.Sprintf("\nNot shown as entitled by a read that proves nothing, so nothing happens to them (%d):", len(p.Missed)), len(p.Missed), func(n int) string {
		m := p.Missed[n]
		return row("  ? "+m.Whose(), english.Say(m.Shown), "seen last "+wording.StampOr(m.LastSeen, "by no pass that is known"), "until this holds again: "+strings.Join(m.Conditions, ", "))
	})
	out.section(fmt.Sprintf("\nHeld, nothing is done for them (%d):", len(p.Held)), len(p.Held), func(n int) string {
		h := p.Held[n]
		return row("  ! "+h.Whose(), english.Join(h.Reasons))
	})
	out.section(fmt.Sprintf("\nWorth knowing, nothing is done about it (%d):", len(p.Notices)), len(p.Notices), func(n int) string {
		x := p.Notices[n]
		return row("  ? "+about(x), english.Say(x.Reason))
	})
	out.section(fmt.Sprintf("\nUnmanaged, never touched (%d):", len(p.Unmanaged)), len(p.Unmanaged), func(n int) string {
		u := p.Unmanaged[n]
		return row("  . "+u.Kind+" "+u.ID, u.Name, english.Say(u.Reason))
	})
	out.line("\n%s", Summary(p))
	out.waits(p.Waits())
	if waiting := p.AwaitingApproval(); len(waiting) > 0 {
		if words := english.ForEver(waiting); words != "" {
			out.line("%s.", words)
		}
		out.line("Waiting for your yes: %s. If every one of them is right, type: threema-dirsync approve %s", english.CountedSteps(waiting), p.Hash)
	}
	return out.flush()
}

// about says whom or what a notice is about.
func about(n plan.Notice) string {
	switch {
	case n.CSI != "" || n.DN != "" || n.Person.ID != "":
		return n.Whose()
	case n.Person.Source != "":
		return "source " + n.Person.Source
	}
	return "configuration"
}

// judgement writes which guards tripped, and what a change of the baseline means. One that was accepted comes
// first, for the guards stand on the other side of it.
func (o *printer) judgement(p plan.Plan) {
	if plan.Accepted(p.Baseline) {
		o.baseline(p.Baseline)
		o.afterBaseline(p)
	}
	for _, g := range p.Guards {
		o.line("\nGUARD %s: %s", strings.TrimSpace(g.Name+" "+g.Source), english.Join(g.Reasons))
		if len(g.Check) > 0 {
			o.line("  Check first: %s", english.Sentences(g.Check))
		}
	}
	if !plan.Accepted(p.Baseline) {
		o.baseline(p.Baseline)
	}
}

// waits writes what somebody is asked for, which is what exit 3 means: all of it, whatever the limit.
func (o *printer) waits(waits []model.Wait) {
	if len(waits) > 0 {
		o.line("Waits for you:")
	}
	for _, w := range waits {
		o.write(row("  * "+string(w.Code), english.Wait(w)))
		for _, line := range english.NameWhom(w, ", named above") {
			o.write(row("", line))
		}
	}
}

func (o *printer) source(s model.SourceReport) {
	state := "complete"
	if !s.Complete {
		state = "INCOMPLETE: " + english.Consequence(s.Failed())
	}
	o.line("Source %s: %s, %s", s.Name, state, wording.Counted(s.People, "person", "people"))
	for n, words := range english.Outside(s.Outside) {
		o.line("%s%s", strings.Repeat("  ", min(n, 1)+1), words)
	}
	for _, c := range s.Conditions {
		if !c.OK {
			o.line("  failed: %s: %s", c.Name, english.Say(c.Detail))
		}
	}
}

func (o *printer) changes(op model.Op, all []model.Change) {
	var changes []model.Change
	for _, c := range all {
		if c.Op == op {
			changes = append(changes, c)
		}
	}
	o.section(fmt.Sprintf("\n%s (%d):", op.CockpitWord(), len(changes)), len(changes), func(n int) string {
		return changeLine(changes[n])
	})
}

func changeLine(c model.Change) string {
	return row("  "+c.Op.Sign()+" "+c.Whose(), english.Status(c), why(c))
}

// why words the reason of a change, with its object, what it changes and the evidence.
func why(c model.Change) string {
	parts := []string{english.Join(c.Reasons)}
	if c.ThreemaID != "" {
		parts = append(parts, "ID "+c.ThreemaID)
	}
	if c.Op == model.SetSettings {
		for _, name := range slices.Sorted(maps.Keys(c.After)) {
			parts = append(parts, fmt.Sprintf("%s: %q → %q", name, c.Before[name], c.After[name]))
		}
	}
	if c.Evidence.Code != "" && !c.Op.GoesAlong() {
		parts = append(parts, english.Say(c.Evidence))
	}
	if c.Skipped.Stands() {
		parts = append(parts, english.Say(c.Skipped.Told()))
	}
	return strings.Join(parts, "; ")
}
