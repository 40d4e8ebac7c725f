package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestALeaverKeepsTheirName: somebody who left is meant by their name as before, whatever is left of them: who
// has it too and stays is never taken for the only one.
func TestALeaverKeepsTheirName(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "lena", "otto")
	people["lena"].last, people["otto"].last = "Neumann", "Neumann"
	w.policy.ID = model.DetachID
	w.activate("lena")
	w.settle(t)
	several := func(when string) {
		t.Helper()
		_, err := w.explain("Neumann")
		if err == nil || !strings.Contains(err.Error(), "Neumann means 2 people") || !strings.Contains(err.Error(), people["lena"].dn()) || !strings.Contains(err.Error(), "E-lena") {
			t.Errorf("%s: %v", when, err)
		}
		for _, name := range []string{"Lena Neumann", "Neumann, Lena"} {
			if x, err := w.explain(name); err != nil || x.Person != people["lena"].id {
				t.Errorf("%s: %s is %v, %v", when, name, x.Person, err)
			}
		}
	}
	several("before")
	people["lena"].leave(model.Absent)
	for range 6 {
		w.later(t, 25*time.Hour)
	}
	if departure := w.saga(people["lena"].id); departure == nil || departure.WithdrawnAt.IsZero() {
		t.Fatalf("not withdrawn: %+v", departure)
	}
	several("withdrawn")
	for range 10 {
		w.later(t, 25*time.Hour)
	}
	if w.saga(people["lena"].id) != nil {
		t.Fatal("not settled")
	}
	several("settled")
}

// TestWhoMayHaveAName: of whom no last name is known may be meant if their DN begins with what contains it.
func TestWhoMayHaveAName(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "otto")
	people["otto"].last = "Neumann"
	w.settle(t)
	for dn, several := range map[string]bool{
		"uid=lneumann,dc=corp": true, "cn=Lena Maria Neumann,dc=corp": true, `cn=Neumann\2C Lena\0ADEL:1,dc=corp`: true, "cn=Lena Neumann,dc=corp": true,
		"uid=lmeier,ou=Neumann": false, "uid=u1,dc=corp": false,
	} {
		was := w.state.Effects
		w.state.Effects = append(slices.Clip(was), model.Effect{Op: model.Withdraw, Subject: model.Subject{Person: model.PersonID{Source: "corp", ID: "lena"}, CSI: "E-9", DN: dn}, RequestedAt: w.now})
		x, err := w.explain("Neumann")
		if several != (err != nil && strings.Contains(err.Error(), "means 2 people") && strings.Contains(err.Error(), "E-9")) || !several && x.Person != people["otto"].id {
			t.Errorf("%s: %v, %v", dn, x.Person, err)
		}
		w.state.Effects = was
	}
}

// TestAShortNameMeansAWord: two letters stand in too many words to mean any of them.
func TestAShortNameMeansAWord(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "otto")
	people["otto"].last = "Li"
	w.settle(t)
	for dn, several := range map[string]bool{"uid=felix,dc=corp": false, "uid=li,dc=corp": true} {
		w.state.Effects = []model.Effect{{Op: model.Withdraw, Subject: model.Subject{Person: model.PersonID{Source: "corp", ID: "felix"}, CSI: "E-9", DN: dn}, RequestedAt: w.now}}
		if x, err := w.explain("Li"); several != (err != nil && strings.Contains(err.Error(), "means 2 people")) || !several && x.Person != people["otto"].id {
			t.Errorf("%s: %v, %v", dn, x.Person, err)
		}
	}
}

// TestTheIDThatALeaverKeepsHasTheirName: what their app reports names a leaver of whom the ledger has no name.
func TestTheIDThatALeaverKeepsHasTheirName(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "otto")
	people["otto"].last = "Neumann"
	w.settle(t)
	w.state.Effects = append(w.state.Effects, model.Effect{
		Op: model.Withdraw, Subject: model.Subject{Person: model.PersonID{Source: "corp", ID: "lena"}, CSI: "E-9", DN: "uid=u1,dc=corp"}, IDs: []string{"KEPT0001"}, RequestedAt: w.now,
	})
	w.pkg.Users = append(w.pkg.Users, model.User{ID: "KEPT0001", FirstName: "Lena", LastName: "Neumann"})
	if _, err := w.explain("Neumann"); err == nil || !strings.Contains(err.Error(), "means 2 people") || !strings.Contains(err.Error(), "uid=u1") {
		t.Errorf("Neumann: %v", err)
	}
	if x, err := w.explain("Lena Neumann"); err != nil || x.Person.ID != "lena" {
		t.Errorf("Lena Neumann is %v, %v", x.Person, err)
	}
}
