package plan_test

import (
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// TestConfirmation runs hourly reports of one leaver through both graces of the default
// policy (2 reads over 24 h, 24 h of grace) and says at which of them the withdrawal is due.
func TestConfirmation(t *testing.T) {
	t.Parallel()
	gone := func(kind model.EvidenceKind) func(*world, *entry) {
		return func(_ *world, e *entry) { e.leave(kind) }
	}
	nameless := func(kind model.EvidenceKind) func(*world, *entry) {
		return func(w *world, e *entry) { e.leave(kind); w.source().nameless = true }
	}
	at := func(hour int, more func(*world, *entry), base func(*world, *entry)) map[int]func(*world, *entry) {
		return map[int]func(*world, *entry){0: base, hour: more}
	}
	incomplete := func(w *world, _ *entry) { w.source().incomplete = true }
	for _, row := range []struct {
		name   string
		events map[int]func(*world, *entry)
		due    int // hour; -1: not within 60 hours
	}{
		{"disabled is confirmed at the first complete read", at(99, nil, gone(model.Disabled)), 24},
		{"expired likewise", at(99, nil, gone(model.Expired)), 24},
		{"tombstone likewise", at(99, nil, gone(model.Tombstone)), 24},
		{"absent needs the full time", at(99, nil, gone(model.Absent)), 48},
		{"out of scope needs the full time", at(99, nil, gone(model.OutOfScope)), 48},
		{"weak, then positive", at(10, gone(model.Disabled), gone(model.Absent)), 34},
		{"positive, then weak, stays confirmed", at(10, gone(model.Absent), gone(model.Disabled)), 24},
		{"one sighting resets", map[int]func(*world, *entry){
			0: gone(model.Disabled), 20: func(_ *world, e *entry) { e.comeBack() }, 21: gone(model.Disabled)}, 45},
		{"unknown resets", map[int]func(*world, *entry){
			0: gone(model.Absent), 20: func(_ *world, e *entry) { e.hide("parent not readable") }, 21: gone(model.Absent)}, -1},
		{"excluded resets", map[int]func(*world, *entry){
			0: gone(model.Disabled), 20: func(_ *world, e *entry) { e.excluded = true }, 21: func(_ *world, e *entry) { e.excluded = false }}, 45},
		{"incomplete snapshots do not count", map[int]func(*world, *entry){
			0: func(w *world, e *entry) { e.leave(model.Disabled); incomplete(w, e) }, 10: func(w *world, _ *entry) { w.source().incomplete = false }}, 34},
		{"incomplete snapshots do not reset", map[int]func(*world, *entry){
			0: gone(model.Disabled), 5: incomplete, 15: func(w *world, _ *entry) { w.source().incomplete = false }}, 24},
		{"an incomplete snapshot takes nobody out, however long confirmed", at(20, incomplete, gone(model.Disabled)), -1},
		{"a source that is not read takes nobody out", at(20, func(w *world, _ *entry) { w.source().unread = true }, gone(model.Disabled)), -1},
		{"a complete read that says nothing takes nobody out", at(20, func(w *world, e *entry) { w.source().people = w.source().people[1:] }, gone(model.Disabled)), -1},
		{"a person returns in an incomplete snapshot", at(20, func(w *world, e *entry) { e.comeBack(); incomplete(w, e) }, gone(model.Disabled)), -1},
		{"the csi under another ID is a sighting, though held", map[int]func(*world, *entry){
			0: gone(model.Disabled), 10: func(w *world, e *entry) {
				again := w.hire("again")
				again.csi, again.first, again.held = e.csi, e.first, "no name"
			}, 11: func(w *world, _ *entry) { w.lastHired().leave(model.Disabled) }}, 35},
		{"another ID of the same person counts until its departure is confirmed", map[int]func(*world, *entry){
			0: gone(model.Disabled), 3: func(w *world, e *entry) {
				again := w.hire("again")
				again.csi, again.first, again.held = e.csi, e.first, "no name"
			}, 4: func(w *world, _ *entry) { w.lastHired().leave(model.Absent) }}, 52},
		{"a transfer that is not carried out is a sighting", map[int]func(*world, *entry){
			0: func(w *world, e *entry) {
				e.leave(model.Absent)
				w.policy.ConfirmReads, w.policy.ConfirmOver, w.policy.GraceWithdraw = 5, 0, 0
			}, 3: func(w *world, e *entry) {
				again := w.hire("again")
				again.csi, again.first = e.csi, e.first
				w.policy.Mode = model.CreateOnly
			}, 4: func(w *world, _ *entry) {
				w.lastHired().leave(model.Disabled)
				w.policy.Mode = model.Sync
			}}, 8},
		{"an entry without ID: disabled goes on", at(99, nil, nameless(model.Disabled)), 24},
		{"an entry without ID: tombstone goes on", at(99, nil, nameless(model.Tombstone)), 24},
		{"an entry without ID: moved away goes on", at(99, nil, nameless(model.OutOfScope)), 48},
		{"an entry without ID: nobody is absent", at(99, nil, nameless(model.Absent)), -1},
		{"an entry without ID: nobody is absent for as long as it is there", map[int]func(*world, *entry){
			0: nameless(model.Absent), 10: func(w *world, _ *entry) { w.source().nameless = false }}, 58},
		{"an entry without ID stops even a confirmed absence", at(30, func(w *world, _ *entry) { w.source().nameless = true }, gone(model.Absent)), -1},
		{"held people leave too", map[int]func(*world, *entry){0: func(_ *world, e *entry) { e.leave(model.Disabled); e.held = "no name" }}, 24},
		{"never entitled again, excluded for good", at(20, func(_ *world, e *entry) { e.excluded = true }, gone(model.Disabled)), -1},
		{"grace starts no earlier than sync", map[int]func(*world, *entry){
			0: func(w *world, e *entry) { e.leave(model.Disabled); w.policy.Mode = model.UpsertOnly }, 12: func(w *world, _ *entry) { w.policy.Mode = model.Sync }}, 36},
		{"observations count under observe", map[int]func(*world, *entry){
			0: func(w *world, e *entry) { e.leave(model.Absent); w.policy.Mode = model.Observe }, 30: func(w *world, _ *entry) { w.policy.Mode = model.Sync }}, 54},
		{"a policy change starts the grace again", map[int]func(*world, *entry){
			0: gone(model.Disabled), 10: func(w *world, _ *entry) { w.policy.Mode = model.Observe }, 11: func(w *world, _ *entry) { w.policy.Mode = model.Sync }}, 35},
		{"reads zero, over zero, grace zero: at once", map[int]func(*world, *entry){
			0: func(w *world, e *entry) {
				e.leave(model.Absent)
				w.policy.ConfirmReads, w.policy.ConfirmOver, w.policy.GraceWithdraw = 1, 0, 0
			}}, 0},
		{"five reads", map[int]func(*world, *entry){
			0: func(w *world, e *entry) {
				e.leave(model.Absent)
				w.policy.ConfirmReads, w.policy.ConfirmOver, w.policy.GraceWithdraw = 5, 0, 0
			}}, 4},
		{"the clock goes back a year", map[int]func(*world, *entry){
			0: gone(model.Absent), 1: func(w *world, _ *entry) { w.now = w.now.AddDate(-1, 0, 0) }}, 49},
		{"one pass under a clock a year ahead", map[int]func(*world, *entry){
			0: func(w *world, e *entry) { e.leave(model.Disabled); w.now = w.now.AddDate(1, 0, 0) }, 1: func(w *world, _ *entry) { w.now = w.now.AddDate(-1, 0, 0) }}, 25},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			due := -1
			w.now = w.now.Add(time.Hour)
			for hour := range 60 {
				if event := row.events[hour]; event != nil {
					event(w, people["anna"])
				}
				w.pass(t)
				if due < 0 && w.credential("anna") == nil {
					due = hour
				}
				w.now = w.now.Add(time.Hour)
			}
			if due != row.due {
				t.Errorf("withdrawn at hour %d, want %d", due, row.due)
			}
		})
	}
}

