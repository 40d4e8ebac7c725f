package plan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// TestEvidenceThatDoesNotCount: whatever kind leavers.evidence leaves out holds the person for
// ever, and says so; all the others still take people out.
func TestEvidenceThatDoesNotCount(t *testing.T) {
	t.Parallel()
	for _, kind := range model.EvidenceKinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna", "bert")
			w.policy.Evidence = slices.DeleteFunc(model.EvidenceKinds(), func(k model.EvidenceKind) bool { return k == kind })
			people["anna"].leave(kind)
			people["bert"].leave(w.policy.Evidence[0])
			var p plan.Plan
			for range 5 {
				p = w.later(t, day)
				wantLines(t, of(p, "anna"), "held E-anna")
				wantWords(t, p, "looks departed ("+string(kind)+" (test)), but leavers.evidence does not count that; nothing is done")
			}
			if w.credential("anna") == nil || w.credential("bert") != nil {
				t.Errorf("anna %v, bert %v", w.credential("anna"), w.credential("bert"))
			}
		})
	}
}

// TestEvidenceThatDoesNotCountResets: like every unknown it breaks the row of complete reads, so
// what did not count yesterday proves nothing today.
func TestEvidenceThatDoesNotCountResets(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.GraceWithdraw = 0
	w.policy.Evidence = []model.EvidenceKind{model.Disabled, model.Absent}
	people["anna"].leave(model.Absent)
	w.pass(t)
	people["anna"].leave(model.OutOfScope)
	wantLines(t, of(w.later(t, 20*time.Hour), "anna"), "held E-anna")
	people["anna"].leave(model.Absent)
	wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna waiting")
	wantLines(t, of(w.later(t, 23*time.Hour), "anna"), "withdraw E-anna waiting")
	wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna due")
}

// TestEvidenceThatNoLongerCounts stops a departure under way before its next step.
func TestEvidenceThatNoLongerCounts(t *testing.T) {
	t.Parallel()
	w, _, _ := leaving(t, func(p *model.Policy) { p.ID, p.GraceWithdraw, p.GraceID = model.DetachID, 0, day })
	w.policy.Evidence = []model.EvidenceKind{model.Absent}
	p := w.later(t, 2*day)
	wantLines(t, of(p, "anna"), "held E-anna")
	wantWords(t, p, "departure under way, but the directory no longer proves it (looks departed (disabled (test))")
	w.policy.Evidence = model.EvidenceKinds()
	wantLines(t, of(w.later(t, time.Hour), "anna"), "detach E-anna due")
}

// TestUncountedStrangers: people who never had a credential are nobody's concern, and a csi that
// looks departed by uncounted evidence still keeps its namesake from being taken out.
func TestUncountedStrangers(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.GraceWithdraw = 0
	w.policy.Evidence = []model.EvidenceKind{model.Expired}
	stranger := w.hire("zoe")
	stranger.first = people["anna"].first
	stranger.leave(model.Disabled)
	wantLines(t, of(w.later(t, time.Hour), "zoe"))
	stranger.csi = people["anna"].csi
	people["anna"].leave(model.Expired)
	p := w.later(t, time.Hour)
	wantLines(t, of(p, "anna"), "withdraw E-anna needs-approval")
	wantWords(t, p, "who did not leave, and may be the same person")
}

// TestNoEvidenceNobodyLeaves: a policy without a list is a forgotten one, and harms nobody.
func TestNoEvidenceNobodyLeaves(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.Evidence = nil
	people["anna"].leave(model.Disabled)
	wantLines(t, of(w.later(t, 9*day), "anna"), "held E-anna")
}
