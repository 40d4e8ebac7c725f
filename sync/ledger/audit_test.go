package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// auditSample is what the audit of testdata/v3.sql tells.
func auditSample() []AuditEntry {
	return []AuditEntry{
		{
			Event: auditIntent, Op: model.Withdraw, ChangeID: "ch1", Person: person("p3"), CSI: "4713", CredentialID: "c3",
			ThreemaIDs: []string{"AAAAAAAA", "BBBBBBBB"}, EvidenceText: "absent: not found", Message: "left",
		},
		{Event: auditDone, Op: model.Withdraw, ChangeID: "ch1", Person: person("p3"), CSI: "4713", CredentialID: "c3"},
		{Event: auditApproved, ChangeID: "ch4", Person: person("p3"), Message: "plan cafe, until tomorrow", By: "anna (uid 1000)"},
	}
}

// erasedSample is what testdata/v4.sql tells beside it, of somebody who is erased.
func erasedSample() []AuditEntry {
	stone := tombstone(bytes.Repeat([]byte{7}, saltSize), person("p5"))
	return []AuditEntry{
		{Event: auditIntent, Op: model.Withdraw, Person: model.PersonID{Source: "corp"}, Erased: true, Tombstone: stone},
		{Event: auditErased, Person: model.PersonID{Source: "corp"}, Tombstone: stone, Erases: []int64{4}},
	}
}

