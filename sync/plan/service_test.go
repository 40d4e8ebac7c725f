package plan_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestWritesAreWhole: a change of settings has everything that the mapping knows of the person, shows
// only what differs, and knows what else is on the credential, with its type.
func TestWritesAreWhole(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna", "bert")
	id := w.credential("anna").ID
	w.set(id, []model.Setting{{Name: "th_nickname", Value: "Boss"}, {Name: "th_disable_web", Value: "true"}})
	w.pkg.NotText = map[string]map[string]bool{id: {"th_disable_web": true}}
	people["anna"].last = "Neu"
	c := find(t, w.later(t, time.Hour), model.SetSettings, "anna")
	if diff := cmp.Diff(map[string]string{model.SettingLastName: "Neu"}, c.After); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	values := map[string]string{}
	for _, s := range c.Settings {
		values[s.Name] = s.Value
	}
	if diff := cmp.Diff(map[string]string{model.SettingCSI: "E-anna", model.SettingFirstName: "Anna", model.SettingLastName: "Neu"}, values); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
	kept := []model.KeptSetting{{Name: "th_disable_web", Value: "true", NotText: true}, {Name: "th_nickname", Value: "Boss"}}
	if diff := cmp.Diff(kept, c.Foreign); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

// TestTrialIsCharged: while nobody knows what a write does, the first one to a credential with other
// settings goes alone and is looked at before and after.
func TestTrialIsCharged(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		reading model.BulkReading
		foreign bool
		want    int
	}{
		{"unknown", model.BulkUnknown, true, 4},
		{"unknown, nothing to lose", model.BulkUnknown, false, 1},
		{"merges", model.BulkMerges, true, 1},
		{"replaces", model.BulkReplaces, true, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna", "bert", "carl")
			for _, name := range []string{"anna", "bert", "carl"} {
				people[name].last = "Neu"
				if row.foreign {
					w.set(w.credential(name).ID, []model.Setting{{Name: "th_nickname", Value: name}})
				}
			}
			w.state.Service.Bulk = row.reading
			if p := w.later(t, time.Hour); p.Requests != row.want {
				t.Errorf("costs %d, want %d", p.Requests, row.want)
			}
		})
	}
}
