package ledger

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mattn/go-sqlite3"
)

// TestLookupsOfAPersonUseAnIndex: none walks through all that was ever done. What is asked about is what SQLite was
// given: a second driver writes down each statement of somebody's erasure and of a look at their history.
func TestLookupsOfAPersonUseAnIndex(t *testing.T) {
	t.Parallel()
	l, c := settledLeaver(t)
	c.Advance(takenWindow)
	run := startRun(t, l)
	var given statements
	given.listen(t, l)
	if n, err := l.Erase(t.Context(), run, 0); err != nil || n != 1 {
		t.Fatalf("%d erased, %v, want one", n, err)
	}
	for _, name := range []string{"gone", "here"} {
		if _, err := l.PersonHistory(t.Context(), trace{name}.person()); err != nil {
			t.Fatal(err)
		}
	}
	db := newPool(writer(l.path), 1)
	defer func() { _ = db.Close() }()
	for _, s := range given.all {
		for _, step := range s.steps(t, db) {
			table, ok := strings.CutPrefix(step, "SCAN ")
			table, _, _ = strings.Cut(table, " ")
			if ok && slices.Contains(growing(), table) && !oncePerPass(s.text) {
				t.Errorf("%s\nof %s", step, s.text)
			}
		}
	}
	for _, table := range growing() {
		if !slices.ContainsFunc(given.all, func(s statement) bool { return strings.Contains(s.text, table) }) {
			t.Errorf("no statement is about %s", table)
		}
	}
}

// growing are the tables whose rows become more for as long as the program runs.
func growing() []string {
	return []string{"audit", "journal", "sagas", "saga_ids", "runs", "published"}
}

// oncePerPass tells of the statements that are about everybody: who can be erased, and the reports.
func oncePerPass(statement string) bool {
	return strings.HasPrefix(statement, `SELECT source, person FROM audit WHERE`) || strings.HasPrefix(statement, `UPDATE runs SET report`)
}

// statements are what SQLite was given.
type statements struct {
	mu  sync.Mutex
	all []statement
}

type statement struct {
	text string
	args []driver.NamedValue
}

// listen puts connections that write down between a ledger and its file.
func (s *statements) listen(t *testing.T, l *Ledger) {
	t.Helper()
	for _, pool := range []struct {
		db   **sql.DB
		from connector
		size int
	}{{&l.writes, writer(l.path), 1}, {&l.reads, reader(l.path), readers}} {
		if err := (*pool.db).Close(); err != nil {
			t.Fatal(err)
		}
		*pool.db = sql.OpenDB(listening{pool.from, s})
		(*pool.db).SetMaxOpenConns(pool.size)
	}
}

// note keeps a statement; of several in one text each.
func (s *statements) note(text string, args []driver.NamedValue) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for one := range strings.SplitSeq(text, ";") {
		s.all = append(s.all, statement{strings.TrimSpace(one), slices.Clone(args)})
	}
}

// steps are what SQLite does for the statement, by its own account.
func (s statement) steps(t *testing.T, db querier) []string {
	t.Helper()
	if word, _, _ := strings.Cut(s.text, " "); word == "PRAGMA" || word == "VACUUM" {
		return nil
	}
	args := make([]any, len(s.args))
	for i, a := range s.args {
		args[i] = a.Value
		if a.Name != "" {
			args[i] = sql.Named(a.Name, a.Value)
		}
	}
	steps, err := selectAll(t.Context(), db, func(rows *sql.Rows) (step string, err error) {
		var a, b, c int
		return step, rows.Scan(&a, &b, &c, &step)
	}, `EXPLAIN QUERY PLAN `+s.text, args...)
	if err != nil {
		t.Fatalf("%s: %v", s.text, err)
	}
	return steps
}

// listening opens connections that write down what they are given.
type listening struct {
	connector
	given *statements
}

func (w listening) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := w.connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return listeningConn{conn.(*sqlite3.SQLiteConn), w.given}, nil
}

type listeningConn struct {
	*sqlite3.SQLiteConn
	given *statements
}

func (c listeningConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.given.note(query, args)
	return c.SQLiteConn.QueryContext(ctx, query, args)
}

func (c listeningConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.given.note(query, args)
	return c.SQLiteConn.ExecContext(ctx, query, args)
}

func (c listeningConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.given.note(query, make([]driver.NamedValue, strings.Count(query, "?")))
	return c.SQLiteConn.PrepareContext(ctx, query)
}