func TestWaitingSaysUntilWhen(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	people["anna"].leave(model.Absent)
	start := w.now.Add(time.Hour)
	c := find(t, w.later(t, time.Hour), model.Withdraw, "anna")
	if c.Status != model.Waiting || !c.NotBefore.Equal(start.Add(2*day)) {
		t.Errorf("%s until %s", c.Status, c.NotBefore)
	}
	c = find(t, w.later(t, 2*day), model.Withdraw, "anna")
	if c.Status != model.Waiting || !c.NotBefore.Equal(w.now.Add(day)) {
		t.Errorf("confirmed now, yet %s until %s", c.Status, c.NotBefore)
	}
	w.source().incomplete = true
	p := w.later(t, 2*day)
	if c = find(t, p, model.Withdraw, "anna"); c.Status != model.Waiting || !c.NotBefore.IsZero() {
		t.Errorf("incomplete, yet %s until %s", c.Status, c.NotBefore)
	}
	wantWords(t, p, "waits for a complete read of source corp")
}

// leaving is a rolled-out world in which anna, with an ID, was disabled an hour ago.
func leaving(t *testing.T, policy func(*model.Policy)) (*world, *entry, string) {
	t.Helper()
	w, people := rolledOut(t, "anna")
	policy(&w.policy)
	id := w.activate("anna")
	w.settle(t)
	people["anna"].leave(model.Disabled)
	w.later(t, time.Hour)
	return w, people["anna"], id
}

