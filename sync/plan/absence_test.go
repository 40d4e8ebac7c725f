package plan_test

import (
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// TestAnEntryWithoutID: one such entry makes the source incomplete, and takes nothing from the others:
// joiners and changes go on. Somebody of ours who is silent meanwhile stays what they were.
func TestAnEntryWithoutID(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "ben")
	w.source().nameless = true
	people["anna"].hide("an entry has no ID")
	people["ben"].last = "Neu"
	w.hire("carl")
	p := w.pass(t)
	find(t, p, model.Create, "carl")
	find(t, p, model.SetSettings, "ben")
	if p.Sources[0].Complete {
		t.Error("the source counts as complete")
	}
	for _, o := range w.state.Observations {
		if o.Person == people["anna"].id && o.State != model.Entitled {
			t.Errorf("anna is %v", o.State)
		}
	}
	var out strings.Builder
	if err := view.WritePlan(&out, p, 100); err != nil || !strings.Contains(out.String(), "INCOMPLETE: nobody counts as absent") {
		t.Errorf("%s %v", out.String(), err)
	}
	w.source().incomplete = true
	out.Reset()
	if err := view.WritePlan(&out, w.plan(), 100); err != nil || !strings.Contains(out.String(), "INCOMPLETE: nobody departs") {
		t.Errorf("%s %v", out.String(), err)
	}
}

// TestAnEntryWithoutIDMakesNoServerStrange: a server that shows such an entry for weeks is known all
// the same, or two of them in turn would hold every leaver for ever.
func TestAnEntryWithoutIDMakesNoServerStrange(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.source().nameless = true
	turn := func() {
		w.source().server = map[string]string{"dc1": "dc2", "dc2": "dc1"}[w.source().server]
		w.later(t, day)
	}
	for range 35 { // longer than a server is remembered
		turn()
	}
	people["anna"].leave(model.Disabled)
	for range 6 {
		turn()
	}
	if w.credential("anna") != nil {
		t.Error("anna was disabled six days ago, and is still in")
	}
}
