package plan_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/lookup"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestGivenPicksWhatIsTakenBack: by the hash, by a person as the ledger knows them, or all; never what is over.
func TestGivenPicksWhatIsTakenBack(t *testing.T) {
	t.Parallel()
	w := running(t, 100)
	w.leaveOU(0, model.OutOfScope)
	p := w.later(t, 2*time.Hour)
	for n, c := range p.AwaitingApproval() {
		given := model.GivenApproval{ChangeID: c.ID, Op: c.Op, Person: c.Person, CSI: c.CSI, By: "anna", Hash: "cafe", Until: w.now.Add(day)}
		switch n {
		case 0:
			given.Hash = "f00d"
		case 1:
			given.Until = w.now
		}
		w.give(given)
	}
	one := w.source().people[3]
	for query, want := range map[string]int{
		"all": 8, "cafe": 7, "f00d": 1, one.csi: 1, one.username: 1, one.dn(): 1, one.id.ID: 1, w.source().people[1].csi: 0, w.source().people[50].csi: 0,
	} {
		if got, err := lookup.Given(w.state, w.policy, w.now, query); err != nil || len(got) != want {
			t.Errorf("%s: %v, %v", query, got, err)
		}
	}
	_, err := lookup.Given(w.state, w.policy, w.now, "beef")
	if _, ok := errors.AsType[*lookup.NotGivenError](err); !ok || !strings.Contains(err.Error(), "nothing was taken back") || !strings.Contains(err.Error(), one.dn()+", approved by anna under cafe") {
		t.Errorf("%v", err)
	}
}

// TestAYesEndsWithTheDeparture: whoever is seen as entitled again leaves no yes behind, and the others theirs.
func TestAYesEndsWithTheDeparture(t *testing.T) {
	t.Parallel()
	w := running(t, 100)
	w.leaveOU(0, model.OutOfScope)
	w.approve(w.later(t, 2*time.Hour), 720*time.Hour)
	w.source().people[0].comeBack()
	w.source().people[1].hide("nobody can tell")
	p := w.later(t, 2*time.Hour)
	if got := len(p.Update.VoidApprovals); got != 1 || len(w.state.Approvals) != 8 {
		t.Errorf("%d void, left %v", got, w.state.Approvals)
	}
	w.source().people[1].leave(model.OutOfScope)
	if p := w.later(t, 2*time.Hour); len(p.Waits()) != 0 {
		t.Errorf("asks again: %+v", p.Waits())
	}
	// A yes to anything else is none to a departure.
	w.source().people[2].comeBack()
	w.give(model.GivenApproval{ChangeID: "adoption", Op: model.Adopt, Person: w.source().people[2].id, Until: w.now.Add(day)})
	if p := w.later(t, 2*time.Hour); slices.Contains(p.Update.VoidApprovals, "adoption") || len(p.Update.VoidApprovals) != 1 {
		t.Errorf("void: %v", p.Update.VoidApprovals)
	}
	// A yes to a withdrawal that somebody orders is one to a person who is entitled, and stays.
	w.give(model.GivenApproval{ChangeID: "ordered", Op: model.Withdraw, Person: w.source().people[0].id, Until: w.now.Add(day)})
	if p := w.later(t, 2*time.Hour); len(p.Update.VoidApprovals) != 0 {
		t.Errorf("void: %v", p.Update.VoidApprovals)
	}
}
