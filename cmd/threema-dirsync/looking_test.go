package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// memoryDump is all that the ledger tells, but the count of requests.
type memoryDump struct {
	State model.State
	Runs  []ledger.RunRecord
}

func (w *world) dump(t *testing.T) memoryDump {
	t.Helper()
	reader, err := ledger.OpenReader(t.Context(), filepath.Join(w.stateDir, "ledger.db"), ledger.Options{Now: func() time.Time { return time.Now().Add(w.offset) }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	var d memoryDump
	if d.State, err = reader.State(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d.Runs, err = reader.LastRuns(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestLookingWritesNothing: plan, dry run, check and status leave the ledger as it was, but
// count their requests.
func TestLookingWritesNothing(t *testing.T) {
	t.Parallel()
	w, dir := rolledOut(t, 20)
	dir.join(t, 100)
	dir.disable(t, dir.people[0])
	before, state := w.dump(t), w.sim.frozen(t)
	remaining := func() int {
		var s struct{ Quota struct{ Remaining int } }
		w.json(t, &s, 0, "status", "--json")
		return s.Quota.Remaining
	}
	left := remaining()
	w.must(t, 0, "plan")
	w.must(t, 2, "plan", "--detailed-exitcode", "--json")
	w.must(t, 0, "run", "--once", "--dry-run")
	w.must(t, 0, "--once", "--dry-run")
	w.must(t, 0, "check")
	w.must(t, 0, "status")
	if diff := cmp.Diff(before, w.dump(t)); diff != "" {
		t.Errorf("the ledger changed (-before +after):\n%s", diff)
	}
	if got, want := left-remaining(), 4*5+5+5; got != want {
		t.Errorf("%d requests counted, want %d", got, want)
	}
	w.unchanged(t, state)
}
