package plan_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// TestProtectedPeople: each step that takes something from a protected person waits for its own
// yes, under the policy that asks nobody else for one.
func TestProtectedPeople(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID = model.DetachID, 0, day
	w.policy.Protected = []string{"E-anna"}
	w.activate("anna")
	w.activate("bert")
	w.settle(t)
	people["anna"].leave(model.Disabled)
	people["bert"].leave(model.Disabled)
	p := w.later(t, time.Hour)
	wantLines(t, of(p, "anna", "bert"),
		"withdraw E-anna needs-approval", "disable-contact E-anna needs-approval", "detach E-anna waiting",
		"withdraw E-bert due", "disable-contact E-bert due", "detach E-bert waiting")
	w.approve(p, day)
	wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna due", "disable-contact E-anna due", "detach E-anna waiting")
	p = w.later(t, day)
	wantLines(t, of(p, "anna", "bert"), "detach E-anna needs-approval", "detach E-bert due")
	w.approve(p, day)
	wantLines(t, of(w.later(t, time.Hour), "anna"), "detach E-anna due")
}

// TestProtectionIsTold in the plan's text and JSON, also while the step still waits.
func TestProtectionIsTold(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	w.policy.Protected = []string{"E-anna"}
	people["anna"].leave(model.Absent)
	people["bert"].leave(model.Absent)
	p := w.later(t, time.Hour)
	if c := find(t, p, model.Withdraw, "anna"); !c.Protected || c.Status != model.Waiting {
		t.Errorf("%+v", c)
	}
	if c := find(t, p, model.Withdraw, "bert"); c.Protected {
		t.Errorf("%+v", c)
	}
	var text bytes.Buffer
	if err := view.WritePlan(&text, p, 0); err != nil {
		t.Fatal(err)
	}
	document, err := json.Marshal(view.NewPlanJSON(p))
	if err != nil {
		t.Fatal(err)
	}
	for where, n := range map[string]int{
		"text": strings.Count(text.String(), "protected: every step needs an approval"),
		"JSON": strings.Count(string(document), `"protected":true`),
	} {
		if n != 1 {
			t.Errorf("the %s says it %d times", where, n)
		}
	}
}

// TestProtectionOutlivesAChangedCSI: a csi protects by what the ledger knows, and by what the
// directory says.
func TestProtectionOutlivesAChangedCSI(t *testing.T) {
	t.Parallel()
	for _, csi := range []string{"E-anna", "E-new"} {
		w, people := rolledOut(t, "anna")
		w.policy.Protected, w.policy.GraceWithdraw = []string{csi}, 0
		people["anna"].csi = "E-new"
		people["anna"].leave(model.Disabled)
		wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna needs-approval")
	}
}

// TestProtectionIsForLeaversOnly: it asks for nothing where nothing is taken.
func TestProtectionIsForLeaversOnly(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.Protected = []string{"E-anna", "E-zoe"}
	people["anna"].last = "Neu"
	w.hire("zoe")
	wantLines(t, of(w.later(t, time.Hour), "anna", "zoe"), "set-settings E-anna due", "create E-zoe due")
}

// TestProtectionByGroup: it outlives the membership once the way out began, whatever the
// directory still shows; it ends only for who is entitled and seen outside of the group.
func TestProtectionByGroup(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		before  bool // in the group while entitled
		happens func(anna *entry)
	}{
		"in the group":                      {true, func(*entry) {}},
		"left the group with the disabling": {true, func(anna *entry) { anna.board = false }},
		"deleted":                           {true, func(anna *entry) { anna.board = false; anna.leave(model.Absent) }},
		"joined on the way out":             {false, func(anna *entry) { anna.board = true }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna", "bert")
			w.policy.GraceWithdraw = 0
			people["anna"].board = tt.before
			w.later(t, time.Hour)
			people["anna"].leave(model.Disabled)
			tt.happens(people["anna"])
			w.later(t, time.Hour)
			if c := find(t, w.later(t, 48*time.Hour), model.Withdraw, "anna"); !c.Protected || c.Status != model.NeedsApproval {
				t.Errorf("%+v", c)
			}
		})
	}
	t.Run("left the group while entitled", func(t *testing.T) {
		t.Parallel()
		w, people := rolledOut(t, "anna")
		w.policy.GraceWithdraw = 0
		people["anna"].board = true
		w.later(t, time.Hour)
		people["anna"].board = false
		w.later(t, time.Hour)
		people["anna"].leave(model.Disabled)
		wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna due")
	})
}

// TestProtectionIsNotKnown: while a group that protects cannot be read everybody is protected,
// with words, and nobody for longer than that, but for those who were before.
func TestProtectionIsNotKnown(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert", "carl")
	w.policy.GraceWithdraw = 0
	people["anna"].board = true
	w.later(t, time.Hour)

	w.source().protectAll = "CN=Board: it is not there"
	people["anna"].board = false
	w.later(t, time.Hour) // all are still entitled
	people["anna"].leave(model.Disabled)
	people["bert"].leave(model.Disabled)
	p := w.later(t, time.Hour)
	wantLines(t, of(p, "anna", "bert"), "withdraw E-anna needs-approval", "withdraw E-bert needs-approval")
	if c := find(t, p, model.Withdraw, "bert"); !strings.Contains(english.Join(c.Reasons), "like everybody of source "+w.source().name+" (CN=Board: it is not there): every step needs an approval") {
		t.Errorf("%+v", c)
	}
	if c := find(t, p, model.Withdraw, "anna"); strings.Contains(english.Join(c.Reasons), "like everybody") {
		t.Errorf("%+v", c)
	}
	w.source().protectAll = ""
	wantLines(t, of(w.later(t, time.Hour), "anna", "bert"), "withdraw E-anna needs-approval", "withdraw E-bert due")
}
