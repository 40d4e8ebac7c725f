package handover

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
)

// TestWhatWaitsToBeFetched: each file with lines is told until somebody fetches it, also one beside the configured
// file; a file with its header alone, and none, are nothing to fetch. Nothing of a line is told.
func TestWhatWaitsToBeFetched(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "handover.csv")
	comma, tab := NewFile(path, "https://work.example/license", Layout{Separator: ','}), NewFile(path, "https://work.example/license", Layout{Separator: '\t'})
	waits := func(want ...int) []Waiting {
		t.Helper()
		found, err := comma.Waiting()
		if err != nil || len(found) != len(want) {
			t.Fatalf("%+v, %v", found, err)
		}
		for n, w := range found {
			if w.Lines != want[n] || w.Last.IsZero() || strings.Contains(fmt.Sprint(w), "s3cret") {
				t.Errorf("%+v", w)
			}
		}
		return found
	}
	deliver := func(f *File, usernames ...string) {
		t.Helper()
		var entries []Entry
		for _, name := range usernames {
			entries = append(entries, Entry{Username: name, Password: secret.New("s3cret-" + name), CSI: name})
		}
		if _, err := f.Deliver(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
	}
	waits()
	deliver(comma, "anna", "bert")
	waits(2)
	deliver(tab, "carl")
	if found := waits(2, 1); !strings.HasSuffix(found[1].File, "handover-2.csv") {
		t.Errorf("%+v", found)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	waits(1)
}