// story reads the audit without what the chain adds.
func story(tb testing.TB, r *Reader) []AuditEntry {
	tb.Helper()
	var all []AuditEntry
	err := r.Audit(context.Background(), func(e AuditEntry) error {
		e.Seq, e.At, e.Run, e.Operation = 0, time.Time{}, 0, 0
		e.Salt, e.Commitment, e.PrevHash, e.Hash = "", "", "", ""
		all = append(all, e)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// verify requires an audit without a fault, and returns what was found.
func verify(tb testing.TB, r *Reader) AuditReport {
	tb.Helper()
	report, err := r.VerifyAudit(context.Background())
	if err != nil || report.Fault != "" {
		tb.Errorf("the audit does not verify: %+v, %v", report, err)
	}
	return report
}

// TestTheEncodingIsFrozen: the chain of a released version verifies for ever.
func TestTheEncodingIsFrozen(t *testing.T) {
	t.Parallel()
	for version := 3; version <= latest(t); version++ {
		l := open(t, fixture(t, version), Options{Now: newClock().Now})
		want := auditSample()
		if version >= 4 {
			want = append(want, erasedSample()...)
		}
		if got := verify(t, l.Reader); got.Entries != int64(len(want)) || got.Erased != int64(len(want)-len(auditSample()))/2 {
			t.Errorf("version %d: %+v", version, got)
		}
		if diff := cmp.Diff(want, story(t, l.Reader)); diff != "" {
			t.Errorf("version %d: %s", version, diff)
		}
	}
}

// storyRow is a part of the story, and what the audit tells of it.
type storyRow struct {
	name string
	do   func(*testing.T, *Ledger, *clock)
	want []AuditEntry
}

// TestTheAuditTellsEachStep of the journal, and everything else that was decided. Every event has
// its row.
func TestTheAuditTellsEachStep(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	untold, err := selectAll(t.Context(), l.reads, func(rows *sql.Rows) (event AuditEvent, err error) {
		return event, rows.Scan(&event)
	}, `SELECT event FROM audit_events ORDER BY event`)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range slices.Concat(journalStory(), decisionStory(), effectStory(), sourceStory(), holdStory()) {
		for _, e := range row.want {
			untold = slices.DeleteFunc(untold, func(event AuditEvent) bool { return event == e.Event })
		}
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			l, c := openNew(t)
			row.do(t, l, c)
			if diff := cmp.Diff(row.want, story(t, l.Reader), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
			if got := verify(t, l.Reader); got.Entries != int64(len(row.want)) {
				t.Errorf("%+v", got)
			}
		})
	}
	if len(untold) > 0 {
		t.Errorf("no row has the events %v", untold)
	}
}

// journalStory is what the steps of the journal tell.
func journalStory() []storyRow {
	withdraw := withdrawal()
	withdraw.Reason, withdraw.Evidence = "left", "disabled: userAccountControl 514"
	told := func(event AuditEvent, message string, ids ...string) AuditEntry {
		return AuditEntry{
			Event: event, Op: model.Withdraw, ChangeID: "w1", Person: person("ada"), CSI: "4711", CredentialID: "c1",
			ThreemaIDs: ids, Message: message,
		}
	}
	begun := told(auditIntent, "left", "AAAAAAAA")
	begun.EvidenceText = withdraw.Evidence
	create := model.Operation{ChangeID: "n1", Op: model.Create, Subject: model.Subject{Person: person("bob")}, Username: "bob"}
	joined := func(event AuditEvent, credential string) AuditEntry {
		return AuditEntry{Event: event, Op: model.Create, ChangeID: "n1", Person: person("bob"), CredentialID: credential}
	}
	return []storyRow{
		{"done, with an ID that came late", func(t *testing.T, l *Ledger, _ *clock) {
			op := beginOne(t, l, startRun(t, l), withdraw)
			settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done, ThreemaIDs: []string{"BBBBBBBB"}})
		}, []AuditEntry{begun, told(auditDone, "", "AAAAAAAA", "BBBBBBBB")}},
		{"failed, with a refusal", func(t *testing.T, l *Ledger, _ *clock) {
			op := beginOne(t, l, startRun(t, l), withdraw)
			refusal := model.Refusal{CredentialID: "c1", Setting: "th_category", Value: "never told", Message: "nor this"}
			settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Failed, Message: "503", Refusals: []model.Refusal{refusal}})
		}, []AuditEntry{begun, told(auditFailed, "503; th_category of credential c1 refused", "AAAAAAAA")}},
		{"unknown, and found done", func(t *testing.T, l *Ledger, _ *clock) {
			op := beginOne(t, l, startRun(t, l), withdraw)
			settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Uncertain, Message: "time-out"})
			remember(t, l, model.StateUpdate{Settled: []model.SettledOperation{{ID: op.ID, Done: true}}})
			remember(t, l, model.StateUpdate{EndedDepartures: []model.EndedDeparture{{Person: person("ada"), Why: "settled"}}})
		}, []AuditEntry{
			begun, told(auditUnknown, "time-out", "AAAAAAAA"), told(auditSettled, "", "AAAAAAAA"),
			{Event: auditDepartureEnded, Person: person("ada"), CSI: "4711", CredentialID: "c1", Message: "settled"},
		}},
		{"settled without its ID, which is back", func(t *testing.T, l *Ledger, _ *clock) {
			op := beginOne(t, l, startRun(t, l), withdraw)
			settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
			gone := model.Vanished{Departure: model.Departure{Subject: model.Subject{Person: person("ada")}}, ThreemaID: "AAAAAAAA"}
			remember(t, l, model.StateUpdate{Vanished: []model.Vanished{gone}, EndedDepartures: []model.EndedDeparture{{Person: person("ada"), Why: "settled"}}})
			remember(t, l, model.StateUpdate{Reopened: []int64{state(t, l).Vanished[0].Number}})
		}, []AuditEntry{
			begun, told(auditDone, "", "AAAAAAAA"),
			{Event: auditDepartureEnded, Person: person("ada"), CSI: "4711", CredentialID: "c1", Message: "settled"},
			{Event: auditDepartureReopened, Person: person("ada"), CSI: "4711", CredentialID: "c1", Message: "a Threema ID that two lists had not shown is in the package again"},
		}},
		{"a crash, and found undone", func(t *testing.T, l *Ledger, _ *clock) {
			op := beginOne(t, l, startRun(t, l), withdraw)
			remember(t, l, model.StateUpdate{Settled: []model.SettledOperation{{ID: op.ID}}})
		}, []AuditEntry{begun, told(auditUnknown, "the pass that began it did not settle it", "AAAAAAAA"), told(auditReverted, "", "AAAAAAAA")}},
		{"a create", func(t *testing.T, l *Ledger, _ *clock) {
			op := beginOne(t, l, startRun(t, l), create)
			if err := l.Created(t.Context(), op.ID, "c9", nil); err != nil {
				t.Fatal(err)
			}
			settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
		}, []AuditEntry{joined(auditIntent, ""), joined(auditCreated, "c9"), joined(auditDone, "c9")}},
		{"a transfer ends a saga", func(t *testing.T, l *Ledger, _ *clock) {
			run := startRun(t, l)
			op := beginOne(t, l, run, withdraw)
			settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Failed})
			op = beginOne(t, l, run, model.Operation{ChangeID: "t1", Op: model.Transfer, Subject: model.Subject{Person: person("new")}, CredentialID: "c1"})
			settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
		}, []AuditEntry{
			begun, told(auditFailed, "", "AAAAAAAA"),
			{Event: auditIntent, Op: model.Transfer, ChangeID: "t1", Person: person("new"), CredentialID: "c1"},
			{Event: auditDone, Op: model.Transfer, ChangeID: "t1", Person: person("new"), CredentialID: "c1"},
			{Event: auditDepartureEnded, Person: person("ada"), CSI: "4711", CredentialID: "c1", Message: "transferred"},
		}},
		{"one request for many, with a refusal", func(t *testing.T, l *Ledger, _ *clock) {
			run := startRun(t, l)
			op := beginOne(t, l, run, create)
			if err := l.Created(t.Context(), op.ID, "c9", nil); err != nil {
				t.Fatal(err)
			}
			settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
			op = beginOne(t, l, run, model.Operation{Op: model.SetSettings, Parts: []model.Part{
				{ChangeID: "s1", Person: person("ada"), CSI: "4711", CredentialID: "c1", Reason: "differs"},
				{ChangeID: "s2", Person: person("bob"), CSI: "4712", CredentialID: "c9", Reason: "differs"},
			}})
			settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done, Refusals: []model.Refusal{
				{CredentialID: "c9", Setting: "th_category", Value: "never told", Message: "nor this"},
				{CredentialID: "nobody's", Setting: "th_category", Value: "never told", Message: "nor this"},
			}})
		}, []AuditEntry{
			joined(auditIntent, ""), joined(auditCreated, "c9"), joined(auditDone, "c9"),
			{Event: auditIntent, Op: model.SetSettings, ChangeID: "s1", Person: person("ada"), CSI: "4711", CredentialID: "c1", Message: "differs"},
			{Event: auditIntent, Op: model.SetSettings, ChangeID: "s2", Person: person("bob"), CSI: "4712", CredentialID: "c9", Message: "differs"},
			{Event: auditRefused, Op: model.SetSettings, Person: person("bob"), CredentialID: "c9", Message: "th_category"},
			{Event: auditRefused, Op: model.SetSettings, Message: "th_category"},
			{Event: auditDone, Op: model.SetSettings},
		}},
	}
}

