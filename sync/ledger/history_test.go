package ledger

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func TestPersonHistory(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	run := startRun(t, l)
	create := beginOne(t, l, run, model.Operation{ChangeID: "c1", Op: model.Create, Subject: model.Subject{Person: person("a")}, Username: "anna"})
	if err := l.Created(t.Context(), create.ID, "cred", nil); err != nil {
		t.Fatal(err)
	}
	settleOne(t, l, model.Settlement{Operation: create.ID, Result: model.Done})
	beginOne(t, l, run, model.Operation{ChangeID: "c2", Op: model.SetSettings, Subject: model.Subject{Person: person("a")}}) // stands for many people
	beginOne(t, l, run, model.Operation{ChangeID: "c3", Op: model.Create, Subject: model.Subject{Person: person("b")}, Username: "bert"})
	c.Advance(time.Hour)
	run = startRun(t, l)
	withdraw := beginOne(t, l, run, model.Operation{ChangeID: "c4", Op: model.Withdraw, Subject: model.Subject{Person: person("a")}, CredentialID: "cred", Username: "anna", ThreemaIDs: []string{"AAAAAAAA"}})

	h, err := l.PersonHistory(t.Context(), person("a"))
	if err != nil {
		t.Fatal(err)
	}
	create.CredentialID = "cred"
	want := model.History{
		Steps: []model.PastStep{
			{Operation: create, State: "done", SettledAt: start, Run: 1, Mode: model.Sync},
			{Operation: withdraw, State: "intent", Run: 2, Mode: model.Sync},
		},
		Departures: []model.PastDeparture{{Username: "anna", CredentialID: "cred", StartedAt: c.Now()}},
	}
	if diff := cmp.Diff(want, h); diff != "" {
		t.Error(diff)
	}
	if h, err := l.PersonHistory(t.Context(), model.PersonID{Source: "other", ID: "a"}); err != nil || len(h.Steps)+len(h.Departures) != 0 {
		t.Errorf("of somebody else: %+v, %v", h, err)
	}
}

func TestPersonHistoryIsCapped(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	run := startRun(t, l)
	for n := range shownSteps + 3 {
		op := beginOne(t, l, run, model.Operation{ChangeID: fmt.Sprint(n), Op: model.UnsetSetting, Subject: model.Subject{Person: person("a")}})
		settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Failed})
	}
	h, err := l.PersonHistory(t.Context(), person("a"))
	if err != nil || h.Omitted != 3 || len(h.Steps) != shownSteps || h.Steps[0].ChangeID != "3" {
		t.Errorf("%d omitted, %d steps, %v", h.Omitted, len(h.Steps), err)
	}
}

func TestPastPeople(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	run := startRun(t, l)
	one := model.Operation{ChangeID: "c1", Op: model.Detach, Subject: model.Subject{Person: person("a"), CSI: "E1", DN: "cn=Old"}, Username: "Anna", ThreemaIDs: []string{"AAAAAAAA"}}
	settleOne(t, l, model.Settlement{Operation: beginOne(t, l, run, one).ID, Result: model.Failed})
	one.ChangeID, one.DN = "c2", "cn=New"
	beginOne(t, l, run, one)
	beginOne(t, l, run, model.Operation{ChangeID: "c3", Op: model.Create, Subject: model.Subject{Person: person("b"), CSI: "E1", DN: "cn=Jörg"}, Username: "bert"})
	beginOne(t, l, run, model.Operation{ChangeID: "c4", Op: model.Create, Subject: model.Subject{Person: person("c"), CSI: "E2", DN: "cn=Lena Neumann,dc=corp"}, Username: "ln"})
	c := model.Subject{Person: person("c"), CSI: "E2", DN: "cn=Lena Neumann,dc=corp"}
	a := model.Subject{Person: person("a"), CSI: "E1", DN: "cn=New"}
	b := model.Subject{Person: person("b"), CSI: "E1", DN: "cn=Jörg"}
	for query, want := range map[string][]model.Subject{
		"e1": {b, a}, "ANNA": {a}, " aaaaaaaa ": {a}, "CN=old": {{Person: a.Person, CSI: "E1", DN: "cn=Old"}}, "a": {a}, "corp/A": {a}, "cn=Jörg": {b}, "": nil, "x' OR 1=1 --": {},
		"Neumann, Lena": {c}, "LENA NEUMANN": {c}, "Neumann": {},
	} {
		got, err := l.PastPeople(t.Context(), query)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v\n%s", query, err, diff)
		}
	}
}
