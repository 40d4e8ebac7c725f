package ledger

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"syscall"
	"time"

	"github.com/mattn/go-sqlite3"
)

// readers is how many reading connections a handle has at most.
const readers = 4

// How long a connection waits for another writer, and how often it looks while it opens.
const (
	busyTimeout = 10 * time.Second
	busyPause   = 10 * time.Millisecond
)

// oldestEngine is SQLite 3.51.3, the first release without the bug that can corrupt a
// database when its write-ahead log is reset (pitfall E8).
const oldestEngine = 3_051_003

// checkEngine refuses a SQLite that is too old, which a build against a library of the
// system could bring in.
func checkEngine() error {
	name, number, _ := sqlite3.Version()
	return checkEngineNumber(name, number)
}

func checkEngineNumber(name string, number int) error {
	if number < oldestEngine {
		return fmt.Errorf("open ledger: SQLite %s can corrupt a database; build with 3.51.3 or newer", name)
	}
	return nil
}

// connector opens connections and proves that each is as asked for: the driver ignores a
// misspelt key of its DSN, and a commit that is not synced looks like one that is
// (pitfalls E1, E2).
type connector struct {
	dsn  string
	want []pragma
}

// pragma is a setting of a connection, with the value that it must read back.
type pragma struct {
	name string
	want any
}

// writer is how the one writing connection is opened. _txlock makes every transaction
// IMMEDIATE: one that reads first and then writes would fail at once beside another writer,
// whatever the busy timeout (pitfall E3).
func writer(path string) connector {
	return connector{
		dsn: dsn(path, url.Values{
			"mode":             {"rw"},
			"_journal_mode":    {"WAL"},
			"_synchronous":     {"FULL"},
			"_foreign_keys":    {"on"},
			"_busy_timeout":    {fmt.Sprint(busyTimeout.Milliseconds())},
			"_secure_delete":   {"on"}, // what is erased is overwritten (D-67)
			"_txlock":          {"immediate"},
			"_stmt_cache_size": {"64"},
		}),
		want: []pragma{{"journal_mode", "wal"}, {"synchronous", int64(2)}, {"foreign_keys", int64(1)}, {"busy_timeout", busyTimeout.Milliseconds()}, {"secure_delete", int64(1)}},
	}
}

// reader is how reading connections are opened. mode=ro holds where TxOptions.ReadOnly
// does not (pitfall E3).
func reader(path string) connector {
	return connector{
		dsn: dsn(path, url.Values{
			"mode":          {"ro"},
			"_query_only":   {"on"},
			"_busy_timeout": {fmt.Sprint(busyTimeout.Milliseconds())},
			"_txlock":       {"deferred"},
		}),
		want: []pragma{{"journal_mode", "wal"}, {"query_only", int64(1)}, {"busy_timeout", busyTimeout.Milliseconds()}},
	}
}

// dsn is an SQLite URI. Its path is escaped, so a file may be called "a?b#c%20d".
func dsn(path string, params url.Values) string {
	return (&url.URL{Scheme: "file", Path: path, RawQuery: params.Encode()}).String()
}

func newPool(c connector, size int) *sql.DB {
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(size)
	return db
}

// Connect implements driver.Connector. It waits like every other statement for a file that is
// in use: SQLite itself does not wait when two processes turn a new file to WAL at once.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	patience := time.NewTimer(busyTimeout)
	defer patience.Stop()
	for {
		conn, err := c.connect(ctx)
		if failure, ok := errors.AsType[sqlite3.Error](err); !ok || failure.Code != sqlite3.ErrBusy {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), err)
		case <-patience.C:
			return nil, err
		case <-time.After(busyPause):
		}
	}
}

func (c connector) connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Driver().Open(c.dsn)
	if err != nil {
		return nil, err
	}
	for _, p := range c.want {
		if err := p.verify(ctx, conn); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return conn, nil
}

// Driver implements driver.Connector.
func (c connector) Driver() driver.Driver { return &sqlite3.SQLiteDriver{} }

func (p pragma) verify(ctx context.Context, conn driver.Conn) error {
	got, err := p.read(ctx, conn)
	if err != nil {
		return fmt.Errorf("read back %s: %w", p.name, err)
	}
	if got != p.want {
		return fmt.Errorf("setting %s of SQLite is %v instead of %v: commits would not be safe, nothing was done", p.name, got, p.want)
	}
	return nil
}

func (p pragma) read(ctx context.Context, conn driver.Conn) (value any, err error) {
	queryer, ok := conn.(driver.QueryerContext)
	if !ok {
		return nil, errors.New("the SQLite driver answers no queries")
	}
	rows, err := queryer.QueryContext(ctx, "PRAGMA "+p.name, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(row); err != nil {
		return nil, err
	}
	return row[0], nil
}

// explain adds to an error of SQLite what it means for the operator. It is called once, where
// a method or an opening ends.
func explain(err error) error {
	failure, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return err
	}
	code := failure.Code
	if failure.SystemErrno == syscall.ENOSPC || failure.SystemErrno == syscall.EDQUOT { // which SQLite calls an I/O error
		code = sqlite3.ErrFull
	}
	switch code {
	case sqlite3.ErrNotADB, sqlite3.ErrCorrupt:
		return fmt.Errorf("%w: stop the service and put back a backup; do not delete the file, it knows which credentials are ours", err)
	case sqlite3.ErrBusy:
		return fmt.Errorf("%w: another process has been writing to it for more than ten seconds", err)
	case sqlite3.ErrFull:
		return fmt.Errorf("%w: the disk is full, or the quota of this user: make room on the disk (df -h, quota -u); nothing is sent before it is recorded", err)
	case sqlite3.ErrIoErr:
		return fmt.Errorf("%w: the disk or its limits refused to write or read it; look at the disk, its quota and `ulimit -f`; "+
			"nothing is sent before it is recorded", err)
	case sqlite3.ErrReadonly, sqlite3.ErrCantOpen, sqlite3.ErrPerm:
		return fmt.Errorf("%w: the user of this process must be able to write the file and its folder", err)
	default:
		return err
	}
}