// decisionStory is what was decided beside the journal.
func decisionStory() []storyRow {
	departed := model.Observation{
		Subject: model.Subject{Person: person("ada"), CSI: "4711", DN: "cn=ada"}, State: model.Departed, Since: start.Add(-time.Hour), Reads: 2,
		Evidence: model.Evidence{Kind: model.Absent, Detail: "not found"}, ConfirmedAt: start,
	}
	proven := AuditEntry{
		Event: auditConfirmed, Person: person("ada"), CSI: "4711", EvidenceText: "absent (not found)", Message: "reads: 2, the first at 2026-11-21T06:30:00Z",
	}
	with := func(o model.Observation, state model.AccountState, confirmed time.Time) model.StateUpdate {
		o.State, o.ConfirmedAt = state, confirmed
		return model.StateUpdate{Observations: []model.Observation{o}}
	}
	finish := func(t *testing.T, l *Ledger, planned bool, guards ...model.TrippedGuard) {
		t.Helper()
		if err := l.FinishRun(t.Context(), startRun(t, l), model.RunEnd{Result: "ok", Planned: planned, Guards: guards}); err != nil {
			t.Fatal(err)
		}
	}
	berlin := model.TrippedGuard{Name: model.GuardLeaversOU, Source: "corp", Words: "100 % of OU Berlin"}
	bonn := model.TrippedGuard{Name: model.GuardLeaversOU, Source: "corp", Words: "half of OU Bonn"}
	stop := model.TrippedGuard{Name: model.GuardStopFile, Words: "the stop file is there"}
	return []storyRow{
		{"an approval, and its end", func(t *testing.T, l *Ledger, c *clock) {
			given := []model.GivenApproval{{ChangeID: "w1", Op: model.Withdraw, Person: person("ada"), CSI: "4711", Until: start.Add(time.Hour)}}
			if err := l.Approve(t.Context(), "cafe", "anna (uid 1000)", given); err != nil {
				t.Fatal(err)
			}
			remember(t, l, model.StateUpdate{ExpiredApprovals: []string{"w1"}}) // not yet: it may have been renewed
			c.Advance(time.Hour)
			remember(t, l, model.StateUpdate{ExpiredApprovals: []string{"w1"}})
		}, []AuditEntry{
			{Event: auditApproved, Op: model.Withdraw, ChangeID: "w1", Person: person("ada"), CSI: "4711", By: "anna (uid 1000)", Message: "plan cafe, until 2026-11-21T08:30:00Z"},
			{Event: auditApprovalExpired, Op: model.Withdraw, ChangeID: "w1", Person: person("ada"), CSI: "4711"},
		}},
		{"an approval that is taken back, and one of somebody who is back", func(t *testing.T, l *Ledger, _ *clock) {
			given := []model.GivenApproval{
				{ChangeID: "w1", Op: model.Withdraw, Person: person("ada"), CSI: "4711", Until: start.Add(time.Hour)},
				{ChangeID: "w2", Op: model.Withdraw, Person: person("bob"), CSI: "4712", Until: start.Add(time.Hour)},
			}
			if err := l.Approve(t.Context(), "cafe", "anna (uid 1000)", given); err != nil {
				t.Fatal(err)
			}
			if err := l.EndApprovals(t.Context(), "eve (uid 1001)", []string{"w1", "no such"}); err != nil {
				t.Fatal(err)
			}
			remember(t, l, model.StateUpdate{VoidApprovals: []string{"w1", "w2"}})
		}, []AuditEntry{
			{Event: auditApproved, Op: model.Withdraw, ChangeID: "w1", Person: person("ada"), CSI: "4711", By: "anna (uid 1000)", Message: "plan cafe, until 2026-11-21T08:30:00Z"},
			{Event: auditApproved, Op: model.Withdraw, ChangeID: "w2", Person: person("bob"), CSI: "4712", By: "anna (uid 1000)", Message: "plan cafe, until 2026-11-21T08:30:00Z"},
			{Event: auditApprovalUndone, Op: model.Withdraw, ChangeID: "w1", Person: person("ada"), CSI: "4711", By: "eve (uid 1001)"},
			{Event: auditApprovalExpired, Op: model.Withdraw, ChangeID: "w2", Person: person("bob"), CSI: "4712", Message: "the departure is over: the person was seen as entitled again"},
		}},
		{"a binding, accepted later", func(t *testing.T, l *Ledger, _ *clock) {
			m := model.StateUpdate{Subscription: "sub-1", Sources: map[string]model.SourceBinding{"corp": {NamingContext: "dc=x", Scope: "f00d", Server: "dc1"}}}
			remember(t, l, m)
			m.Sources["corp"] = model.SourceBinding{NamingContext: "dc=x", Scope: "f00d", Server: "dc2"} // no binding
			remember(t, l, m)
			m.Baseline, m.AcceptedBy = true, "anna (uid 1000)"
			remember(t, l, m)
		}, []AuditEntry{
			{Event: auditBound, Message: `licence package "sub-1", it was ""`},
			{Event: auditBound, Person: model.PersonID{Source: "corp"}, Message: `directory "dc=x" with scope "f00d", it was "" with ""`},
			{Event: auditBaseline, By: "anna (uid 1000)", Message: "package and scope accepted as they are now"},
			{Event: auditBound, Message: "destructive changes against this baseline allowed: true"},
		}},
		{"a shifted clock", func(t *testing.T, l *Ledger, _ *clock) {
			if err := l.ClockShifted(t.Context(), 25*time.Hour); err != nil {
				t.Fatal(err)
			}
		}, []AuditEntry{{Event: auditClockShifted, Message: "the clock of this program is shifted by 25h0m0s"}}},
		{"a departure that is proven once, and forgotten", func(t *testing.T, l *Ledger, _ *clock) {
			remember(t, l, with(departed, model.Departed, time.Time{}))
			remember(t, l, with(departed, model.Departed, start))
			again := departed
			again.Reads = 3
			remember(t, l, with(again, model.Departed, start))
			remember(t, l, model.StateUpdate{})
		}, []AuditEntry{proven}},
		{"a leaver who is back, and one of whom nobody can tell", func(t *testing.T, l *Ledger, _ *clock) {
			for _, state := range []model.AccountState{model.Entitled, model.Unknown} {
				remember(t, l, model.StateUpdate{Observations: []model.Observation{departed}})
				o := model.Observation{Subject: model.Subject{Person: person("ada"), CSI: "4711"}}
				remember(t, l, with(o, state, time.Time{}))
			}
		}, []AuditEntry{
			proven, {Event: auditReset, Person: person("ada"), CSI: "4711", Message: "entitled"},
			proven, {Event: auditReset, Person: person("ada"), CSI: "4711", Message: "unknown"},
		}},
		{"a step that was skipped", func(t *testing.T, l *Ledger, _ *clock) {
			c := model.Change{ID: "d1", Op: model.Detach, Subject: model.Subject{Person: person("ada"), CSI: "4711"}, CredentialID: "c1", ThreemaID: "AAAAAAAA"}
			if err := l.RecordDecision(t.Context(), 1, model.Decision{Kind: model.Skipped, Change: c, Evidence: "absent", Message: "it uses another credential by now"}); err != nil {
				t.Fatal(err)
			}
		}, []AuditEntry{{
			Event: auditSkipped, Op: model.Detach, ChangeID: "d1", Person: person("ada"), CSI: "4711", CredentialID: "c1", ThreemaIDs: []string{"AAAAAAAA"},
			EvidenceText: "absent", Message: "it uses another credential by now",
		}}},
		{"what somebody asked for, and did not get", func(t *testing.T, l *Ledger, _ *clock) {
			for _, kind := range []model.DecisionKind{model.ApprovalRefused, model.ApplyRefused} {
				if err := l.RecordDecision(t.Context(), 0, model.Decision{Kind: kind, By: "anna (uid 1000)", Message: "another set"}); err != nil {
					t.Fatal(err)
				}
			}
			if err := l.RecordDecision(t.Context(), 0, model.Decision{Kind: "anything"}); err == nil {
				t.Error("an event outside the closed set was recorded")
			}
		}, []AuditEntry{
			{Event: auditApprovalRefused, By: "anna (uid 1000)", Message: "another set"},
			{Event: auditApplyRefused, By: "anna (uid 1000)", Message: "another set"},
		}},
		{"guards, each once", func(t *testing.T, l *Ledger, c *clock) {
			finish(t, l, true, berlin, bonn)
			finish(t, l, true, bonn, stop) // others are named: the same guard
			finish(t, l, false)            // there was no plan
			unread := model.RunEnd{Result: "incomplete", Planned: true, Guards: []model.TrippedGuard{stop}, Unread: []string{"corp"}}
			if err := l.FinishRun(t.Context(), startRun(t, l), unread); err != nil {
				t.Fatal(err)
			}
			finish(t, l, true, bonn, stop) // it was not lifted meanwhile
			c.Advance(time.Hour)
			finish(t, l, true)
			finish(t, l, true)
		}, []AuditEntry{
			{Event: auditGuardTripped, Guard: berlin.Name, Person: model.PersonID{Source: "corp"}, Message: "100 % of OU Berlin; half of OU Bonn"},
			{Event: auditGuardTripped, Guard: stop.Name, Message: stop.Words},
			{Event: auditGuardLifted, Guard: berlin.Name, Person: model.PersonID{Source: "corp"}, Message: "it had tripped at 2026-11-21T07:30:00Z"},
			{Event: auditGuardLifted, Guard: stop.Name, Message: "it had tripped at 2026-11-21T07:30:00Z"},
		}},
		{"an erasure, of a person and of a guard", func(t *testing.T, l *Ledger, _ *clock) {
			if _, err := l.writes.ExecContext(t.Context(), `UPDATE ledger SET tombstone_key = zeroblob(32)`); err != nil {
				t.Fatal(err)
			}
			finish(t, l, true, berlin)
			c := model.Change{ID: "d1", Op: model.Detach, Subject: model.Subject{Person: person("ada"), CSI: "4711"}}
			if err := l.RecordDecision(t.Context(), 1, model.Decision{Kind: model.Skipped, Change: c}); err != nil {
				t.Fatal(err)
			}
			if n, err := l.Erase(t.Context(), startRun(t, l), 0); err != nil || n != 1 {
				t.Fatal(n, err)
			}
		}, []AuditEntry{
			{Event: auditGuardTripped, Guard: berlin.Name, Person: model.PersonID{Source: "corp"}, Erased: true},
			{Event: auditSkipped, Op: model.Detach, Person: model.PersonID{Source: "corp"}, Erased: true, Tombstone: tombstone(make([]byte, saltSize), person("ada"))},
			{Event: auditErased, Person: model.PersonID{Source: "corp"}, Tombstone: tombstone(make([]byte, saltSize), person("ada")), Erases: []int64{2}},
			{Event: auditErased, Erases: []int64{1}},
		}},
	}
}

