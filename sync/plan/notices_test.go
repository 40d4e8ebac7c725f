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

// TestNotices: what is told, and that no change follows from it.
func TestNotices(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(*world, *entry)
		want plan.NoticeKind // "": none
		says []string
	}{
		{"one ID", func(w *world, _ *entry) { w.activate("anna") }, "", nil},
		{"two IDs", func(w *world, _ *entry) {
			w.user(w.activate("anna")).LastCheck = time.Date(2025, 12, 24, 23, 59, 0, 0, time.UTC)
			w.activate("anna")
		}, plan.NoticeSeveralIDs, []string{"2 Threema IDs use the credential anna", "(last heard of on 2025-12-24)", "(never heard of)", "detach / trennen"}},
		{"an ID and a Gateway ID", func(w *world, _ *entry) {
			w.activate("anna")
			w.pkg.Users = append(w.pkg.Users, model.User{ID: "*GATEWAY", CredentialID: w.credential("anna").ID})
		}, "", nil},
		{"another login", func(_ *world, e *entry) { e.username = "anna.neu" }, plan.NoticeLogin, []string{"the login is anna.neu by now, the credential stays anna"}},
		{"no login any more", func(_ *world, e *entry) { e.username = "" }, "", nil},
		{"another login on an adopted credential", func(w *world, e *entry) {
			e.username = "anna.neu"
			w.owner(e.id).Created = false
		}, "", nil},
		{"two IDs of somebody who left", func(w *world, e *entry) {
			w.activate("anna")
			w.activate("anna")
			e.leave(model.Disabled)
		}, "", nil},
		{"two IDs of somebody held", func(w *world, e *entry) {
			w.activate("anna")
			w.activate("anna")
			e.held = "no sn"
		}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna", "bert", "carl", "dora")
			w.policy.PublishContacts = false
			tt.do(w, people["anna"])
			p := w.plan()
			var kinds []plan.NoticeKind
			for _, n := range p.Notices {
				kinds = append(kinds, n.Kind)
				for _, words := range tt.says {
					if !strings.Contains(english.Say(n.Reason), words) {
						t.Errorf("%q does not say %q", english.Say(n.Reason), words)
					}
				}
			}
			if want := []plan.NoticeKind{tt.want}; tt.want == "" && kinds != nil || tt.want != "" && !slices.Equal(kinds, want) {
				t.Errorf("notices %v, want %q", p.Notices, tt.want)
			}
			if slices.ContainsFunc(p.Changes, func(c model.Change) bool { return !c.Op.Destructive() }) {
				t.Errorf("a change follows: %v", summary(p))
			}
		})
	}
}

// TestNeverRevoke: who may keep an ID privately is detached, whether the ledger or the directory
// has the csi that is listed.
func TestNeverRevoke(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		id     model.IDPolicy
		listed string
		want   []string
	}{
		"not listed":                {model.RevokeID, "E-bert", []string{"withdraw E-anna due", "revoke E-anna due"}},
		"listed":                    {model.RevokeID, "E-anna", []string{"withdraw E-anna due", "detach E-anna due"}},
		"listed by the new csi":     {model.RevokeID, "E-new", []string{"withdraw E-anna due", "detach E-anna due"}},
		"listed, but IDs are kept":  {model.KeepID, "E-anna", []string{"withdraw E-anna due"}},
		"listed, IDs are detached":  {model.DetachID, "E-anna", []string{"withdraw E-anna due", "detach E-anna due"}},
		"part of a csi is no match": {model.RevokeID, "E-ann", []string{"withdraw E-anna due", "revoke E-anna due"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna", "bert", "carl", "dora")
			w.policy.ID, w.policy.NeverRevoke, w.policy.PublishContacts = tt.id, []string{tt.listed}, false
			w.policy.GraceWithdraw, w.policy.GraceID = 0, 0
			w.activate("anna")
			w.settle(t)
			people["anna"].csi = "E-new"
			people["anna"].leave(model.Disabled)
			if got := summary(w.later(t, time.Hour)); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestUnusableValue: an optional value of no use is told, for joiners too, and holds nobody.
func TestUnusableValue(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	bad := []model.Undecided{{Name: "th_linked_phone", Reason: model.Because("text-unusable", "mapping.linked_phone", model.Because("no-international-number")), Unusable: true}}
	people["anna"].unsaid = bad
	bert := w.hire("bert")
	bert.unsaid = bad
	w.hire("carl").unsaid = []model.Undecided{{Name: "th_category", Reason: model.Because("group-unknown", "CN=Sales")}} // the source tells that
	p := w.later(t, time.Hour)
	var told []string
	for _, n := range p.Notices {
		if n.Kind == plan.NoticeValue && strings.Contains(english.Say(n.Reason), "th_linked_phone stays as it is") {
			told = append(told, n.CSI)
		}
	}
	if !slices.Equal(told, []string{"E-anna", "E-bert"}) || len(p.Held) != 0 {
		t.Errorf("told of %v, held %+v", told, p.Held)
	}
	if w.credential("bert") == nil {
		t.Error("a joiner gets nothing because of one value")
	}
}
