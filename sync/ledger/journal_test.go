package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// ownedBy makes a person own a credential, by adoption.
func ownedBy(tb testing.TB, l *Ledger, id, credential string) {
	tb.Helper()
	op := beginOne(tb, l, startRun(tb, l), model.Operation{Op: model.Adopt, Subject: model.Subject{Person: person(id), CSI: "csi-" + id}, CredentialID: credential, Username: "user-" + id})
	settleOne(tb, l, model.Settlement{Operation: op.ID, Result: model.Done})
}

// withdrawal is the operation for ada, who owns c1 with the ID AAAAAAAA.
func withdrawal() model.Operation {
	return model.Operation{
		ChangeID: "w1", Op: model.Withdraw, Subject: model.Subject{Person: person("ada"), CSI: "4711", DN: "CN=Ada,OU=x"}, OU: "ou=x",
		CredentialID: "c1", Username: "ada", ThreemaIDs: []string{"AAAAAAAA"},
	}
}

func TestBeginReturnsWhatStateShows(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	run := startRun(t, l)
	earlier := c.Now().Add(-time.Hour)
	ops := []model.Operation{
		withdrawal(),
		{ChangeID: "s", Op: model.SetSettings}, // a chunk belongs to nobody
		{ChangeID: "p", Op: model.PublishContact, Subject: model.Subject{Person: person("bob")}, ThreemaIDs: []string{"BBBBBBBB", "odd\" id"}, ContactCreated: true, Approved: true, At: earlier},
	}
	given := slices.Clone(ops)
	begun, err := l.Begin(t.Context(), run, ops)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(given, ops); diff != "" {
		t.Errorf("Begin changed its argument: %s", diff)
	}
	for i := range given {
		given[i].ID = int64(i + 1)
		if given[i].At.IsZero() {
			given[i].At = c.Now()
		}
	}
	if diff := cmp.Diff(given, begun); diff != "" {
		t.Errorf("begun: %s", diff)
	}
	if diff := cmp.Diff(given, state(t, l).Open); diff != "" {
		t.Errorf("open: %s", diff)
	}
	if rows := openRows(t, l); len(rows) != 3 || rows[2].run != run || rows[2].unknown {
		t.Errorf("journal %+v", rows)
	}
}

// openRow is a row of the journal that is not closed: its pass, and whether that is known to be gone.
type openRow struct {
	id, run int64
	unknown bool
}

