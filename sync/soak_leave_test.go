package sync_test

import (
	"context"
	"slices"
	"time"

	"pgregory.net/rapid"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// holdSomebody says that a human is on leave for some days. From then on the credential that they have,
// and the Threema IDs on it, are safe, whatever becomes of their entries.
func (w *soak) holdSomebody(rt *rapid.T) {
	if len(w.accounts) == 0 {
		rt.Skip("nobody is there")
	}
	a := rapid.SampledFrom(w.accounts).Draw(rt, "who")
	day := w.now().UTC().AddDate(0, 0, rapid.IntRange(0, 12).Draw(rt, "days")).Format(time.DateOnly)
	leave, err := dirsync.NewLeave(a.uuid(), day, "sabbatical", "anna", w.now().UTC())
	w.must(err)
	holder := dirsync.Holder{Planner: w.planner(), Ledger: w.ledger}
	answer, err := holder.Hold(context.Background(), leave)
	w.log("hold %v until %s: %s %s %v", a, day, answer.Outcome, view.Headline(answer), err)
	if err != nil || answer.Outcome != outcomes.AnswerHeld {
		return
	}
	owned := w.credentialsOf(a.human)
	if len(owned) != 1 || w.humans[a.human].blurred != "" || w.holder[owned[0].ID] != a || len(w.strayed[owned[0].ID]) > 0 {
		return // which credential is theirs, nobody can tell: the hold is for one that the ledger knows
	}
	w.onLeave[owned[0].ID] = leave.Until
	for _, id := range owned[0].Users {
		if _, borrowed := w.loans[id]; !borrowed && w.phones[id] == a.human {
			w.onLeave[id] = leave.Until
		}
	}
}

// endLeaves ends all of them, so that whoever left can be out in the end.
func (w *soak) endLeaves() {
	state, err := w.ledger.State(context.Background())
	w.must(err)
	for _, s := range state.Suspensions {
		if s.Stands(w.now()) {
			w.must(w.ledger.EndSuspension(context.Background(), s.Person, "anna", "the end"))
		}
	}
	clear(w.onLeave)
}

// judgeLeave: nothing is taken from who is on leave, unless a wrong yes gave the credential to others. The
// clock of the program may be off by what nobody calls wrong.
func (w *soak) judgeLeave(what, id string) {
	until, said := w.onLeave[id]
	if said && w.sim.Now().Before(until.Add(-10*time.Minute)) && !w.named[id] && w.humanIsClear(id) {
		w.rt.Fatalf("%s of somebody on leave until %s, at %s\n%s", what, until, w.sim.Now(), text(w.report))
	}
}

// humanIsClear tells that nobody but its human can have a credential, or a Threema ID, by now.
func (w *soak) humanIsClear(id string) bool {
	n, credential := w.belongs[id], id
	if user, isUser := w.phones[id]; isUser {
		n, credential = user, w.usedOn[id]
	}
	return w.humans[n].blurred == "" && len(w.strayed[credential]) == 0 && !slices.Contains(w.unshown, w.latest(n))
}
