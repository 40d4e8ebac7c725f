package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestVanishedIDs: one that went by itself is known as long as nobody took it, and as left behind once its
// departure was settled; the departure begins again with it.
func TestVanishedIDs(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	remember(t, l, model.StateUpdate{Subscription: "SUB1"})
	op := beginOne(t, l, startRun(t, l), withdrawal())
	settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done, ThreemaIDs: []string{"BBBBBBBB"}})
	departure := state(t, l).Departures[0]
	departure.IDs = nil
	want := model.Vanished{Number: 1, Departure: departure, ThreemaID: "BBBBBBBB"}
	remember(t, l, model.StateUpdate{Subscription: "SUB1", Vanished: []model.Vanished{{Departure: model.Departure{Subject: model.Subject{Person: departure.Person}}, ThreemaID: "BBBBBBBB"}}})
	same := func(what string, want, got any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", what, diff)
		}
	}
	same("under way", []model.Vanished{want}, state(t, l).Vanished)
	same("nobody left it behind", 0, len(state(t, l).AbandonedIDs))

	remember(t, l, model.StateUpdate{Subscription: "SUB1", EndedDepartures: []model.EndedDeparture{{Person: departure.Person, Why: "settled"}}})
	want.Ended = true
	same("settled", []model.Vanished{want}, state(t, l).Vanished)
	same("left behind", []model.AbandonedID{{Person: departure.Person, CSI: departure.CSI, ThreemaID: "BBBBBBBB"}}, state(t, l).AbandonedIDs)
	remember(t, l, model.StateUpdate{Subscription: "SUB2"})
	same("another package says nothing of it", 0, len(state(t, l).Vanished))

	remember(t, l, model.StateUpdate{Subscription: "SUB1", Reopened: []int64{1}})
	want.Ended = false
	same("again", []model.Vanished{want}, state(t, l).Vanished)
	same("open again", departure.Person, state(t, l).Departures[0].Person)
	op = beginOne(t, l, startRun(t, l), model.Operation{ChangeID: "d1", Op: model.Detach, Subject: model.Subject{Person: departure.Person}, CredentialID: departure.CredentialID, ThreemaIDs: []string{"BBBBBBBB"}})
	settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
	same("taken", 0, len(state(t, l).Vanished))

}
