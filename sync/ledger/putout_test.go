package ledger

import (
	"slices"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestAWordIsRemembered until there is a credential again: of an order that began a departure, and of a departure
// that came after it; and not of one that somebody took back before anything was sent.
func TestAWordIsRemembered(t *testing.T) {
	t.Parallel()
	l, clock := openNew(t)
	manage(t, l)
	wantWord := func(want ...model.Word) {
		t.Helper()
		var words []model.Word
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
	settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Failed})
	if err := l.EndOrder(t.Context(), openOrder("ada"), "4711", "it was a mistake"); err != nil {
		t.Fatal(err)
	}
	op = beginOne(t, l, startRun(t, l), withdrawal())
	settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
	wantWord()
	remember(t, l, model.StateUpdate{EndedDepartures: []model.EndedDeparture{{Person: person("ada"), Why: "returned"}}})
	manage(t, l)
	err := l.BeginWithdrawn(t.Context(), startRun(t, l), model.Departure{
		Subject: model.Subject{Person: person("ada"), CSI: "4711"}, CredentialID: "c1", Username: "ada", StartedAt: clock.Now(), WithdrawnAt: clock.Now(), Word: model.WordHand,
	})
	if err != nil {
		t.Fatal(err)
	}
	wantWord(model.WordHand)
	remember(t, l, model.StateUpdate{EndedDepartures: []model.EndedDeparture{{Person: person("ada"), Why: "returned"}}})
	wantWord(model.WordHand)
	if err := l.UndoWithdrawal(t.Context(), model.UndoneOrder{Person: person("ada"), CredentialID: "c1", By: "anna (uid 1000)"}, "4711", "back"); err != nil {
		t.Fatal(err)
	}
	if len(state(t, l).Undone) != 1 {
		t.Error("the way back is not remembered")
	}
	manage(t, l)
	wantWord()
}
