package sync

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Exit codes of the program (design §6), where a pass decides them.
const (
	ExitOK         = 0
	ExitFailed     = 1
	ExitChanges    = 2
	ExitWaiting    = 3
	ExitIncomplete = 4
	ExitBusy       = 5
	ExitConfig     = 78
)

// Report is a pass, told: the plan and what became of it.
type Report struct {
	Plan       plan.Plan
	Planned    bool // there is a plan; false if reading failed
	DryRun     bool
	Started    time.Time
	Finished   time.Time
	Budget     plan.Budget
	Incomplete []IncompleteSource
	Results    []Result
	Unsettled  int // journal rows whose end is not known
	RolledOut  bool
	Err        error // why the pass as a whole failed

	omitted map[string]int // how many entries of a list were left out, see stored
}

// IncompleteSource is a source that gave no snapshot.
type IncompleteSource struct {
	Name   string
	Reason plan.ReadReason
	Err    error
}

// Outcome words of a [Result].
const (
	ResultDone    = "done"
	ResultFailed  = "failed"
	ResultUnknown = "unknown" // the answer was lost; the next pass looks
	ResultSkipped = "skipped" // the last look before the request, the stop file or the written plan said no; nothing was sent
)

// Result is what became of one due change.
type Result struct {
	Change  plan.Change
	Outcome string
	Message string
}

func (r *Report) fail(err error) Report {
	r.Err = errors.Join(r.Err, err)
	return *r
}

// incomplete notes a source that was not read, and returns why.
func (r *Report) incomplete(name string, err error) plan.ReadReason {
	reason := cmp.Or(plan.ReasonOf(err), plan.ReadResult)
	r.Incomplete = append(r.Incomplete, IncompleteSource{Name: name, Reason: reason, Err: err})
	return reason
}

// trip notes a guard that stepped in while the plan was carried out.
func (r *Report) trip(guard, detail string) {
	if !r.Plan.Tripped(guard) {
		r.Plan.Guards = append(r.Plan.Guards, plan.Guard{Name: guard, Detail: detail})
	}
}

func (r *Report) add(c plan.Change, outcome, message string) {
	r.Results = append(r.Results, Result{Change: c, Outcome: outcome, Message: message})
}

// ExitCode is the exit code of run: the first that applies (design §6).
func (r *Report) ExitCode() int {
	switch {
	case r.configFault():
		return ExitConfig
	case r.Err != nil || r.count(ResultFailed, ResultUnknown) > 0:
		return ExitFailed
	case len(r.Incomplete) > 0 || r.someSourceIncomplete():
		return ExitIncomplete
	case r.waits():
		return ExitWaiting
	}
	return ExitOK
}

// DetailedExitCode is that of plan --detailed-exitcode: also 2 if a pass would change
// something now.
func (r *Report) DetailedExitCode() int {
	code := r.ExitCode()
	if code == ExitOK && slices.ContainsFunc(r.Plan.Changes, func(c plan.Change) bool { return c.Status == plan.Due }) {
		return ExitChanges
	}
	return code
}

// configFault tells a source that failed because the configuration names what the directory
// does not know.
func (r *Report) configFault() bool {
	return slices.ContainsFunc(r.Incomplete, func(s IncompleteSource) bool { return s.Reason == plan.ReadConfig })
}

func (r *Report) someSourceIncomplete() bool {
	return slices.ContainsFunc(r.Plan.Sources, func(s plan.SourceReport) bool { return !s.Complete })
}

// waits tells whether something waits for a person.
func (r *Report) waits() bool {
	return len(r.Plan.Guards) > 0 || slices.ContainsFunc(r.Plan.Changes, plan.Change.Gated)
}

func (r *Report) count(outcomes ...string) int {
	n := 0
	for _, result := range r.Results {
		if slices.Contains(outcomes, result.Outcome) {
			n++
		}
	}
	return n
}

// Word is the result of the pass in one word: a metric label.
func (r *Report) Word() string {
	switch r.ExitCode() {
	case ExitConfig, ExitFailed:
		return "failed"
	case ExitIncomplete:
		return "incomplete"
	case ExitWaiting:
		return "waiting"
	}
	return "ok"
}

// Words lists all values of Word.
func Words() []string { return []string{"ok", "waiting", "incomplete", "failed"} }

// end is the report as the ledger keeps it.
func (r *Report) end() plan.RunEnd {
	text, err := json.Marshal(r.stored())
	if err != nil {
		text = []byte(`{}`)
	}
	return plan.RunEnd{Result: r.Word(), ExitCode: r.ExitCode(), RolledOut: r.RolledOut, Report: text}
}

// How many entries the ledger keeps of a list: enough for status, and a roll-out does not make
// it grow by megabytes.
const (
	storedChanges   = 1000
	storedResults   = 1000
	storedHeld      = 1000
	storedUnmanaged = 100
)

