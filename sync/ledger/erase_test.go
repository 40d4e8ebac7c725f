package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// marks are the personal data of somebody, each found nowhere else.
func marks(name string) []string {
	return []string{"guid-" + name, "csi-" + name, "cn=" + name, "user-" + name, "cred-" + name, "ID" + name, "why-" + name}
}

func (p trace) operation(op model.Op) model.Operation {
	o := model.Operation{
		ChangeID: string(op) + " why-" + p.name, Op: op, Subject: model.Subject{Person: p.person(), CSI: "csi-" + p.name, DN: "cn=" + p.name}, OU: "ou=x",
		CredentialID: "cred-" + p.name, Username: "user-" + p.name, ThreemaIDs: []string{"ID" + p.name},
		Reason: "why-" + p.name, Evidence: "why-" + p.name,
	}
	return o
}

// trace is somebody who leaves traces in every table.
type trace struct{ name string }

func (p trace) person() model.PersonID { return person("guid-" + p.name) }

// join makes the person ours: created, published, seen, with a refused value and an approval.
func (p trace) join(t *testing.T, l *Ledger, run int64) {
	t.Helper()
	create := p.operation(model.Create)
	create.CredentialID, create.ThreemaIDs = "", nil
	op := beginOne(t, l, run, create)
	if err := l.Created(t.Context(), op.ID, "cred-"+p.name, nil); err != nil {
		t.Fatal(err)
	}
	settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
	settleOne(t, l, model.Settlement{Operation: beginOne(t, l, run, p.operation(model.PublishContact)).ID, Result: model.Done})
	bulk := beginOne(t, l, run, model.Operation{Op: model.SetSettings, Parts: []model.Part{
		{ChangeID: "settings why-" + p.name, Person: p.person(), CSI: "csi-" + p.name, CredentialID: "cred-" + p.name, Reason: "why-" + p.name},
		{ChangeID: "settings why-here", Person: trace{"here"}.person(), CSI: "csi-here", CredentialID: "cred-here", Reason: "why-here"},
	}})
	settleOne(t, l, model.Settlement{Operation: bulk.ID, Result: model.Done, Refusals: []model.Refusal{
		{CredentialID: "cred-" + p.name, Setting: "th_category", Value: "why-" + p.name, Message: "why-" + p.name},
	}})
	approve(t, l, model.GivenApproval{ChangeID: "detach why-" + p.name, Op: model.Detach, Person: p.person(), CSI: "csi-" + p.name, Until: l.now().Add(time.Hour)})
	if err := l.RecordDecision(t.Context(), run, model.Decision{Kind: model.Skipped, Change: model.Change{
		ID: "why-" + p.name, Op: model.Detach, Subject: model.Subject{Person: p.person(), CSI: "csi-" + p.name}, ThreemaID: "ID" + p.name,
	}, Message: "why-" + p.name}); err != nil {
		t.Fatal(err)
	}
}

// leave takes the person out, to the end of the departure.
func (p trace) leave(t *testing.T, l *Ledger) {
	t.Helper()
	run := startRun(t, l)
	settleOne(t, l, model.Settlement{Operation: beginOne(t, l, run, p.operation(model.Withdraw)).ID, Result: model.Done})
	settleOne(t, l, model.Settlement{Operation: beginOne(t, l, run, p.operation(model.Revoke)).ID, Result: model.Failed, Message: "why-" + p.name})
	if err := l.FinishRun(t.Context(), run, model.RunEnd{
		Result: "ok", Planned: true, Report: []byte(`{"why":"why-` + p.name + `"}`),
		Guards: []model.TrippedGuard{{Name: "leavers-run", Source: "corp", Words: "cn=" + p.name}},
	}); err != nil {
		t.Fatal(err)
	}
	remember(t, l, model.StateUpdate{EndedDepartures: []model.EndedDeparture{{Person: p.person(), Why: "settled"}}})
}

// verifyEffects records that what was taken from leavers holds.
func verifyEffects(t *testing.T, l *Ledger) {
	t.Helper()
	var m model.StateUpdate
	for _, e := range state(t, l).Effects {
		e.VerifiedAt = l.now()
		m.Effects = append(m.Effects, e)
	}
	m.Observations = state(t, l).Observations
	remember(t, l, m)
}