func TestLeaverPolicies(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		policy func(*model.Policy)
		first  []string // when the withdrawal is due
		second []string // a week later
		class  map[model.Op]model.Class
	}{
		{"cut only", func(*model.Policy) {}, []string{"withdraw E-anna due", "disable-contact E-anna due"}, nil,
			map[model.Op]model.Class{model.Withdraw: model.Recoverable, model.DisableContact: model.Reversible}},
		{"detach", func(p *model.Policy) { p.ID = model.DetachID },
			[]string{"withdraw E-anna due", "disable-contact E-anna due", "detach E-anna waiting"}, []string{"detach E-anna due"},
			map[model.Op]model.Class{model.Detach: model.Recoverable}},
		{"detach at once", func(p *model.Policy) { p.ID = model.DetachID; p.GraceID = 0 },
			[]string{"withdraw E-anna due", "disable-contact E-anna due", "detach E-anna due"}, nil, nil},
		{"revoke", func(p *model.Policy) { p.ID = model.RevokeID },
			[]string{"withdraw E-anna due", "disable-contact E-anna due", "revoke E-anna waiting"}, []string{"revoke E-anna due"},
			map[model.Op]model.Class{model.Revoke: model.Irreversible}},
		{"keep both", func(p *model.Policy) { p.Withdraw = false }, []string{"held E-anna"}, []string{"held E-anna"}, nil},
		{"contacts are not ours", func(p *model.Policy) { p.PublishContacts = false }, []string{"withdraw E-anna due"}, nil, nil},
		{"approval of what is final", func(p *model.Policy) { p.ID = model.RevokeID; p.Approval = model.ApproveIrreversible; p.GraceID = 0 },
			[]string{"withdraw E-anna due", "disable-contact E-anna due", "revoke E-anna needs-approval"}, []string{"revoke E-anna needs-approval"}, nil},
		{"a detach is not final", func(p *model.Policy) { p.ID = model.DetachID; p.Approval = model.ApproveIrreversible; p.GraceID = 0 },
			[]string{"withdraw E-anna due", "disable-contact E-anna due", "detach E-anna due"}, nil, nil},
		{"approval of what is recoverable", func(p *model.Policy) { p.ID = model.DetachID; p.Approval = model.ApproveRecoverable },
			[]string{"withdraw E-anna needs-approval", "disable-contact E-anna needs-approval", "detach E-anna waiting"},
			[]string{"withdraw E-anna needs-approval", "disable-contact E-anna needs-approval", "detach E-anna waiting"}, nil},
		{"approval of all", func(p *model.Policy) { p.Approval = model.ApproveAll },
			[]string{"withdraw E-anna needs-approval", "disable-contact E-anna needs-approval"},
			[]string{"withdraw E-anna needs-approval", "disable-contact E-anna needs-approval"}, nil},
		{"observe", func(p *model.Policy) { p.Mode = model.Observe }, []string{"withdraw E-anna withheld"}, []string{"withdraw E-anna withheld"}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, _, id := leaving(t, row.policy)
			p := w.later(t, day)
			wantLines(t, of(p, "anna"), row.first...)
			for op, class := range row.class {
				if c := find(t, p, op, "anna"); c.Class != class {
					t.Errorf("%s is %s, want %s", op, c.Class, class)
				}
			}
			wantLines(t, of(w.later(t, 7*day), "anna"), row.second...)
			w.settle(t)
			if gone := w.user(id) == nil; gone != (w.done[model.Detach]+w.done[model.Revoke] == 1) {
				t.Errorf("ID gone: %v", gone)
			}
		})
	}
}

func TestApprovalWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	// A revocation without grace is not put before a person while the departure itself is unproven.
	w, people := rolledOut(t, "anna")
	w.policy.ID, w.policy.GraceID, w.policy.Approval = model.RevokeID, 0, model.ApproveIrreversible
	w.policy.ConfirmReads, w.policy.ConfirmOver, w.policy.GraceWithdraw = 5, 0, 0
	w.activate("anna")
	w.settle(t)
	people["anna"].leave(model.Absent)
	for range 4 {
		p := w.later(t, day)
		wantLines(t, of(p, "anna"), "withdraw E-anna waiting", "disable-contact E-anna waiting", "revoke E-anna waiting")
	}
	wantLines(t, of(w.later(t, day), "anna"), "withdraw E-anna due", "disable-contact E-anna due", "revoke E-anna needs-approval")
}

func TestLeaverWhoNeverActivated(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.ID = model.RevokeID
	people["anna"].leave(model.Expired)
	w.later(t, time.Hour)
	wantLines(t, of(w.later(t, day), "anna"), "withdraw E-anna due")
	w.settle(t)
	if len(w.state.Departures) != 0 || w.credential("anna") != nil {
		t.Errorf("left: %+v", w.state.Departures)
	}
}

func TestReturners(t *testing.T) {
	t.Parallel()
	t.Run("within grace", func(t *testing.T) {
		t.Parallel()
		w, anna, _ := leaving(t, func(*model.Policy) {})
		anna.comeBack()
		wantLines(t, of(w.later(t, day), "anna"))
		if w.done[model.Withdraw] != 0 {
			t.Error("withdrawn")
		}
	})
	t.Run("after the cut", func(t *testing.T) {
		t.Parallel()
		w, anna, id := leaving(t, func(p *model.Policy) { p.ID = model.RevokeID })
		w.later(t, day)
		anna.comeBack()
		wantLines(t, of(w.later(t, time.Hour), "anna"), "create E-anna due")
		if len(w.state.Departures) != 0 {
			t.Errorf("the saga goes on: %+v", w.state.Departures)
		}
		// The old ID continues with the new credential, and is shown again.
		w.user(id).CredentialID = w.credential("anna").ID
		w.credential("anna").Usage = 1
		wantLines(t, of(w.later(t, 8*day), "anna"), "publish-contact E-anna due")
		if w.user(id) == nil || !w.contact(id).Enabled {
			t.Error("the ID or its contact was taken")
		}
	})
	t.Run("after the detachment", func(t *testing.T) {
		t.Parallel()
		w, anna, id := leaving(t, func(p *model.Policy) { p.ID = model.DetachID })
		w.later(t, day)
		w.later(t, 8*day)
		if w.user(id) != nil {
			t.Fatal("not detached")
		}
		w.later(t, time.Hour)
		anna.comeBack()
		wantLines(t, of(w.later(t, time.Hour), "anna"), "create E-anna due")
	})
}

