package ledger

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func approval(change, of string, until time.Time) model.GivenApproval {
	return model.GivenApproval{ChangeID: change, Person: person(of), Until: until}
}

func approve(t *testing.T, l *Ledger, approvals ...model.GivenApproval) {
	t.Helper()
	if err := l.Approve(t.Context(), "cafe", "anna (uid 1000)", approvals); err != nil {
		t.Fatal(err)
	}
}

func wantApprovals(t *testing.T, l *Ledger, want ...model.GivenApproval) {
	t.Helper()
	if diff := cmp.Diff(want, state(t, l).Approvals, cmpopts.IgnoreFields(model.GivenApproval{}, "Hash", "By", "At")); diff != "" {
		t.Errorf("approvals (-want +got):\n%s", diff)
	}
}

// TestApprove: sorted, the latest end counts, and the row says who, when and to which plan.
func TestApprove(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	day := start.Add(24 * time.Hour)
	approve(t, l, approval("b", "bob", day), approval("a", "ada", day))
	wantApprovals(t, l, approval("a", "ada", day), approval("b", "bob", day))
	c.Advance(time.Hour)
	if err := l.Approve(t.Context(), "f00d", "eve (uid 1001)", []model.GivenApproval{approval("b", "bob", day.Add(-time.Hour))}); err != nil {
		t.Fatal(err)
	}
	wantApprovals(t, l, approval("a", "ada", day), approval("b", "bob", day.Add(-time.Hour)))
	rows, err := selectAll(t.Context(), l.reads, func(rows *sql.Rows) (string, error) {
		var change, hash, by string
		var at int64
		err := rows.Scan(&change, &hash, &by, &at)
		return fmt.Sprint(change, " ", hash, " ", by, " ", fromMillis(at).Sub(start)), err
	}, `SELECT change_id, hash, approved_by, approved_at FROM approvals ORDER BY change_id`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a cafe anna (uid 1000) 0s", "b f00d eve (uid 1001) 1h0m0s"}, rows); diff != "" {
		t.Error(diff)
	}
}

// TestApproveAllOrNothing: one row that the table refuses leaves none.
func TestApproveAllOrNothing(t *testing.T) {
	t.Parallel()
	day := start.Add(24 * time.Hour)
	for name, bad := range map[string]model.GivenApproval{
		"no change":       approval("", "ada", day),
		"no person":       approval("b", "", day),
		"no source":       {ChangeID: "b", Person: model.PersonID{ID: "ada"}, Until: day},
		"over at once":    approval("b", "ada", start),
		"without any end": approval("b", "ada", time.Time{}),
	} {
		l, _ := openNew(t)
		if err := l.Approve(t.Context(), "cafe", "anna", []model.GivenApproval{approval("a", "ada", day), bad}); err == nil {
			t.Errorf("%s: no error", name)
		}
		wantApprovals(t, l)
	}
	l, _ := openNew(t)
	for _, who := range [][2]string{{"", "anna"}, {"cafe", ""}} {
		if err := l.Approve(t.Context(), who[0], who[1], []model.GivenApproval{approval("a", "ada", day)}); err == nil {
			t.Errorf("hash and user %q: no error", who)
		}
	}
}

// TestAnApprovalIsUsedUp when its change is done, by an answer or by a look at the package; a
// failure or a lost answer keeps it.
func TestAnApprovalIsUsedUp(t *testing.T) {
	t.Parallel()
	given := approval("ch", "ada", start.Add(time.Hour))
	op := model.Operation{ChangeID: "ch", Op: model.Revoke, Subject: model.Subject{Person: person("ada")}, CredentialID: "c1", ThreemaIDs: []string{"AAAAAAAA"}, Approved: true}
	for name, row := range map[string]struct {
		end  func(*testing.T, *Ledger, int64)
		kept bool
	}{
		"done": {func(t *testing.T, l *Ledger, id int64) {
			settleOne(t, l, model.Settlement{Operation: id, Result: model.Done})
		}, false},
		"failed": {func(t *testing.T, l *Ledger, id int64) {
			settleOne(t, l, model.Settlement{Operation: id, Result: model.Failed})
		}, true},
		"unknown": {func(t *testing.T, l *Ledger, id int64) {
			settleOne(t, l, model.Settlement{Operation: id, Result: model.Uncertain})
		}, true},
		"found done": {func(t *testing.T, l *Ledger, id int64) {
			remember(t, l, model.StateUpdate{Settled: []model.SettledOperation{{ID: id, Done: true}}})
		}, false},
		"found undone": {func(t *testing.T, l *Ledger, id int64) {
			remember(t, l, model.StateUpdate{Settled: []model.SettledOperation{{ID: id}}})
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, _ := openNew(t)
			other := approval("other", "ada", start.Add(time.Hour))
			approve(t, l, given, other)
			row.end(t, l, beginOne(t, l, startRun(t, l), op).ID)
			if row.kept {
				wantApprovals(t, l, given, other)
			} else {
				wantApprovals(t, l, other)
			}
		})
	}
}

// TestExpiredApprovalsAreForgotten as the plan says, but not those that were renewed since.
func TestExpiredApprovalsAreForgotten(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	soon, late := start.Add(time.Hour), start.Add(48*time.Hour)
	approve(t, l, approval("kept", "ada", soon), approval("over", "bob", soon), approval("renewed", "eve", soon))
	c.Advance(time.Hour)
	wantApprovals(t, l, approval("kept", "ada", soon), approval("over", "bob", soon), approval("renewed", "eve", soon))
	approve(t, l, approval("renewed", "eve", late))
	remember(t, l, model.StateUpdate{ExpiredApprovals: []string{"over", "renewed", "never given"}})
	wantApprovals(t, l, approval("kept", "ada", soon), approval("renewed", "eve", late))
}

func TestLastReport(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	want := func(report string) {
		t.Helper()
		if got, err := l.LastReport(t.Context()); err != nil || string(got) != report {
			t.Errorf("got %s, %v, want %s", got, err, report)
		}
	}
	want("")
	run := startRun(t, l)
	want("")
	if err := l.FinishRun(t.Context(), run, model.RunEnd{Result: "ok", Report: []byte(`{"n":1}`)}); err != nil {
		t.Fatal(err)
	}
	want(`{"n":1}`)
	startRun(t, l) // crashes
	run = startRun(t, l)
	want(`{"n":1}`)
	if err := l.FinishRun(t.Context(), run, model.RunEnd{Result: "ok", Report: []byte(`{"n":2}`)}); err != nil {
		t.Fatal(err)
	}
	want(`{"n":2}`)
}

// TestTakenBack: what was taken back since the last pass that ended, but what somebody said yes to again.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	day := start.Add(24 * time.Hour)
	approve(t, l, approval("a", "ada", day), approval("b", "bob", day), approval("c", "cleo", day))
	takeBack := func(changes ...string) {
		t.Helper()
		if err := l.EndApprovals(t.Context(), "anna (uid 1000)", changes); err != nil {
			t.Fatal(err)
		}
	}
	takeBack("c")
	run := startRun(t, l)
	c.Advance(time.Minute)
	finish(t, l, run, model.RunEnd{Result: "ok", Report: []byte(`{}`)})
	c.Advance(time.Minute)
	takeBack("a", "b")
	approve(t, l, approval("b", "bob", day))
	taken, err := l.TakenBack(t.Context())
	if err != nil || len(taken) != 1 || taken[0].ChangeID != "a" || taken[0].By != "anna (uid 1000)" {
		t.Errorf("%+v, %v", taken, err)
	}
}