// settledLeaver is a ledger that knows one who left and one who stays.
func settledLeaver(t *testing.T) (*Ledger, *clock) {
	t.Helper()
	return leaverLedger(t, true)
}

func leaverLedger(t *testing.T, verified bool) (*Ledger, *clock) {
	t.Helper()
	l, c := openNew(t)
	run := startRun(t, l)
	for _, name := range []string{"gone", "here"} {
		trace{name}.join(t, l, run)
	}
	remember(t, l, model.StateUpdate{Observations: []model.Observation{seen("gone", model.Entitled), seen("here", model.Entitled)}})
	confirmed := seen("gone", model.Departed)
	confirmed.Evidence, confirmed.ConfirmedAt = model.Evidence{Kind: model.Absent, Detail: "why-gone"}, l.now()
	remember(t, l, model.StateUpdate{Observations: []model.Observation{confirmed, seen("here", model.Entitled)}})
	trace{"gone"}.leave(t, l)
	remember(t, l, model.StateUpdate{Observations: []model.Observation{seen("here", model.Entitled)}})
	if verified {
		verifyEffects(t, l)
	}
	return l, c
}

func seen(name string, state model.AccountState) model.Observation {
	return model.Observation{Subject: model.Subject{Person: trace{name}.person(), CSI: "csi-" + name, DN: "cn=" + name}, OU: "ou=x", LastSeen: start, State: state}
}

