package plan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// lacking passes once on lists that lack something, which the package has all the same.
func (w *world) lacking(t *testing.T, cut func()) plan.Plan {
	t.Helper()
	whole := w.pkg
	cut()
	p := w.pass(t)
	if slices.ContainsFunc(p.Changes, func(c model.Change) bool { return c.Status == model.Due }) {
		t.Fatalf("this pass was to wait: %v", summary(p))
	}
	w.pkg = whole
	return p
}

func (w *world) hideContact(id string) {
	w.pkg.Contacts = slices.DeleteFunc(slices.Clone(w.pkg.Contacts), func(c model.Contact) bool { return c.ID == id })
}

// TestOneListProvesNoEnd: whatever one list lacks of a departure, its steps wait, and the departure
// ends as if the list had been whole.
func TestOneListProvesNoEnd(t *testing.T) {
	t.Parallel()
	both := func(w *world, id string) { w.dropCredential(w.credential("anna").ID); w.dropUser(id) }
	for name, row := range map[string]struct {
		policy model.IDPolicy
		before bool // the withdrawal
		cut    func(w *world, id string)
		want   []string // of the pass whose list lacks it
	}{
		"the ID, after the withdrawal":            {model.RevokeID, false, (*world).dropUser, []string{"revoke E-anna waiting"}},
		"the ID, to be detached":                  {model.DetachID, false, (*world).dropUser, []string{"detach E-anna waiting"}},
		"the ID, before the withdrawal":           {model.RevokeID, true, (*world).dropUser, []string{"withdraw E-anna waiting", "revoke E-anna waiting", "disable-contact E-anna waiting"}},
		"the credential":                          {model.RevokeID, true, func(w *world, _ string) { w.dropCredential(w.credential("anna").ID) }, []string{"withdraw E-anna waiting", "revoke E-anna waiting", "disable-contact E-anna waiting"}},
		"the credential, and the ID with it":      {model.RevokeID, true, both, []string{"withdraw E-anna waiting", "revoke E-anna waiting", "disable-contact E-anna waiting"}},
		"the contact of an ID that is to be kept": {model.KeepID, false, (*world).hideContact, []string{"disable-contact E-anna waiting"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.policy.ID, w.policy.GraceWithdraw, w.policy.GraceID = row.policy, day, 7*day
			id := w.activate("anna")
			w.settle(t)
			people["anna"].leave(model.Disabled)
			w.later(t, time.Hour)
			if !row.before {
				w.lost = func(c model.Change) loss { // the contact is disabled in a pass of its own
					if c.Op == model.DisableContact {
						return lostBefore
					}
					return arrives
				}
				w.later(t, 25*time.Hour)
				w.lost = nil
				if row.policy != model.KeepID {
					w.later(t, time.Hour)
				}
			}
			w.now = w.now.Add(2 * time.Hour)
			p := w.lacking(t, func() { row.cut(w, id) })
			wantLines(t, of(p, "anna"), row.want...)
			wantWords(t, p, "in this pass, which proves nothing: settled when a second list, from 2026-")
			for range 12 {
				w.later(t, day)
			}
			contact := w.contact(id)
			if w.credential("anna") != nil || contact != nil && contact.Enabled || (w.user(id) != nil) != (row.policy == model.KeepID) {
				t.Errorf("the departure did not end: %v", summary(w.plan()))
			}
			if len(w.state.Departures)+len(w.state.Unlisted) > 0 {
				t.Errorf("something is left: %+v %+v", w.state.Departures, w.state.Unlisted)
			}
		})
	}
}

