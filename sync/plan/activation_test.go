package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestAnIDThatWaitsForTheNewPassword: whose credential is a new one has an ID that goes on. It is theirs, and
// no orphan; they are told to log in, and not to activate.
func TestAnIDThatWaitsForTheNewPassword(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(t *testing.T, a *aftermath){
		"a withdrawal that was taken back": func(t *testing.T, a *aftermath) { a.newCredential(t) },
		"withdrawn by hand, and made anew": func(t *testing.T, a *aftermath) {
			a.state.Orders, a.state.Effects, a.policy.Recreate = nil, nil, true
			a.pass(t)
			a.later(t, 2*time.Hour)
			a.later(t, time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := stolen(t)
			lose(t, a)
			for range 2 { // what is looked for no more says nothing of it
				a.later(t, 50*day)
			}
			x, text := a.mustExplain(t, a.id)
			if x.Person != a.anna.id || x.NotActivated() || !x.LoggedOut() || len(x.Users) != 1 || strings.Contains(text, "orphan") {
				t.Errorf("%+v\n%s", x.Users, text)
			}
			for _, says := range []string{"have not logged in with credential anna", "on the phone that is in their own hands", "the one that has Threema ID " + a.id, "lost or stolen", "on the new phone", "hand-over file for anna",
				"unmanaged user " + a.id, "of E-anna " + a.anna.dn() + ": it goes on when they log in"} {
				if !strings.Contains(text, says) {
					t.Errorf("does not say %q:\n%s", says, text)
				}
			}
			a.user.CredentialID = a.world.credential("anna").ID
			*a.world.user(a.id) = a.user
			a.world.credential("anna").Usage = 1
			x, text = a.mustExplain(t, "anna")
			if x.LoggedOut() || x.NotActivated() || len(x.Unmanaged) > 0 || strings.Contains(text, "log in") {
				t.Errorf("they logged in:\n%s", text)
			}
		})
	}
}

// TestAnIDOfNoUseAnyMore names the former user of one that waits for nothing.
func TestAnIDOfNoUseAnyMore(t *testing.T) {
	t.Parallel()
	a := stolen(t)
	x, text := a.mustExplain(t, "anna")
	if x.LoggedOut() || x.NotActivated() || !strings.Contains(text, "withdrawn by order on ") {
		t.Errorf("withdrawn, and not taken back:\n%s", text)
	}
	a.takeBack(a.undo(a.anna))
	if _, text = a.mustExplain(t, "anna"); !strings.Contains(text, "create, by the next pass; then they type the new password") {
		t.Errorf("taken back:\n%s", text)
	}
	a.pass(t)
	other := a.activate("anna")
	a.later(t, 100*day)
	wantWords(t, a.plan(), "user Anna Muster of E-anna "+a.anna.dn()+", who was seen with it last on")
	wantWords(t, a.plan(), "and has another one on credential anna now")
	if x, _ := a.mustExplain(t, other); x.Person != a.anna.id || x.LoggedOut() {
		t.Errorf("%+v", x)
	}
}

// TestSeenLastStands: when an ID was seen with somebody last is said as of a pass, and does not move with whoever looks.
func TestSeenLastStands(t *testing.T) {
	t.Parallel()
	w, _ := rolledOut(t, "anna")
	id := w.activate("anna")
	w.settle(t)
	seen := "who was seen with it last on " + w.now.Format(time.DateOnly)
	w.withdrawByHand("anna")
	for range 3 {
		w.now = w.now.Add(day)
		if _, text := w.mustExplain(t, "anna"); !strings.Contains(text, "user "+id) || !strings.Contains(text, seen) {
			t.Errorf("it does not say %q:\n%s", seen, text)
		}
	}
	w.later(t, time.Hour)
	wantWords(t, w.plan(), seen)
}

// TestManagedAreThere: a credential that was withdrawn, by hand or by order, or perhaps, is not managed.
func TestManagedAreThere(t *testing.T) {
	t.Parallel()
	w, _ := rolledOut(t, "anna", "bert", "carl")
	all := len(w.state.Managed())
	w.withdrawByHand("anna")
	w.later(t, time.Hour)
	w.state.Orders = append(w.state.Orders, model.PastOrder{CredentialID: w.credential("bert").ID})
	w.state.Open = append(w.state.Open, model.Operation{Op: model.Withdraw, CredentialID: w.credential("carl").ID})
	if got := len(w.state.Managed()); got != all-3 || len(w.state.Owned) != all {
		t.Errorf("%d of %d, %d owned", got, all, len(w.state.Owned))
	}
}
