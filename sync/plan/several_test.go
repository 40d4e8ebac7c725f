package plan_test

import (
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestOfSeveralValues: the value in use stays while it is among them, else the one in the DN counts; of
// csi and username nobody guesses further.
func TestOfSeveralValues(t *testing.T) {
	t.Parallel()
	several := func(setting, inDN string, values ...string) []model.Several {
		return []model.Several{{Setting: setting, Values: values, RDN: inDN}}
	}
	for _, row := range []struct {
		name    string
		several []model.Several
		old     []string // of somebody who has a credential
		young   []string // of a joiner
	}{
		{"an alias beside the csi in use", several(model.SettingCSI, "E-aaa", "E-aaa", "E-anna"), nil, []string{"create E-aaa due"}},
		{"a csi that nobody can tell", several(model.SettingCSI, "", "E-aaa", "E-bbb"), []string{"held "}, []string{"held "}},
		{"an alias beside the login in use", several("", "", "aaa", "anna"), nil, []string{"held E-young"}},
		{"a login that stands in the DN", several("", "zzz", "aaa", "zzz"), nil, []string{"create E-young due"}},
		{"a name in use", several(model.SettingFirstName, "Aa", "Aa", "Anna"), nil, []string{"create E-young due"}},
		{"a name of the DN", several(model.SettingFirstName, "Zz", "Aa", "Zz"), []string{"set-settings E-anna due"}, []string{"create E-young due"}},
		{"a name in order", several(model.SettingFirstName, "", "Aa", "Zz"), []string{"set-settings E-anna due"}, []string{"create E-young due"}},
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

// TestALeaversNumberAmongSeveral: a leaver's csi is one of several values of somebody else. If another of
// them is known to be the csi, that is nothing to the leaver; if nobody can tell, the leaver's Threema ID
// waits for a yes. The last look before a step finds them both, so the plan lets it know of both.
func TestALeaversNumberAmongSeveral(t *testing.T) {
	t.Parallel()
	numbers := func(w *world, other *entry) {
		other.several = []model.Several{{Setting: model.SettingCSI, Values: []string{"E-anna", other.csi}}}
	}
	for _, row := range []struct {
		name string
		do   func(w *world, bert *entry) *entry
		want []string
	}{
		{"a colleague", func(w *world, bert *entry) *entry {
			numbers(w, bert)
			return bert
		}, []string{"revoke E-anna due", "withdraw E-anna due"}},
		{"a newcomer", func(w *world, _ *entry) *entry {
			numbers(w, w.hire("young"))
			return w.lastHired()
		}, []string{"held ", "revoke E-anna needs-approval", "withdraw E-anna due"}},
		{"a newcomer whose first name is the one of the DN", func(w *world, _ *entry) *entry {
			young := w.successor("Aa")
			young.several = []model.Several{{Setting: model.SettingFirstName, Values: []string{"Aa", "Petra"}, RDN: "Petra"}}
			return young
		}, []string{"revoke E-anna needs-approval", "transfer E-anna needs-approval", "withdraw E-anna due"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna", "bert")
			w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID, w.policy.PublishContacts = model.RevokeID, 0, 0, false
			w.activate("anna")
			w.settle(t)
			people["anna"].leave(model.Disabled)
			w.now = w.now.Add(time.Hour)
			other := row.do(w, people["bert"])
			p := w.plan()
			wantLines(t, summary(p), row.want...)
			for _, c := range p.Changes {
				if c.Op.Destructive() && !c.Knows(other.identity()) {
					t.Errorf("the %s does not know who has several values", c.Op)
				}
			}
		})
	}
}
