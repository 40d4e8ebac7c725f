package view

import (
	"fmt"
	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// baselineCarriesOut says what accepting a baseline is no yes to: it says whose package, directory and scope
// this is, and of no step that it is right (design §5.10).
const baselineCarriesOut = "From the next pass on joiners join, and who left goes by confirmation, grace, limits and approval as ever: what needs a yes of its own asks for it then."

// baseline writes whom accepting the baseline concerns: counts first, then names.
func (o *printer) baseline(b *plan.BaselineChange) {
	if b == nil {
		return
	}
	title, carried := "If you accept the baseline", "Accepting it carries nothing out. "+baselineCarriesOut
	if b.Accepted {
		title, carried = "Baseline accepted", "Nothing was carried out. "+baselineCarriesOut
		for _, reason := range b.Reasons {
			o.line("\nAccepted: %s", english.Say(reason))
		}
		for _, what := range b.Refused {
			o.line("\nNOT accepted: %s", english.Say(what))
		}
	}
	o.line("\n%s: %s", title, BaselineWords(len(b.Enters), len(b.Leaves), len(b.Rekeyed), len(b.Missing), len(b.Unclear)))
	o.line("%s", carried)
	for _, list := range []struct {
		title, sign string
		people      []model.BaselinePerson
	}{
		{"Not entitled any more", "-", b.Leaves}, {"Enter", "+", b.Enters}, {"Known under a new directory ID", "=", b.Rekeyed},
		{"Their credential is missing", "-", b.Missing}, {"Held, as nothing shows that they left", "!", b.Unclear},
	} {
		o.section(fmt.Sprintf("\n%s (%d):", list.title, len(list.people)), len(list.people), func(n int) string {
			return row("  "+list.sign+" "+list.people[n].Whose(), english.Say(list.people[n].Why))
		})
	}
}

// BaselineWords count whom a change of the baseline concerns, list by list.
func BaselineWords(enter, leave, rekeyed, missing, unclear int) string {
	words := wording.Counted(enter, "enters", "enter") + ", " + wording.Counted(leave, "of ours is not entitled any more", "of ours are not entitled any more") +
		", " + wording.Counted(rekeyed, "has a new directory ID", "have a new directory ID")
	if missing > 0 {
		words += ", " + wording.Counted(missing, "credential is missing", "credentials are missing")
	}
	if unclear > 0 {
		words += ", " + wording.Counted(unclear, "of ours is held, as nothing shows that they left", "of ours are held, as nothing shows that they left")
	}
	return words
}

// afterBaseline parts what was accepted from the plan that follows, of which nothing was.
func (o *printer) afterBaseline(p plan.Plan) {
	if !plan.Accepted(p.Baseline) {
		return
	}
	with := slices.DeleteFunc(slices.Clone(p.Changes), func(c model.Change) bool {
		return !slices.ContainsFunc(p.Update.Accepted, func(a model.GivenApproval) bool { return a.ChangeID == c.ID })
	})
	o.section(fmt.Sprintf("\nACCEPTED WITH IT, for the next pass: %s, by which people keep credential and Threema ID:", english.CountedSteps(with)), len(with), func(n int) string {
		return row("  " + with[n].Op.Sign() + " " + with[n].Title())
	})
	out := func(status model.Status) []model.Change {
		return slices.DeleteFunc(slices.Clone(p.Changes), func(c model.Change) bool { return c.Status != status || !c.Op.Destructive() })
	}
	title := "\nNOT ACCEPTED WITH IT, and not carried out: the steps that follow, which are those of the plan as it is now."
	for _, part := range []struct {
		words string
		steps []model.Change
	}{
		{"Taken from leavers by the next pass, if it still holds", out(model.Due)}, {"Waiting for another yes, see the end", p.AwaitingApproval()},
		{"Under way and not due yet", out(model.Waiting)},
	} {
		if len(part.steps) == 0 {
			continue
		}
		if title != "" {
			o.write(title)
			title = ""
		}
		o.line("  %s: %s", part.words, english.CountedSteps(part.steps))
	}
}