// TestTwoListsAnHourApartSettle: the row must be unbroken, and timed by a clock that goes forward.
func TestTwoListsAnHourApartSettle(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		passes  []time.Duration // from the first list without the ID
		there   int             // the pass whose list has it, 0: none
		settled bool
	}{
		"an hour apart":                          {[]time.Duration{0, hour}, 0, true},
		"many within the hour":                   {[]time.Duration{0, 10 * minute, 20 * minute, 59 * minute}, 0, false},
		"one in between has it":                  {[]time.Duration{0, 30 * minute, hour, 89 * minute}, 1, false},
		"and then an hour without":               {[]time.Duration{0, 30 * minute, hour, 2 * hour}, 1, true},
		"a clock set back":                       {[]time.Duration{0, -3 * hour, -150 * minute}, 0, false},
		"an hour of the clock that was set back": {[]time.Duration{0, -3 * hour, -2 * hour}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.policy.ID, w.policy.GraceWithdraw = model.DetachID, 0
			id := w.activate("anna")
			w.settle(t)
			people["anna"].leave(model.Disabled)
			w.later(t, time.Hour)
			w.settle(t)
			start := w.now.Add(hour)
			for n, at := range row.passes {
				w.now = start.Add(at)
				if n == row.there && n > 0 {
					w.pass(t)
					continue
				}
				w.lacking(t, func() { w.dropUser(id) })
			}
			if settled := len(w.state.Departures) == 0; settled != row.settled {
				t.Errorf("settled: %v, want %v", settled, row.settled)
			}
		})
	}
}

// TestContradictedClockSettlesNothing: by a clock that the service contradicts no hour is over.
func TestContradictedClockSettlesNothing(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.ID, w.policy.GraceWithdraw = model.DetachID, 0
	id := w.activate("anna")
	w.settle(t)
	people["anna"].leave(model.Disabled)
	w.later(t, time.Hour)
	w.settle(t)
	w.lacking(t, func() { w.dropUser(id) })
	right := w.now
	w.now, w.clock = w.now.Add(day), model.ServiceClock{Told: true, Ahead: -day}
	w.lacking(t, func() { w.dropUser(id) })
	if len(w.state.Departures) != 1 || len(w.state.Unlisted) == 0 {
		t.Errorf("settled: %+v %+v", w.state.Departures, w.state.Unlisted)
	}
	w.now, w.clock = right.Add(time.Hour), model.ServiceClock{Told: true}
	w.lacking(t, func() { w.dropUser(id) })
	if len(w.state.Departures) != 0 {
		t.Error("not settled by the right clock")
	}
}

// TestVanishedIDThatIsBack: it went by itself and the departure was settled; when it is back there is an
// alarm, and its step is due again through all gates.
func TestVanishedIDThatIsBack(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		do   func(*world, *entry, *model.User)
		want []string // of the pass that sees it again
		says []string // of effects and alarms
	}{
		"as it was":                {func(*world, *entry, *model.User) {}, []string{"revoke E-anna needs-approval"}, []string{"ALARM id-returned"}},
		"on another credential":    {func(w *world, _ *entry, u *model.User) { u.CredentialID = w.credential("staff001").ID }, nil, []string{"ALARM id-returned"}},
		"with somebody else's csi": {func(_ *world, _ *entry, u *model.User) { u.CSI = "E-other" }, []string{"revoke E-anna needs-approval"}, []string{"ALARM id-returned"}},
		"the person is back too":   {func(_ *world, e *entry, _ *model.User) { e.comeBack() }, []string{"create E-anna due"}, []string{"withdraw returned"}},
		"an incomplete read":       {func(w *world, _ *entry, _ *model.User) { w.source().incomplete = true }, []string{"held E-anna"}, []string{"ALARM id-returned"}},
		"under the stop file":      {func(w *world, _ *entry, _ *model.User) { w.stop = "stop" }, []string{"revoke E-anna needs-approval"}, []string{"ALARM id-returned"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			w.policy.ID, w.policy.GraceWithdraw, w.policy.Approval = model.RevokeID, 0, model.ApproveIrreversible
			id := w.activate("anna")
			w.settle(t)
			people["anna"].leave(model.Disabled)
			w.later(t, time.Hour)
			w.settle(t)
			user := *w.user(id)
			w.dropUser(id)
			wantLines(t, of(w.later(t, 8*day), "anna"), "revoke E-anna waiting")
			wantLines(t, of(w.later(t, 2*time.Hour), "anna"))
			w.later(t, 2*day) // the withdrawal is verified
			if len(w.state.Departures) > 0 || len(w.state.Vanished) != 1 {
				t.Fatalf("not settled: %+v %+v", w.state.Departures, w.state.Vanished)
			}
			w.later(t, 8*day)
			row.do(w, people["anna"], &user)
			w.pkg.Users = append(slices.Clone(w.pkg.Users), user)
			p := w.later(t, time.Hour)
			wantLines(t, of(p, "anna"), row.want...)
			if got := watched(p); !slices.Equal(got, row.says) {
				t.Errorf("alarms %v, want %v", got, row.says)
			}
			w.source().incomplete, w.stop = false, ""
			w.approve(w.later(t, time.Hour), day)
			w.later(t, time.Hour)
			if taken := w.user(id) == nil; taken == (row.want == nil || people["anna"].state == model.Entitled) {
				t.Errorf("taken: %v", taken)
			}
		})
	}
}

