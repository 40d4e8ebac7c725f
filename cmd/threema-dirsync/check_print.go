package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/doctor"
	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// shownVerdict is how a verdict is shown.
type shownVerdict struct {
	rank   int    // the order of the lines
	mark   string // in text
	status string // in JSON
}

func show(v ldapsource.Verdict) shownVerdict {
	switch v {
	case ldapsource.Failure:
		return shownVerdict{0, "FAIL", "failed"}
	case ldapsource.Warning:
		return shownVerdict{1, "WARN", "warning"}
	case ldapsource.Skipped:
		return shownVerdict{3, "skip", "skipped"}
	default:
		return shownVerdict{2, "ok", "ok"}
	}
}

// jsonFinding is a finding in JSON. verdict and advice are the first names of status and todo, which scripts
// may rely on.
type jsonFinding struct {
	Area    doctor.Area        `json:"area"`
	Name    string             `json:"name"`
	Status  string             `json:"status"`
	Tried   string             `json:"tried"`
	Came    string             `json:"came"`
	Todo    string             `json:"todo"`
	Verdict ldapsource.Verdict `json:"verdict"`
	Advice  string             `json:"advice"`
	// Code is that of what came, AdviceCode that of the advice, "" if there is none.
	Code       model.Code `json:"code"`
	AdviceCode model.Code `json:"adviceCode"`
}

func jsonFindings(findings []doctor.Finding) []jsonFinding {
	lines := make([]jsonFinding, len(findings))
	for n, f := range findings {
		advice := english.Say(f.Advice)
		lines[n] = jsonFinding{f.Area, f.Name, show(f.Verdict).status, f.Tried, english.Say(f.Came), advice, f.Verdict, advice, f.Came.Code, f.Advice.Code}
	}
	return lines
}

// jsonMistake is a mistake of the configuration in JSON. A line of 0 is not known.
type jsonMistake struct {
	Path    string     `json:"path"`
	Line    int        `json:"line"`
	Code    model.Code `json:"code"`
	Message string     `json:"message"`
}

func jsonMistakes(err error) []jsonMistake {
	mistakes := []jsonMistake{}
	for _, p := range config.Problems(err) {
		mistakes = append(mistakes, jsonMistake{p.Path, p.Line, p.Kind(), p.Mistake.Error()})
	}
	return mistakes
}

// oneLine keeps a text that a server sent in its line.
func oneLine(s string) string {
	return wording.OneLine(strings.ReplaceAll(s, "\n", "; "))
}

// printFindings prints what failed first, so that the cause stands at the top, then the
// warnings, then the rest.
func (p *program) printFindings(findings []doctor.Finding) error {
	slices.SortStableFunc(findings, func(a, b doctor.Finding) int { return cmp.Compare(show(a.Verdict).rank, show(b.Verdict).rank) })
	w := tabwriter.NewWriter(p.Stdout, 0, 8, 2, ' ', 0)
	var errs []error
	for _, f := range findings {
		_, err := fmt.Fprintf(w, "%s\t%s: %s\t%s: %s\n", show(f.Verdict).mark, f.Area, f.Name, oneLine(f.Tried), oneLine(english.Say(f.Came)))
		errs = append(errs, err)
		if f.Advice.Code != "" && f.Verdict != ldapsource.Skipped {
			_, err := fmt.Fprintf(w, "\t\t→ %s\n", oneLine(english.Say(f.Advice)))
			errs = append(errs, err)
		}
	}
	return errors.Join(errors.Join(errs...), w.Flush())
}