// TestEntriesAreOfTheirPass: time and pass are those in which it happened.
func TestEntriesAreOfTheirPass(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	op := beginOne(t, l, startRun(t, l), withdrawal())
	c.Advance(time.Hour)
	startRun(t, l)
	c.Advance(time.Hour)
	settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
	approve(t, l, approval("a", "ada", c.Now().Add(time.Hour)))
	var got []string
	err := l.Audit(t.Context(), func(e AuditEntry) error {
		got = append(got, fmt.Sprintf("%d %s pass %d after %s", e.Seq, e.Event, e.Run, e.At.Sub(start)))
		return nil
	})
	want := []string{"1 intent pass 1 after 0s", "2 unknown pass 2 after 1h0m0s", "3 done pass 2 after 2h0m0s", "4 approved pass 0 after 2h0m0s"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

// TestNoEntryWithoutItsDeed: what is rolled back leaves nothing, also if the audit is what fails.
func TestNoEntryWithoutItsDeed(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	run := startRun(t, l)
	op := beginOne(t, l, run, withdrawal())
	before, head := story(t, l.Reader), verify(t, l.Reader)
	if _, err := l.Begin(t.Context(), run, []model.Operation{{Op: model.Create, Subject: model.Subject{Person: person("x")}}, withdrawal()}); err == nil {
		t.Error("a second withdrawal was begun")
	}
	if err := l.Settle(t.Context(), []model.Settlement{{Operation: op.ID, Result: model.Done}, {Operation: 99, Result: model.Done}}); err == nil {
		t.Error("an operation that is not there was settled")
	}
	good := approval("good", "ada", start.Add(time.Hour))
	if err := l.Approve(t.Context(), "cafe", "anna", []model.GivenApproval{good, approval("bad", "ada", start)}); err == nil {
		t.Error("an approval without a future was given")
	}
	if diff := cmp.Diff(before, story(t, l.Reader)); diff != "" || verify(t, l.Reader) != head {
		t.Errorf("entries without their deeds: %s", diff)
	}
	if _, err := l.writes.ExecContext(t.Context(), `CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'no room'); END`); err != nil {
		t.Fatal(err)
	}
	if err := l.Settle(t.Context(), []model.Settlement{{Operation: op.ID, Result: model.Done}}); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("settled without the audit: %v", err)
	}
	if got := state(t, l).Open; len(got) != 1 {
		t.Errorf("open %+v, want the withdrawal", got)
	}
}

func TestTheAuditIsAppendOnly(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	run := startRun(t, l)
	for _, id := range []string{"1", "2", "3"} {
		beginOne(t, l, run, model.Operation{Op: model.Create, Subject: model.Subject{Person: person(id)}})
	}
	for _, try := range []string{
		`UPDATE audit SET person = 'eve' WHERE seq = 2`,
		`DELETE FROM audit WHERE seq = 3`,
		`DELETE FROM audit`,
		`INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 2`,
		copyEntry(2, "9", "prev_hash", "hash"), // leaves a gap
	} {
		if _, err := l.writes.ExecContext(t.Context(), try); err == nil || !strings.Contains(err.Error(), "the audit is append-only") {
			t.Errorf("%s: %v", try, err)
		}
	}
	verify(t, l.Reader)
}

// copyEntry is the statement that adds a copy of an entry with another number and other hashes.
func copyEntry(of int, seq, prev, hash string) string {
	return fmt.Sprintf(`INSERT INTO audit SELECT %s, at, run, event, op, operation, guard, source, by, tombstone, erases,
		change_id, person, csi, credential_id, threema_ids, evidence, message, salt, commitment, %s, %s FROM audit WHERE seq = %d`, seq, prev, hash, of)
}

// withoutTriggers is what somebody does first who may write to the file.
const withoutTriggers = `DROP TRIGGER audit_keeps_its_words; DROP TRIGGER audit_keeps_its_rows; DROP TRIGGER audit_grows_at_its_end;`

// TestTampering: somebody with an SQLite shell, and what verify tells of it.
func TestTampering(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		do    string
		fault string
		good  int64
	}{
		"an entry inserted":              {`UPDATE audit SET seq = seq + 100 WHERE seq > 2; UPDATE audit SET seq = seq - 99 WHERE seq > 100;` + copyEntry(1, "3", "prev_hash", "hash"), "entry 3 was edited", 2},
		"an entry removed":               {`DELETE FROM audit WHERE seq = 3`, "entry 3 was removed: entry 4 comes after entry 2", 2},
		"the first one removed":          {`DELETE FROM audit WHERE seq = 1`, "entry 1 was removed: entry 2 comes after entry 0", 0},
		"one removed, the rest moved up": {`DELETE FROM audit WHERE seq = 3; UPDATE audit SET seq = seq - 1 WHERE seq > 3`, "entry 3 was edited", 2},
		"two swapped":                    {`UPDATE audit SET seq = 99 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 99`, "entry 2 was edited", 1},
		"cut at the end":                 {`DELETE FROM audit WHERE seq > 3`, "entry 4 was removed: the audit had 5 entries, now it ends behind entry 3", 3},
		"emptied":                        {`DELETE FROM audit`, "entry 1 was removed: the audit had 5 entries", 0},
		"cut, and the end set back":      {`DELETE FROM audit WHERE seq > 3; UPDATE ledger SET audit_seq = 3`, "entry 3 was edited, hash and all: it is not the end that the ledger remembers", 3},
		"one added behind the end":       {copyEntry(5, "6", "hash", "hash"), "entry 6 was edited", 5},
		"a number below the first":       {`PRAGMA ignore_check_constraints = 1; UPDATE audit SET seq = 0 WHERE seq = 1`, "entry 0 was inserted", 0},
		"emptied by hand":                {`UPDATE audit SET ` + eraseWords + ` WHERE seq = 3`, "entry 3 was emptied by hand: no entry tells of its erasure", 2},
		"the salt alone gone":            {`UPDATE audit SET salt = NULL WHERE seq = 3`, "entry 3 was edited: what it says of a person", 2},
		"another end remembered":         {`UPDATE ledger SET audit_hash = zeroblob(32)`, "entry 5 was edited, hash and all", 5},
	}
	uncovered := strings.Split("change_id, person, csi, credential_id, threema_ids, evidence, message, salt", ", ")
	for _, column := range strings.Split(auditColumns, ", ")[1:] { // seq is above
		value := column + ` || 'x'`
		switch column {
		case "at", "run", "operation":
			value = column + ` + 1`
		case "event":
			value = `'failed'`
		case "threema_ids":
			value = `'["EEEEEEEE"]'`
		case "erases":
			value = `'[1]'`
		case "salt", "commitment", "prev_hash", "hash":
			value = `zeroblob(32)`
		}
		fault := "entry 3 was edited: its hash does not fit"
		if slices.Contains(uncovered, column) {
			fault = "entry 3 was edited: what it says of a person is not what it was written with"
		}
		rows["the column "+column+" edited"] = struct {
			do    string
			fault string
			good  int64
		}{`UPDATE audit SET ` + column + ` = ` + value + ` WHERE seq = 3`, fault, 2}
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := tampered(t, row.do)
			got, err := l.VerifyAudit(t.Context())
			if err != nil || !strings.HasPrefix(got.Fault, row.fault) || got.Entries != row.good {
				t.Errorf("%+v, %v, want %q after %d", got, err, row.fault, row.good)
			}
		})
	}
}

