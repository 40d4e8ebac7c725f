package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// leave takes ada out: her credential, and her ID a moment later.
func leave(t *testing.T, l *Ledger, c *clock) {
	t.Helper()
	run := startRun(t, l)
	first := beginOne(t, l, run, withdrawal())
	settleOne(t, l, model.Settlement{Operation: first.ID, Result: model.Done, ThreemaIDs: []string{"LATECOME"}})
	c.Advance(time.Minute)
	detach := withdrawal()
	detach.Op, detach.ChangeID, detach.ThreemaIDs = model.Detach, "d1", detach.ThreemaIDs[:1]
	second := beginOne(t, l, run, detach)
	settleOne(t, l, model.Settlement{Operation: second.ID, Result: model.Done})
}

// leaveStory is what the audit tells of it.
func leaveStory() []AuditEntry {
	w := withdrawal()
	told := func(event AuditEvent, op model.Op, change string, ids ...string) AuditEntry {
		return AuditEntry{
			Event: event, Op: op, ChangeID: change, Person: w.Person, CSI: w.CSI, CredentialID: w.CredentialID, ThreemaIDs: ids,
		}
	}
	return []AuditEntry{
		told(auditIntent, w.Op, w.ChangeID, w.ThreemaIDs...), told(auditDone, w.Op, w.ChangeID, union(w.ThreemaIDs, []string{"LATECOME"})...),
		told(auditIntent, model.Detach, "d1", w.ThreemaIDs[0]), told(auditDone, model.Detach, "d1", w.ThreemaIDs[0]),
	}
}

// TestEffectsAreKnownWithTheirDeed: as soon as an operation is done its effect is looked for, with
// the IDs that the departure persisted, and neither an intent nor a failure is an effect.
func TestEffectsAreKnownWithTheirDeed(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	run := startRun(t, l)
	op := beginOne(t, l, run, withdrawal())
	settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Failed})
	beginOne(t, l, run, withdrawal())
	if got := state(t, l).Effects; len(got) > 0 {
		t.Errorf("nothing was done, yet %+v", got)
	}
	remember(t, l, model.StateUpdate{Settled: []model.SettledOperation{{ID: op.ID + 1, Done: true}}})
	got := state(t, l).Effects
	if len(got) != 1 || got[0].Op != model.Withdraw || !got[0].RequestedAt.Equal(c.Now()) || got[0].State() != model.EffectRequested {
		t.Errorf("settled by looking: %+v", got)
	}

	l, c = openNew(t)
	leave(t, l, c)
	w := withdrawal()
	want := model.Effect{
		Op: model.Withdraw, Subject: w.Subject, CredentialID: w.CredentialID, Username: w.Username,
		IDs: union(w.ThreemaIDs, []string{"LATECOME"}), RequestedAt: start,
	}
	detached := want
	detached.Op, detached.ThreemaID, detached.RequestedAt = model.Detach, w.ThreemaIDs[0], start.Add(time.Minute)
	numbers := cmpopts.IgnoreFields(model.Effect{}, "ID", "Departure")
	if diff := cmp.Diff([]model.Effect{want, detached}, state(t, l).Effects, numbers); diff != "" {
		t.Error(diff)
	}
}

// effectStory is what the audit tells of effects: a verification, an alarm and its end once each,
// and nothing of a quiet row between.
func effectStory() []storyRow {
	entry := func(event AuditEvent, message string) AuditEntry {
		w := withdrawal()
		return AuditEntry{
			Event: event, Op: model.Detach, Person: w.Person, CSI: w.CSI, CredentialID: w.CredentialID, ThreemaIDs: w.ThreemaIDs[:1], Message: message,
		}
	}
	return []storyRow{{"an effect that holds, and then does not", func(t *testing.T, l *Ledger, c *clock) {
		leave(t, l, c)
		e := state(t, l).Effects[1]
		e.GoneAt, e.VerifiedAt = c.Now(), c.Now()
		for range 2 {
			remember(t, l, model.StateUpdate{Effects: []model.Effect{e}})
		}
		a := model.Alarm{
			Departure: e.Departure, Kind: model.IDReturned, Op: e.Op, Subject: e.Subject, CredentialID: e.CredentialID, Username: e.Username,
			ThreemaID: e.ThreemaID, Since: c.Now(),
		}
		remember(t, l, model.StateUpdate{Alarms: []model.Alarm{a}})
		a.QuietSince = c.Now()
		remember(t, l, model.StateUpdate{Alarms: []model.Alarm{a}})
		if diff := cmp.Diff([]model.Alarm{a}, state(t, l).Alarms); diff != "" {
			t.Error(diff)
		}
		remember(t, l, model.StateUpdate{Cleared: []model.ClearedAlarm{{Alarm: a, Words: "the person is entitled again"}}})
		if got := state(t, l).Alarms; len(got) > 0 {
			t.Errorf("cleared, yet %+v", got)
		}
	}, append(leaveStory(),
		entry(auditVerified, ""), entry(auditAlarm, "id-returned"), entry(auditAlarmCleared, "id-returned: the person is entitled again"))}}
}

// TestEffectsAreLookedForAsLongAsTheyMatter: 90 days after the verification, longer with an alarm,
// for ever without a verification, and not at all under another licence package.
func TestEffectsAreLookedForAsLongAsTheyMatter(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	remember(t, l, model.StateUpdate{Subscription: "sub-1"})
	leave(t, l, c)
	e := state(t, l).Effects[1]
	e.VerifiedAt = c.Now()
	remember(t, l, model.StateUpdate{Subscription: "sub-1", Effects: []model.Effect{e}})
	ops := func(want ...model.Op) {
		t.Helper()
		var got []model.Op
		for _, e := range state(t, l).Effects {
			got = append(got, e.Op)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	c.Advance(90*24*time.Hour - time.Second)
	ops(model.Withdraw, model.Detach)
	c.Advance(time.Second)
	ops(model.Withdraw)
	alarm := model.Alarm{Departure: e.Departure, Kind: model.StillActive, Op: model.Withdraw, ThreemaID: e.ThreemaID, Since: c.Now()}
	remember(t, l, model.StateUpdate{Subscription: "sub-1", Alarms: []model.Alarm{alarm}})
	ops(model.Withdraw, model.Detach)
	remember(t, l, model.StateUpdate{Subscription: "sub-2"})
	if s := state(t, l); len(s.Effects) > 0 || len(s.Alarms) > 0 {
		t.Errorf("under another licence package: %+v %+v", s.Effects, s.Alarms)
	}
	remember(t, l, model.StateUpdate{Subscription: "sub-1"})
	ops(model.Withdraw, model.Detach)
	e = state(t, l).Effects[0]
	e.ReturnedAt = c.Now()
	remember(t, l, model.StateUpdate{Subscription: "sub-1", Effects: []model.Effect{e}})
	ops(model.Detach)
}
