package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// obeyed is what the ledger keeps of a withdrawal on somebody's word alone.
func (w *world) obeyed(own model.Ownership, ids ...string) {
	w.state.Orders = append(slices.Clone(w.state.Orders), model.PastOrder{CredentialID: own.CredentialID, At: w.now})
	w.effects++
	w.sagas++
	w.state.Effects = append(slices.Clone(w.state.Effects), model.Effect{
		ID: w.effects, Departure: w.sagas, Op: model.Withdraw, Subject: model.Subject{Person: own.Person, CSI: own.CSI}, CredentialID: own.CredentialID, Username: own.Username,
		IDs: ids, Ordered: true, RequestedAt: w.now,
	})
}

// stolen is a world in which the credential of anna, who stays entitled, was withdrawn by order a moment ago.
func stolen(t *testing.T) *aftermath {
	t.Helper()
	w, people := rolledOut(t, "anna")
	a := &aftermath{world: w, anna: people["anna"], id: w.activate("anna")}
	w.settle(t)
	own := *w.owner(a.anna.id)
	a.credential, a.user, a.start = *w.credential("anna"), *w.user(a.id), w.now
	w.withdrawByHand("anna")
	w.obeyed(own, a.id)
	w.dropUser(a.id)
	a.comesBack() // its link is gone with the credential
	return a
}

// newCredential is one that anna gets by the rules of any joiner.
func (a *aftermath) newCredential(t *testing.T) {
	t.Helper()
	a.takeBack(a.undo(a.anna))
	a.later(t, minute)
	if a.world.credential("anna") == nil {
		t.Fatal("there is no new credential")
	}
}

// TestAnOrderIsVerified: somebody who is entitled all along is looked for as a leaver is.
func TestAnOrderIsVerified(t *testing.T) {
	t.Parallel()
	says := func(lines ...string) []string { return lines }
	for name, moments := range map[string][]moment{
		"the phone is off": {{0, nil, says("withdraw requested")}, {day - minute, nil, says("withdraw requested")}, {day, nil, says("withdraw verified")}},
		"the app goes on": {
			{hour, func(a *aftermath) { a.checksIn(hour) }, says("withdraw requested")},
			{30 * hour, func(a *aftermath) { a.checksIn(29 * hour) }, says("withdraw requested", "ALARM still-active")},
			{20 * day, nil, says("withdraw requested", "ALARM still-active")},
		},
		"the credential is back": {
			{2 * hour, nil, says("withdraw requested")}, {4 * hour, nil, says("withdraw requested")},
			{25 * hour, (*aftermath).restore, says("withdraw requested", "ALARM credential-back")},
		},
		"the account is disabled then": {
			{30 * hour, func(a *aftermath) { a.checksIn(29 * hour) }, says("withdraw requested", "ALARM still-active")},
			{31 * hour, func(a *aftermath) { a.anna.leave(model.Disabled); a.policy.ConfirmReads = 9 }, says("withdraw requested", "ALARM still-active")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := stolen(t)
			for _, m := range moments {
				a.world.now = a.start.Add(m.after)
				if m.do != nil {
					m.do(a)
				}
				if got := watched(a.pass(t)); !slices.Equal(got, m.want) {
					t.Fatalf("after %s: %q, want %q", m.after, got, m.want)
				}
			}
		})
	}
}

// TestAnOrderEnds when it is taken back, or when a new credential is used: one that was only made gives
// nobody the phone back.
func TestAnOrderEnds(t *testing.T) {
	t.Parallel()
	alarmed := func(t *testing.T) *aftermath {
		t.Helper()
		a := stolen(t)
		a.world.now = a.start.Add(30 * hour)
		a.checksIn(29 * hour)
		a.wantWatched(t, a.pass(t), "withdraw requested", "ALARM still-active")
		return a
	}
	t.Run("taken back", func(t *testing.T) {
		t.Parallel()
		a := alarmed(t)
		a.newCredential(t)
		a.wantWatched(t, a.later(t, minute))
		_, text := a.mustExplain(t, "E-anna")
		if strings.Contains(text, "withdrawn by order") {
			t.Errorf("of the credential that is theirs now:\n%s", text)
		}
	})
	t.Run("made anew, and used", func(t *testing.T) {
		t.Parallel()
		a := alarmed(t)
		a.policy.Recreate = true
		a.later(t, 2*hour)
		a.later(t, 2*hour)
		if a.world.credential("anna") == nil {
			t.Fatal("there is no new credential")
		}
		a.wantWatched(t, a.later(t, minute), "withdraw requested", "ALARM still-active")
		a.activate("anna")
		p := a.later(t, minute)
		a.wantWatched(t, p, "withdraw returned")
		if len(p.Update.Cleared) != 1 || p.Update.Cleared[0].Why.Code != "new-credential-used" {
			t.Errorf("%+v", p.Update.Cleared)
		}
	})
}

func (a *aftermath) wantWatched(t *testing.T, p plan.Plan, want ...string) {
	t.Helper()
	if got := watched(p); !slices.Equal(got, want) {
		t.Fatalf("%q, want %q", got, want)
	}
}

// TestExplainAnOrder: what is missing by order is said to be withdrawn.
func TestExplainAnOrder(t *testing.T) {
	t.Parallel()
	a := stolen(t)
	a.later(t, hour)
	_, text := a.mustExplain(t, "E-anna")
	words := strings.Join(strings.Fields(text), " ")
	if !strings.Contains(words, "withdrawn by order "+a.start.Format(time.DateTime)) || strings.Contains(text, "missing since") ||
		!strings.Contains(text, "not verified yet, effective by "+a.start.Add(day).Format(time.DateTime)) {
		t.Errorf("%s", text)
	}
	a.takeBack(a.undo(a.anna))
	if _, text := a.mustExplain(t, "E-anna"); !strings.Contains(text, "by anna (uid 1000)") {
		t.Errorf("taken back:\n%s", text)
	}
}
