package plan_test

import (
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// TestOfSeveralValues: the value in use stays while it is among them, else the one in the DN counts; of
// csi and username nobody guesses further.
func TestOfSeveralValues(t *testing.T) {
	t.Parallel()
	several := func(setting, inDN string, values ...string) []plan.Several {
		return []plan.Several{{Setting: setting, Values: values, RDN: inDN}}
	}
	for _, row := range []struct {
		name    string
		several []plan.Several
		old     []string // of somebody who has a credential
		young   []string // of a joiner
	}{
		{"an alias beside the csi in use", several(plan.SettingCSI, "E-aaa", "E-aaa", "E-anna"), nil, []string{"create E-aaa due"}},
		{"a csi that nobody can tell", several(plan.SettingCSI, "", "E-aaa", "E-bbb"), []string{"held "}, []string{"held "}},
		{"an alias beside the login in use", several("", "", "aaa", "anna"), nil, []string{"held E-young"}},
		{"a login that stands in the DN", several("", "zzz", "aaa", "zzz"), nil, []string{"create E-young due"}},
		{"a name in use", several(plan.SettingFirstName, "Aa", "Aa", "Anna"), nil, []string{"create E-young due"}},
		{"a name of the DN", several(plan.SettingFirstName, "Zz", "Aa", "Zz"), []string{"set-settings E-anna due"}, []string{"create E-young due"}},
		{"a name in order", several(plan.SettingFirstName, "", "Aa", "Zz"), []string{"set-settings E-anna due"}, []string{"create E-young due"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			people["anna"].several = row.several
			wantLines(t, summary(w.later(t, time.Hour)), row.old...)
			for range 3 {
				w.later(t, time.Hour)
			}
			people["anna"].several = nil
			w.settle(t)
			w.hire("young").several = row.several
			wantLines(t, summary(w.later(t, time.Hour)), row.young...)
		})
	}
}
