package ledger

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// sourceStory is what the commands about sources tell.
func sourceStory() []storyRow {
	yes := model.GivenApproval{ChangeID: "w1", Op: model.Withdraw, Person: person("ada"), CSI: "4711", Until: start.Add(time.Hour)}
	return []storyRow{
		{"a source that is given up", func(t *testing.T, l *Ledger, _ *clock) { forget(t, l, "corp") }, []AuditEntry{
			{Event: auditSourceForgotten, Person: model.PersonID{Source: "corp"}, By: "anna (uid 1000)", Message: "its people are absent from now on, until it is configured again"},
		}},
		{"a source with another name", func(t *testing.T, l *Ledger, _ *clock) {
			approve(t, l, yes)
			if voided, err := l.RenameSource(t.Context(), "corp", "ad", "anna (uid 1000)"); err != nil || voided != 1 {
				t.Errorf("%d approvals are void, %v", voided, err)
			}
		}, []AuditEntry{
			{Event: auditApproved, Op: model.Withdraw, ChangeID: "w1", Person: person("ada"), CSI: "4711", By: "anna (uid 1000)", Message: "plan cafe, until 2026-11-21T08:30:00Z"},
			{Event: auditSourceRenamed, Person: model.PersonID{Source: "ad"}, By: "anna (uid 1000)", Message: "it was called corp until now, and is so above"},
			{Event: auditApprovalExpired, Op: model.Withdraw, ChangeID: "w1", Person: person("ada"), CSI: "4711"},
		}},
	}
}

func forget(t *testing.T, l *Ledger, source string) {
	t.Helper()
	if err := l.ForgetSource(t.Context(), source, "anna (uid 1000)"); err != nil {
		t.Fatal(err)
	}
}

func rechristen(t *testing.T, l *Ledger, was, name string) {
	t.Helper()
	if _, err := l.RenameSource(t.Context(), was, name, "anna (uid 1000)"); err != nil {
		t.Fatal(err)
	}
}

// TestForgottenSources stay until a pass says which of them still are.
func TestForgottenSources(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	forget(t, l, "corp")
	forget(t, l, "hr")
	corp := model.ForgottenSource{Source: "corp", At: start, By: "anna (uid 1000)"}
	if diff := cmp.Diff([]model.ForgottenSource{corp, {Source: "hr", At: start, By: "anna (uid 1000)"}}, state(t, l).Forgotten); diff != "" {
		t.Error(diff)
	}
	if err := l.ForgetSource(t.Context(), "corp", "bert (uid 1001)"); err == nil {
		t.Error("forgotten twice")
	}
	remember(t, l, model.StateUpdate{Forgotten: []model.ForgottenSource{corp}})
	if diff := cmp.Diff([]model.ForgottenSource{corp}, state(t, l).Forgotten); diff != "" {
		t.Error(diff)
	}
}

// TestARenameReachesEveryTable: whatever has a column with a source knows the new name only, also a
// table that is added later; the audit is as it was, and still verifies.
func TestARenameReachesEveryTable(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		ledger func(*testing.T) *Ledger
	}{
		{"with a row in each table", everyTable},
		{"with people", func(t *testing.T) *Ledger {
			l, _ := leaverLedger(t, false)
			remember(t, l, model.StateUpdate{
				Observations: state(t, l).Observations,
				Sources:      map[string]model.SourceBinding{"corp": {NamingContext: "dc=x", Scope: "f00d"}},
				Servers:      []model.KnownServer{{Source: "corp", Server: "dc1", LastRead: start}},
				Bases:        []model.Base{{Source: "corp", Managed: 2, At: start}},
				FormerCSIs:   []model.FormerCSI{{Person: trace{"here"}.person(), CSI: "csi-old"}},
			})
			return l
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			l := row.ledger(t)
			told := story(t, l.Reader)
			before := dump(t, l)
			rechristen(t, l, "corp", "ad")
			for line := range strings.SplitSeq(dump(t, l), "\n") {
				table, _, _ := strings.Cut(line, " ")
				if !slices.Contains([]string{"audit", "former_names", "sqlite_sequence", "runs"}, table) && (strings.Contains(line, "[corp ") || strings.Contains(line, " corp ")) {
					t.Errorf("the old name is left: %s", line)
				}
			}
			if diff := cmp.Diff(told, story(t, l.Reader)[:len(told)], cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("the audit is another one: %s", diff)
			}
			verify(t, l.Reader)
			rechristen(t, l, "ad", "corp")
			if back := dump(t, l); strings.Count(before, " corp ") > strings.Count(back, " corp ") {
				t.Errorf("the way back loses something:\n%s\n%s", before, back)
			}
		})
	}
}