func TestIDsThatMustStay(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		do   func(w *world, u *model.User)
		say  string
		want []string
	}{
		{"none of these", func(*world, *model.User) {}, "", []string{"detach E-anna due"}},
		{"another credential by now", func(w *world, u *model.User) { u.CredentialID = w.credential("staff001").ID },
			"uses another credential by now (staff001, of CN=Staff001", []string{"detach E-anna needs-approval"}},
		{"another csi", func(_ *world, u *model.User) { u.CSI = "E-other" }, "reports the csi E-other, which is nobody's here", []string{"detach E-anna needs-approval"}},
		{"no csi at all", func(_ *world, u *model.User) { u.CSI = "" }, "", []string{"detach E-anna due"}},
		{"gone in one list", func(w *world, u *model.User) { w.dropUser(u.ID) }, "settled when a second list", []string{"detach E-anna waiting"}},
		{"gone in two lists an hour apart", func(w *world, u *model.User) {
			w.state.Unlisted = append(w.state.Unlisted, model.Unlisted{Object: model.Object{Kind: model.ObjectUser, ID: u.ID}, Since: w.now})
			w.dropUser(u.ID)
		}, "", nil},
		{"directory cannot tell", func(w *world, _ *model.User) { w.source().people[0].hide("referral") }, "the directory no longer proves it (referral)", []string{"held E-anna"}},
		{"source removed", func(w *world, _ *model.User) { w.source().unread = true }, "source corp is not configured any more", []string{"held E-anna"}},
		{"incomplete", func(w *world, _ *model.User) { w.source().incomplete = true }, "waits for a complete read", []string{"detach E-anna waiting"}},
		{"csi held by somebody unknown", func(w *world, _ *model.User) {
			e := w.hire("dora")
			e.csi, e.state = "E-anna", model.Unknown
		}, "CN=Dora Muster,OU=Berlin,DC=corp has the csi now", []string{"detach E-anna needs-approval", "held E-anna"}},
		{"csi held by somebody entitled", func(w *world, _ *model.User) { w.hire("dora").csi = "E-anna" },
			"CN=Dora Muster,OU=Berlin,DC=corp has the csi now", []string{"detach E-anna needs-approval", "create E-anna due"}},
		{"csi held by the same person", func(w *world, _ *model.User) {
			e := w.hire("dora")
			e.csi, e.first = "E-anna", "Anna"
		}, "", []string{"create E-anna due"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, _, id := leaving(t, func(p *model.Policy) { p.ID = model.DetachID; p.PublishContacts = false })
			w.later(t, day)
			row.do(w, w.user(id))
			p := w.later(t, 8*day)
			wantLines(t, of(p, "anna"), row.want...)
			wantWords(t, p, row.say)
		})
	}
}

func TestCSIAloneNeverSuffices(t *testing.T) {
	t.Parallel()
	w, _, id := leaving(t, func(p *model.Policy) { p.ID = model.RevokeID })
	w.pkg.Users = append(w.pkg.Users, model.User{ID: "STRANGER", CSI: "E-anna"})
	w.later(t, day)
	w.later(t, 8*day)
	if w.user(id) != nil || w.user("STRANGER") == nil {
		t.Error("the wrong one went")
	}
}

func TestSharedCredentialOfALeaver(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		created bool
		listed  bool
		csi     string
		want    []string
		say     string
	}{
		{"ours, two devices", true, false, "E-anna", []string{"withdraw E-anna due"}, ""},
		{"ours, used by somebody else", true, false, "E-bert", []string{"held E-anna"}, "report different csis"},
		{"ours, used by a Gateway ID", true, false, "*", []string{"held E-anna"}, "a Gateway, Broadcast or support ID uses credential anna"},
		{"adopted, two devices", false, false, "E-anna", []string{"held E-anna"}, "which we did not create"},
		{"adopted, two devices, listed", false, true, "E-anna", []string{"withdraw E-anna due"}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, anna, _ := leaving(t, func(p *model.Policy) { p.PublishContacts = false })
			u := w.user(w.activate("anna"))
			u.CSI = row.csi
			if row.csi == "*" {
				u.ID, u.CSI = "*GATEWAY", ""
			}
			w.owner(anna.id).Created = row.created
			if row.listed {
				w.policy.AdoptPersonal = []string{"anna"}
			}
			p := w.later(t, day)
			wantLines(t, of(p, "anna"), row.want...)
			wantWords(t, p, row.say)
		})
	}
}

