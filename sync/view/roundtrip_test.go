package view_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// TestJSONIsReadByTheTypesThatWriteIt: each member of the documents of package plan has its place in a shape, and comes
// out of it as it went in.
func TestJSONIsReadByTheTypesThatWriteIt(t *testing.T) {
	t.Parallel()
	for file, doc := range map[string]any{"plan.json.golden": &view.PlanJSON{}, "explain.json.golden": &view.ExplanationJSON{}} {
		text, err := os.ReadFile("../plan/testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(doc); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		again, err := json.MarshalIndent(doc, "", "  ")
		if err != nil || !bytes.Equal(bytes.TrimSpace(again), bytes.TrimSpace(text)) {
			t.Errorf("%s becomes %s, %v", file, again, err)
		}
	}
}
