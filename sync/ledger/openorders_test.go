package ledger

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func openOrder(who string) model.OpenOrder {
	return model.OpenOrder{Person: person(who), CredentialID: "c1", At: start, By: "anna (uid 1000)"}
}

func giveOrder(t *testing.T, l *Ledger) {
	t.Helper()
	if err := l.Order(t.Context(), startRun(t, l), openOrder("ada"), "4711", "stolen phone"); err != nil {
		t.Fatal(err)
	}
}

func wantOpenOrders(t *testing.T, l *Ledger, want ...model.OpenOrder) {
	t.Helper()
	if diff := cmp.Diff(want, state(t, l).OpenOrders, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

// TestAnOrderStandsUntilItIsCarriedOut: whatever a request came to that did not take the credential, and
// whoever owns that by now.
func TestAnOrderStandsUntilItIsCarriedOut(t *testing.T) {
	t.Parallel()
	for name, outcome := range map[string]model.Result{"failed": model.Failed, "unknown": model.Uncertain} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, _ := openNew(t)
			manage(t, l)
			giveOrder(t, l)
			giveOrder(t, l)
			op := withdrawal()
			op.Ordered = true
			op = beginOne(t, l, startRun(t, l), op)
			settleOne(t, l, model.Settlement{Operation: op.ID, Result: outcome})
			wantOpenOrders(t, l, openOrder("ada"))
			if outcome == model.Uncertain {
				remember(t, l, model.StateUpdate{Owned: state(t, l).Owned, Settled: []model.SettledOperation{{ID: op.ID}}})
				wantOpenOrders(t, l, openOrder("ada"))
			}
			ordered(t, l)
			wantOpenOrders(t, l)
		})
	}
	t.Run("transfer", func(t *testing.T) {
		t.Parallel()
		l, _ := openNew(t)
		manage(t, l)
		giveOrder(t, l)
		op := beginOne(t, l, startRun(t, l), model.Operation{ChangeID: "t1", Op: model.Transfer, Subject: model.Subject{Person: person("new"), CSI: "4711"}, CredentialID: "c1", Username: "ada"})
		settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
		wantOpenOrders(t, l, openOrder("new"))
	})
	t.Run("departure", func(t *testing.T) {
		t.Parallel()
		l, _ := openNew(t)
		manage(t, l)
		giveOrder(t, l)
		op := beginOne(t, l, startRun(t, l), withdrawal())
		settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
		wantOpenOrders(t, l)
	})
}

// TestAnOrderEndsWithItsYes: taken back, or with what was taken back of it, and each yes to it is void.
func TestAnOrderEndsWithItsYes(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*testing.T, *Ledger) error{
		"not carried out": func(t *testing.T, l *Ledger) error { return l.EndOrder(t.Context(), openOrder("ada"), "4711", "found") },
		"perhaps": func(t *testing.T, l *Ledger) error {
			return l.UndoWithdrawal(t.Context(), model.UndoneOrder{Person: person("ada"), CredentialID: "c1", By: "anna (uid 1000)"}, "4711", "found")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, c := openNew(t)
			manage(t, l)
			giveOrder(t, l)
			yes := model.GivenApproval{ChangeID: "w1", Op: model.Withdraw, Person: person("ada"), CSI: "4711", Until: c.Now().AddDate(0, 0, 1)}
			if err := l.Approve(t.Context(), "cafe", "anna (uid 1000)", []model.GivenApproval{yes}); err != nil {
				t.Fatal(err)
			}
			if err := end(t, l); err != nil {
				t.Fatal(err)
			}
			wantOpenOrders(t, l)
			if given := state(t, l).Approvals; len(given) > 0 {
				t.Errorf("%+v", given)
			}
		})
	}
}

// TestAnOrderEndsWithItsCredential: fulfilled without it, or nobody's any more.
func TestAnOrderEndsWithItsCredential(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	manage(t, l)
	giveOrder(t, l)
	remember(t, l, model.StateUpdate{Owned: state(t, l).Owned, EndedOrders: []model.OpenOrder{openOrder("ada")}})
	wantOpenOrders(t, l)
	other, _ := openNew(t)
	giveOrder(t, other) // nobody owns c1
	remember(t, other, model.StateUpdate{})
	manage(t, other)
	wantOpenOrders(t, other)
}

// TestAnOrderOfAnOlderLedgerEnds when somebody accepts that one was put back, and no sooner: nobody knows whether it
// was taken back since. The audit has each.
func TestAnOrderOfAnOlderLedgerEnds(t *testing.T) {
	t.Parallel()
	path, c := newPath(t), newClock()
	l := open(t, path, Options{Now: c.Now})
	remember(t, l, model.StateUpdate{Subscription: "sub"})
	manage(t, l)
	giveOrder(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	copyFile(t, path, path+".aside")
	passes(t, path, c, 7)
	copyFile(t, path+".aside", path)
	passes(t, path, c, 1)
	l = open(t, path, Options{Now: c.Now})
	wantOpenOrders(t, l, openOrder("ada"))
	remember(t, l, model.StateUpdate{Subscription: "sub", AcceptedBy: "anna"})
	wantOpenOrders(t, l)
	if !slices.ContainsFunc(story(t, l.Reader), func(e AuditEntry) bool {
		return e.Event == auditOrderEnded && strings.Contains(e.Message, "older ledger")
	}) {
		t.Error("the audit does not tell")
	}
	verify(t, l.Reader)
}

// TestAListThatIsBehindTakesNoWayBack: after a withdrawal that was done, or may have been, and was taken back, one list that
// shows the credential all the same does not end the way back.
func TestAListThatIsBehindTakesNoWayBack(t *testing.T) {
	t.Parallel()
	for name, sent := range map[string]func(*testing.T, *Ledger){
		"done": func(t *testing.T, l *Ledger) { ordered(t, l) },
		"its answer was lost": func(t *testing.T, l *Ledger) {
			op := withdrawal()
			op.Ordered = true
			settleOne(t, l, model.Settlement{Operation: beginOne(t, l, startRun(t, l), op).ID, Result: model.Uncertain})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, _ := openNew(t)
			manage(t, l)
			sent(t, l)
			if err := l.UndoWithdrawal(t.Context(), model.UndoneOrder{Person: person("ada"), CredentialID: "c1", By: "anna (uid 1000)"}, "4711", "found"); err != nil {
				t.Fatal(err)
			}
			remember(t, l, model.StateUpdate{Owned: state(t, l).Owned}) // no read has missed the credential
			if undone := state(t, l).Undone; len(undone) != 1 {
				t.Errorf("the way back is %+v", undone)
			}
		})
	}
}