// TestRecreatedAccount is the transfer rule of design §5.6: a new directory ID with the csi of
// an old one.
func TestRecreatedAccount(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		do   func(w *world, old, young *entry)
		want []string
		say  string
	}{
		{"old ID absent", func(_ *world, old, _ *entry) { old.leave(model.Absent) }, []string{"transfer E-anna due"}, "keeps its credential and Threema ID"},
		{"old ID disabled beside the new", func(_ *world, old, _ *entry) { old.leave(model.Disabled) }, []string{"transfer E-anna due"}, ""},
		{"both entitled", func(*world, *entry, *entry) {}, []string{"held E-anna", "held E-anna"}, "the csi E-anna is also that of"},
		{"old ID unknown", func(_ *world, old, _ *entry) { old.hide("referral") }, []string{"held E-anna", "held E-anna"}, "no complete read of source corp says that they left"},
		{"old ID absent from an incomplete read", func(w *world, old, _ *entry) { old.leave(model.Absent); w.source().incomplete = true },
			[]string{"held E-anna"}, "who is entitled"},
		{"new ID cannot be mapped yet", func(_ *world, old, young *entry) { old.leave(model.Disabled); young.held = "no sn" },
			[]string{"withdraw E-anna waiting", "held E-anna"}, "the csi is also that of CN=Anna Neu"},
		{"new ID not readable", func(_ *world, old, young *entry) { old.leave(model.Disabled); young.state = model.Unknown },
			[]string{"withdraw E-anna waiting", "held E-anna"}, "who did not leave, and may be the same person"},
		{"new ID below exclude_dns", func(_ *world, old, young *entry) { old.leave(model.Disabled); young.excluded = true },
			[]string{"withdraw E-anna waiting", "held E-anna"}, "may be the same person"},
		{"new ID with another name", func(_ *world, old, young *entry) { old.leave(model.Disabled); young.last = "Neu2" },
			[]string{"transfer E-anna due", "set-settings E-anna due"}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.policy.PublishContacts = false
			id := w.activate("anna")
			w.settle(t)
			credential := w.credential("anna").ID
			young := w.hire("anna")
			young.last = "Neu"
			w.set(credential, []model.Setting{{Name: model.SettingLastName, Value: "Neu"}})
			people["anna"].last = "Neu"
			row.do(w, people["anna"], young)
			p := w.later(t, time.Hour)
			wantLines(t, of(p, "anna"), row.want...)
			wantWords(t, p, row.say)
			for range 20 { // a long time, with everybody as they are
				w.later(t, day)
			}
			if w.credentialByID(credential) == nil || w.user(id) == nil {
				t.Error("credential or Threema ID was taken")
			}
		})
	}
}

func TestTransferKeepsWhoMadeTheCredential(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	people["anna"].leave(model.Absent)
	young := w.hire("anna")
	c := find(t, w.later(t, time.Hour), model.Transfer, "anna")
	if c.Before["person"] != people["anna"].id.String() || c.After["person"] != young.id.String() || c.Evidence.Code == "" || c.Class != model.Reversible {
		t.Errorf("transfer is %+v", c)
	}
	if own := w.owner(young.id); own == nil || !own.Created {
		t.Errorf("owned: %+v", own)
	}
	wantLines(t, of(w.later(t, 30*day), "anna"))
}

