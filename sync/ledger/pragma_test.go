package ledger

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mattn/go-sqlite3"
)

// TestMisspeltSettingsAreFound breaks one key of the DSN after the other: the driver says
// nothing, so the read-back must (pitfall E2).
func TestMisspeltSettingsAreFound(t *testing.T) {
	t.Parallel()
	tests := []struct{ key, typo, want string }{
		{"_journal_mode", "_pragma=journal_mode", "setting journal_mode of SQLite is delete"},
		{"_synchronous", "_synchronus", "setting synchronous of SQLite is 1"},
		{"_foreign_keys", "foreign_keys", "setting foreign_keys of SQLite is 0"},
		{"_busy_timeout", "_busytimeout", "setting busy_timeout of SQLite is 5000"},
	}
	for _, tt := range tests {
		t.Run(tt.key, func(t *testing.T) {
			t.Parallel()
			path, err := createFile(newPath(t))
			if err != nil {
				t.Fatal(err)
			}
			c := writer(path)
			if !strings.Contains(c.dsn, tt.key+"=") {
				t.Fatalf("the DSN %s has no %s", c.dsn, tt.key)
			}
			c.dsn = strings.Replace(c.dsn, tt.key+"=", tt.typo+"=", 1)
			db := newPool(c, 1)
			err = prepare(t.Context(), db, path, Options{}.withDefaults())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestTransactionsTakeTheWriteLockAtOnce covers _txlock, which no PRAGMA shows: with it, two
// handles that read and then write wait for each other instead of failing (pitfall E3).
func TestTransactionsTakeTheWriteLockAtOnce(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	var wg sync.WaitGroup
	for range 2 {
		l := open(t, path, Options{})
		wg.Go(func() {
			for range 10 {
				err := inTx(t.Context(), l.writes, "test", func(tx *sql.Tx) error {
					var n int
					if err := tx.QueryRowContext(t.Context(), `SELECT rolled_out FROM ledger`).Scan(&n); err != nil {
						return err
					}
					_, err := tx.ExecContext(t.Context(), `UPDATE ledger SET rolled_out = ?`, 1-n)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestOldEnginesAreRefused(t *testing.T) {
	t.Parallel()
	for number, ok := range map[int]bool{3_040_001: false, 3_051_002: false, 3_051_003: true, 3_060_000: true} {
		if err := checkEngineNumber("x", number); (err == nil) != ok {
			t.Errorf("SQLite %d: %v", number, err)
		}
	}
	if err := checkEngine(); err != nil {
		t.Error(err)
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	for code, want := range map[sqlite3.ErrNo]string{
		sqlite3.ErrCorrupt:  "put back a backup",
		sqlite3.ErrBusy:     "another process",
		sqlite3.ErrFull:     "make room",
		sqlite3.ErrReadonly: "must be able to write",
	} {
		err := explain(sqlite3.Error{Code: code})
		if !strings.Contains(err.Error(), want) {
			t.Errorf("code %d: %v, want %q", code, err, want)
		}
		if e, ok := errors.AsType[sqlite3.Error](err); !ok || e.Code != code {
			t.Errorf("code %d: the cause is lost", code)
		}
	}
	for _, full := range []sqlite3.Error{
		{Code: sqlite3.ErrFull}, {Code: sqlite3.ErrIoErr, SystemErrno: syscall.ENOSPC}, {Code: sqlite3.ErrIoErr, SystemErrno: syscall.EDQUOT},
	} {
		if err := explain(full); !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("no room: %v", err)
		}
	}
	if err := explain(sql.ErrNoRows); err != sql.ErrNoRows { //nolint:errorlint // the very same
		t.Errorf("explain changed %v", err)
	}
}

func TestAnExpiredContextRecordsNothing(t *testing.T) {
	t.Parallel()
	l, c := openNew(t)
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	for name, err := range map[string]error{
		"Take":          l.Take(ctx),
		"BlockRequests": l.BlockRequests(ctx, c.Now().Add(time.Hour)),
	} {
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s = %v, want the deadline", name, err)
		}
	}
	if b := budget(t, l.Reader); !b.FreeAt.IsZero() {
		t.Errorf("budget %+v, want an untouched day", b)
	}
}