// stored cuts the lists; the member "omitted" counts what is missing. Of the results, those
// that somebody may ask about stay.
func (r *Report) stored() *Report {
	s := *r
	s.omitted = map[string]int{}
	s.Results = slices.SortedStableFunc(slices.Values(r.Results), func(a, b Result) int {
		return cmp.Compare(a.weight(), b.weight())
	})
	s.Results = head(s.Results, storedResults, "results", s.omitted)
	s.Plan.Changes = head(r.Plan.Changes, storedChanges, "changes", s.omitted)
	s.Plan.Held = head(r.Plan.Held, storedHeld, "held", s.omitted)
	s.Plan.Unmanaged = head(r.Plan.Unmanaged, storedUnmanaged, "unmanaged", s.omitted)
	return &s
}

// weight sorts what was done behind what was not.
func (x Result) weight() int {
	if x.Outcome == ResultDone {
		return 1
	}
	return 0
}

// head returns the first n entries and notes how many it leaves out.
func head[T any](list []T, n int, name string, omitted map[string]int) []T {
	if len(list) <= n {
		return list
	}
	omitted[name] = len(list) - n
	return list[:n]
}

// MarshalJSON writes the plan's members (design §6) and beside them what became of it.
func (r Report) MarshalJSON() ([]byte, error) {
	body, err := json.Marshal(r.Plan)
	if err != nil {
		return nil, err
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, err
	}
	extra := map[string]any{
		"dryRun": r.DryRun, "result": r.Word(), "exitCode": r.ExitCode(), "results": r.results(), "error": errorText(r.Err),
	}
	if r.omitted != nil {
		extra["omitted"] = r.omitted
	}
	if !r.Planned {
		extra["sources"] = r.failedSources()
	}
	for name, value := range extra {
		if members[name], err = json.Marshal(value); err != nil {
			return nil, err
		}
	}
	return json.Marshal(members)
}

func (r *Report) results() []map[string]string {
	out := make([]map[string]string, 0, len(r.Results))
	for _, x := range r.Results {
		out = append(out, map[string]string{"id": x.Change.ID, "op": string(x.Change.Op), "outcome": x.Outcome, "message": x.Message})
	}
	return out
}

func (r *Report) failedSources() []map[string]any {
	out := make([]map[string]any, 0, len(r.Incomplete))
	for _, s := range r.Incomplete {
		conditions := []map[string]any{{"name": string(s.Reason), "ok": false, "detail": s.Err.Error()}}
		if e, ok := errors.AsType[*plan.ReadError](s.Err); ok {
			for _, c := range e.Conditions {
				conditions = append(conditions, map[string]any{"name": c.Name, "ok": c.OK, "detail": c.Detail})
			}
		}
		out = append(out, map[string]any{"name": s.Name, "complete": false, "people": 0, "conditions": conditions})
	}
	return out
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Format writes the report for people: the plan, what was done, what failed and what it means.
// limit caps the lines of each list (0: no cap); what is left out is counted.
func (r *Report) Format(w io.Writer, limit int) error {
	if r.Planned {
		if err := r.Plan.Format(w, limit); err != nil {
			return err
		}
	}
	var lines []string
	for _, s := range r.Incomplete {
		lines = append(lines, fmt.Sprintf("NOT READ %v", s.Err), "  Nothing was changed: without a complete read nobody joins and nobody leaves.")
	}
	if !r.DryRun && r.Planned {
		lines = append(lines, "Done: "+r.tally(ResultDone))
	}
	lines = append(lines, r.undone(limit)...)
	if r.Err != nil {
		lines = append(lines, "FAILED: "+r.Err.Error())
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, strings.Map(printable, line)); err != nil {
			return err
		}
	}
	return nil
}

// undone words the changes that were tried and not done.
func (r *Report) undone(limit int) []string {
	var lines []string
	for _, x := range r.Results {
		if x.Outcome != ResultDone {
			lines = append(lines, fmt.Sprintf("  %s: %s of %s: %s", strings.ToUpper(x.Outcome), x.Change.Op, x.Change.DN, x.Message))
		}
	}
	if more := len(lines) - limit; limit > 0 && more > 0 {
		lines = append(lines[:limit], fmt.Sprintf("  … and %d more (--json lists all)", more))
	}
	return lines
}

// printable keeps what a directory entry or an answer may have smuggled in from steering the
// terminal.
func printable(r rune) rune {
	if unicode.IsControl(r) && r != '\n' {
		return unicode.ReplacementChar
	}
	return r
}

// tally counts results of one outcome by operation, in the order of the plan.
func (r *Report) tally(outcome string) string {
	count := map[plan.Op]int{}
	for _, x := range r.Results {
		if x.Outcome == outcome {
			count[x.Change.Op]++
		}
	}
	var words []string
	for _, op := range plan.Ops() {
		if count[op] > 0 {
			words = append(words, fmt.Sprintf("%d %s", count[op], op))
		}
	}
	return cmp.Or(strings.Join(words, ", "), "nothing")
}
