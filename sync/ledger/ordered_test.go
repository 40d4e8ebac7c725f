package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// manage makes ada's credential ours.
func manage(t *testing.T, l *Ledger) {
	t.Helper()
	op := withdrawal()
	op.ChangeID, op.Op, op.ThreemaIDs = "a1", model.Adopt, nil
	op = beginOne(t, l, startRun(t, l), op)
	settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
}

// ordered withdraws ada's credential on somebody's word alone.
func ordered(t *testing.T, l *Ledger) model.Operation {
	t.Helper()
	op := withdrawal()
	op.Ordered = true
	op = beginOne(t, l, startRun(t, l), op)
	settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done, ThreemaIDs: []string{"LATECOME"}})
	return op
}

func judged(t *testing.T, l *Ledger, change func(*model.Effect)) {
	t.Helper()
	e := state(t, l).Effects[0]
	change(&e)
	remember(t, l, model.StateUpdate{Effects: []model.Effect{e}})
}

// TestAnOrderIsLookedFor with all its IDs, and is no departure; a second order is looked for anew.
func TestAnOrderIsLookedFor(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	manage(t, l)
	w := ordered(t, l)
	want := model.Effect{
		Op: model.Withdraw, Subject: w.Subject, CredentialID: w.CredentialID, Username: w.Username, Ordered: true,
		IDs: union(w.ThreemaIDs, []string{"LATECOME"}), RequestedAt: start,
	}
	wants := func() {
		t.Helper()
		if diff := cmp.Diff([]model.Effect{want}, state(t, l).Effects, cmpopts.IgnoreFields(model.Effect{}, "ID", "Departure")); diff != "" {
			t.Error(diff)
		}
	}
	wants()
	history, err := l.PersonHistory(t.Context(), w.Person)
	if err != nil || len(history.Departures) > 0 || len(state(t, l).Departures) > 0 {
		t.Errorf("an order is no departure: %+v, %v", history.Departures, err)
	}
	c.Advance(48 * time.Hour)
	judged(t, l, func(e *model.Effect) { e.GoneAt, e.VerifiedAt = c.Now(), c.Now() })
	ordered(t, l)
	want.RequestedAt = c.Now()
	wants()
}

// TestAnOrderTakenBackAndGivenAgain: what a pass settled because of the way back is looked for again.
func TestAnOrderTakenBackAndGivenAgain(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	manage(t, l)
	w := ordered(t, l)
	undone := model.UndoneOrder{Person: w.Person, CredentialID: w.CredentialID, By: "anna"}
	if err := l.UndoWithdrawal(t.Context(), undone, w.CSI, "found"); err != nil {
		t.Fatal(err)
	}
	judged(t, l, func(e *model.Effect) { e.ReturnedAt = c.Now() })
	if got := state(t, l).Effects; len(got) > 0 {
		t.Fatalf("over, yet %+v", got)
	}
	if err := l.RevokeUndo(t.Context(), startRun(t, l), w.Person, w.CSI, "anna", "lost again"); err != nil {
		t.Fatal(err)
	}
	if got := state(t, l).Effects; len(got) != 1 || got[0].State() != model.EffectRequested {
		t.Errorf("%+v", got)
	}
}

// TestADepartureTakesAnOrderOver: it counts since the order, with the alarms that stand.
func TestADepartureTakesAnOrderOver(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	manage(t, l)
	w := ordered(t, l)
	e := state(t, l).Effects[0]
	alarm := model.Alarm{
		Departure: e.Departure, Kind: model.StillActive, Op: e.Op, Subject: e.Subject, CredentialID: e.CredentialID, Username: e.Username,
		ThreemaID: "LATECOME", Since: c.Now(),
	}
	remember(t, l, model.StateUpdate{Alarms: []model.Alarm{alarm}})
	c.Advance(48 * time.Hour)
	op := beginOne(t, l, startRun(t, l), withdrawal())
	settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
	s := state(t, l)
	if len(s.Effects) != 1 || s.Effects[0].Ordered || s.Effects[0].Departure == e.Departure || !s.Effects[0].RequestedAt.Equal(start) {
		t.Fatalf("%+v", s.Effects)
	}
	alarm.Departure = s.Effects[0].Departure
	if diff := cmp.Diff([]model.Alarm{alarm}, s.Alarms); diff != "" {
		t.Error(diff)
	}
	if len(s.Departures) != 1 || s.Departures[0].Person != w.Person {
		t.Errorf("%+v", s.Departures)
	}
}
