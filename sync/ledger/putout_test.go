package ledger

import (
	"slices"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// TestAWordIsRemembered until there is a credential again: of an order that began a departure, and of a departure
// that came after it; and not of one that somebody took back before anything was sent.
func TestAWordIsRemembered(t *testing.T) {
	t.Parallel()
	l, clock := openNew(t)
	manage(t, l)
	wantWord := func(want ...plan.Word) {
		t.Helper()
		var words []plan.Word
		for _, o := range state(t, l).PutOut {
			words = append(words, o.Word)
		}
		if !slices.Equal(words, want) {
			t.Errorf("words %q, want %q", words, want)
		}
	}
	by := withdrawal()
	by.By = "anna (uid 1000)"
	op := beginOne(t, l, startRun(t, l), by)
	settleOne(t, l, plan.Settlement{Operation: op.ID, Result: plan.Failed})
	if err := l.EndOrder(t.Context(), openOrder("ada"), "4711", "it was a mistake"); err != nil {
		t.Fatal(err)
	}
	op = beginOne(t, l, startRun(t, l), withdrawal())
	settleOne(t, l, plan.Settlement{Operation: op.ID, Result: plan.Done})
	wantWord()
	remember(t, l, plan.StateUpdate{EndedDepartures: []plan.EndedDeparture{{Person: person("ada"), Why: "returned"}}})
	manage(t, l)
	err := l.BeginWithdrawn(t.Context(), startRun(t, l), plan.Departure{
		Person: person("ada"), CredentialID: "c1", Username: "ada", CSI: "4711", StartedAt: clock.Now(), WithdrawnAt: clock.Now(), Word: plan.WordHand,
	})
	if err != nil {
		t.Fatal(err)
	}
	wantWord(plan.WordHand)
	remember(t, l, plan.StateUpdate{EndedDepartures: []plan.EndedDeparture{{Person: person("ada"), Why: "returned"}}})
	wantWord(plan.WordHand)
	if err := l.UndoWithdrawal(t.Context(), plan.UndoneOrder{Person: person("ada"), CredentialID: "c1", By: "anna (uid 1000)"}, "4711", "back"); err != nil {
		t.Fatal(err)
	}
	if len(state(t, l).Undone) != 1 {
		t.Error("the way back is not remembered")
	}
	manage(t, l)
	wantWord()
}