// TestHiddenCredentialStaysItsOwners: while a list lacks a credential of ours, nobody gets another one in
// its place.
func TestHiddenCredentialStaysItsOwners(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		do   func(*world, *entry)
		want []string
	}{
		"to its owner":                                 {func(*world, *entry) {}, []string{"held E-anna"}},
		"to its owner, though recreate is on":          {func(w *world, _ *entry) { w.policy.Recreate = true }, []string{"held E-anna"}},
		"to its owner, who has the csi on another one": {func(w *world, _ *entry) { w.foreignCredential("second", "E-anna") }, []string{"held E-anna"}},
		"to the same csi under a new directory ID":     {func(w *world, e *entry) { e.leave(model.Absent); w.hire("anna") }, []string{"held E-anna", "withdraw E-anna waiting"}},
		"to the same csi under another login":          {func(w *world, e *entry) { e.leave(model.Absent); w.hire("anna").username = "anna2" }, []string{"held E-anna", "withdraw E-anna waiting"}},
		"to a namesake of a leaver":                    {func(w *world, e *entry) { e.leave(model.Disabled); w.hire("zoe").username = "ANNA" }, []string{"withdraw E-anna waiting", "held E-zoe"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, people := rolledOut(t, "anna")
			credential := w.credential("anna").ID
			row.do(w, people["anna"])
			w.now = w.now.Add(time.Hour)
			p := w.lacking(t, func() { w.dropCredential(credential) })
			wantLines(t, of(p, "anna", "zoe"), row.want...)
			wantWords(t, p, "the package does not list the credential in this pass")
			if own := w.owner(people["anna"].id); own == nil || own.CredentialID != credential {
				t.Errorf("owns %+v", own)
			}
		})
	}
}

// TestAnotherPackageLackedNothing: what the lists of one package lacked proves nothing of the lists of
// another one, which somebody accepts.
func TestAnotherPackageLackedNothing(t *testing.T) {
	t.Parallel()
	w, people := rolledOut(t, "anna")
	w.policy.ID, w.policy.GraceID = model.RevokeID, 7*day
	id := w.activate("anna")
	w.settle(t)
	people["anna"].leave(model.Disabled)
	for w.credential("anna") != nil {
		w.later(t, day)
	}
	w.lacking(t, func() { w.dropUser(id) })
	w.pkg.Subscription.ID = "SUB2"
	w.now = w.now.Add(2 * time.Hour)
	w.accept = true
	if p := w.lacking(t, func() { w.dropUser(id) }); statuses(p, model.Revoke)["waiting"] != 1 {
		t.Errorf("the first list of the package settles the end of the ID: %v", summary(p))
	}
}
