package sync_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestErasure is the whole story of two who leave: settled, and when the retention is over, erased
// from every table and from the disk; those who stay lose nothing, and one who comes back is new.
func TestErasure(t *testing.T) {
	t.Parallel()
	const retention = 90 * 24 * time.Hour
	w := newWorld(t, options{}, employees(9)...)
	w.policy.ID, w.retention = model.RevokeID, retention
	w.rollOut()
	ids := map[string]string{}
	for _, n := range []string{"03", "04", "05"} {
		ids[n] = w.userID("user" + n)
	}
	w.directory.change(t, "id-03", func(p *person) { p.First = "Former03" }) // a bulk write for two
	w.directory.change(t, "id-05", func(p *person) { p.Last = "Last05B" })
	w.ok()
	w.directory.dismiss(t, "id-03")
	w.directory.remove("id-04")
	w.ok()
	w.ok()
	w.equal("revoked", 2, len(w.sim.State().Revoked))
	w.advance(25 * time.Hour) // what was taken is verified: the last that is told of them
	w.ok()
	before := w.traces(t)
	w.advance(retention - time.Hour)
	w.ok()
	for _, n := range []string{"03", "04"} {
		for _, mark := range marksOf(n, ids[n]) {
			if !strings.Contains(before, mark) {
				t.Errorf("%s was never there", mark)
			}
		}
		w.remembers(t, "before the retention is over", "id-"+n, true)
	}
	w.advance(time.Hour)
	w.ok()
	after := w.traces(t)
	for _, n := range []string{"03", "04", "05"} {
		for _, mark := range marksOf(n, ids[n]) {
			if strings.Contains(after, mark) != (n == "05") {
				t.Errorf("%s is there: %t", mark, n != "05")
			}
		}
	}
	w.verified(t)

	planner := w.planner("")
	_, x, err := planner.Explain(t.Context(), "E03", w.ledger) // disabled, the directory still shows the account
	w.must(err)
	if len(x.History.Steps) == 0 || slices.ContainsFunc(x.History.Steps, func(s model.PastStep) bool { return !s.Erased }) {
		t.Errorf("the history of who is erased: %+v", x.History)
	}
	w.directory.rehire(t, "id-03")
	r := w.ok()
	w.equal("results", []string{"create user03 done"}, results(r))
	w.activate("user03")
	w.settled()
	w.verified(t)
}

// marksOf is personal data of an employee, each found nowhere else.
func marksOf(n, threemaID string) []string {
	return []string{"id-" + n, "user" + n, "E" + n, "First" + n, threemaID}
}

// traces is all that lies on disk of the ledger.
func (w *world) traces(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(w.folder, "ledger.db*"))
	w.must(err)
	if len(files) < 2 {
		w.Fatalf("no write-ahead log among %v", files)
	}
	var all strings.Builder
	for _, file := range files {
		data, err := os.ReadFile(file)
		w.must(err)
		all.Write(data)
	}
	return all.String()
}

// remembers asks the tables that hold people by their ID.
func (w *world) remembers(t *testing.T, what, id string, want bool) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.folder, "ledger.db")+"?mode=ro")
	w.must(err)
	defer func() { w.must(db.Close()) }()
	for _, table := range []string{"audit", "journal", "sagas"} {
		var n int
		w.must(db.QueryRowContext(t.Context(), `SELECT count(*) FROM `+table+` WHERE person = ?`, id).Scan(&n))
		if (n > 0) != want {
			t.Errorf("%s: %d rows of %s in %s", what, n, id, table)
		}
	}
}

// verified requires an audit that is whole.
func (w *world) verified(t *testing.T) {
	t.Helper()
	got, err := w.ledger.VerifyAudit(t.Context())
	if err != nil || got.Fault != "" || got.Erased == 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestErasureAtOnce: with a retention of zero the pass after the one that settles erases, and the
// limits still count who was taken out.
func TestErasureAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(20)...)
	w.policy.LeaversWeek, w.retention = model.Window{Count: 3, Percent: 50}, 0
	w.rollOut()
	for _, id := range []string{"id-01", "id-02", "id-03"} {
		w.directory.dismiss(t, id)
	}
	w.ok()
	for range 3 {
		w.ok()
	}
	for _, id := range []string{"id-01", "id-02", "id-03"} {
		w.remembers(t, "before it is verified", id, true)
	}
	w.advance(24 * time.Hour)
	for range 2 {
		w.ok()
	}
	for _, id := range []string{"id-01", "id-02", "id-03"} {
		w.remembers(t, "at once", id, false)
	}
	w.directory.dismiss(t, "id-04")
	r := w.exits(dirsync.ExitWaiting)
	if !r.Plan.Tripped(model.GuardLeaversWeek) {
		t.Errorf("erasing made room for more leavers:\n%s", text(r))
	}
	w.verified(t)
}

