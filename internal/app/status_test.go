package app

import (
	"path/filepath"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/status"
)

// TestStatusBesideAPass: while a pass is under way, what the one before reported stays in view.
func TestStatusBesideAPass(t *testing.T) {
	t.Parallel()
	l, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"), ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	first, err := l.StartRun(t.Context(), model.Sync)
	if err != nil {
		t.Fatal(err)
	}
	report := []byte(`{"sources":[{"name":"corp","complete":true,"conditions":[]}],"guards":[{"guard":"leavers-run","source":"corp","detail":"x"}],"seats":{"licences":9}}`)
	if err := l.FinishRun(t.Context(), first, model.RunEnd{Result: "waiting", ExitCode: 3, Report: report}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.StartRun(t.Context(), model.Sync); err != nil {
		t.Fatal(err)
	}
	var f status.Facts
	if err := readFacts(t.Context(), l.Reader, &f); err != nil {
		t.Fatal(err)
	}
	s := status.Collect(f)
	if s.LastPass == nil || !s.LastPass.Finished.IsZero() || len(s.Guards) != 1 || len(s.Sources) != 1 || s.Seats.Licences != 9 {
		t.Errorf("status: %+v", s)
	}
}
