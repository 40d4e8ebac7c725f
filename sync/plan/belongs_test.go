package plan_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// borrow moves the phone of one person to the credential of another, with what it reports then.
func (w *world) borrow(id, username, csi string) {
	if c := w.credentialByID(w.user(id).CredentialID); c != nil {
		c.Usage--
	}
	c := w.credential(username)
	c.Usage++
	w.user(id).CredentialID, w.user(id).CSI = c.ID, csi
}

// TestSharedCredential: a leaver's credential that somebody else uses goes by a yes only, in the plan
// as by an order; what a person reported under an earlier csi is theirs.
func TestSharedCredential(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		do   func(w *world, anna *entry, id string)
		plan string // of the withdrawal
		say  string
		word string // of an order
	}{
		{"theirs alone", func(*world, *entry, string) {}, "due", "", "withdraw due"},
		{"another csi on the only ID", func(w *world, _ *entry, id string) { w.user(id).CSI = "E-dora" },
			"needs-approval", "reports the csi E-dora, which is that of CN=Dora", "withdraw needs-approval"},
		{"a stranger's csi", func(w *world, _ *entry, id string) { w.user(id).CSI = "999" },
			"needs-approval", "reports the csi 999, which is nobody's here", "withdraw needs-approval"},
		{"the th_csi of somebody else", func(w *world, anna *entry, _ string) {
			w.set(w.owner(anna.id).CredentialID, []model.Setting{{Name: model.SettingCSI, Value: "E-dora"}})
		}, "needs-approval", "its th_csi is E-dora, which is that of CN=Dora", "withdraw needs-approval"},
		{"a colleague's phone in place of theirs", func(w *world, _ *entry, id string) {
			w.dropUser(id)
			w.borrow(w.pkg.Users[0].ID, "anna", "")
		}, "needs-approval", "with CN=Dora Muster,OU=Berlin,DC=corp, who is entitled", "withdraw due"},
		{"a colleague's phone beside theirs", func(w *world, _ *entry, _ string) { w.borrow(w.pkg.Users[0].ID, "anna", "E-anna") },
			"due", "", "withdraw due"},
		{"no ID at all", func(w *world, _ *entry, id string) { w.dropUser(id) }, "due", "", "withdraw due"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "dora", "anna")
			w.policy.GraceWithdraw, w.policy.PublishContacts = 0, false
			w.activate("dora")
			id := w.activate("anna")
			w.settle(t)
			row.do(w, people["anna"], id)
			people["anna"].leave(model.Disabled)
			w.now = w.now.Add(time.Hour)
			if got := answer(w.order(people["anna"])); got != row.word {
				t.Errorf("an order gives %q, want %q", got, row.word)
			}
			p := w.plan()
			if got := find(t, p, model.Withdraw, "anna"); string(got.Status) != row.plan {
				t.Errorf("the withdrawal is %s: %s", got.Status, english.Join(got.Reasons))
			}
			wantWords(t, p, row.say)
			if row.plan == "needs-approval" { // and somebody can end the wait
				w.approve(p, day)
				w.settle(t)
				if w.credential("anna") != nil {
					t.Error("the yes did nothing")
				}
			}
		})
	}
}

// TestWhatNobodyCanSayYesTo: a Gateway ID, and a credential that serves several people, are left to the
// cockpit, and never in silence.
func TestWhatNobodyCanSayYesTo(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(w *world, anna *entry){
		"a Gateway ID": func(w *world, _ *entry) { w.pkg.Users[0].ID = "*GATEWAY" },
		"several csis": func(w *world, _ *entry) { w.user(w.activate("anna")).CSI = "E-other" },
		"several IDs, adopted": func(w *world, anna *entry) {
			w.owner(anna.id).Created = false
			w.activate("anna")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.activate("anna")
			w.settle(t)
			do(w, people["anna"])
			people["anna"].leave(model.Disabled)
			w.later(t, time.Hour)
			p := w.later(t, day)
			wantLines(t, of(p, "anna"), "held E-anna")
			if n := slices.IndexFunc(p.Held, func(h model.Held) bool { return h.CSI == "E-anna" }); p.Held[n].Ask != model.AskByHand {
				t.Errorf("held in silence: %+v", p.Held[n])
			}
		})
	}
}

