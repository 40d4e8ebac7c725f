package plan

import (
	"fmt"
	"slices"
)

// baselineCarriesOut says what accepting a baseline is no yes to: it says whose package, directory and scope
// this is, and of no step that it is right (design §5.10).
const baselineCarriesOut = "From the next pass on joiners join, and who left goes by confirmation, grace, limits and approval as ever: what needs a yes of its own asks for it then."

// accepted tells a plan that is the answer to "approve --baseline".
func (b *BaselineChange) accepted() bool { return b != nil && b.Accepted }

// baseline writes whom accepting the baseline concerns: counts first, then names.
func (o *printer) baseline(b *BaselineChange) {
	if b == nil {
		return
	}
	title, carried := "If you accept the baseline", "Accepting it carries nothing out. "+baselineCarriesOut
	if b.Accepted {
		title, carried = "Baseline accepted", "Nothing was carried out. "+baselineCarriesOut
		for _, reason := range b.Reasons {
			o.line("\nAccepted: %s", reason)
		}
		for _, what := range b.Refused {
			o.line("\nNOT accepted: %s", what)
		}
	}
	missing := ""
	if len(b.Missing) > 0 {
		missing = fmt.Sprintf(", the credentials of %d are missing", len(b.Missing))
	}
	o.line("\n%s: %d enter, %d of ours are not entitled any more, %d have a new directory ID%s", title, len(b.Enters), len(b.Leaves), len(b.Rekeyed), missing)
	o.line("%s", carried)
	for _, list := range []struct {
		title, sign string
		people      []BaselinePerson
	}{
		{"Not entitled any more", "-", b.Leaves}, {"Enter", "+", b.Enters}, {"Known under a new directory ID", "=", b.Rekeyed},
		{"Their credential is missing", "-", b.Missing},
	} {
		o.section(fmt.Sprintf("\n%s (%d):", list.title, len(list.people)), len(list.people), func(n int) string {
			return row("  "+list.sign+" "+personWords(list.people[n].CSI, list.people[n].DN, list.people[n].Person), list.people[n].Why)
		})
	}
}

// afterBaseline parts what was accepted from the plan that follows, of which nothing was.
func (o *printer) afterBaseline(p Plan) {
	if !p.Baseline.accepted() {
		return
	}
	out := func(status Status) []Change {
		return slices.DeleteFunc(slices.Clone(p.Changes), func(c Change) bool { return c.Status != status || !c.Op.Destructive() })
	}
	o.line("\nNOT ACCEPTED WITH IT, and not carried out: the steps that follow, which are those of the plan as it is now.")
	if due := out(Due); len(due) > 0 {
		o.line("  Taken from leavers by the next pass, if it still holds: %s", CountedSteps(due))
	}
	if waiting := p.AwaitingApproval(); len(waiting) > 0 {
		o.line("  Waiting for another yes, see the end: %s", CountedSteps(waiting))
	}
	if later := out(Waiting); len(later) > 0 {
		o.line("  Under way and not due yet: %s", CountedSteps(later))
	}
}
