package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// away are the movements of a directory that end an entitlement, and the way back from each.
func away() map[string][2]func(*world, *entry) {
	back := func(_ *world, e *entry) { e.comeBack() }
	leave := func(kind model.EvidenceKind) func(*world, *entry) { return func(_ *world, e *entry) { e.leave(kind) } }
	return map[string][2]func(*world, *entry){
		"moved out of the base and back": {leave(model.OutOfScope), back},
		"disabled and enabled":           {leave(model.Disabled), back},
		"deleted and restored":           {leave(model.Absent), back},
	}
}

// putOuts are the ways in which somebody's word takes a credential.
func putOuts() map[string]func(*testing.T, *world, *entry) {
	return map[string]func(*testing.T, *world, *entry){
		"by order": func(t *testing.T, w *world, e *entry) { t.Helper(); w.obey(t, w.order(e)) },
		"by hand": func(t *testing.T, w *world, e *entry) {
			t.Helper()
			w.withdrawByHand(e.username)
			w.later(t, 2*time.Hour)
		},
	}
}

// TestAWordOutlivesTheMovementsOfTheDirectory: whom somebody's word put out gets nothing back because their entry
// went and came, whether their departure had begun or not. Whoever types it back gives it back.
func TestAWordOutlivesTheMovementsOfTheDirectory(t *testing.T) {
	t.Parallel()
	for how, put := range putOuts() {
		for name, way := range away() {
			for passes, days := range map[string]int{"within the grace": 1, "when the departure had begun": 12} {
				t.Run(how+", "+name+", "+passes, func(t *testing.T) {
					t.Parallel()
					w, people := rolledOut(t, "anna", "bert", "carl", "dora")
					anna := people["anna"]
					w.activate("anna")
					w.settle(t)
					put(t, w, anna)
					way[0](w, anna)
					for range days {
						w.later(t, day)
					}
					way[1](w, anna)
					for range 3 {
						wantLines(t, of(w.later(t, day), "anna"), "held E-anna")
					}
					wantWords(t, w.plan(), "was withdrawn "+how)
					wantWords(t, w.plan(), "withdraw --undo E-anna --reason TEXT")
					u := w.undo(anna)
					if u.Refused.Code != "" || u.Already.Code != "" || !strings.Contains(english.Join(u.Next), "the next pass makes a new credential") {
						t.Fatalf("%+v", u)
					}
					w.takeBack(u)
					wantLines(t, of(w.later(t, time.Hour), "anna"), "create E-anna due")
					if w.credential("anna") == nil {
						t.Fatal("the way back makes no credential")
					}
					w.leaves(t, anna)
					wantLines(t, of(w.later(t, time.Hour), "anna"), "create E-anna due") // and is no word any more
				})
			}
		}
	}
}

// leaves lets somebody go by the directory alone, and come back.
func (w *world) leaves(t *testing.T, e *entry) {
	t.Helper()
	e.leave(model.Disabled)
	for range 12 {
		w.later(t, day)
	}
	if w.credential(e.username) != nil {
		t.Fatal("the departure takes no credential")
	}
	e.comeBack()
}

// TestALeaverWithoutAWordGetsACredentialAgain: whom only the directory took out is a joiner when they are back.
func TestALeaverWithoutAWordGetsACredentialAgain(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert", "carl")
	w.leaves(t, people["anna"])
	wantLines(t, of(w.later(t, time.Hour), "anna"), "create E-anna due")
}

// TestAnOrderForALeaverIsAWord: it ended their access sooner than the directory would have, and stands when they
// are back.
func TestAnOrderForALeaverIsAWord(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert", "carl")
	people["anna"].leave(model.Disabled)
	w.later(t, time.Hour)
	w.obey(t, w.order(people["anna"]))
	w.later(t, 12*day)
	people["anna"].comeBack()
	wantLines(t, of(w.later(t, time.Hour), "anna"), "held E-anna")
	wantWords(t, w.plan(), "was withdrawn by order")
}

// TestRecreateEndsAWord: credentials.recreate gives everybody back what was withdrawn, but not what somebody
// accepted as lost; and no reason promises what it does not do.
func TestRecreateEndsAWord(t *testing.T) {
	t.Parallel()
	for word, want := range map[model.Word]string{model.WordOrder: "create E-anna due", model.WordHand: "create E-anna due", model.WordAccepted: "held E-anna"} {
		w, people := rolledOut(t, "anna", "bert")
		w.policy.Recreate = true
		own := *w.owner(people["anna"].id)
		w.withdrawByHand("anna")
		w.disown(own.Person, own.CredentialID)
		w.putOut(model.Departure{Subject: model.Subject{Person: own.Person, CSI: own.CSI}, CredentialID: own.CredentialID, Username: "anna", WithdrawnAt: w.now}, word)
		wantLines(t, of(w.later(t, 2*time.Hour), "anna"), want)
		if word == model.WordAccepted {
			w.policy.Recreate = false
			wantWords(t, w.plan(), "credentials.recreate does not create it anew; it is only for this person when somebody types `threema-dirsync withdraw --undo E-anna")
		}
	}
}

// TestAnAccountMadeAnewGivesNothingBack: the same csi under another directory ID asks, before the departure and
// after it, and a yes is the way back.
func TestAnAccountMadeAnewGivesNothingBack(t *testing.T) {
	t.Parallel()
	for how, put := range putOuts() {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna", "bert", "carl", "dora")
			put(t, w, people["anna"])
			people["anna"].leave(model.Absent)
			w.hire("anna")
			for n := range 40 {
				p := w.later(t, 12*time.Hour)
				if w.credential("anna") != nil {
					t.Fatalf("pass %d gives access back: %v", n, of(p, "anna"))
				}
			}
			p := w.plan()
			wantLines(t, of(p, "anna"), "create E-anna needs-approval", "held E-anna")
			wantWords(t, p, "was withdrawn "+how)
			wantWords(t, p, "A new account gives nobody their access back")
			w.approve(p, day)
			w.later(t, time.Minute)
			if w.credential("anna") == nil || len(w.state.PutOut) > 0 {
				t.Error("the yes gives nothing back")
			}
		})
	}
}