// told lists the entries of the audit with an event, as "op csi guard: message".
func (w *world) told(t *testing.T, events ...ledger.AuditEvent) []string {
	t.Helper()
	var list []string
	w.must(w.ledger.Audit(t.Context(), func(e ledger.AuditEntry) error {
		if slices.Contains(events, e.Event) {
			list = append(list, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s: %s", e.Event, e.Op, e.CSI, e.Guard, e.Message)), " "))
		}
		return nil
	}))
	return list
}

// TestTheAuditTellsOfDecisions that sent nothing: each with its reason, and once.
func TestTheAuditTellsOfDecisions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(9)...)
	w.rollOut()
	w.retention = time.Hour
	w.directory.dismiss(t, "id-02")
	w.directory.recheck = func([]model.Tracked) ([]model.Sighting, error) {
		return []model.Sighting{{ID: employee(2).id(), State: model.Entitled}}, nil
	}
	w.ok()
	w.directory.recheck = nil
	why := "laid for a test"
	w.stop = func() string { return why }
	w.exits(dirsync.ExitWaiting)
	w.exits(dirsync.ExitWaiting)
	why = ""
	w.directory.rehire(t, "id-02")
	w.ok()
	w.equal("the audit", []string{
		"confirmed E02 : reads: 1, the first at 2026-03-02T09:30:00Z",
		"reset E02 : entitled",
		"skipped withdraw E02 : the directory now says: entitled",
		"skipped disable-contact E02 : the step before it, withdraw, was not done in this pass",
		"confirmed E02 : reads: 1, the first at 2026-03-02T09:30:00Z",
		"guard-tripped stop-file: laid for a test",
		"reset E02 : entitled",
		"guard-lifted stop-file: it had tripped at 2026-03-02T09:30:00Z",
	}, w.told(t, "confirmed", "skipped", "guard-tripped", "reset", "guard-lifted"))
}

// TestTheAuditTellsOfRefusals: who asked for what is not so, and who is in a bulk write.
func TestTheAuditTellsOfRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{}, employees(3)...)
	w.rollOut()
	for _, id := range []string{"id-01", "id-02"} {
		w.directory.change(t, id, func(p *person) { p.Last = "Married" })
	}
	w.ok()
	a := dirsync.Approver{Planner: w.planner(""), Approvals: w.ledger, By: "anna (uid 1000)"}
	r := w.preview("")
	for _, hash := range []string{"E01 of Anna", r.Plan.Hash} {
		if _, _, err := a.Approve(t.Context(), hash, time.Hour); err == nil {
			t.Errorf("%s was approved", hash)
		}
	}
	for _, request := range []dirsync.Request{
		{Subscription: r.Plan.Subscription.ID, Due: []model.Change{{ID: "gone"}}, By: "anna (uid 1000)"}, {Subscription: "another", By: "anna (uid 1000)"},
	} {
		if report := w.pass().Apply(t.Context(), request); report.ExitCode() != dirsync.ExitFailed {
			t.Errorf("exit %d", report.ExitCode())
		}
	}
	w.equal("the audit", []string{
		"intent set-settings E01 : differs from the directory: th_lastname",
		"intent set-settings E02 : differs from the directory: th_lastname",
		"approval-refused : what waits is not what was approved; the plan now is " + r.Plan.Hash,
		"approval-refused : nothing waits for an approval",
		"apply-refused : 1 of the 1 due changes of the written plan do not hold",
		"apply-refused : the plan was written for another licence package",
	}, slices.DeleteFunc(w.told(t, "intent", "approval-refused", "apply-refused"), func(line string) bool {
		return strings.HasPrefix(line, "intent create") || strings.HasPrefix(line, "intent publish")
	}))
}
