package sync_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/status"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// stopped is a world where the last look stops the withdrawal of somebody in each pass.
func stopped(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, options{}, employees(5)...)
	w.policy.ID = model.DetachID
	w.rollOut()
	w.directory.dismiss(t, "id-03")
	w.directory.recheck = func([]model.Tracked) ([]model.Sighting, error) { return nil, errors.New("connection lost") }
	w.ok()
	return w
}

// says fails unless a text has each of these parts, wherever its lines end.
func (w *world) says(text string, parts ...string) {
	w.Helper()
	text = strings.Join(strings.Fields(text), " ")
	for _, part := range parts {
		if !strings.Contains(text, part) {
			w.Errorf("does not say %q:\n%s", part, text)
		}
	}
}

// explained is what explain says of somebody.
func (w *world) explained(query string) string {
	w.Helper()
	p := w.planner("")
	_, x, err := p.Explain(w.Context(), query, w.ledger)
	w.must(err)
	var out bytes.Buffer
	w.must(view.WriteExplanation(&out, *x))
	return out.String()
}

const unasked = "the directory could not be asked once more: connection lost"

// TestPlanAndExplainTellWhatTheLastLookFound: a step that is due and that the last passes stopped right before its
// request is not promised without a word of that.
func TestPlanAndExplainTellWhatTheLastLookFound(t *testing.T) {
	t.Parallel()
	w := stopped(t)
	const first = "the pass of 2026-03-02 09:30:00 UTC stopped right before its request, and nothing was sent: " + unasked
	w.says(text(w.preview("")), "due", first)
	w.says(w.explained("E03"), "withdraw / Zugang entziehen, by the next pass that finds nothing against it: "+first, "`threema-dirsync check` tries the directory")

	w.advance(time.Hour)
	r := w.exits(dirsync.ExitWaiting)
	const again = "each pass since 2026-03-02 09:30:00 UTC stopped right before its request, the last one 2026-03-02 10:30:00 UTC, and nothing was sent: " + unasked
	w.says(text(r), again)
	w.says(w.explained("E03"), again)
	for _, c := range view.NewPlanJSON(w.preview("").Plan).Changes {
		switch s := c.Skipped; {
		case s == nil:
			t.Errorf("%s: nothing", c.Op)
		case c.Op == model.Withdraw && (s.Code != "person-not-asked" || s.Reason != unasked || s.ID != c.ID || !s.Since.Before(s.Seen) || !strings.Contains(s.Remedy, "check")):
			t.Errorf("%+v", s)
		}
	}

	w.directory.failure = errors.New("no such base")
	w.advance(time.Hour)
	w.exits(dirsync.ExitIncomplete)
	w.directory.failure = nil
	w.says(w.explained("E03"), again)

	w.directory.recheck = nil
	w.advance(time.Hour)
	w.equal("skips of a report where it was done", 0, strings.Count(text(w.ok()), "stopped right before"))
	state, err := w.ledger.State(t.Context())
	w.must(err)
	w.equal("skips", 0, len(state.Skips))
	w.equal("detached", 1, len(w.sim.State().Detached))
}

// TestStatusTellsWhatTheLastLookFound: the wait names who it is, which steps, and why, also where more waits.
func TestStatusTellsWhatTheLastLookFound(t *testing.T) {
	t.Parallel()
	w := stopped(t)
	w.advance(time.Hour)
	r := w.exits(dirsync.ExitWaiting)
	record, err := w.ledger.LastReport(t.Context())
	w.must(err)
	state, err := w.ledger.State(t.Context())
	w.must(err)
	s := status.Collect(status.Facts{State: state, Report: view.PastReport(record), Installed: status.Installed{Policy: w.policy, Now: w.sim.Now()}})
	var out bytes.Buffer
	w.must(view.WriteStatus(&out, s))
	w.says(out.String(), "WAITS FOR YOU skipped:", "`threema-dirsync explain PERSON` says how", "withdraw / Zugang entziehen, ", "; "+unasked)
	for name, waits := range map[string][]view.WaitJSON{"status": view.NewStatusJSON(s).Waits, "report": view.NewPlanJSON(r.Plan).Waits} {
		if len(waits) != 1 || len(waits[0].Whom) != 1 {
			t.Fatalf("%s: %+v", name, waits)
		}
		x := waits[0].Whom[0]
		w.equal(name+": reason", unasked, x.Reason)
		w.equal(name+": codes", []model.Code{"person-not-asked"}, x.Codes)
		w.equal(name+": steps", []model.Op{model.Withdraw, model.DisableContact, model.Detach}, x.Steps)
	}
}

// TestLogTellsTheCodeOfASkip: the journal says why, and nothing of whom.
func TestLogTellsTheCodeOfASkip(t *testing.T) {
	t.Parallel()
	w := stopped(t)
	n := 0
	for line := range strings.Lines(w.logs.text()) {
		var told struct{ Level, Msg, Op, Why string }
		w.must(json.Unmarshal([]byte(line), &told))
		if told.Msg != "change skipped right before its request, nothing was sent" {
			continue
		}
		want := map[string]string{"withdraw": "person-not-asked", "disable-contact": "step-before-not-done", "detach": "step-before-not-done"}[told.Op]
		if n++; told.Level != "WARN" || told.Why != want || strings.Contains(line, "connection lost") || strings.Contains(line, "user03") {
			t.Error(line)
		}
	}
	w.equal("lines", 3, n)
}