// everyTable is a ledger with a row of source corp in each table that has a column for it, whatever else
// the row would have to say.
func everyTable(t *testing.T) *Ledger {
	t.Helper()
	l, _ := openNew(t)
	if _, err := l.writes.ExecContext(t.Context(), `PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF`); err != nil {
		t.Fatal(err)
	}
	columns, err := selectAll(t.Context(), l.reads, func(rows *sql.Rows) (c sourceColumn, err error) {
		return c, rows.Scan(&c.table, &c.column)
	}, `SELECT t.name, 'source' FROM sqlite_schema AS t WHERE t.type = 'table' AND t.name <> 'audit'
		AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) WHERE name = 'source') UNION ALL SELECT 'sources', 'name'`)
	if err != nil {
		t.Fatal(err)
	}
	if len(columns) < 15 {
		t.Fatalf("only %d columns hold a source: %v", len(columns), columns)
	}
	for _, c := range columns {
		var names, values []string
		_, err := selectAll(t.Context(), l.reads, func(rows *sql.Rows) (none struct{}, err error) {
			var name, kind string
			err = rows.Scan(&name, &kind)
			value := map[string]string{"TEXT": "'[]'", "INTEGER": "1", "BLOB": "x'00'"}[kind]
			if name == c.column {
				value = "'corp'"
			}
			names, values = append(names, fmt.Sprintf("%q", name)), append(values, value)
			return none, err
		}, `SELECT name, type FROM pragma_table_info(?)`, c.table)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.writes.ExecContext(t.Context(), fmt.Sprintf(`INSERT INTO %q (%s) VALUES (%s)`, c.table, strings.Join(names, ", "), strings.Join(values, ", "))); err != nil {
			t.Fatalf("%s: %v", c.table, err)
		}
	}
	if _, err := l.writes.ExecContext(t.Context(), `DELETE FROM approvals; UPDATE former_names SET was = 'older'; PRAGMA ignore_check_constraints = OFF`); err != nil {
		t.Fatal(err)
	}
	return l
}

// TestEveryColumnOfASourceIsCalledSource, or a rename would not find it.
func TestEveryColumnOfASourceIsCalledSource(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	odd, err := selectAll(t.Context(), l.reads, func(rows *sql.Rows) (name string, err error) {
		return name, rows.Scan(&name)
	}, `SELECT t.name || '.' || c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
		WHERE t.type = 'table' AND c.name LIKE '%source%' AND c.name <> 'source'`)
	if err != nil || len(odd) > 0 {
		t.Errorf("%v, %v", odd, err)
	}
	with, err := selectAll(t.Context(), l.reads, func(rows *sql.Rows) (name string, err error) {
		return name, rows.Scan(&name)
	}, `SELECT t.name FROM sqlite_schema AS t WHERE t.type = 'table' AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) WHERE name = 'person')
		AND NOT EXISTS (SELECT 1 FROM pragma_table_info(t.name) WHERE name = 'source')`)
	if err != nil || len(with) > 0 {
		t.Errorf("a person without a source: %v, %v", with, err)
	}
}

