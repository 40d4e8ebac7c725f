package view

import (
	"fmt"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// WriteLines writes lines for people.
func WriteLines(w io.Writer, lines ...string) error {
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, wording.Harmless(line)); err != nil {
			return err
		}
	}
	return nil
}

// PersonName names somebody in an answer.
func PersonName(whom model.Subject) string {
	return strings.Join(strings.Fields(whom.CSI+" "+whom.DN), " ") + " (" + whom.Person.String() + ")"
}

// WriteAnswer writes what came of somebody's word about one person.
func WriteAnswer(w io.Writer, a outcomes.Answer) error {
	return WriteLines(w, append([]string{Headline(a)}, model.Convert(a.Meaning, english.Say)...)...)
}

// Headline is what came of it in a sentence.
func Headline(a outcomes.Answer) string {
	return heading(a) + ": " + english.Say(a.Why)
}

func heading(a outcomes.Answer) string {
	switch a.Outcome {
	case outcomes.AnswerHeld:
		return "ON LEAVE"
	case outcomes.AnswerUndone:
		return "TAKEN BACK"
	case outcomes.AnswerNothing:
		return "NOTHING TO TAKE BACK for " + PersonName(a.Subject)
	}
	return strings.ToUpper(a.Outcome)
}

// WriteTakenBack writes what came of taking approvals back. limit caps the list.
func WriteTakenBack(w io.Writer, t outcomes.TakenBack, limit int) error {
	lines := []string{"NOTHING TO TAKE BACK: no yes for " + t.Query + " is given and not carried out."}
	if len(t.Approvals) > 0 {
		lines = []string{"TAKEN BACK: " + english.CountedApprovals(t.Approvals) + ". What of it is still to be done, the next plan asks for again."}
		var titles []string
		for _, title := range t.Titles {
			titles = append(titles, "  "+title)
		}
		lines = append(lines, wording.Capped(titles, limit, wording.AllInJSON)...)
	}
	if t.Left > 0 {
		lines = append(lines, fmt.Sprintf("Still given and not carried out: %d.", t.Left))
	}
	return WriteLines(w, append(lines, "What was carried out already stays; `threema-dirsync withdraw --undo PERSON --reason TEXT` is the way back from a withdrawal.")...)
}

// ForgottenLines say of a source that was given up what was done, and what comes next.
func ForgottenLines(f outcomes.Forgotten) []string {
	if f.Already {
		return []string{fmt.Sprintf("Source %s was forgotten on %s by %s. People that are still managed: %d. `threema-dirsync plan` tells what waits for a yes.",
			f.Source, wording.Stamp(f.At), f.By, f.People)}
	}
	return []string{
		fmt.Sprintf("Source %s is forgotten. People of it that are managed or on the way out, and absent from now on: %d", f.Source, f.People),
		"Whoever stands in another source keeps credential and Threema ID. The others leave by confirmation and grace, and each step waits for a yes:",
		"`threema-dirsync plan` lists them when they are due, and tells the hash to approve. Nobody leaves without it.",
		fmt.Sprintf("To take this back, configure %s again. A service that runs must be restarted with the configuration that lacks it.", f.Source),
	}
}

// RenamedLines say of a source that is called otherwise what was done, and what comes next.
func RenamedLines(r outcomes.Renamed) []string {
	lines := []string{fmt.Sprintf("Source %s is called %s now, with all that is known of it. People of it that are managed, or on the way out: %d. The audit keeps the old name.", r.Was, r.Name, r.People)}
	if r.Voided > 0 {
		lines = append(lines, fmt.Sprintf("Approvals that count no more, because what they were given to is called otherwise now: %d. Read `threema-dirsync plan` and approve anew.", r.Voided))
	}
	return append(lines, "A service that runs must be restarted with the new configuration.")
}

// WriteLeaves lists who is on leave. asOf is when the last pass ended that looked at their accounts, nil if none did.
func WriteLeaves(w io.Writer, people []model.SuspendedPerson, asOf *time.Time) error {
	people = plan.ToldLeaves(people) // of what has no departure to come any more the audit and explain tell
	if len(people) == 0 {
		return WriteLines(w, "Nobody is on leave of absence.")
	}
	out := &printer{w: tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)}
	if asOf != nil {
		out.line("The accounts are as they were known when the last pass ended, %s; `threema-dirsync run --once` looks afresh.", wording.Stamp(*asOf))
	}
	for _, s := range people {
		out.write(row(s.CSI+" "+s.DN, english.Leave(s), "said "+wording.Stamp(s.Since)+" by "+s.By+": "+s.Reason))
	}
	return out.flush()
}