// TestBorrowedPhone: a Threema ID that the ledger saw with somebody who is entitled is not the
// leaver's, whatever the phone reports, until it was on the leaver's credential alone for 30 days.
func TestBorrowedPhone(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		wait time.Duration // with the phone on the leaver's credential
		then func(t *testing.T, w *world, dora *entry)
		want string
	}{
		{"since the last pass", 0, nil, "needs-approval"},
		{"for a week", 7 * day, nil, "needs-approval"},
		{"for 31 days", 31 * day, nil, "due"},
		{"its owner left", 7 * day, func(_ *testing.T, _ *world, dora *entry) { dora.leave(model.Disabled) }, "due"},
		{"its owner's account was made anew", 7 * day, func(_ *testing.T, w *world, dora *entry) {
			dora.leave(model.Disabled)
			again := w.hire("again")
			again.csi, again.first = dora.csi, dora.first
		}, "needs-approval"},
		{"its owner's account was made anew, and left", 7 * day, func(t *testing.T, w *world, dora *entry) {
			dora.leave(model.Disabled)
			again := w.hire("again")
			again.csi, again.first = dora.csi, dora.first
			w.later(t, 0)
			again.leave(model.Disabled)
		}, "due"},
		{"its owner is hidden", 7 * day, func(_ *testing.T, _ *world, dora *entry) { dora.hide("referral") }, "needs-approval"},
		{"its owner is excluded", 7 * day, func(_ *testing.T, _ *world, dora *entry) { dora.excluded = true }, "needs-approval"},
		{"its owner is missing since today", 7 * day, func(_ *testing.T, _ *world, dora *entry) { dora.leave(model.Absent) }, "needs-approval"},
		{"its owner's departure does not count", 7 * day, func(_ *testing.T, w *world, dora *entry) {
			w.policy.Evidence = []model.EvidenceKind{model.Disabled}
			dora.leave(model.Expired)
		}, "needs-approval"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "dora", "anna")
			w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID, w.policy.PublishContacts = model.RevokeID, 0, 0, false
			theirs, own := w.activate("dora"), w.activate("anna")
			w.settle(t)
			w.borrow(theirs, "anna", "E-anna")
			if row.wait > 0 {
				w.later(t, time.Hour)
				w.later(t, row.wait)
			}
			if row.then != nil {
				row.then(t, w, people["dora"])
			}
			people["anna"].leave(model.Disabled)
			p := w.later(t, time.Hour)
			found := 0
			for _, c := range p.Changes {
				if c.Op != model.Revoke || c.CSI != "E-anna" {
					continue
				}
				want := "due"
				if c.ThreemaID == theirs {
					want = row.want
				}
				if found++; string(c.Status) != want {
					t.Errorf("revoke %s is %s, want %s: %s", c.ThreemaID, c.Status, want, english.Join(c.Reasons))
				}
			}
			if found != 2 {
				t.Errorf("%d revocations in %v", found, summary(p))
			}
			if w.later(t, time.Hour); w.user(own) != nil {
				t.Error("the leaver's own ID stays")
			}
		})
	}
}

// TestPhoneOfAReturner: who used a Threema ID is remembered over the end of their departure.
func TestPhoneOfAReturner(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "dora", "anna")
	w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID, w.policy.PublishContacts = model.DetachID, 0, 0, false
	id := w.activate("dora")
	w.settle(t)
	people["dora"].leave(model.Disabled)
	w.later(t, time.Hour)
	w.later(t, time.Hour)
	if w.user(id) != nil {
		t.Fatal("it is not detached")
	}
	for range 5 {
		w.later(t, day) // the departure is settled
	}
	if links := w.state.FormerLinks; len(links) > 0 {
		t.Errorf("of somebody who left nobody asks, and yet it is kept: %v", links)
	}
	people["dora"].comeBack()
	w.later(t, time.Hour)
	w.pkg.Users = append(w.pkg.Users, model.User{ID: id, CredentialID: w.credential("anna").ID, CSI: "E-anna"})
	people["anna"].leave(model.Disabled)
	p := w.later(t, time.Hour)
	wantLines(t, of(p, "anna"), "withdraw E-anna needs-approval", "detach E-anna needs-approval")
}

