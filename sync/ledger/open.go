package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Options are what every handle needs.
type Options struct {
	// Now is the program's clock; nil means time.Now.
	Now func() time.Time
	// DailyRequests is how many requests a rolling day may have, 0 for no limit (D-61).
	DailyRequests int
	// Logger hears of migrations and backups; nil means nobody does.
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Reader reads a ledger beside a running pass and writes nothing.
type Reader struct {
	path  string // absolute
	now   func() time.Time
	daily int
	reads *sql.DB

	logger *slog.Logger
}

// Meter reads a ledger and counts requests. It is all that `plan` needs.
type Meter struct {
	*Reader
	writes *sql.DB // one connection: SQLite has one writer (pitfall E3)
}

// Ledger is the handle of a pass. Its methods from StartRun to Settle belong to the process
// that holds the flock; Approve needs none.
type Ledger struct{ *Meter }

// Open opens the ledger at path for passes. A missing file is created with mode 0600, its
// folder with 0700; an older schema is migrated after a backup. It refuses a file that
// others can read, that is damaged, of a newer program, or no ledger at all.
func Open(ctx context.Context, path string, opts Options) (*Ledger, error) {
	meter, err := OpenMeter(ctx, path, opts)
	if err != nil {
		return nil, err
	}
	return &Ledger{meter}, nil
}

// OpenMeter opens the ledger at path to read it and to count requests. It creates and
// migrates like [Open]: the first command on a new machine is `plan`, and its requests count.
func OpenMeter(ctx context.Context, path string, opts Options) (*Meter, error) {
	opts = opts.withDefaults()
	if err := checkEngine(); err != nil {
		return nil, err
	}
	path, err := createFile(path)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	writes := newPool(writer(path), 1)
	if err := prepare(ctx, writes, path, opts); err != nil {
		return nil, errors.Join(fmt.Errorf("open ledger %s: %w", path, err), writes.Close())
	}
	return &Meter{newReader(path, opts), writes}, nil
}

// OpenReader opens an existing ledger at path to read it. A missing one is an error that
// wraps fs.ErrNotExist. It never migrates.
func OpenReader(ctx context.Context, path string, opts Options) (*Reader, error) {
	opts = opts.withDefaults()
	if err := checkEngine(); err != nil {
		return nil, err
	}
	path, err := existingFile(path)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	r := newReader(path, opts)
	if err := requireLatest(ctx, r.reads); err != nil {
		return nil, errors.Join(fmt.Errorf("open ledger %s: %w", path, err), r.Close())
	}
	return r, nil
}

// prepare makes an opened file ready: the latest schema, and undamaged.
func prepare(ctx context.Context, db *sql.DB, path string, opts Options) error {
	scripts, err := scripts(schema)
	if err != nil {
		return err
	}
	m := migration{db: db, path: path, scripts: scripts, now: opts.Now, logger: opts.Logger}
	if err := m.run(ctx); err != nil {
		return err
	}
	return quickCheck(ctx, db)
}

func newReader(path string, opts Options) *Reader {
	return &Reader{path: path, now: opts.Now, daily: opts.DailyRequests, reads: newPool(reader(path), readers), logger: opts.Logger}
}

// Close gives the file back. Running methods end first.
func (r *Reader) Close() error {
	if err := r.reads.Close(); err != nil {
		return fmt.Errorf("close ledger: %w", err)
	}
	return nil
}

// Close gives the file back. The writing connection goes last, so that it can fold the
// write-ahead log into the file.
func (m *Meter) Close() error {
	err := m.Reader.Close()
	if e := m.writes.Close(); e != nil {
		err = errors.Join(err, fmt.Errorf("close ledger: %w", e))
	}
	return err
}
