package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// leave takes ada out: her credential, and her ID a moment later.
func leave(t *testing.T, l *Ledger, c *clock) {
	t.Helper()
	run := startRun(t, l)
	first := beginOne(t, l, run, withdrawal())
	settleOne(t, l, plan.Settlement{Operation: first.ID, Result: plan.Done, ThreemaIDs: []string{"LATECOME"}})
	c.Advance(time.Minute)
	detach := withdrawal()
	detach.Op, detach.ChangeID, detach.ThreemaIDs = plan.Detach, "d1", detach.ThreemaIDs[:1]
	second := beginOne(t, l, run, detach)
	settleOne(t, l, plan.Settlement{Operation: second.ID, Result: plan.Done})
}

// leaveStory is what the audit tells of it.
func leaveStory() []AuditEntry {
	w := withdrawal()
	told := func(event AuditEvent, op plan.Op, change string, ids ...string) AuditEntry {
		return AuditEntry{
			Event: event, Op: op, ChangeID: change, Person: w.Person, CSI: w.CSI, CredentialID: w.CredentialID, ThreemaIDs: ids,
		}
	}
	return []AuditEntry{
		told(auditIntent, w.Op, w.ChangeID, w.ThreemaIDs...), told(auditDone, w.Op, w.ChangeID, union(w.ThreemaIDs, []string{"LATECOME"})...),
		told(auditIntent, plan.Detach, "d1", w.ThreemaIDs[0]), told(auditDone, plan.Detach, "d1", w.ThreemaIDs[0]),
	}
}

// TestEffectsAreKnownWithTheirDeed: as soon as an operation is done its effect is looked for, with
// the IDs that the departure persisted, and neither an intent nor a failure is an effect.
func TestEffectsAreKnownWithTheirDeed(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	run := startRun(t, l)
	op := beginOne(t, l, run, withdrawal())
	settleOne(t, l, plan.Settlement{Operation: op.ID, Result: plan.Failed})
	beginOne(t, l, run, withdrawal())
	if got := state(t, l).Effects; len(got) > 0 {
		t.Errorf("nothing was done, yet %+v", got)
	}
	remember(t, l, plan.StateUpdate{Settled: []plan.SettledOperation{{ID: op.ID + 1, Done: true}}})
	got := state(t, l).Effects
	if len(got) != 1 || got[0].Op != plan.Withdraw || !got[0].RequestedAt.Equal(c.Now()) || got[0].State() != plan.EffectRequested {
		t.Errorf("settled by looking: %+v", got)
	}

	l, c = openNew(t)
	leave(t, l, c)
	w := withdrawal()
	want := plan.Effect{
		Op: plan.Withdraw, Person: w.Person, CSI: w.CSI, DN: w.DN, CredentialID: w.CredentialID, Username: w.Username,
		IDs: union(w.ThreemaIDs, []string{"LATECOME"}), RequestedAt: start,
	}
	detached := want
	detached.Op, detached.ThreemaID, detached.RequestedAt = plan.Detach, w.ThreemaIDs[0], start.Add(time.Minute)
	numbers := cmpopts.IgnoreFields(plan.Effect{}, "ID", "Departure")
	if diff := cmp.Diff([]plan.Effect{want, detached}, state(t, l).Effects, numbers); diff != "" {
		t.Error(diff)
	}
}

// effectStory is what the audit tells of effects: a verification, an alarm and its end once each,
// and nothing of a quiet row between.
func effectStory() []storyRow {
	entry := func(event AuditEvent, message string) AuditEntry {
		w := withdrawal()
		return AuditEntry{
			Event: event, Op: plan.Detach, Person: w.Person, CSI: w.CSI, CredentialID: w.CredentialID, ThreemaIDs: w.ThreemaIDs[:1], Message: message,
		}
	}
	return []storyRow{{"an effect that holds, and then does not", func(t *testing.T, l *Ledger, c *clock) {
		leave(t, l, c)
		e := state(t, l).Effects[1]
		e.GoneAt, e.VerifiedAt = c.Now(), c.Now()
		for range 2 {
			remember(t, l, plan.StateUpdate{Effects: []plan.Effect{e}})
		}
		a := plan.Alarm{
			Departure: e.Departure, Kind: plan.IDReturned, Op: e.Op, Person: e.Person, CSI: e.CSI, DN: e.DN, CredentialID: e.CredentialID, Username: e.Username,
			ThreemaID: e.ThreemaID, Since: c.Now(),
		}
		remember(t, l, plan.StateUpdate{Alarms: []plan.Alarm{a}})
		a.QuietSince = c.Now()
		remember(t, l, plan.StateUpdate{Alarms: []plan.Alarm{a}})
		if diff := cmp.Diff([]plan.Alarm{a}, state(t, l).Alarms); diff != "" {
			t.Error(diff)
		}
		remember(t, l, plan.StateUpdate{Cleared: []plan.ClearedAlarm{{Alarm: a, Why: "the person is entitled again"}}})
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
	remember(t, l, plan.StateUpdate{Subscription: "sub-1"})
	leave(t, l, c)
	e := state(t, l).Effects[1]
	e.VerifiedAt = c.Now()
	remember(t, l, plan.StateUpdate{Subscription: "sub-1", Effects: []plan.Effect{e}})
	ops := func(want ...plan.Op) {
		t.Helper()
		var got []plan.Op
		for _, e := range state(t, l).Effects {
			got = append(got, e.Op)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	c.Advance(90*24*time.Hour - time.Second)
	ops(plan.Withdraw, plan.Detach)
	c.Advance(time.Second)
	ops(plan.Withdraw)
	alarm := plan.Alarm{Departure: e.Departure, Kind: plan.StillActive, Op: plan.Withdraw, ThreemaID: e.ThreemaID, Since: c.Now()}
	remember(t, l, plan.StateUpdate{Subscription: "sub-1", Alarms: []plan.Alarm{alarm}})
	ops(plan.Withdraw, plan.Detach)
	remember(t, l, plan.StateUpdate{Subscription: "sub-2"})
	if s := state(t, l); len(s.Effects) > 0 || len(s.Alarms) > 0 {
		t.Errorf("under another licence package: %+v %+v", s.Effects, s.Alarms)
	}
	remember(t, l, plan.StateUpdate{Subscription: "sub-1"})
	ops(plan.Withdraw, plan.Detach)
	e = state(t, l).Effects[0]
	e.ReturnedAt = c.Now()
	remember(t, l, plan.StateUpdate{Subscription: "sub-1", Effects: []plan.Effect{e}})
	ops(plan.Detach)
}
