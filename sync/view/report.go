package view

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
)

// WriteReport writes for people what came of a pass: the plan, what was done, what failed and what it means.
// limit caps the lines of each list (0: no cap); what is left out is counted.
func WriteReport(w io.Writer, r outcomes.Pass, limit int) error {
	if r.Planned {
		if err := WritePlan(w, r.Plan, limit); err != nil {
			return err
		}
	}
	var lines []string
	for _, s := range r.Unread {
		lines = append(lines, "NOT READ "+english.Say(s.Why))
		for _, c := range s.Conditions {
			if !c.OK {
				lines = append(lines, fmt.Sprintf("  failed: %s: %s", c.Name, english.Say(c.Detail)))
			}
		}
		lines = append(lines, "  "+unreadWords(r, s.Name))
	}
	if !r.DryRun && r.Planned {
		lines = append(lines, "Done: "+tally(r, model.Done))
	}
	lines = append(lines, passwordLines(r)...)
	lines = append(lines, undoneLines(r, limit)...)
	if r.Err != nil {
		lines = append(lines, "FAILED: "+r.Err.Error())
	}
	lines = append(lines, missingCredentials(r, limit)...)
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, wording.HarmlessLines(line)); err != nil { // joined errors have a line each
			return err
		}
	}
	return nil
}

// missingCredentials names whose credentials a package lacks that is not trusted because of that: more than may go at
// once in silence.
func missingCredentials(r outcomes.Pass, limit int) []string {
	trust, untrusted := errors.AsType[*outcomes.TrustError](r.Err)
	if !untrusted {
		return nil
	}
	var lines []string
	for _, x := range trust.Missing {
		lines = append(lines, "  ? "+english.BaselinePerson(x))
	}
	return wording.Capped(lines, limit, wording.AllInJSON)
}

// unreadWords says what it means that a source was not read.
func unreadWords(r outcomes.Pass, source string) string {
	if !r.Planned {
		return "Nothing was changed: without a complete read nobody joins and nobody leaves."
	}
	return "Nothing was changed for the people of " + source + ": without a complete read nobody joins and nobody leaves. The other sources went on."
}

// passwordLines says where those of new credentials are.
func passwordLines(r outcomes.Pass) []string {
	var lines []string
	for _, h := range r.HandedOver {
		if h.File == "" {
			lines = append(lines, fmt.Sprintf("Passwords: of %s, to be read in the cockpit (there is no handover.file).", wording.Counted(h.Lines, "new credential", "new credentials")))
			continue
		}
		lines = append(lines, fmt.Sprintf("Passwords: %s in %s. Whoever reads it can activate the app as these people: fetch it, then remove it there.",
			wording.Counted(h.Lines, "new line", "new lines"), h.File))
		for _, left := range h.Left {
			lines = append(lines, fmt.Sprintf("  %s has other columns or another separator than handover.csv and handover.columns say, and was left as it is: fetch and delete it too.", left))
		}
	}
	return lines
}

// undoneLines words the changes that were tried and not done.
func undoneLines(r outcomes.Pass, limit int) []string {
	var lines []string
	for _, x := range r.Steps {
		if x.Result != model.Done {
			lines = append(lines, fmt.Sprintf("  %s: %s of %s: %s", strings.ToUpper(string(x.Result)), x.Change.Op, x.Change.DN, english.Say(x.Why)))
		}
	}
	return wording.Capped(lines, limit, wording.AllInJSON)
}

// tally counts changes of one result by operation, in the order of the plan.
func tally(r outcomes.Pass, result model.Result) string {
	count := map[model.Op]int{}
	for _, x := range r.Steps {
		if x.Result == result {
			count[x.Change.Op]++
		}
	}
	var words []string
	for _, op := range model.Ops() {
		if count[op] > 0 {
			words = append(words, fmt.Sprintf("%d %s", count[op], op))
		}
	}
	return cmp.Or(strings.Join(words, ", "), "nothing")
}
