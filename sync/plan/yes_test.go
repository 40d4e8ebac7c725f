package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// TestWhatGoesWithAStepWaitsUnderItsQuestion: a contact that goes with its withdrawal waits for the same answer, under
// the same code; what to look at first is told there, and each way out that it names ends the question.
func TestWhatGoesWithAStepWaitsUnderItsQuestion(t *testing.T) {
	t.Parallel()
	hidden := func(t *testing.T) (*world, *entry) {
		t.Helper()
		w, people := readForDays(t)
		w.readBy(reader("new"))
		people["anna"].leave(model.Absent)
		for range 4 {
			w.later(t, day)
		}
		return w, people["anna"]
	}
	w, anna := hidden(t)
	p := w.later(t, day)
	waits := p.Waits()
	if len(waits) != 1 || waits[0].Code != model.WaitCode(model.AskView) || len(waits[0].Whom) != 1 {
		t.Fatalf("%+v", waits)
	}
	if who := waits[0].Whom[0]; !slices.Contains(who.Steps, model.Withdraw) || !slices.Contains(who.Steps, model.DisableContact) || len(waits[0].Check) == 0 {
		t.Fatalf("%+v", waits[0])
	}
	told := strings.Join(english.Whom(waits[0]), "\n")
	for _, text := range []string{"Check first: Source corp: another bind account reads (cn=new; it was cn=old)", "threema-dirsync approve --baseline"} {
		if !strings.Contains(told, text) {
			t.Errorf("%q is not told:\n%s", text, told)
		}
	}
	for name, end := range map[string]func(){
		"the baseline": func() { w.accept = true; w.pass(t); w.accept = false },
		"put back":     func() { w.readBy(reader("old")); anna.comeBack() },
		"shown":        func() { anna.comeBack() },
	} {
		w, anna = hidden(t)
		end()
		if p := w.later(t, time.Hour); len(p.Waits()) > 0 || len(p.CheckView) > 0 {
			t.Errorf("%s does not end it: %+v", name, p.Waits())
		}
	}
}

// TestAYesIsToldForAllItsSteps: of somebody who waits for two reasons the command told for one answers both, and says so.
func TestAYesIsToldForAllItsSteps(t *testing.T) {
	t.Parallel()
	anna := model.PersonID{Source: "corp", ID: "guid-1"}
	p := plan.Plan{Hash: "77aa", Changes: []model.Change{
		{ID: "1", Op: model.DisableContact, Subject: model.Subject{Person: anna, CSI: "7"}, Status: model.NeedsApproval, Protected: true},
		{ID: "2", Op: model.Revoke, Subject: model.Subject{Person: anna, CSI: "7"}, Status: model.NeedsApproval, Asks: []model.Ask{model.AskOthersUse}},
	}}
	for _, x := range p.Waits() {
		ops := map[model.WaitCode][]model.Op{model.WaitApproval: {model.DisableContact, model.Revoke}, model.WaitCode(model.AskOthersUse): {model.Revoke, model.DisableContact}}[x.Code]
		told := english.Waiting(x.Whom[0])
		if len(ops) != 2 || !strings.HasPrefix(told, ops[0].CockpitWord()+": ") || !strings.HasSuffix(told, "the same yes is also for: "+ops[1].CockpitWord()) {
			t.Errorf("%s: %s", x.Code, told)
		}
		if x.CoversSteps != 2 || !strings.Contains(english.Wait(x), "a yes to 2 steps of theirs") {
			t.Errorf("%s: %s", x.Code, english.Wait(x))
		}
	}
}

// TestWhichRuleAsks: the wait approval names the setting that asks.
func TestWhichRuleAsks(t *testing.T) {
	t.Parallel()
	for rules, set := range map[string]func(*world){
		"leavers.approval":             func(w *world) { w.policy.Approval = model.ApproveAll },
		"protect":                      func(w *world) { w.policy.Protected = []string{"E-p000000"} },
		"leavers.approval and protect": func(w *world) { w.policy.Approval = model.ApproveAll; w.policy.Protected = []string{"E-p000000"} },
	} {
		w := crowd(20)
		set(w)
		w.leaveSome(1)
		if waits := w.later(t, time.Hour).Waits(); len(waits) != 1 || waits[0].Code != model.WaitApproval || !strings.HasSuffix(english.Waiting(waits[0].Whom[0]), "; asked by "+rules) {
			t.Errorf("%s: %+v", rules, waits)
		}
	}
}

// TestToldNamesAreUnderstood: whose csi, or another key that looks like it, means somebody else too is named by
// directory ID.
func TestToldNamesAreUnderstood(t *testing.T) {
	t.Parallel()
	anna, bert := model.PersonID{Source: "corp", ID: "guid-1"}, model.PersonID{Source: "corp", ID: "guid-2"}
	seen := func(person model.PersonID, csi string) model.Observation {
		return model.Observation{Subject: model.Subject{Person: person, CSI: csi}}
	}
	for name, row := range map[string]struct {
		state model.State
		want  string
	}{
		"alone":                   {model.State{Observations: []model.Observation{seen(anna, "7"), seen(bert, "8")}}, "7"},
		"two accounts":            {model.State{Observations: []model.Observation{seen(anna, "7"), seen(bert, "7")}}, "corp/guid-1"},
		"a leaver":                {model.State{Departures: []model.Departure{{Subject: model.Subject{Person: bert, CSI: "7"}}}}, "corp/guid-1"},
		"the login of another":    {model.State{Owned: []model.Ownership{{Person: bert, CSI: "8", Username: "7"}}}, "corp/guid-1"},
		"a renamed source":        {model.State{Owned: []model.Ownership{{Person: model.PersonID{Source: "old", ID: "guid-1"}, CSI: "7"}}}, "7"},
		"the directory ID of one": {model.State{Observations: []model.Observation{seen(model.PersonID{Source: "corp", ID: "7"}, "9")}}, "corp/guid-1"},
	} {
		if got := row.state.Names().Typed("7", anna); got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
	if got := (model.Names{}).Typed("", anna); got != "corp/guid-1" {
		t.Error(got)
	}
}
