package ledger

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func finish(t *testing.T, l *Ledger, run int64, end model.RunEnd) {
	t.Helper()
	if err := l.FinishRun(t.Context(), run, end); err != nil {
		t.Fatal(err)
	}
}

func TestRunsAreRecorded(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	first := startRun(t, l)
	c.Advance(time.Minute)
	finish(t, l, first, model.RunEnd{Result: "waiting", ExitCode: 3, Report: []byte(`{"a":1}`)})
	success := c.Now()
	c.Advance(time.Hour)
	second := startRun(t, l)
	finish(t, l, second, model.RunEnd{Result: "failed", ExitCode: 1, Report: []byte(`{"b":2}`)})
	third, err := l.StartRun(t.Context(), model.Observe)
	if err != nil {
		t.Fatal(err)
	}

	want := []RunRecord{
		{ID: third, Mode: model.Observe, Started: c.Now()},
		{ID: second, Mode: model.Sync, Started: c.Now(), Finished: c.Now(), Result: "failed", ExitCode: 1, Report: json.RawMessage(`{"b":2}`)},
		{ID: first, Mode: model.Sync, Started: start, Finished: success, Result: "waiting", ExitCode: 3}, // the last report is kept
	}
	runs, err := l.LastRuns(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, runs); diff != "" {
		t.Error(diff)
	}
	if runs, err := l.LastRuns(t.Context(), 1); err != nil || len(runs) != 1 || runs[0].ID != third {
		t.Errorf("LastRuns(1) = %v, %v", runs, err)
	}
	seeds, err := l.Seeds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Seeds{LastRun: c.Now(), LastSuccess: success}, seeds); diff != "" {
		t.Error(diff)
	}
}

func TestSeedsOfANewLedger(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	if seeds, err := l.Seeds(t.Context()); err != nil || seeds != (Seeds{}) {
		t.Errorf("Seeds = %v, %v", seeds, err)
	}
}

func TestRunsEndOnce(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	run := startRun(t, l)
	end := model.RunEnd{Result: "ok"}
	finish(t, l, run, end)
	for name, err := range map[string]error{
		"a second end":      l.FinishRun(t.Context(), run, end),
		"an unknown pass":   l.FinishRun(t.Context(), run+1, end),
		"a memory too late": l.Remember(t.Context(), run, model.StateUpdate{}),
	} {
		if err == nil || !strings.Contains(err.Error(), "is not under way") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := l.FinishRun(t.Context(), startRun(t, l), model.RunEnd{Result: "splendid"}); err == nil {
		t.Error("a result outside the closed set was recorded")
	}
}

func TestRolledOutStays(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	for i, rolledOut := range []bool{false, true, false} {
		finish(t, l, startRun(t, l), model.RunEnd{Result: "ok", RolledOut: rolledOut})
		remember(t, l, model.StateUpdate{})
		if got, want := state(t, l).RolledOut, i > 0; got != want {
			t.Errorf("after pass %d: rolled out is %t, want %t", i, got, want)
		}
	}
}

// TestLicencesAreRememberedThroughAFailure: a pass that counted none keeps what the last one counted, however many fail.
func TestLicencesAreRememberedThroughAFailure(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	for _, row := range []struct {
		report, want string
		planned      bool
	}{
		{`{"n":1,"seats":{"licences":0}}`, `{"n":1,"seats":{"licences":0}}`, false},
		{`{"n":2,"seats":{"licences":9,"used":4}}`, `{"n":2,"seats":{"licences":9,"used":4}}`, true},
		{`{"n":3,"seats":{"licences":0}}`, `{"n":3,"seats":{"licences":9,"used":4}}`, false},
		{`{"n":4}`, `{"n":4,"seats":{"licences":9,"used":4}}`, false},
		{`{"n":5,"seats":{"licences":8,"used":8}}`, `{"n":5,"seats":{"licences":8,"used":8}}`, true},
	} {
		run, err := l.StartRun(t.Context(), model.Sync)
		if err != nil {
			t.Fatal(err)
		}
		finish(t, l, run, model.RunEnd{Result: "failed", Report: []byte(row.report), Planned: row.planned})
		if got, err := l.LastReport(t.Context()); err != nil || string(got) != row.want {
			t.Errorf("%s: %s, %v", row.report, got, err)
		}
	}
}
