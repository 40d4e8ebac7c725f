package ledger

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func onLeave(who model.PersonID, until time.Time) model.Suspension {
	return model.Suspension{Subject: model.Subject{Person: who, CSI: "4711", DN: "cn=ada"}, LastDay: until.Add(-time.Hour).Format(time.DateOnly), Until: until, Reason: "sabbatical", By: "anna (uid 1000)"}
}

func suspend(t testing.TB, l *Ledger, s model.Suspension) (voided int) {
	t.Helper()
	voided, err := l.Suspend(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return voided
}

// holdStory is what holding people, and taking withdrawals back, tells.
func holdStory() []storyRow {
	until := start.AddDate(0, 0, 30)
	set := AuditEntry{Event: auditHoldSet, Person: person("ada"), CSI: "4711", By: "anna (uid 1000)", Message: "until 2026-12-21: sabbatical"}
	told := func(event AuditEvent, by, message string) AuditEntry {
		return AuditEntry{Event: event, Person: person("ada"), CSI: "4711", By: by, Message: message}
	}
	over := func(t *testing.T, l *Ledger, at time.Time) {
		t.Helper()
		s := state(t, l).Suspensions[0]
		s.Over = at
		remember(t, l, model.StateUpdate{Suspensions: []model.Suspension{s}})
	}
	undone := model.UndoneOrder{Person: person("ada"), CredentialID: "c1", By: "anna (uid 1000)"}
	return []storyRow{
		{"a leave that ends, by a wrong clock first", func(t *testing.T, l *Ledger, c *clock) {
			suspend(t, l, onLeave(person("ada"), until))
			over(t, l, until)
			over(t, l, time.Time{})
			over(t, l, time.Time{}) // nothing new
			over(t, l, until)
			remember(t, l, model.StateUpdate{})
		}, []AuditEntry{
			set, told(auditHoldEnded, "", "by itself, with 2026-12-21"), told(auditHoldResumed, "", "until 2026-12-21: it had ended by a wrong clock"),
			told(auditHoldEnded, "", "by itself, with 2026-12-21"),
		}},
		{"a leave that somebody ends, and the yes before it", func(t *testing.T, l *Ledger, _ *clock) {
			approve(t, l, model.GivenApproval{ChangeID: "w1", Op: model.Revoke, Person: person("ada"), CSI: "4711", Until: until})
			if voided := suspend(t, l, onLeave(person("ada"), until)); voided != 1 {
				t.Errorf("%d are void", voided)
			}
			if err := l.EndSuspension(t.Context(), person("ada"), "bert (uid 1001)", "back early"); err != nil {
				t.Fatal(err)
			}
		}, []AuditEntry{
			{Event: auditApproved, Op: model.Revoke, ChangeID: "w1", Person: person("ada"), CSI: "4711", By: "anna (uid 1000)", Message: "plan cafe, until 2026-12-21T07:30:00Z"},
			set, {Event: auditApprovalExpired, Op: model.Revoke, ChangeID: "w1", Person: person("ada"), CSI: "4711"}, told(auditHoldEnded, "bert (uid 1001)", "back early"),
		}},
		{"a leave that goes to another account", func(t *testing.T, l *Ledger, _ *clock) {
			suspend(t, l, onLeave(person("ada"), until))
			s := state(t, l).Suspensions[0]
			s.Person = person("new")
			remember(t, l, model.StateUpdate{Suspensions: []model.Suspension{s}})
		}, []AuditEntry{set, {Event: auditHoldSet, Person: person("new"), CSI: "4711", Message: "until 2026-12-21: it goes with the person to this account"}}},
		{"a withdrawal that is taken back, and ordered again", func(t *testing.T, l *Ledger, _ *clock) {
			if err := l.UndoWithdrawal(t.Context(), undone, "4711", "a mistake"); err != nil {
				t.Fatal(err)
			}
			if err := l.RevokeUndo(t.Context(), startRun(t, l), person("ada"), "4711", "bert (uid 1001)", "no mistake"); err != nil {
				t.Fatal(err)
			}
		}, []AuditEntry{
			{Event: auditWithdrawalUndone, Op: model.Withdraw, Person: person("ada"), CSI: "4711", CredentialID: "c1", By: "anna (uid 1000)", Message: "a mistake"},
			{Event: auditUndoRevoked, Op: model.Withdraw, Person: person("ada"), CSI: "4711", By: "bert (uid 1001)", Message: "no mistake"},
		}},
		{"an order that is taken back, and one that is fulfilled", func(t *testing.T, l *Ledger, _ *clock) {
			giveOrder(t, l)
			if err := l.EndOrder(t.Context(), openOrder("ada"), "4711", "found"); err != nil {
				t.Fatal(err)
			}
			remember(t, l, model.StateUpdate{EndedOrders: []model.OpenOrder{openOrder("ada")}})
		}, []AuditEntry{
			{Event: auditOrdered, Op: model.Withdraw, Person: person("ada"), CSI: "4711", CredentialID: "c1", By: "anna (uid 1000)", Message: "stolen phone"},
			{Event: auditOrderEnded, Op: model.Withdraw, Person: person("ada"), CSI: "4711", CredentialID: "c1", By: "anna (uid 1000)", Message: "found"},
			{Event: auditOrderEnded, Op: model.Withdraw, Person: person("ada"), CredentialID: "c1", Message: "the credential is not in the package any more"},
		}},
	}
}

// TestALeaveFollowsItsPerson: to another account, with the later end of two, and under another name of
// the source.
func TestALeaveFollowsItsPerson(t *testing.T) {
	t.Parallel()
	short, long := start.AddDate(0, 0, 10), start.AddDate(0, 0, 90)
	for _, row := range []struct {
		name           string
		ada, new, want time.Time
	}{{"alone", short, time.Time{}, short}, {"shorter", short, long, long}, {"longer", long, short, long}} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			l, _ := openNew(t)
			run := startRun(t, l)
			create := beginOne(t, l, run, model.Operation{ChangeID: "n1", Op: model.Create, Subject: model.Subject{Person: person("ada")}, Username: "ada"})
			if err := l.Created(t.Context(), create.ID, "c1", nil); err != nil {
				t.Fatal(err)
			}
			settleOne(t, l, model.Settlement{Operation: create.ID, Result: model.Done})
			suspend(t, l, onLeave(person("ada"), row.ada))
			if !row.new.IsZero() {
				suspend(t, l, onLeave(person("new"), row.new))
			}
			op := beginOne(t, l, run, model.Operation{ChangeID: "t1", Op: model.Transfer, Subject: model.Subject{Person: person("new")}, CredentialID: "c1"})
			settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
			rechristen(t, l, "corp", "ad")
			want := onLeave(model.PersonID{Source: "ad", ID: "new"}, row.want)
			want.Since = start
			if diff := cmp.Diff([]model.Suspension{want}, state(t, l).Suspensions); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestWhoIsOnLeaveIsRemembered: nobody is erased whose departure is suspended; afterwards nothing is left.
func TestWhoIsOnLeaveIsRemembered(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	s := onLeave(person("ada"), start.AddDate(1, 0, 0))
	s.Reason = "why-ada"
	suspend(t, l, s)
	if err := l.UndoWithdrawal(t.Context(), model.UndoneOrder{Person: person("ada"), CredentialID: "cred-ada", By: "anna"}, "4711", "why-ada"); err != nil {
		t.Fatal(err)
	}
	c.Advance(200 * 24 * time.Hour)
	for _, want := range []int{0, 1} {
		erased, err := l.Erase(t.Context(), startRun(t, l), 90*24*time.Hour)
		if err != nil || erased != want {
			t.Fatalf("%d are erased, want %d: %v", erased, want, err)
		}
		remember(t, l, model.StateUpdate{})
	}
	var left int
	if err := l.reads.QueryRow(`SELECT (SELECT count(*) FROM undone_withdrawals) + (SELECT count(*) FROM suspensions) + (SELECT count(*) FROM audit WHERE message LIKE '%why-ada%')`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows are left: %v", left, err)
	}
}

func TestNobodyEndsALeaveThatIsNone(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	if err := l.EndSuspension(t.Context(), person("ada"), "anna", ""); err == nil || !strings.Contains(err.Error(), "nobody said") {
		t.Errorf("error = %v", err)
	}
}

// hold says of somebody that they are on leave.
func (w *world) hold(t *rapid.T) {
	s := onLeave(people.Draw(t, "person"), w.clock.Now().AddDate(0, 0, rapid.IntRange(1, 365).Draw(t, "days")))
	_, err := w.ledger.Suspend(context.Background(), s)
	must(t, err)
	w.reference.suspend(s, w.clock.Now())
}

func (w *world) endHold(t *rapid.T) {
	who := people.Draw(t, "person")
	s, said := w.reference.suspended[who.ID]
	if err := w.ledger.EndSuspension(context.Background(), who, "anna", ""); (err == nil) != said {
		t.Fatalf("EndSuspension = %v, on leave: %t", err, said)
	}
	if said {
		s.Until, s.Over = w.clock.Now(), w.clock.Now()
		w.reference.suspended[who.ID] = s
	}
}

// undo takes the withdrawal of somebody back who owns a credential, or does not.
func (w *world) undo(t *rapid.T) {
	u := model.UndoneOrder{Person: people.Draw(t, "person"), CredentialID: credentials.Draw(t, "credential"), By: "anna"}
	must(t, w.ledger.UndoWithdrawal(context.Background(), u, "4711", "a mistake"))
	w.reference.undo(u, w.clock.Now())
}

// TestAnOrderEndsTheWayBack: a withdrawal that begins after somebody took one back is the last word; and a
// yes to a withdrawal does not survive the way back.
func TestAnOrderEndsTheWayBack(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	run := startRun(t, l)
	create := beginOne(t, l, run, model.Operation{ChangeID: "n1", Op: model.Create, Subject: model.Subject{Person: person("ada")}, Username: "ada"})
	if err := l.Created(t.Context(), create.ID, "c1", nil); err != nil {
		t.Fatal(err)
	}
	settleOne(t, l, model.Settlement{Operation: create.ID, Result: model.Done})
	approve(t, l, model.GivenApproval{ChangeID: "w1", Op: model.Withdraw, Person: person("ada"), Until: start.Add(time.Hour)})
	if err := l.UndoWithdrawal(t.Context(), model.UndoneOrder{Person: person("ada"), CredentialID: "c1", By: "anna"}, "4711", "a mistake"); err != nil {
		t.Fatal(err)
	}
	if s := state(t, l); len(s.Undone) != 1 || len(s.Approvals) != 0 {
		t.Errorf("taken back: %+v, approved: %+v", s.Undone, s.Approvals)
	}
	order := withdrawal()
	order.Ordered = true
	beginOne(t, l, run, order)
	if s := state(t, l); len(s.Undone) != 0 {
		t.Errorf("still taken back: %+v", s.Undone)
	}
}