// erase erases in a pass of its own.
func erase(t *testing.T, l *Ledger, retention time.Duration) int {
	t.Helper()
	n, err := l.Erase(t.Context(), startRun(t, l), retention)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// dump is all that the tables hold, as text.
func dump(t *testing.T, l *Ledger) string {
	t.Helper()
	tables, err := selectAll(t.Context(), l.reads, func(rows *sql.Rows) (name string, err error) {
		return name, rows.Scan(&name)
	}, `SELECT name FROM sqlite_schema WHERE type = 'table'`)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, table := range tables {
		_, err := selectAll(t.Context(), l.reads, func(rows *sql.Rows) (none struct{}, err error) {
			columns, err := rows.Columns()
			if err != nil {
				return none, err
			}
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			err = rows.Scan(into...)
			fmt.Fprintf(&out, "%s %v\n", table, values)
			return none, err
		}, `SELECT * FROM `+table)
		if err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

// rawBytes is the file, its write-ahead log and its backups.
func rawBytes(t *testing.T, l *Ledger) string {
	t.Helper()
	files, err := filepath.Glob(l.path + "*")
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	var all strings.Builder
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	return all.String()
}

// holds compares which marks of somebody are in a text with what is wanted: all of them, or none.
func holds(t *testing.T, what, text, name string, want bool) {
	t.Helper()
	for _, mark := range marks(name) {
		if strings.Contains(text, mark) != want {
			t.Errorf("%s: %q is there: %t", what, mark, !want)
		}
	}
}

// TestErase: of who left, a tombstone is left, in the tables, on disk, and in backups; of who stays
// nothing is lost; and nothing that the core relies on changes.
func TestErase(t *testing.T) {
	t.Parallel()
	l, c := settledLeaver(t)
	backup := l.path + ".v1-20260101T000000Z" + backupSuffix
	if _, err := l.writes.ExecContext(t.Context(), `VACUUM INTO ?`, backup); err != nil {
		t.Fatal(err)
	}
	// SQLite leaves such copies where it moves rows between pages, whatever secure_delete says.
	_, err := l.writes.ExecContext(t.Context(), `PRAGMA secure_delete = 0; INSERT INTO refusals VALUES ('copy-of-gone', '', '', '', 1);
		DELETE FROM refusals WHERE credential_id = 'copy-of-gone'; PRAGMA secure_delete = 1`)
	if err != nil || !strings.Contains(rawBytes(t, l), "copy-of-gone") {
		t.Fatalf("no copy on disk, %v", err)
	}
	before := state(t, l)
	retention := 48 * time.Hour
	c.Advance(retention - time.Millisecond)
	if n := erase(t, l, retention); n != 0 {
		t.Fatalf("%d erased before their time", n)
	}
	holds(t, "too early", dump(t, l), "gone", true)
	holds(t, "too early, on disk", rawBytes(t, l), "gone", true)
	c.Advance(time.Millisecond)
	if n := erase(t, l, retention); n != 1 {
		t.Fatalf("%d erased, want one", n)
	}
	holds(t, "erased", dump(t, l), "gone", false)
	holds(t, "erased", dump(t, l), "here", true)
	raw := rawBytes(t, l)
	holds(t, "erased, on disk", raw, "gone", false)
	holds(t, "erased, on disk", raw, "here", true)
	if strings.Contains(raw, "copy-of-gone") {
		t.Error("a copy is left on disk")
	}
	if _, err := os.Stat(backup); !os.IsNotExist(err) {
		t.Errorf("a backup is left: %v", err)
	}
	if got := verify(t, l.Reader); got.Erased == 0 {
		t.Errorf("%+v", got)
	}
	after := state(t, l)
	taken := after.Taken
	if len(taken) != 1 || taken[0].OU != "ou=x" || taken[0].Op != model.Withdraw {
		t.Errorf("the windows of the limits lost %+v, have %+v", before.Taken, taken)
	}
	before.Taken, after.Taken, before.Bases, after.Bases, before.Refusals, after.Refusals = nil, nil, nil, nil, nil, nil
	before.Approvals, before.Published, before.Effects = before.Approvals[1:], before.Published[1:], nil // those of who left
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
	c.Advance(takenWindow)
	if n := erase(t, l, retention); n != 0 {
		t.Errorf("%d erased twice", n)
	}
	if strings.Contains(dump(t, l), "withdraw corp "+tombstoneOf(t, l, "gone")+" ou=x") {
		t.Error("the OU outlived the windows")
	}
	verify(t, l.Reader)
}

func tombstoneOf(t *testing.T, l *Ledger, name string) string {
	t.Helper()
	key, err := readKey(t.Context(), l.reads)
	if err != nil || len(key) != saltSize {
		t.Fatalf("key %x, %v", key, err)
	}
	return tombstone(key, trace{name}.person())
}

// TestTheTombstone tells that something was done, when, and with what result: in the audit, and to
// who asks for the person by the directory's ID.
func TestTheTombstone(t *testing.T) {
	t.Parallel()
	l, _ := settledLeaver(t)
	if n := erase(t, l, 0); n != 1 {
		t.Fatalf("%d erased, want one", n)
	}
	stone := tombstoneOf(t, l, "gone")
	told := map[string]int{}
	err := l.Audit(t.Context(), func(e AuditEntry) error {
		switch {
		case e.Event == auditErased && e.Tombstone == stone:
			told["erased"] += len(e.Erases)
		case e.Erased && e.Tombstone == stone:
			told["entries"]++
			told[strings.TrimSpace(string(e.Event)+" "+string(e.Op))]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{
		"erased": 16, "entries": 16, "verified withdraw": 1, "intent create": 1, "created create": 1, "done create": 1, "intent publish-contact": 1, "done publish-contact": 1,
		"intent set-settings": 1, "refused set-settings": 1, "approved detach": 1, "skipped detach": 1, "confirmed": 1,
		"intent withdraw": 1, "done withdraw": 1, "intent revoke": 1, "failed revoke": 1, "saga-ended": 1,
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
	h, err := l.PersonHistory(t.Context(), trace{"gone"}.person())
	if err != nil || len(h.Steps) != 4 || len(h.Departures) != 0 {
		t.Fatalf("%+v, %v", h, err)
	}
	for _, s := range h.Steps {
		if !s.Erased || s.Op == "" || s.State == "" || s.At.IsZero() || s.Person.ID != stone {
			t.Errorf("%+v", s)
		}
	}
	if people, err := l.PastPeople(t.Context(), "csi-gone"); err != nil || len(people) != 0 {
		t.Errorf("still found: %v, %v", people, err)
	}
	gone := trace{"gone"}.person()
	for _, asked := range []string{gone.ID, gone.String()} {
		if people, err := l.PastPeople(t.Context(), asked); err != nil || len(people) != 1 || people[0].Person != gone {
			t.Errorf("asked for %s: %+v, %v", asked, people, err)
		}
	}
	if people, err := l.PastPeople(t.Context(), gone.ID+"0"); err != nil || len(people) != 0 {
		t.Errorf("somebody else: %v, %v", people, err)
	}
}

// TestWhoIsErased: whoever has something at stake stays, whatever the retention.
func TestWhoIsErased(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		do   func(*testing.T, *Ledger, *clock)
		want int
	}{
		"nothing is left to do": {func(*testing.T, *Ledger, *clock) {}, 1},
		"an alarm stands": {func(t *testing.T, l *Ledger, _ *clock) {
			e := state(t, l).Effects[0]
			remember(t, l, model.StateUpdate{Observations: state(t, l).Observations, Alarms: []model.Alarm{{
				Departure: e.Departure, Kind: model.CredentialBack, Op: e.Op, Subject: model.Subject{Person: e.Person, CSI: e.CSI}, CredentialID: e.CredentialID, Since: l.now(),
			}}})
		}, 0},
		"the directory has them": {func(t *testing.T, l *Ledger, _ *clock) {
			remember(t, l, model.StateUpdate{Observations: []model.Observation{seen("gone", model.Unknown), seen("here", model.Entitled)}})
		}, 0},
		"something is under way": {func(t *testing.T, l *Ledger, _ *clock) {
			beginOne(t, l, startRun(t, l), trace{"gone"}.operation(model.Detach))
			startRun(t, l) // it is unknown from now on, and no later pass says so again
		}, 0},
		"a credential is theirs": {func(t *testing.T, l *Ledger, _ *clock) {
			settleOne(t, l, model.Settlement{Operation: beginOne(t, l, startRun(t, l), trace{"gone"}.operation(model.Adopt)).ID, Result: model.Done})
		}, 0},
		"a departure is open": {func(t *testing.T, l *Ledger, _ *clock) {
			settleOne(t, l, model.Settlement{Operation: beginOne(t, l, startRun(t, l), trace{"gone"}.operation(model.Withdraw)).ID, Result: model.Failed})
		}, 0},
		"the clock went backward": {func(_ *testing.T, _ *Ledger, c *clock) { c.Advance(-time.Hour) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, c := settledLeaver(t)
			row.do(t, l, c)
			if n := erase(t, l, 0); n != row.want {
				t.Errorf("%d erased, want %d", n, row.want)
			}
			verify(t, l.Reader)
		})
	}
}

// TestAnEffectKeepsWhoItConcerns until it is verified. One that belongs to another licence package
// never will be, and keeps nobody.
func TestAnEffectKeepsWhoItConcerns(t *testing.T) {
	t.Parallel()
	l, _ := leaverLedger(t, false)
	if n := erase(t, l, 0); n != 0 {
		t.Errorf("%d erased before the effect was verified", n)
	}
	verifyEffects(t, l)
	if n := erase(t, l, 0); n != 1 {
		t.Errorf("%d erased, want one", n)
	}
	l, _ = leaverLedger(t, false)
	remember(t, l, model.StateUpdate{Subscription: "another", Observations: state(t, l).Observations})
	if n := erase(t, l, 0); n != 1 {
		t.Errorf("another package: %d erased, want one", n)
	}
}

// TestWhatEndedInThisPassStays until the next one, also with a retention of zero.
func TestWhatEndedInThisPassStays(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	run := startRun(t, l)
	op := beginOne(t, l, run, model.Operation{Op: model.PublishContact, Subject: model.Subject{Person: person("x")}})
	settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
	for want, pass := range []int64{run, startRun(t, l)} {
		if n, err := l.Erase(t.Context(), pass, 0); err != nil || n != want {
			t.Errorf("pass %d: %d, %v, want %d", pass, n, err, want)
		}
	}
}

// TestErasingIsBounded: a pass erases so many people, and the next ones the others. Nothing of them
// is left on disk.
func TestErasingIsBounded(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	const people = 2*erasedPeople + 1
	manyLeavers(t, l, people)
	c.Advance(time.Hour)
	for _, want := range []int{erasedPeople, erasedPeople, 1, 0} {
		if n := erase(t, l, 0); n != want {
			t.Errorf("%d erased, want %d", n, want)
		}
		verify(t, l.Reader)
	}
	if n := strings.Count(rawBytes(t, l), "-mark"); n != 0 {
		t.Errorf("%d traces on disk", n)
	}
}

// manyLeavers are people of whom nothing is ours any more, in an order that makes pages split.
func manyLeavers(t *testing.T, l *Ledger, n int) {
	t.Helper()
	run := startRun(t, l)
	var ops []model.Operation
	var observations []model.Observation
	for i := range n {
		id := fmt.Sprintf("%08x-mark%05d", uint32(i)*2654435761, i)
		ops = append(ops, model.Operation{Op: model.PublishContact, ChangeID: "ch" + id, Subject: model.Subject{Person: person(id), CSI: "c" + id, DN: "CN=" + id}, Username: "u" + id})
		observations = append(observations, model.Observation{Subject: model.Subject{Person: person(id), DN: "CN=" + id}, LastSeen: start, State: model.Entitled})
		if i%100 == 0 {
			if err := l.Remember(t.Context(), run, model.StateUpdate{Observations: observations}); err != nil {
				t.Fatal(err)
			}
		}
	}
	begun, err := l.Begin(t.Context(), run, ops)
	if err != nil {
		t.Fatal(err)
	}
	var outcomes []model.Settlement
	for _, op := range begun {
		outcomes = append(outcomes, model.Settlement{Operation: op.ID, Result: model.Done})
	}
	if err := l.Settle(t.Context(), outcomes); err != nil {
		t.Fatal(err)
	}
	if err := l.Remember(t.Context(), run, model.StateUpdate{}); err != nil {
		t.Fatal(err)
	}
}

// TestScrubbingWaits for who reads: the pass goes on, and the next one does it.
func TestScrubbingWaits(t *testing.T) {
	t.Parallel()
	l, _ := settledLeaver(t)
	if _, err := l.writes.ExecContext(t.Context(), `PRAGMA busy_timeout = 1`); err != nil {
		t.Fatal(err)
	}
	reading, err := l.reads.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := reading.QueryRowContext(t.Context(), `SELECT count(*) FROM audit`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n := erase(t, l, 0); n != 1 {
		t.Errorf("%d erased", n)
	}
	if err := reading.Rollback(); err != nil {
		t.Fatal(err)
	}
	holds(t, "while somebody read", dump(t, l), "gone", false)
	erase(t, l, 0)
	holds(t, "on disk, a pass later", rawBytes(t, l), "gone", false)
}

// TestKill9WhileErasing: killed before the commit nothing is erased, killed after it the next pass
// cleans up.
func TestKill9WhileErasing(t *testing.T) {
	t.Parallel()
	for part, erased := range map[string]bool{"erasing": false, "erased": true} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			l, c := settledLeaver(t)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			killAt(t, part, l.path)
			l, err := Open(t.Context(), l.path, Options{Now: c.Now})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := l.Close(); err != nil {
					t.Error(err)
				}
			}()
			holds(t, "after the crash", dump(t, l), "gone", !erased)
			holds(t, "after the crash", dump(t, l), "here", true)
			verify(t, l.Reader)
			erase(t, l, 0)
			holds(t, "on disk, a pass later", rawBytes(t, l), "gone", false)
			verify(t, l.Reader)
		})
	}
}

// eraseAsChild erases up to a point; its caller says so and waits to be killed.
func eraseAsChild(ctx context.Context, l *Ledger, part string, ready func()) error {
	run, err := l.StartRun(ctx, model.Sync)
	if err != nil {
		return err
	}
	if part == "erased" {
		_, err := l.eraseRows(ctx, run, l.now())
		return err
	}
	return audited(ctx, l.writes, "erase", l.now(), func(tx *sql.Tx, t *trail) error {
		people, err := erasable(ctx, tx, run, l.now())
		if err != nil {
			return err
		}
		if _, err := erasePeople(ctx, tx, t, people); err != nil {
			return err
		}
		ready()
		select {}
	})
}

// TestWhoHasTwoNamesIsErasedOnce: the audit has somebody under the former and the present name of their source, and
// what is told counts people.
func TestWhoHasTwoNamesIsErasedOnce(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	who := person("x")
	for _, source := range []string{who.Source, "ad"} {
		if source != who.Source {
			rechristen(t, l, who.Source, source)
		}
		op := beginOne(t, l, startRun(t, l), model.Operation{Op: model.PublishContact, Subject: model.Subject{Person: model.PersonID{Source: source, ID: who.ID}}})
		settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
	}
	if n := erase(t, l, 0); n != 1 {
		t.Errorf("%d erased, want one", n)
	}
}
