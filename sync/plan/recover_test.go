package plan_test

import (
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestRecovery loses the answer of one request of each kind, with and without its effect, and
// says what the next pass makes of it (design §5.7).
func TestRecovery(t *testing.T) {
	t.Parallel()
	type setup func(t *testing.T, w *world, people map[string]*entry)
	joiner := func(_ *testing.T, w *world, _ map[string]*entry) { w.hire("zoe") }
	leave := func(t *testing.T, w *world, people map[string]*entry) {
		w.policy.GraceWithdraw, w.policy.GraceID, w.policy.ID = 0, 0, model.RevokeID
		w.activate("anna")
		w.settle(t)
		people["anna"].leave(model.Disabled)
	}
	leaveDetach := func(t *testing.T, w *world, people map[string]*entry) {
		leave(t, w, people)
		w.policy.ID = model.DetachID
	}
	for _, row := range []struct {
		name  string
		op    model.Op
		fate  loss
		do    setup
		want  []string // of the next pass
		after func(t *testing.T, w *world)
	}{
		{"create, not there", model.Create, lostBefore, joiner, []string{"create E-zoe due"}, nil},
		{"create, there, without an answer", model.Create, lostAfter, joiner, []string{"create E-zoe due"}, nil},
		{"create, there, without settings", model.Create, crashed, joiner, []string{"create E-zoe due"}, nil},
		{"withdraw, still there", model.Withdraw, lostBefore, leave, []string{"withdraw E-anna due", "disable-contact E-anna due", "revoke E-anna due"}, nil},
		{"withdraw, gone", model.Withdraw, lostAfter, leave, []string{"disable-contact E-anna due", "revoke E-anna due"}, nil}, // by a second list
		{"disable, still there", model.DisableContact, lostBefore, leave, []string{"disable-contact E-anna due", "revoke E-anna due"}, nil},
		{"disable, done", model.DisableContact, lostAfter, leave, []string{"revoke E-anna due"}, func(t *testing.T, w *world) {
			if len(w.state.Published) != 0 {
				t.Error("a returner would never be shown again")
			}
		}},
		{"detach, still there", model.Detach, lostBefore, leaveDetach, []string{"detach E-anna due"}, nil},
		{"detach, gone", model.Detach, lostAfter, leaveDetach, nil, nil},
		{"revoke, still there", model.Revoke, lostBefore, leave, []string{"revoke E-anna due"}, nil},
		{"revoke, gone", model.Revoke, lostAfter, leave, nil, func(t *testing.T, w *world) {
			if len(w.state.Taken) != 2 { // the windows know what a lost answer did
				t.Errorf("taken: %+v", w.state.Taken)
			}
		}},
		{"settings, not there", model.SetSettings, lostBefore, func(_ *testing.T, _ *world, p map[string]*entry) { p["anna"].last = "Neu" }, []string{"set-settings E-anna due"}, nil},
		{"settings, there", model.SetSettings, lostAfter, func(_ *testing.T, _ *world, p map[string]*entry) { p["anna"].last = "Neu" }, nil, nil},
		{"publish, not there", model.PublishContact, lostBefore, func(_ *testing.T, w *world, _ map[string]*entry) { w.activate("anna") }, []string{"publish-contact E-anna due"}, nil},
		{"publish, there", model.PublishContact, lostAfter, func(_ *testing.T, w *world, _ map[string]*entry) { w.activate("anna") }, nil, func(t *testing.T, w *world) {
			if len(w.state.Published) != 1 || !w.state.Published[0].Created {
				t.Errorf("we made it: %+v", w.state.Published)
			}
		}},
		{"adopt", model.Adopt, lostBefore, func(_ *testing.T, w *world, _ map[string]*entry) { w.hire("zoe"); w.foreignCredential("z", "E-zoe") },
			[]string{"adopt E-zoe due", "set-settings E-zoe due"}, nil},
		{"transfer", model.Transfer, lostBefore, func(_ *testing.T, w *world, p map[string]*entry) {
			p["anna"].leave(model.Absent)
			w.hire("anna")
		}, []string{"transfer E-anna due"}, nil},
		{"unset", model.UnsetSetting, lostAfter, func(_ *testing.T, w *world, p map[string]*entry) {
			w.set(w.credential("anna").ID, []model.Setting{{Name: "th_nickname", Value: "A"}})
			p["anna"].extra = map[string]string{"th_nickname": ""}
		}, nil, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			row.do(t, w, people)
			hit := false
			w.lost = func(c model.Change) loss {
				if c.Op == row.op {
					hit = true
					return row.fate
				}
				return arrives
			}
			w.later(t, time.Hour)
			w.lost = nil
			if !hit || len(w.state.Open) != 1 {
				t.Fatalf("the fault did not happen: %+v", w.state.Open)
			}
			p := w.later(t, time.Hour)
			if row.op.Destructive() && row.fate == lostAfter { // one list without it proves nothing
				if len(p.Update.Settled) > 0 || find(t, p, row.op, "anna").Status != model.Waiting {
					t.Errorf("one list settled it: %v %+v", summary(p), p.Update.Settled)
				}
				p = w.later(t, time.Hour)
			}
			wantLines(t, of(p, "anna", "zoe"), row.want...)
			for _, settled := range p.Update.Settled {
				effect := row.op != model.SetSettings && row.op != model.UnsetSetting // those are compared anew
				if settled.Done != (effect && row.fate == lostAfter) {
					t.Errorf("settled as done: %v", settled.Done)
				}
			}
			w.settle(t)
			if len(w.state.Open) != 0 {
				t.Errorf("still open: %+v", w.state.Open)
			}
			if row.after != nil {
				row.after(t, w)
			}
			seen := map[string]bool{}
			for _, c := range w.pkg.Credentials {
				if seen[c.Username] || w.pkg.Settings[c.ID][model.SettingCSI] == "" {
					t.Errorf("credential %s is there twice, or has no csi", c.Username)
				}
				seen[c.Username] = true
			}
		})
	}
}