// TestARefusedPasswordUnderBothNames: the later note stays, so that no password is tried twice.
func TestARefusedPasswordUnderBothNames(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	for _, name := range []string{"corp", "ad"} {
		note := model.RefusedLogin{Source: name, At: start, Answer: "refused " + name, Salt: make([]byte, 16), Fingerprint: make([]byte, 32)}
		if err := l.NoteRefusedLogin(t.Context(), note); err != nil {
			t.Fatal(err)
		}
	}
	rechristen(t, l, "corp", "ad")
	if login, err := l.RefusedLogin(t.Context(), "ad"); err != nil || login.Answer != "refused ad" {
		t.Errorf("%+v, %v", login, err)
	}
}

// TestNamesGoRound: a name that was given up can be given again, and the old ones stay known.
func TestNamesGoRound(t *testing.T) {
	t.Parallel()
	l, _ := openNew(t)
	remember(t, l, model.StateUpdate{Sources: map[string]model.SourceBinding{"a": {Scope: "f00d"}}})
	for _, step := range [][2]string{{"a", "b"}, {"b", "c"}, {"c", "a"}, {"a", "b"}} {
		rechristen(t, l, step[0], step[1])
	}
	if got := state(t, l).Sources; len(got) != 1 || got["b"].Scope != "f00d" {
		t.Errorf("%+v", got)
	}
	if was, err := readFormerNames(t.Context(), l.reads, "b"); err != nil || !slices.Equal(was, []string{"a", "c"}) {
		t.Errorf("%v, %v", was, err)
	}
}

// TestErasingUnderAFormerName: who is still ours under the new name keeps the audit of the old one; who
// is not is erased under both, and their tombstones are found.
func TestErasingUnderAFormerName(t *testing.T) {
	t.Parallel()
	l, c := leaverLedger(t, true)
	rechristen(t, l, "corp", "ad")
	c.Advance(100 * 24 * time.Hour)
	if n := erase(t, l, 90*24*time.Hour); n != 1 {
		t.Errorf("%d people were erased, want the one who left", n)
	}
	for _, mark := range marks("gone") {
		if strings.Contains(dump(t, l), mark) {
			t.Errorf("%s is left", mark)
		}
	}
	if kept := story(t, l.Reader); !slices.ContainsFunc(kept, func(e AuditEntry) bool { return e.Person == trace{"here"}.person() }) {
		t.Errorf("the audit of who is here is gone: %v", kept)
	}
	if n := erase(t, l, 0); n != 0 {
		t.Errorf("%d more people were erased", n)
	}
	verify(t, l.Reader)
	for _, name := range []string{"ad", "again"} {
		if name != "ad" {
			rechristen(t, l, "ad", name)
		}
		h, err := l.PersonHistory(t.Context(), model.PersonID{Source: name, ID: "guid-gone"})
		if err != nil || len(h.Steps) == 0 || !h.Steps[0].Erased {
			t.Errorf("the tombstones are not found under %s: %+v, %v", name, h, err)
		}
	}
}

// TestErasingWaitsForTheNewName: as long as something of a person is recent under the new name, nothing
// is erased under the old one.
func TestErasingWaitsForTheNewName(t *testing.T) {
	t.Parallel()
	l, c := leaverLedger(t, true)
	rechristen(t, l, "corp", "ad")
	c.Advance(80 * 24 * time.Hour)
	recent := model.Decision{Kind: model.Skipped, Change: model.Change{ID: "x", Subject: model.Subject{Person: model.PersonID{Source: "ad", ID: "guid-gone"}}}, Message: "m"}
	if err := l.RecordDecision(t.Context(), startRun(t, l), recent); err != nil {
		t.Fatal(err)
	}
	c.Advance(20 * 24 * time.Hour)
	if n := erase(t, l, 90*24*time.Hour); n != 0 {
		t.Errorf("%d people were erased", n)
	}
	c.Advance(80 * 24 * time.Hour)
	if n := erase(t, l, 90*24*time.Hour); n != 1 { // under both names
		t.Errorf("%d people were erased", n)
	}
}
