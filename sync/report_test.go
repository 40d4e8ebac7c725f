package sync_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// TestExitCodes: the first that applies (design §6).
func TestExitCodes(t *testing.T) {
	t.Parallel()
	failed := outcomes.Step{Result: model.Failed}
	gated := model.Change{Status: model.NeedsApproval}
	incomplete := model.SourceReport{Name: sourceName}
	config := dirsync.IncompleteSource{Reason: model.ReadConfig, Err: errors.New("no such base")}
	unread := dirsync.IncompleteSource{Reason: model.ReadTLS, Err: errors.New("unknown authority")}
	for name, tt := range map[string]struct {
		report         dirsync.Report
		code, detailed int
		word           string
	}{
		"nothing":        {dirsync.Report{}, 0, 0, "ok"},
		"due":            {dirsync.Report{Plan: plan.Plan{Changes: []model.Change{{Status: model.Due}}}}, 0, 2, "ok"},
		"waits for time": {dirsync.Report{Plan: plan.Plan{Changes: []model.Change{{Status: model.Waiting}, {Status: model.Deferred}, {Status: model.Withheld}}}}, 0, 0, "ok"},
		"skipped":        {dirsync.Report{Results: []outcomes.Step{{Result: model.NotTried}}}, 0, 0, "ok"},
		"approval":       {dirsync.Report{Plan: plan.Plan{Changes: []model.Change{{Status: model.Due}, gated}}}, 3, 3, "waiting"},
		"guard":          {dirsync.Report{Plan: plan.Plan{Guards: []model.Guard{{Name: model.GuardBaseline}}}}, 3, 3, "waiting"},
		"condition":      {dirsync.Report{Plan: plan.Plan{Changes: []model.Change{gated}, Sources: []model.SourceReport{incomplete}}}, 4, 4, "incomplete"},
		"not read":       {dirsync.Report{Incomplete: []dirsync.IncompleteSource{unread}}, 4, 4, "incomplete"},
		"failed":         {dirsync.Report{Incomplete: []dirsync.IncompleteSource{unread}, Results: []outcomes.Step{failed}}, 1, 1, "failed"},
		"unknown":        {dirsync.Report{Results: []outcomes.Step{{Result: model.Uncertain}}}, 1, 1, "failed"},
		"error":          {dirsync.Report{Err: errors.New("disk full")}, 1, 1, "failed"},
		"configuration":  {dirsync.Report{Incomplete: []dirsync.IncompleteSource{unread, config}, Err: errors.New("x")}, 78, 78, "failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := []any{tt.report.ExitCode(), tt.report.DetailedExitCode(), tt.report.Outcome()}
			if want := []any{tt.code, tt.detailed, tt.word}; fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

// TestReportForPeople says what happened, caps its lists, and lets no entry steer the terminal.
func TestReportForPeople(t *testing.T) {
	t.Parallel()
	r := dirsync.Report{Planned: true, Err: errors.New("disk full")}
	for n := range 5 {
		r.Results = append(r.Results, outcomes.Step{
			Change: model.Change{Op: model.Create, Subject: model.Subject{DN: fmt.Sprintf("CN=\x1b[2J%d", n)}},
			Result: model.Failed, Why: model.Told("", "no\x07"),
		}, outcomes.Step{Change: model.Change{Op: model.Withdraw}, Result: model.Done})
	}
	var out strings.Builder
	if err := view.WriteReport(&out, r.Told(), 2); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Done: 5 withdraw\n", "FAILED: create of CN=\ufffd[2J1: no\ufffd\n", "… and 3 more", "FAILED: disk full\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
	if strings.ContainsAny(out.String(), "\x1b\x07") {
		t.Errorf("control characters in %q", out.String())
	}
}

// TestStoredReport: what the ledger keeps of a roll-out is bounded, and says what it lacks.
func TestStoredReport(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	for n := range 1200 {
		p := employee(n)
		p.ID = fmt.Sprintf("id-%04d", n)
		w.directory.put(p)
		p.ID, p.CSI, p.Held = fmt.Sprintf("held-%04d", n), fmt.Sprintf("H%d", n), "an entry that cannot be read"
		p.UID = "h" + p.UID
		w.directory.put(p)
	}
	w.policy.Mode = model.Observe
	r := w.exits(dirsync.ExitWaiting) // half of them are held
	runs, err := w.ledger.LastRuns(t.Context(), 1)
	w.must(err)
	var stored struct {
		Hash          string
		Changes, Held []any
		Omitted       map[string]int
		Result        string
	}
	w.must(json.Unmarshal(runs[0].Report, &stored))
	w.equal("changes", 1000, len(stored.Changes))
	w.equal("held", 1000, len(stored.Held))
	w.equal("omitted", map[string]int{"changes": 200, "held": 200}, stored.Omitted)
	w.equal("hash", r.Plan.Hash, stored.Hash)
	w.equal("result", "waiting", stored.Result)

	whole, err := json.Marshal(r) // --json leaves nothing out
	w.must(err)
	stored.Omitted = nil
	w.must(json.Unmarshal(whole, &stored))
	w.equal("changes", 1200, len(stored.Changes))
	w.equal("omitted", map[string]int(nil), stored.Omitted)
}