// TestAContactThatOneListLacks settles nothing: two lists an hour apart say that it is disabled.
func TestAContactThatOneListLacks(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	id := w.activate("anna")
	w.settle(t)
	w.state.Open = []model.Operation{{ID: 9, Op: model.DisableContact, Subject: model.Subject{Person: people["anna"].id}, ThreemaIDs: []string{id}}}
	people["anna"].leave(model.Disabled)
	w.hideContact(id)
	for after, settled := range []int{0, 1} {
		if p := w.later(t, time.Duration(after)*time.Hour); len(p.Update.Settled) != settled {
			t.Errorf("after %d h: %+v", after, p.Update.Settled)
		}
	}
}

// interrupted is a world in which the create of zoe was lost after its effect.
func interrupted(t *testing.T, fate loss) (*world, *entry) {
	t.Helper()
	w, _ := rolledOut(t)
	zoe := w.hire("zoe")
	w.lost = func(model.Change) loss { return fate }
	w.later(t, time.Hour)
	w.lost = nil
	return w, zoe
}

func TestInterruptedCreate(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		fate loss
		do   func(w *world, zoe *entry)
		want []string
		say  string
	}{
		{"resumed with a new password", lostAfter, func(*world, *entry) {}, []string{"create E-zoe due"}, "it gets a new password"},
		{"in use", lostAfter, func(w *world, _ *entry) { w.credential("zoe").Usage = 1 }, []string{"adopt E-zoe needs-approval"}, "in use although its hand-over was interrupted"},
		{"in use by the users' list", crashed, func(w *world, _ *entry) { w.activate("zoe"); w.credential("zoe").Usage = 0 }, []string{"adopt E-zoe needs-approval"}, "in use by"},
		{"gone in one list", crashed, func(w *world, _ *entry) { w.withdrawByHand("zoe") }, []string{"held E-zoe"}, "does not list the credential in this pass"},
		{"deleted by hand", crashed, func(w *world, zoe *entry) {
			w.withdrawByHand("zoe")
			w.owner(zoe.id).MissingSince, w.owner(zoe.id).MissingReads = w.now, 1
		}, []string{"create E-zoe due"}, "entitled, and no credential"},
		{"person left, nothing recorded", lostAfter, func(_ *world, zoe *entry) { zoe.leave(model.Disabled) }, []string{"withdraw E-zoe waiting"}, "handed it to nobody"},
		{"person left, recorded", crashed, func(_ *world, zoe *entry) { zoe.leave(model.Disabled) }, []string{"withdraw E-zoe waiting"}, ""},
		{"person held", lostAfter, func(_ *world, zoe *entry) { zoe.held = "no sn" }, []string{"held E-zoe"}, "no sn"},
		{"refused value", crashed, func(w *world, _ *entry) {
			w.state.Refusals = []model.Refusal{{CredentialID: w.credential("zoe").ID, Setting: model.SettingLastName, Value: "Muster", Message: "400", At: w.now}}
		}, []string{"held E-zoe"}, "the service refused the value"},
		{"a namesake does not get it", lostAfter, func(w *world, zoe *entry) {
			w.policy.AdoptUsername = true
			zoe.leave(model.Disabled)
			w.hire("zoe2").username = "zoe"
		}, []string{"held E-zoe2", "withdraw E-zoe waiting"}, "the username zoe is that of"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, zoe := interrupted(t, row.fate)
			row.do(w, zoe)
			p := w.later(t, time.Hour)
			wantLines(t, of(p, "zoe", "zoe2"), row.want...)
			wantWords(t, p, row.say)
			if row.want[0] == "create E-zoe due" && row.fate == lostAfter {
				if c := find(t, p, model.Create, "zoe"); c.CredentialID == "" || c.Requests != 3 {
					t.Errorf("resumes %+v", c)
				}
			}
		})
	}
}