func TestNewAccountInAnIncompleteSource(t *testing.T) {
	t.Parallel()
	// The new account lives in a second source, whose read does not show it today.
	w, people := rolledOut(t, "anna")
	other := &directory{name: "north", scope: "s2", context: "n2"}
	w.sources = append(w.sources, other)
	w.accept = true
	young := w.hireAt(other, "anna")
	young.held = "no sn"
	w.later(t, time.Hour)
	w.accept = false
	w.later(t, time.Hour)
	people["anna"].leave(model.Disabled)
	other.people, other.incomplete = nil, true
	w.later(t, 10*day)
	p := w.later(t, day)
	wantLines(t, of(p, "anna"), "withdraw E-anna needs-approval")
	wantWords(t, p, "who did not leave, and may be the same person")
}

func TestNamesake(t *testing.T) {
	t.Parallel()
	w, _, _ := leaving(t, func(p *model.Policy) { p.ID = model.DetachID })
	double := w.hire("anna2")
	double.username = "anna"
	for _, step := range []struct {
		after time.Duration
		want  []string
		say   string
	}{
		{time.Hour, []string{"held E-anna2"}, "the username anna is that of CN=Anna Muster"},
		{day, []string{"held E-anna2"}, ""},                                  // the withdrawal happens
		{day, []string{"held E-anna2"}, "still belongs to the departure of"}, // the ID is still to come
		{7 * day, []string{"held E-anna2"}, ""},                              // it goes
		{time.Hour, []string{"create E-anna2 due"}, ""},                      // settled
	} {
		p := w.later(t, step.after)
		wantLines(t, of(p, "anna2"), step.want...)
		wantWords(t, p, step.say)
	}
}

func TestIDThatJoinedTheSagaLate(t *testing.T) {
	t.Parallel()
	w, _, id := leaving(t, func(p *model.Policy) { p.ID = model.RevokeID; p.PublishContacts = false })
	w.later(t, day)
	w.pkg.Users = append(w.pkg.Users, model.User{ID: "LATE0001", CSI: "E-anna"})
	s := &w.state.Departures[0]
	s.IDs = append(s.IDs, model.DepartingID{ThreemaID: "LATE0001"})
	wantLines(t, of(w.later(t, 8*day), "anna"), "revoke E-anna due", "revoke E-anna due")
	if w.user(id) != nil || w.user("LATE0001") != nil {
		t.Error("still there")
	}
}

func TestPolicyFiltersThePlan(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		mode model.Mode
		want []string
	}{
		{model.Observe, []string{"create E-new withheld", "adopt E-old withheld", "set-settings E-old withheld", "set-settings E-bert withheld",
			"unset-setting E-bert withheld", "publish-contact E-bert withheld", "withdraw E-anna withheld"}},
		{model.CreateOnly, []string{"create E-new due", "adopt E-old due", "set-settings E-old withheld", "set-settings E-bert withheld",
			"unset-setting E-bert withheld", "publish-contact E-bert withheld", "withdraw E-anna withheld"}},
		{model.UpsertOnly, []string{"create E-new due", "adopt E-old due", "set-settings E-old due", "set-settings E-bert due",
			"unset-setting E-bert due", "publish-contact E-bert due", "withdraw E-anna withheld"}},
		{model.Sync, []string{"create E-new due", "adopt E-old due", "set-settings E-old due", "set-settings E-bert due",
			"unset-setting E-bert due", "publish-contact E-bert due", "withdraw E-anna due"}},
		{"nonsense", []string{"create E-new withheld", "adopt E-old withheld", "set-settings E-old withheld", "set-settings E-bert withheld",
			"unset-setting E-bert withheld", "publish-contact E-bert withheld", "withdraw E-anna withheld"}},
	} {
		t.Run(string(row.mode), func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna", "bert")
			w.policy.GraceWithdraw = 0
			w.hire("new")
			w.hire("old")
			w.foreignCredential("legacy", "E-old")
			w.set(w.credential("bert").ID, []model.Setting{{Name: "th_nickname", Value: "Bärt"}})
			w.activate("bert")
			people["bert"].last, people["bert"].extra = "Neu", map[string]string{"th_nickname": ""}
			people["anna"].leave(model.Disabled)
			w.policy.Mode = row.mode
			p := w.later(t, time.Hour)
			wantLines(t, of(p, "anna", "bert", "new", "old"), row.want...)
			if row.mode != model.Sync && !w.state.SyncSince.IsZero() {
				t.Error("the grace runs although the policy is not sync")
			}
		})
	}
}