// TestNumberOfBefore: lists name a person by any csi that they ever had, and a phone that was off
// during a renumbering reports one of them; unless a living person has it now.
func TestNumberOfBefore(t *testing.T) {
	t.Parallel()
	renumbered := func(t *testing.T) (*world, *entry, string) {
		w, people := rolledOut(t, "anna")
		w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID, w.policy.PublishContacts = model.RevokeID, 0, 0, false
		id := w.activate("anna")
		w.settle(t)
		people["anna"].csi = "E-new"
		w.later(t, time.Hour)
		w.later(t, time.Hour)
		return w, people["anna"], id
	}
	t.Run("protect", func(t *testing.T) {
		t.Parallel()
		w, anna, _ := renumbered(t)
		w.policy.Protected, w.policy.NeverRevoke = []string{"E-anna"}, []string{"E-anna"}
		anna.leave(model.Disabled)
		wantLines(t, of(w.later(t, time.Hour), "new"), "withdraw E-new needs-approval", "detach E-new needs-approval")
	})
	t.Run("the phone was off", func(t *testing.T) {
		t.Parallel()
		w, anna, _ := renumbered(t)
		anna.leave(model.Disabled)
		wantLines(t, of(w.later(t, time.Hour), "new"), "withdraw E-new due", "revoke E-new due")
	})
	t.Run("somebody has the number now", func(t *testing.T) {
		t.Parallel()
		w, anna, _ := renumbered(t)
		w.hire("petra").csi = "E-anna"
		anna.leave(model.Disabled)
		wantLines(t, of(w.later(t, time.Hour), "new"), "withdraw E-new needs-approval", "revoke E-new needs-approval")
	})
	t.Run("corrected in favour of a colleague as the account was locked", func(t *testing.T) {
		t.Parallel()
		w, people := rolledOut(t, "anna", "petra")
		w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID, w.policy.PublishContacts = model.RevokeID, 0, 0, false
		w.activate("anna")
		w.settle(t)
		people["anna"].csi, people["petra"].csi = "E-new", "E-anna"
		people["anna"].leave(model.Disabled)
		wantLines(t, of(w.later(t, time.Hour), "anna"), "set-settings E-anna due", "withdraw E-anna needs-approval", "revoke E-anna needs-approval")
	})
}

// TestNumberNeverWritten: the directory numbered a person anew, and their new number could not be written.
// Whoever has it beside them may be the same person as well as whoever has the one that was written.
func TestNumberNeverWritten(t *testing.T) {
	t.Parallel()
	t.Run("the credential was gone", func(t *testing.T) {
		t.Parallel()
		w, people := rolledOut(t, "anna")
		w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID, w.policy.PublishContacts = model.RevokeID, 0, 0, false
		w.activate("anna")
		w.settle(t)
		w.withdrawByHand("anna")
		people["anna"].csi = "E-new"
		w.later(t, time.Hour)
		w.hire("second").csi = "E-new"
		w.later(t, time.Hour)
		people["anna"].leave(model.Absent)
		w.later(t, time.Hour)
		w.later(t, 25*time.Hour)
		wantLines(t, of(w.later(t, time.Hour), "anna"), "revoke E-anna needs-approval")
	})
	t.Run("locked in the same step", func(t *testing.T) {
		t.Parallel()
		w, people := rolledOut(t, "anna", "second")
		w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID, w.policy.PublishContacts = model.RevokeID, 0, 0, false
		w.activate("anna")
		w.settle(t)
		people["anna"].csi = "E-second"
		people["anna"].leave(model.Disabled)
		wantLines(t, of(w.later(t, time.Hour), "anna"), "withdraw E-anna due", "revoke E-anna needs-approval")
	})
}