func openRows(t *testing.T, l *Ledger) []openRow {
	t.Helper()
	open, err := selectAll(t.Context(), l.reads, func(rows *sql.Rows) (r openRow, err error) {
		return r, rows.Scan(&r.id, &r.run, &r.unknown)
	}, `SELECT id, run, state = 'unknown' FROM journal WHERE state IN ('intent', 'unknown') ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	return open
}

func TestBeginRefusesASecondOpenOperation(t *testing.T) {
	t.Parallel()
	revoke := model.Operation{Op: model.Revoke, Subject: model.Subject{Person: person("ada")}, ThreemaIDs: []string{"AAAAAAAA"}}
	tests := []struct {
		name          string
		first, second model.Operation
		refused       bool
	}{
		{"create twice", model.Operation{Op: model.Create, Subject: model.Subject{Person: person("ada")}}, model.Operation{Op: model.Create, Subject: model.Subject{Person: person("ada")}}, true},
		{"create for two", model.Operation{Op: model.Create, Subject: model.Subject{Person: person("ada")}}, model.Operation{Op: model.Create, Subject: model.Subject{Person: person("bob")}}, false},
		{"withdraw twice", withdrawal(), withdrawal(), true},
		{"revoke an ID twice", revoke, revoke, true},
		{"detach and revoke an ID", model.Operation{Op: model.Detach, Subject: model.Subject{Person: person("bob")}, ThreemaIDs: revoke.ThreemaIDs}, revoke, true},
		{"revoke two IDs of a person", revoke, model.Operation{Op: model.Revoke, Subject: model.Subject{Person: person("ada")}, ThreemaIDs: []string{"BBBBBBBB"}}, false},
		{"settings twice", model.Operation{Op: model.SetSettings, Subject: model.Subject{Person: person("ada")}}, model.Operation{Op: model.SetSettings, Subject: model.Subject{Person: person("ada")}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, _ := openNew(t)
			first := beginOne(t, l, startRun(t, l), tt.first)
			run := startRun(t, l) // the first is unknown now, and still open
			other := model.Operation{Op: model.Create, Subject: model.Subject{Person: person("other")}}
			_, err := l.Begin(t.Context(), run, []model.Operation{other, tt.second})
			if (err != nil) != tt.refused {
				t.Fatalf("Begin = %v, want a refusal: %t", err, tt.refused)
			}
			if tt.refused && !strings.Contains(err.Error(), "open already") {
				t.Errorf("error %v", err)
			}
			if got := len(state(t, l).Open); tt.refused && got != 1 {
				t.Errorf("%d operations are open, want the first alone", got)
			}
			settleOne(t, l, model.Settlement{Operation: first.ID, Result: model.Failed})
			if tt.refused {
				beginOne(t, l, run, tt.second)
			}
		})
	}
}

func TestBeginNeedsARunAndAKnownOperation(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	run := startRun(t, l)
	for name, try := range map[string]struct {
		run int64
		op  model.Operation
	}{
		"no pass":                       {run + 1, model.Operation{Op: model.SetSettings}},
		"an unknown operation":          {run, model.Operation{Op: "delete-user", Subject: model.Subject{Person: person("ada")}}},
		"a withdrawal of nobody":        {run, model.Operation{Op: model.Withdraw, CredentialID: "c1"}},
		"a withdrawal of no credential": {run, model.Operation{Op: model.Withdraw, Subject: model.Subject{Person: person("ada")}}},
	} {
		if _, err := l.Begin(t.Context(), try.run, []model.Operation{try.op}); err == nil {
			t.Errorf("%s: begun", name)
		}
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	op := beginOne(t, l, startRun(t, l), model.Operation{Op: model.Create, Subject: model.Subject{Person: person("ada"), CSI: "4711"}, Username: "ada"})
	if err := l.Settle(t.Context(), []model.Settlement{{Operation: op.ID, Result: model.Done}}); err == nil {
		t.Error("a create without a credential was done")
	}
	if err := l.Created(t.Context(), op.ID, "", nil); err == nil {
		t.Error("an empty credential was recorded")
	}
	startRun(t, l) // a crash: the row is unknown, and resumed all the same
	if err := l.Created(t.Context(), op.ID, "c9", nil); err != nil {
		t.Fatal(err)
	}
	owned := []model.Ownership{{Person: person("ada"), CredentialID: "c9", Username: "ada", CSI: "4711", Created: true, Since: start}}
	s := state(t, l)
	if diff := cmp.Diff(owned, s.Owned); diff != "" {
		t.Error(diff)
	}
	if len(s.Open) != 1 || s.Open[0].CredentialID != "c9" {
		t.Errorf("open %+v, want the create with its credential", s.Open)
	}
	settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
	s = state(t, l)
	if diff := cmp.Diff(owned, s.Owned); diff != "" || len(s.Open) != 0 {
		t.Errorf("open %v, owned %s", s.Open, diff)
	}
	if err := l.Created(t.Context(), op.ID, "c10", nil); err == nil || !strings.Contains(err.Error(), "closed already") {
		t.Errorf("Created on a closed row: %v", err)
	}
}

func TestANewCredentialReplacesTheFormerOne(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	ownedBy(t, l, "ada", "c1")
	remember(t, l, model.StateUpdate{Owned: []model.Ownership{{Person: person("ada"), CredentialID: "c1", MissingSince: c.Now(), MissingReads: 2}}})
	op := beginOne(t, l, startRun(t, l), model.Operation{Op: model.Create, Subject: model.Subject{Person: person("ada")}, Username: "ada"})
	if err := l.Created(t.Context(), op.ID, "c2", nil); err != nil {
		t.Fatal(err)
	}
	want := []model.Ownership{{Person: person("ada"), CredentialID: "c2", Username: "ada", Created: true, Since: start}}
	if diff := cmp.Diff(want, state(t, l).Owned); diff != "" {
		t.Error(diff)
	}
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	ownedBy(t, l, "ada", "c1")
	op := beginOne(t, l, startRun(t, l), withdrawal())
	departure := model.Departure{
		Subject: model.Subject{Person: person("ada"), CSI: "4711", DN: "CN=Ada,OU=x"}, CredentialID: "c1", Username: "ada", OU: "ou=x",
		StartedAt: c.Now(), IDs: []model.DepartingID{{ThreemaID: "AAAAAAAA"}},
	}
	if diff := cmp.Diff([]model.Departure{departure}, state(t, l).Departures); diff != "" {
		t.Errorf("with the INTENT: %s", diff)
	}

	c.Advance(time.Minute)
	settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Uncertain, Message: "time-out"})
	if s := state(t, l); len(s.Owned) != 1 || len(s.Open) != 1 || len(s.Taken) != 1 || !s.Departures[0].WithdrawnAt.IsZero() {
		t.Errorf("uncertain: %+v", s)
	}

	settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done, ThreemaIDs: []string{"BBBBBBBB", "AAAAAAAA"}})
	departure.WithdrawnAt = c.Now()
	departure.IDs = append(departure.IDs, model.DepartingID{ThreemaID: "BBBBBBBB"})
	s := state(t, l)
	if diff := cmp.Diff([]model.Departure{departure}, s.Departures); diff != "" {
		t.Errorf("withdrawn: %s", diff)
	}
	if len(s.Owned) != 0 || len(s.Open) != 0 {
		t.Errorf("owned %v, open %v, want neither", s.Owned, s.Open)
	}

	revoke := beginOne(t, l, startRun(t, l), model.Operation{Op: model.Revoke, Subject: model.Subject{Person: person("ada")}, CredentialID: "c1", ThreemaIDs: []string{"BBBBBBBB"}})
	c.Advance(time.Minute)
	settleOne(t, l, model.Settlement{Operation: revoke.ID, Result: model.Done})
	departure.IDs[1].GoneAt = c.Now()
	if diff := cmp.Diff([]model.Departure{departure}, state(t, l).Departures); diff != "" {
		t.Errorf("revoked: %s", diff)
	}

	// The same again: what has happened keeps its time.
	c.Advance(time.Minute)
	for _, op := range []model.Operation{withdrawal(), {Op: model.Detach, Subject: model.Subject{Person: person("ada")}, ThreemaIDs: []string{"BBBBBBBB"}}} {
		op = beginOne(t, l, startRun(t, l), op)
		settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done, ThreemaIDs: []string{"BBBBBBBB"}})
		if diff := cmp.Diff([]model.Departure{departure}, state(t, l).Departures); diff != "" {
			t.Errorf("%s again: %s", op.Op, diff)
		}
	}

	remember(t, l, model.StateUpdate{EndedDepartures: []model.EndedDeparture{{Person: person("ada"), Why: "settled"}}})
	if departures := state(t, l).Departures; len(departures) != 0 {
		t.Errorf("sagas %v, want none", departures)
	}
}

func TestASecondAttemptKeepsTheSaga(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	ownedBy(t, l, "ada", "c1")
	run := startRun(t, l)
	first := beginOne(t, l, run, withdrawal())
	settleOne(t, l, model.Settlement{Operation: first.ID, Result: model.Failed, Message: "503"})
	c.Advance(time.Hour)
	again := withdrawal()
	again.OU, again.ThreemaIDs = "ou=y", []string{"CCCCCCCC"}
	beginOne(t, l, run, again)
	want := []model.Departure{{
		Subject: model.Subject{Person: person("ada"), CSI: "4711", DN: "CN=Ada,OU=x"}, CredentialID: "c1", Username: "ada", OU: "ou=y",
		StartedAt: start, IDs: []model.DepartingID{{ThreemaID: "AAAAAAAA"}, {ThreemaID: "CCCCCCCC"}},
	}}
	if diff := cmp.Diff(want, state(t, l).Departures); diff != "" {
		t.Error(diff)
	}
}

func TestAPersonLeavesOnce(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	run := startRun(t, l)
	first := beginOne(t, l, run, withdrawal())
	settleOne(t, l, model.Settlement{Operation: first.ID, Result: model.Done})
	other := withdrawal()
	other.CredentialID = "c2"
	if _, err := l.Begin(t.Context(), run, []model.Operation{other}); err == nil || !strings.Contains(err.Error(), "still leaving with another credential") {
		t.Errorf("error %v", err)
	}
	remember(t, l, model.StateUpdate{EndedDepartures: []model.EndedDeparture{{Person: person("ada"), Why: "returned"}}})
	beginOne(t, l, run, other)
}

func TestTransfer(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	create := beginOne(t, l, startRun(t, l), model.Operation{Op: model.Create, Subject: model.Subject{Person: person("old")}, Username: "ada"})
	if err := l.Created(t.Context(), create.ID, "c1", nil); err != nil {
		t.Fatal(err)
	}
	settleOne(t, l, model.Settlement{Operation: create.ID, Result: model.Done})
	ownedBy(t, l, "bob", "c2")
	seen := []model.Observation{{Subject: model.Subject{Person: person("bob")}, State: model.Entitled}, {Subject: model.Subject{Person: person("new")}, State: model.Entitled}, {Subject: model.Subject{Person: person("old")}, State: model.Departed}}
	remember(t, l, model.StateUpdate{Observations: seen})
	withdraw := withdrawal()
	withdraw.Person = person("old")
	failedOp := beginOne(t, l, startRun(t, l), withdraw)
	settleOne(t, l, model.Settlement{Operation: failedOp.ID, Result: model.Failed})

	op := beginOne(t, l, startRun(t, l), model.Operation{Op: model.Transfer, Subject: model.Subject{Person: person("new"), CSI: "4711"}, CredentialID: "c1", Username: "ada"})
	settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Done})
	s := state(t, l)
	owned := []model.Ownership{
		{Person: person("bob"), CredentialID: "c2", Username: "user-bob", CSI: "csi-bob", Since: start},
		{Person: person("new"), CredentialID: "c1", Username: "ada", CSI: "4711", Created: true, Since: start},
	}
	if diff := cmp.Diff(owned, s.Owned); diff != "" {
		t.Errorf("owned: %s", diff)
	}
	if diff := cmp.Diff(seen[:2], s.Observations); diff != "" {
		t.Errorf("observations: %s", diff)
	}
	if len(s.Departures) != 0 {
		t.Errorf("sagas %v, want none", s.Departures)
	}
	var ended string
	if err := l.reads.QueryRowContext(t.Context(), `SELECT ended FROM sagas`).Scan(&ended); err != nil || ended != "transferred" {
		t.Errorf("the saga ended as %q, %v", ended, err)
	}
}

func TestPublications(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	run := startRun(t, l)
	for _, op := range []model.Operation{
		{Op: model.PublishContact, ThreemaIDs: []string{"AAAAAAAA"}, ContactCreated: true},
		{Op: model.PublishContact, ThreemaIDs: []string{"BBBBBBBB"}},
		{Op: model.PublishContact, ThreemaIDs: []string{"DDDDDDDD"}},
		{Op: model.DisableContact, ThreemaIDs: []string{"DDDDDDDD"}}, // a leaver: whoever comes back is published anew
	} {
		settleOne(t, l, model.Settlement{Operation: beginOne(t, l, run, op).ID, Result: model.Done})
	}
	remember(t, l, model.StateUpdate{Published: []model.Publication{{ThreemaID: "AAAAAAAA"}, {ThreemaID: "CCCCCCCC"}}})
	remember(t, l, model.StateUpdate{})
	want := []model.Publication{{ThreemaID: "AAAAAAAA", Created: true}, {ThreemaID: "BBBBBBBB"}, {ThreemaID: "CCCCCCCC"}}
	if diff := cmp.Diff(want, state(t, l).Published); diff != "" {
		t.Error(diff)
	}
}

func TestRefusalsLastADay(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	op := beginOne(t, l, startRun(t, l), model.Operation{Op: model.SetSettings})
	refusal := model.Refusal{CredentialID: "c1", Setting: "th_category", Value: "x", Message: "422"}
	newer := refusal
	newer.Value = "y"
	settleOne(t, l, model.Settlement{Operation: op.ID, Result: model.Failed, Refusals: []model.Refusal{refusal, newer}})
	newer.At = c.Now()
	if diff := cmp.Diff([]model.Refusal{newer}, state(t, l).Refusals); diff != "" {
		t.Error(diff)
	}
	c.Advance(24 * time.Hour)
	if got := state(t, l).Refusals; len(got) != 0 {
		t.Errorf("refusals %v after a day", got)
	}
}

func TestTaken(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	run := startRun(t, l)
	var want []model.PastRemoval
	for _, op := range model.Ops() {
		for _, approved := range []bool{false, true} {
			for _, result := range []model.Result{model.Done, model.Failed, model.Uncertain, "intent"} {
				id := fmt.Sprint(op, result, approved)
				o := beginOne(t, l, run, model.Operation{
					Op: op, Subject: model.Subject{Person: person(id)}, OU: "ou=x", CredentialID: id, ThreemaIDs: []string{id}, Approved: approved,
				})
				if result != "intent" {
					settleOne(t, l, model.Settlement{Operation: o.ID, Result: result})
				}
				if op.Destructive() && !approved && result != model.Failed {
					want = append(want, model.PastRemoval{Op: op, Person: person(id), OU: "ou=x", At: c.Now()})
				}
				c.Advance(time.Second)
			}
		}
	}
	if len(want) != 9 {
		t.Fatalf("the test expects %d effects, want 3 operations with 3 results", len(want))
	}
	if diff := cmp.Diff(want, state(t, l).Taken); diff != "" {
		t.Error(diff)
	}
	startRun(t, l) // what was under way is unknown now, and counts
	if diff := cmp.Diff(want, state(t, l).Taken); diff != "" {
		t.Error(diff)
	}
	c.Advance(7 * 24 * time.Hour)
	if got := state(t, l).Taken; len(got) != 0 {
		t.Errorf("taken %v after a week", got)
	}
}

func TestSettleIsAllOrNothing(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]model.Settlement{
		"an operation that is not there": {Operation: 99, Result: model.Done},
		"no result":                      {Operation: 2},
		"an operation settled twice":     {Operation: 1, Result: model.Done},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, _ := openNew(t)
			run := startRun(t, l)
			for _, id := range []string{"1", "2"} {
				beginOne(t, l, run, model.Operation{Op: model.Adopt, Subject: model.Subject{Person: person(id)}, CredentialID: id})
			}
			if err := l.Settle(t.Context(), []model.Settlement{{Operation: 1, Result: model.Done}, bad}); err == nil {
				t.Error("settled")
			}
			if s := state(t, l); len(s.Open) != 2 || len(s.Owned) != 0 {
				t.Errorf("open %v, owned %v, want everything as before", s.Open, s.Owned)
			}
		})
	}
}

// TestWhatHappenedIsRecorded cancels the context between the request and its record (D7, E4).
func TestWhatHappenedIsRecorded(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	ctx, cancel := context.WithCancel(t.Context())
	op := beginOne(t, l, startRun(t, l), model.Operation{Op: model.Create, Subject: model.Subject{Person: person("ada")}})
	cancel()
	if err := l.Created(ctx, op.ID, "c1", nil); err != nil {
		t.Error(err)
	}
	if err := l.Settle(ctx, []model.Settlement{{Operation: op.ID, Result: model.Done}}); err != nil {
		t.Error(err)
	}
	if s := state(t, l); len(s.Open) != 0 || len(s.Owned) != 1 {
		t.Errorf("open %v, owned %v", s.Open, s.Owned)
	}
	if _, err := l.Begin(ctx, 1, []model.Operation{{Op: model.SetSettings}}); err == nil {
		t.Error("a cancelled pass began an operation")
	}
}

func TestSettledByTheInventory(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	ownedBy(t, l, "ada", "c1")
	ownedBy(t, l, "bob", "c2")
	run := startRun(t, l)
	gone := beginOne(t, l, run, withdrawal())
	still := withdrawal()
	still.Person, still.CredentialID = person("bob"), "c2"
	still = beginOne(t, l, run, still)
	create := beginOne(t, l, run, model.Operation{Op: model.Create, Subject: model.Subject{Person: person("eve")}})
	if err := l.Created(t.Context(), create.ID, "c3", nil); err != nil {
		t.Fatal(err)
	}
	c.Advance(time.Hour)
	remember(t, l, model.StateUpdate{Settled: []model.SettledOperation{{ID: gone.ID, Done: true}, {ID: still.ID}, {ID: create.ID}}})
	s := state(t, l)
	want := []model.Ownership{{Person: person("bob"), CredentialID: "c2", Username: "user-bob", CSI: "csi-bob", Since: start}}
	if diff := cmp.Diff(want, s.Owned); diff != "" {
		t.Errorf("owned: %s", diff)
	}
	if len(s.Open) != 0 || len(s.Taken) != 1 {
		t.Errorf("open %v, taken %v, want none and one", s.Open, s.Taken)
	}
	if !s.Departures[0].WithdrawnAt.Equal(c.Now()) || !s.Departures[1].WithdrawnAt.IsZero() {
		t.Errorf("sagas %+v, want the first withdrawn alone", s.Departures)
	}
}