// tampered is a ledger with five entries, and what somebody did to it.
func tampered(t *testing.T, script string) *Ledger {
	t.Helper()
	l, _ := openNew(t)
	run := startRun(t, l)
	for i := range 5 {
		beginOne(t, l, run, model.Operation{ChangeID: fmt.Sprint("ch", i), Op: model.Create, Subject: model.Subject{Person: person(fmt.Sprint(i))}})
	}
	verify(t, l.Reader)
	if _, err := l.writes.ExecContext(t.Context(), withoutTriggers+script); err != nil {
		t.Fatal(err)
	}
	return l
}

// TestTamperingWithNewHashes: somebody who knows how the hash is made. An entry is made anew with
// the hash that fits it: the one behind it does not follow any more, or the end is another.
func TestTamperingWithNewHashes(t *testing.T) {
	t.Parallel()
	for seq, want := range map[int64]string{
		1: "entry 1 was edited, hash and all: entry 2 does not follow from it",
		3: "entry 3 was edited, hash and all: entry 4 does not follow from it",
		5: "entry 5 was edited, hash and all: it is not the end that the ledger remembers",
		6: "entry 6 was inserted: the audit had 5 entries, now it has 6",
	} {
		t.Run(fmt.Sprint(seq), func(t *testing.T) {
			t.Parallel()
			l := tampered(t, "")
			forge(t, l, seq)
			if got, err := l.VerifyAudit(t.Context()); err != nil || got.Fault != want {
				t.Errorf("%+v, %v, want %q", got, err, want)
			}
		})
	}
}

