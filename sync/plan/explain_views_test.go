package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/explain"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// TestExplainTellsWhatThePlanDoes: in whole random worlds explain tells of nothing to come that is not in the plan, and
// of all that is.
func TestExplainTellsWhatThePlanDoes(t *testing.T) {
	t.Parallel()
	worlds := uint64(12)
	if testing.Short() {
		worlds = 2
	}
	for seed := range worlds {
		t.Run(fmt.Sprint("world ", seed), func(t *testing.T) {
			t.Parallel()
			live(t, seedBytes(seed), func(in plan.Input, p plan.Plan) {
				for _, person := range spokenOf(in, p) {
					explainsAsPlanned(t, in, p, person)
				}
			})
		})
	}
}

// spokenOf are the people whom a plan, a snapshot or the ledger knows.
func spokenOf(in plan.Input, p plan.Plan) []model.PersonID {
	people := map[model.PersonID]bool{}
	for _, s := range in.Sources {
		for _, i := range s.Identities {
			people[i.Person] = true
		}
	}
	for _, own := range in.State.Owned {
		people[own.Person] = true
	}
	for _, c := range p.Changes {
		people[c.Person] = true
	}
	for _, h := range p.Held {
		people[h.Person] = true
	}
	return slices.SortedFunc(maps.Keys(people), model.PersonID.Compare)
}

// explainsAsPlanned holds what explain says of one person against the plan.
func explainsAsPlanned(t testing.TB, in plan.Input, p plan.Plan, person model.PersonID) {
	t.Helper()
	x, err := explain.Explain(in, p, person.String(), nil)
	if err != nil || x.Person != person {
		t.Fatalf("%s: %v, %v", person, x.Person, err)
	}
	toCome := map[string]string{}
	for _, c := range p.Changes {
		if c.Person != person {
			continue
		}
		switch c.Op {
		case model.Create, model.SetSettings, model.UnsetSetting:
			for name, value := range c.After {
				if value != c.Before[name] && name != "username" {
					toCome[name] = fmt.Sprintf("%q → %q", c.Before[name], value)
				}
			}
		}
	}
	for _, s := range x.Settings {
		told := ""
		if s.Wanted && s.Now != s.Desired {
			told = fmt.Sprintf("%q → %q", s.Now, s.Desired)
		}
		if told != toCome[s.Name] {
			t.Fatalf("%s: explain tells of %s %s, the plan of %s: %v", person, s.Name, told, toCome[s.Name], summary(p))
		}
		delete(toCome, s.Name)
	}
	if len(toCome) > 0 {
		t.Fatalf("%s: explain does not tell of %v", person, toCome)
	}
	var text strings.Builder
	if err := view.WriteExplanation(&text, x); err != nil {
		t.Fatal(err)
	}
	nothing := strings.HasPrefix(x.Next.Words, "nothing")
	switch {
	case nothing != (len(x.Changes) == 0):
		t.Fatalf("%s: NEXT STEP %s, and the plan has %d steps of theirs", person, x.Next.Words, len(x.Changes))
	case nothing && !x.Next.At.IsZero():
		t.Fatalf("%s: nothing, and a date: %+v", person, x.Next)
	case strings.Contains(x.Next.Words, "all is as it should be") && (x.Entry == nil || x.Entry.State != model.Entitled || x.Credential == nil || x.OpenOrder != nil || len(x.Held) > 0):
		t.Fatalf("%s: all is well, and it is not:\n%s", person, &text)
	case x.Next.Words == "nothing for now":
		t.Fatalf("%s: a shrug:\n%s", person, &text)
	case x.Credential != nil && x.SettingsStay == "" && (x.Entry == nil || x.Entry.State != model.Entitled || len(x.Held) > 0) && len(toCome) == 0:
		t.Fatalf("%s: nothing says why the settings stay:\n%s", person, &text)
	}
}

// TestExplainSettingsThatStay: of who is held, leaves, or is on leave each setting of the mapping is told as the package
// has it, and why none of them changes; of a credential that is gone none is told.
func TestExplainSettingsThatStay(t *testing.T) {
	t.Parallel()
	const stay = "nothing of them is changed "
	for name, row := range map[string]struct {
		happens func(*world, *entry)
		says    string // why the settings stay; "": none is told
	}{
		"held":     {func(_ *world, e *entry) { e.held = "no employeeID" }, stay + "as long as this person is held"},
		"excluded": {func(_ *world, e *entry) { e.excluded = true }, stay + "as long as this person is held"},
		"hidden":   {func(_ *world, e *entry) { e.hide("the parent is not readable") }, stay + "as long as this person is held"},
		"disabled": {func(_ *world, e *entry) { e.leave(model.Disabled) }, stay + "while this person leaves"},
		"absent":   {func(_ *world, e *entry) { e.leave(model.Absent) }, stay + "while this person leaves"},
		"on leave": {func(w *world, e *entry) { w.hold(e, 9*day); e.leave(model.Disabled) }, stay + "while this person is on leave"},
		"ordered":  {func(w *world, e *entry) { w.stop = "the stop file exists"; w.ordering(e) }, stay + "any more, as somebody ordered the withdrawal"},
		"created anew": {func(w *world, e *entry) {
			young := w.hireAt(w.source(), "anna")
			young.first, young.last, young.extra = e.first, e.last, e.extra
			e.leave(model.Absent)
		}, "they follow E-anna CN=Anna Neu"},
		"withdrawn by hand":  {func(w *world, _ *entry) { w.withdrawByHand("anna") }, ""},
		"withdrawn and gone": {func(w *world, e *entry) { w.withdrawByHand("anna"); e.leave(model.Absent) }, ""},
		"withdrawn by order": {func(w *world, e *entry) {
			own := *w.owner(e.id)
			w.withdrawByHand("anna")
			w.obeyed(own)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			anna := people["anna"]
			anna.extra, w.lastHired().extra = map[string]string{"th_department": "Sales"}, map[string]string{"th_department": ""}
			w.settle(t)
			anna.last, anna.extra = "Neu", map[string]string{"th_department": "Support"}
			row.happens(w, anna)
			x, text := w.mustExplain(t, anna.id.String())
			told := strings.Contains(text, "th_csi")
			switch {
			case strings.Contains(text, "Support") || strings.Contains(text, " → "):
				t.Errorf("it tells of what no pass does:\n%s", text)
			case told != (row.says != "") || !strings.Contains(text, row.says):
				t.Errorf("it does not say %q:\n%s", row.says, text)
			case told && (!strings.Contains(text, `"Muster"`) || !strings.Contains(text, `"Sales"`)):
				t.Errorf("it does not tell of what is there:\n%s", text)
			case slices.ContainsFunc(x.Settings, func(s explain.SettingState) bool { return s.Wanted }):
				t.Errorf("what stays is told as desired: %+v", x.Settings)
			}
		})
	}
}