func TestPreviewOfSync(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.Mode, w.policy.GraceWithdraw = model.Observe, 0
	people["anna"].leave(model.Disabled)
	w.later(t, time.Hour)
	w.policy.Mode = model.Sync
	if c := find(t, w.plan(), model.Withdraw, "anna"); c.Status != model.Due {
		t.Errorf("preview says %s", c.Status)
	}
}

func TestReturnedIDIsLeftAlone(t *testing.T) {
	t.Parallel()
	w, _, id := leaving(t, func(p *model.Policy) { p.ID = model.DetachID; p.PublishContacts = false })
	second := w.activate("anna")
	w.later(t, day)
	for n := range w.state.Departures[0].IDs { // one went, and is back
		if w.state.Departures[0].IDs[n].ThreemaID == id {
			w.state.Departures[0].IDs[n].GoneAt = w.now
		}
	}
	wantLines(t, of(w.later(t, 8*day), "anna"), "detach E-anna due")
	if w.user(id) == nil || w.user(second) != nil {
		t.Error("the returned ID was detached again")
	}
}

// TestPresenceBeatsASighting: a look-up that contradicts the search proves nothing.
func TestPresenceBeatsASighting(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.ConfirmReads, w.policy.ConfirmOver, w.policy.GraceWithdraw = 1, 0, 0
	in := w.input()
	in.Sources[0].Snapshot.Sightings = []model.Sighting{{ID: people["anna"].id, State: model.Departed, Evidence: model.Evidence{Kind: model.Absent}}}
	wantLines(t, summary(plan.Compute(in)))
}

func TestSightingInAPreviewResets(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	people["anna"].leave(model.Disabled)
	w.later(t, time.Hour)
	w.source().scope = "s9"
	people["anna"].comeBack()
	w.later(t, time.Hour)
	w.source().scope = "s1"
	people["anna"].leave(model.Disabled)
	if c := find(t, w.later(t, day), model.Withdraw, "anna"); c.Status != model.Waiting {
		t.Errorf("the row went on: %s", c.Status)
	}
}

// TestReturnerWhoLeavesAgain: an ID that a departure left behind, because the person came back
// before its turn, goes with the person's next departure; one that somebody uses by then stays.
func TestReturnerWhoLeavesAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		meanwhile func(w *world, id string)
		left      bool // behind, for good
	}{
		"never taken up again":     {func(*world, string) {}, false},
		"taken up again":           {func(w *world, id string) { w.user(id).CredentialID = w.credential("anna").ID }, false},
		"used by somebody else":    {func(w *world, id string) { w.user(id).CredentialID = w.credential("staff001").ID }, true},
		"reports another csi":      {func(w *world, id string) { w.user(id).CSI = "E-other" }, true},
		"not in the package":       {func(w *world, id string) { w.dropUser(id) }, false},
		"a new phone, the old off": {func(w *world, _ string) { w.activate("anna") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, anna, id := leaving(t, func(p *model.Policy) { p.ID, p.PublishContacts = model.DetachID, false })
			w.later(t, day)
			if w.credential("anna") != nil {
				t.Fatal("not withdrawn")
			}
			anna.comeBack()
			w.settle(t)
			tt.meanwhile(w, id)
			w.settle(t)
			anna.leave(model.Disabled)
			for range 10 {
				w.later(t, day)
			}
			if got := w.user(id) != nil; got != tt.left {
				t.Errorf("the ID is in the package: %t", got)
			}
			if w.credential("anna") != nil {
				t.Error("the credential is in the package")
			}
		})
	}
}
