package plan_test

import (
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestForeign says of each part of a credential whether a create can have done it (design §5.7).
func TestForeign(t *testing.T) {
	t.Parallel()
	policy := model.Policy{Hash: true, Lock: true}
	wanted := []model.Setting{{Name: model.SettingCSI, Value: "E1"}, {Name: model.SettingFirstName, Value: "Eva"}}
	made := model.Credential{ID: "c1", Username: "eva", Hashed: true, Locked: true}
	known := model.Operation{Op: model.Create, CredentialID: "c1", Subject: model.Subject{CSI: "E0"}, Sent: []model.Setting{{Name: model.SettingLastName, Value: "Alt"}}}
	unknown := model.Operation{Op: model.Create, Subject: model.Subject{CSI: "E0"}}
	for _, row := range []struct {
		name       string
		op         model.Operation
		credential model.Credential
		settings   map[string]string
		want       map[string]string
	}{
		{"bare", unknown, made, nil, nil},
		{"our csi, by anybody", unknown, made, map[string]string{"th_csi": "E1"}, nil},
		{"our csi of then", unknown, made, map[string]string{"th_csi": "E0"}, nil},
		{"another csi", unknown, made, map[string]string{"th_csi": "E2"}, map[string]string{"th_csi": "E2"}},
		{"a value that only we would write, before we could", unknown, made, map[string]string{"th_firstname": "Eva"}, map[string]string{"th_firstname": "Eva"}},
		{"what is wanted", known, made, map[string]string{"th_firstname": "Eva"}, nil},
		{"what was sent", known, made, map[string]string{"th_lastname": "Alt"}, nil},
		{"what was never sent", known, made, map[string]string{"th_lastname": "Neu"}, map[string]string{"th_lastname": "Neu"}},
		{"a setting that is not ours", known, made, map[string]string{"th_nickname": "E"}, map[string]string{"th_nickname": ""}},
		{"a secret is not repeated", unknown, made, map[string]string{"th_safe_password": "canary"}, map[string]string{"th_safe_password": ""}},
		{"what somebody said yes to", model.Operation{CredentialID: "c1", Sent: []model.Setting{{Name: "th_nickname"}}}, made, map[string]string{"th_nickname": "E"}, nil},
		{"empty is absent", known, made, map[string]string{"th_nickname": ""}, nil},
		{"a password that can be read", unknown, model.Credential{Locked: true}, nil, map[string]string{"hashed": "false"}},
		{"not locked", known, model.Credential{Hashed: true}, nil, map[string]string{"locked": "false"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := model.Leftover{Credential: row.credential, Settings: row.settings}.Foreign(row.op, wanted, policy)
			if row.want == nil {
				row.want = map[string]string{}
			}
			if diff := gocmp.Diff(row.want, got); diff != "" {
				t.Errorf("foreign (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLeftoversThatMayBeSomebodyElses: whatever speaks for it, the person waits for a yes, and the wait
// ends with it, with the cause, or with another username.
func TestLeftoversThatMayBeSomebodyElses(t *testing.T) {
	t.Parallel()
	refused := func(w *world) { w.state.Open[0].Refused = true }
	written := func(w *world) { w.set(w.credential("zoe").ID, []model.Setting{{Name: model.SettingCSI, Value: "777"}}) }
	used := func(w *world) { w.credential("zoe").Usage = 1 }
	for _, row := range []struct {
		name string
		do   func(w *world)
		want string
		end  func(w *world, zoe *entry)
		then []string
	}{
		{"refused, a yes", refused, "create E-zoe needs-approval", nil, nil},
		{"refused, deleted", refused, "create E-zoe needs-approval", func(w *world, _ *entry) { w.withdrawByHand("zoe") }, []string{"create E-zoe due"}},
		{"refused, another username", refused, "create E-zoe needs-approval", func(_ *world, zoe *entry) { zoe.username = "zoe2" }, []string{"create E-zoe due"}},
		{"written to, a yes", written, "create E-zoe needs-approval", nil, nil},
		{"written to, corrected", written, "create E-zoe needs-approval", func(w *world, _ *entry) {
			w.set(w.credential("zoe").ID, []model.Setting{{Name: model.SettingCSI, Value: ""}})
		}, []string{"create E-zoe due"}},
		{"in use, a yes", used, "adopt E-zoe needs-approval", nil, nil},
		{"in use, deleted", used, "adopt E-zoe needs-approval", func(w *world, _ *entry) { w.withdrawByHand("zoe") }, []string{"create E-zoe due"}},
		{"in use, detached", used, "adopt E-zoe needs-approval", func(w *world, _ *entry) { w.credential("zoe").Usage = 0 }, []string{"create E-zoe due"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, zoe := interrupted(t, lostAfter)
			row.do(w)
			p := w.later(t, time.Hour)
			wantLines(t, of(p, "zoe"), row.want)
			if row.end == nil {
				w.approve(p, 24*time.Hour)
			} else {
				row.end(w, zoe)
				wantLines(t, of(w.plan(), "zoe"), row.then...)
			}
			w.settle(t)
			if len(w.state.Open) != 0 || w.owner(zoe.id) == nil {
				t.Errorf("still open: %+v, owned %+v", w.state.Open, w.owner(zoe.id))
			}
		})
	}
}

// TestAYesToWithdrawALeftoverEndsWithItsUse: somebody said yes while nobody used it.
func TestAYesToWithdrawALeftoverEndsWithItsUse(t *testing.T) {
	t.Parallel()
	w, zoe := interrupted(t, lostAfter)
	w.policy.GraceWithdraw = 0
	zoe.leave(model.Disabled)
	p := w.later(t, time.Hour)
	wantLines(t, of(p, "zoe"), "withdraw E-zoe needs-approval")
	w.approve(p, 24*time.Hour)
	wantLines(t, of(w.plan(), "zoe"), "withdraw E-zoe due")
	w.credential("zoe").Usage = 1
	wantLines(t, of(w.plan(), "zoe"), "withdraw E-zoe needs-approval")
}

// TestALeftoverWithTheCSIOfAnother: a credential that nobody knows to be of the interrupted create, and
// to which somebody wrote the csi of an entitled person, is theirs. One that the service gave to the
// create is not: it waits for a yes.
func TestALeftoverWithTheCSIOfAnother(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name      string
		given     bool
		csi       string
		zoe, carl []string
	}{
		{"of whose create nobody knows", false, "E-carl", []string{"held E-zoe"}, []string{"adopt E-carl due", "set-settings E-carl due"}},
		{"given to the create", true, "E-carl", []string{"create E-zoe needs-approval"}, []string{"held E-carl"}},
		{"of nobody", false, "E-other", []string{"create E-zoe needs-approval"}, []string{"create E-carl due"}},
		{"of the person", false, "E-zoe", []string{"create E-zoe due"}, []string{"create E-carl due"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, _ := interrupted(t, lostAfter)
			w.hire("carl")
			w.set(w.credential("zoe").ID, []model.Setting{{Name: model.SettingCSI, Value: row.csi}})
			if row.given {
				w.state.Open[0].CredentialID = w.credential("zoe").ID
			}
			p := w.later(t, time.Hour)
			wantLines(t, of(p, "zoe"), row.zoe...)
			wantLines(t, of(p, "carl"), row.carl...)
		})
	}
}

// TestALeftoverThatAServiceUses: a Gateway ID on what an interrupted create left behind is nobody's to
// decide about with a yes, whether the person is there or left: it is told, and settled by hand.
func TestALeftoverThatAServiceUses(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*entry){
		"entitled": func(*entry) {},
		"left":     func(zoe *entry) { zoe.leave(model.Disabled) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, zoe := interrupted(t, lostAfter)
			w.policy.GraceWithdraw = 0
			c := w.credential("zoe")
			c.Usage = 1
			w.pkg.Users = append(w.pkg.Users, model.User{ID: "*GATEWAY", CredentialID: c.ID})
			leave(zoe)
			p := w.later(t, time.Hour)
			wantLines(t, of(p, "zoe"), "held E-zoe")
			if !slices.ContainsFunc(p.Waits(), func(wait model.Wait) bool { return wait.Code == model.WaitCode(model.AskByHand) }) {
				t.Errorf("nobody is told: %+v", p.Waits())
			}
		})
	}
}