// forge replaces an entry, or adds one, with hashes that fit.
func forge(t *testing.T, l *Ledger, seq int64) {
	t.Helper()
	err := inTx(t.Context(), l.writes, "forge", func(tx *sql.Tx) error {
		var all []auditRow
		err := walkAudit(t.Context(), tx, func(r *auditRow) (bool, error) {
			all = append(all, *r)
			return true, nil
		})
		if err != nil {
			return err
		}
		var r auditRow
		if int(seq) > len(all) {
			r = all[len(all)-1]
			r.prev = r.hash
		} else {
			r = all[seq-1]
		}
		r.seq, r.says[1] = seq, "eve"
		r.commitment = r.commit()
		r.hash = r.digest()
		_, err = tx.ExecContext(t.Context(), strings.Replace(insertAudit, "INSERT", "INSERT OR REPLACE", 1), r.values()...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTheHashCanBeMadeFromTheExport: who keeps the export alone can follow the chain.
func TestTheHashCanBeMadeFromTheExport(t *testing.T) {
	t.Parallel()
	l := open(t, fixture(t, 3), Options{Now: newClock().Now})
	last := make([]byte, 32)
	err := l.Audit(t.Context(), func(e AuditEntry) error {
		salt, err := hex.DecodeString(e.Salt)
		if err != nil {
			return err
		}
		r, err := e.row(e.Seq, e.Run, e.At, salt, last)
		last = r.hash
		if got := fmt.Sprintf("%x", r.hash); got != e.Hash {
			t.Errorf("entry %d: %s, want %s", e.Seq, got, e.Hash)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAuditStopsWhenTold(t *testing.T) {
	t.Parallel()
	l := tampered(t, "")
	n, enough := 0, fmt.Errorf("enough")
	err := l.Audit(t.Context(), func(AuditEntry) error {
		n++
		return enough
	})
	if n != 1 || err == nil || !strings.Contains(err.Error(), "enough") {
		t.Errorf("%d entries, %v", n, err)
	}
}