// TestLikeCSI: a csi that differs from somebody's in its spelling only is another csi, and holds who
// comes with it until it is corrected or somebody says yes; meanwhile the other one's ID waits too.
func TestLikeCSI(t *testing.T) {
	t.Parallel()
	for _, csi := range []string{"e-anna", "E-Anna", "E- anna", " E-anna", "0E-anna", "Ｅ-anna"} {
		t.Run(csi, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID, w.policy.PublishContacts = model.RevokeID, 0, 0, false
			id := w.activate("anna")
			w.settle(t)
			young := w.hire("young")
			young.csi = csi
			p := w.later(t, time.Hour)
			c := model.Change{}
			for _, c = range p.Changes {
				if c.Op == model.Create {
					break
				}
			}
			if c.Op != model.Create || c.Status != model.NeedsApproval || !slices.Contains(c.Asks, model.AskLikeCSI) {
				t.Fatalf("%v", summary(p))
			}
			people["anna"].leave(model.Disabled)
			w.later(t, time.Hour)
			if w.credential("anna") != nil || w.user(id) == nil {
				t.Error("the leaver is still in, or their ID is gone")
			}
			young.csi = "E-young"
			w.later(t, time.Hour)
			w.settle(t)
			if w.credential("young") == nil || w.user(id) != nil {
				t.Errorf("corrected, and still waiting: %v", summary(w.plan()))
			}
		})
	}
	t.Run("a credential that is not ours", func(t *testing.T) {
		t.Parallel()
		w, _ := rolledOut(t, "anna")
		w.foreignCredential("old.import", "77")
		w.hire("young").csi = "00077"
		p := w.later(t, time.Hour)
		if got := statuses(p, model.Create); got["needs-approval"] != 1 {
			t.Errorf("%v", summary(p))
		}
		w.approve(p, day)
		w.settle(t)
		if w.credential("young") == nil {
			t.Error("the yes made no credential")
		}
	})
}

// TestListedNobody: an entry of a list that names nobody is told, whether it was always wrong or the
// person has another csi by now.
func TestListedNobody(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.Protected, w.policy.NeverRevoke = []string{"E-anna", "E-staff001"}, []string{"typo"}
	people["anna"].csi = "E-new"
	w.later(t, time.Hour)
	var got []string
	for _, n := range w.later(t, time.Hour).Notices {
		if n.Kind == plan.NoticeNobody {
			got = append(got, n.CSI+": "+english.Say(n.Reason))
		}
	}
	want := []string{
		`typo: leavers.never_revoke lists "typo", which is nobody's csi: correct it, or remove it`,
		`E-anna: protect.csi lists "E-anna", which is nobody's csi any more; it was that of corp/guid-001, who has "E-new" now and is still listed by it: write that`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// TestListedSomebodyElsewhere: as long as a source is not read, nobody knows that a csi is nobody's.
func TestListedSomebodyElsewhere(t *testing.T) {
	t.Parallel()
	w := twoSources(t)
	w.policy.Protected = []string{"E-newcomer"}
	told := func() bool {
		return slices.ContainsFunc(w.plan().Notices, func(n plan.Notice) bool { return n.Kind == plan.NoticeNobody })
	}
	if !told() {
		t.Error("both sources are read, and nobody is told")
	}
	w.hr().unread = true
	if told() {
		t.Error("one source is not read, and the csi may be there")
	}
}

// TestAYesWhileTheOtherIsHidden: a yes to take what may be a colleague's was given while nobody could see
// them. When they are seen again it is none any more, as one to a departure of their own.
func TestAYesWhileTheOtherIsHidden(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		borrowed func(t *testing.T, w *world, id string)
		yeses    int
	}{
		"known by the csi": {func(_ *testing.T, w *world, id string) { w.borrow(id, "anna", "E-dora") }, 2}, // to the withdrawal, too
		"known by the credential": {func(t *testing.T, w *world, id string) {
			w.borrow(id, "anna", "E-anna")
			w.later(t, day)
			w.approve(w.plan(), 30*day)
			w.later(t, day)
			w.borrow(id, "dora", "E-anna")
		}, 1},
		"known by memory": {func(_ *testing.T, w *world, id string) { w.borrow(id, "anna", "E-anna") }, 2},
	} {
		for _, comesBack := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, back %t", name, comesBack), func(t *testing.T) {
				t.Parallel()
				w, people := rolledOut(t, "dora", "anna")
				w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID, w.policy.PublishContacts = model.RevokeID, 0, day, false
				id := w.activate("dora")
				w.settle(t)
				people["dora"].hide("referral")
				people["anna"].leave(model.Disabled)
				row.borrowed(t, w, id)
				for range row.yeses {
					w.later(t, day)
					w.later(t, day)
					w.now = w.now.Add(day)
					w.approve(w.plan(), 30*day)
				}
				if comesBack {
					people["dora"].comeBack()
				}
				for range 5 {
					w.later(t, day)
				}
				if there := w.user(id) != nil; there != comesBack {
					t.Errorf("the Threema ID is there: %t: %s", there, words(w.plan()))
				}
			})
		}
	}
}
