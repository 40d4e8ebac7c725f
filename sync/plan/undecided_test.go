package plan_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

const category = "th_category"

// categorise gives a person the category, nil for none that anybody could say.
func (e *entry) categorise(value *string) {
	if value == nil {
		e.extra, e.unsaid = nil, []model.Undecided{{Name: category, Reason: model.Because("group-unknown", "CN=Sales")}}
		return
	}
	e.extra, e.unsaid = map[string]string{category: *value}, nil
}

func names(settings []model.Setting, name string) bool {
	return slices.ContainsFunc(settings, func(s model.Setting) bool { return s.Name == name })
}

// TestUndecidedSettingStays: it is neither set nor unset, however long that lasts, and the names go
// on. What was missed follows as soon as somebody can say.
func TestUndecidedSettingStays(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, before, after string
		want                []string
	}{
		{"still the same", "Sales", "Sales", nil},
		{"another", "Sales", "Bern,Sales", []string{"set-settings E-anna due"}},
		{"none any more", "Sales", "", []string{"unset-setting E-anna due"}},
		{"none before", "", "Sales", []string{"set-settings E-anna due"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			anna := people["anna"]
			anna.categorise(&row.before)
			w.settle(t)

			anna.categorise(nil)
			anna.last = "Neu"
			p := w.later(t, time.Hour)
			wantLines(t, of(p, "anna"), "set-settings E-anna due")
			c := find(t, p, model.SetSettings, "anna")
			if len(c.After) != 1 || c.After[model.SettingLastName] != "Neu" || names(c.Settings, category) {
				t.Errorf("%+v", c)
			}
			if kept := []model.KeptSetting{{Name: category, Value: row.before}}; row.before != "" && !slices.Equal(c.Foreign, kept) {
				t.Errorf("a write may cost the category: %+v", c.Foreign)
			}
			for range 3 {
				wantLines(t, of(w.later(t, 48*time.Hour), "anna"))
			}
			if got := w.pkg.Settings[w.credential("anna").ID][category]; got != row.before {
				t.Errorf("the category is %q, was %q", got, row.before)
			}
			x, text := w.mustExplain(t, "E-anna")
			if says := `th_category "` + row.before + `"  stays as it is: nobody can say now whether the group CN=Sales has this person`; !strings.Contains(flat(text), flat(says)) {
				t.Errorf("%+v\n%s", x.Settings, text)
			}
			if doc, err := json.Marshal(view.NewExplanationJSON(x)); err != nil || !bytes.Contains(doc, []byte(`"undecided":"nobody can say now`)) {
				t.Errorf("%v: %s", err, doc)
			}

			anna.categorise(&row.after)
			wantLines(t, of(w.later(t, time.Hour), "anna"), row.want...)
			wantLines(t, of(w.later(t, time.Hour), "anna"))
			if got := w.pkg.Settings[w.credential("anna").ID][category]; got != row.after {
				t.Errorf("the category is %q, want %q", got, row.after)
			}
		})
	}
}

// flat takes the columns out of a text.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// TestJoinerWithAnUndecidedSetting: the credential does not wait for it.
func TestJoinerWithAnUndecidedSetting(t *testing.T) {
	t.Parallel()
	w, _ := rolledOut(t, "bert")
	anna := w.hire("anna")
	anna.categorise(nil)
	p := w.later(t, time.Hour)
	wantLines(t, of(p, "anna"), "create E-anna due")
	if c := find(t, p, model.Create, "anna"); len(c.Settings) != 3 {
		t.Errorf("%+v", c)
	}
	wantLines(t, of(w.later(t, time.Hour), "anna"))
	sales := "Sales"
	anna.categorise(&sales)
	wantLines(t, of(w.later(t, time.Hour), "anna"), "set-settings E-anna due")
	wantLines(t, of(w.later(t, time.Hour), "anna"))
	if got := w.pkg.Settings[w.credential("anna").ID][category]; got != sales {
		t.Errorf("the category is %q", got)
	}
}
