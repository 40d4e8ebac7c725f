package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
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

// MarshalJSON implements json.Marshaler. verdict and advice are the first names of status and
// todo, which scripts may rely on.
func (f finding) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Area    string             `json:"area"`
		Name    string             `json:"name"`
		Status  string             `json:"status"`
		Tried   string             `json:"tried"`
		Came    string             `json:"came"`
		Todo    string             `json:"todo"`
		Verdict ldapsource.Verdict `json:"verdict"`
		Advice  string             `json:"advice"`
	}{f.area, f.name, show(f.verdict).status, f.tried, f.came, f.advice, f.verdict, f.advice})
}

// oneLine keeps a text that a server sent in its line.
func oneLine(s string) string {
	return plan.Harmless(strings.NewReplacer("\n", "; ", "\x00", "").Replace(s))
}

// printFindings prints what failed first, so that the cause stands at the top, then the
// warnings, then the rest.
func (p *program) printFindings(findings []finding) error {
	slices.SortStableFunc(findings, func(a, b finding) int { return cmp.Compare(show(a.verdict).rank, show(b.verdict).rank) })
	w := tabwriter.NewWriter(p.Stdout, 0, 8, 2, ' ', 0)
	var errs []error
	for _, f := range findings {
		_, err := fmt.Fprintf(w, "%s\t%s: %s\t%s: %s\n", show(f.verdict).mark, f.area, f.name, oneLine(f.tried), oneLine(f.came))
		errs = append(errs, err)
		if f.advice != "" && f.verdict != ldapsource.Skipped {
			_, err := fmt.Fprintf(w, "\t\t→ %s\n", oneLine(f.advice))
			errs = append(errs, err)
		}
	}
	return errors.Join(errors.Join(errs...), w.Flush())
}
