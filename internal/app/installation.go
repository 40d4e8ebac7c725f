package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
)

// Installation is one configuration file, with what the program touches beside it. All of it is set.
type Installation struct {
	ConfigFile string
	Getenv     func(string) string
	Version    string // told to the service, and in the metrics
	Logger     func(*config.Config) *slog.Logger
	// Progress hears of long work; a total of 0 is an unknown one.
	Progress func(what string, done, total int)
}

// WithReader calls work with the configuration, the clock and the ledger, to be read. It needs no secret and
// no server, and works beside a pass. The reader is nil where there is no ledger yet.
func (i Installation) WithReader(ctx context.Context, work func(*config.Config, func() time.Time, *ledger.Reader) error) error {
	cfg, err := config.Load(i.ConfigFile, i.Getenv)
	if err != nil {
		return &ConfigError{err}
	}
	offset, err := config.TestOffset(cfg, i.Getenv)
	if err != nil {
		return &ConfigError{err}
	}
	s := settings{Config: cfg, offset: offset, logger: i.Logger(cfg)}
	reader, err := ledger.OpenReader(ctx, s.LedgerFile(), s.ledgerOptions())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return work(cfg, s.now, nil)
	case err != nil:
		return err
	}
	return errors.Join(work(cfg, s.now, reader), reader.Close())
}

// WithMeter calls work with what only looks, beside a running pass.
func (i Installation) WithMeter(ctx context.Context, work func(*Assembly, *ledger.Meter) error) error {
	s, err := i.load()
	if err != nil {
		return err
	}
	meter, err := s.openMeter(ctx)
	if err != nil {
		return err
	}
	return errors.Join(i.assembled(s, meter, func(a *Assembly) error { return work(a, meter) }), meter.Close())
}

// WithLedger calls work with everything, beside a running pass.
func (i Installation) WithLedger(ctx context.Context, work func(*Assembly, *ledger.Ledger) error) error {
	s, err := i.load()
	if err != nil {
		return err
	}
	return i.withLedger(ctx, s, work)
}

// WithLock calls work with everything, while no pass runs but its own.
func (i Installation) WithLock(ctx context.Context, work func(*Assembly, *ledger.Ledger) error) error {
	s, err := i.load()
	if err != nil {
		return err
	}
	s.warnOfDoubts(i.ConfigFile)
	unlock, err := LockPass(s.Config)
	if err != nil {
		return err
	}
	defer unlock()
	return i.withLedger(ctx, s, work)
}

// WithLockedLedger is WithLock for work that neither directory nor package has a part in.
func (i Installation) WithLockedLedger(ctx context.Context, work func(*config.Config, *ledger.Ledger) error) error {
	s, err := i.load()
	if err != nil {
		return err
	}
	unlock, err := LockPass(s.Config)
	if err != nil {
		return err
	}
	defer unlock()
	l, err := s.openLedger(ctx)
	if err != nil {
		return err
	}
	return errors.Join(work(s.Config, l), l.Close())
}

// withLedger opens the ledger, assembles the parts around it and calls work with both.
func (i Installation) withLedger(ctx context.Context, s *settings, work func(*Assembly, *ledger.Ledger) error) error {
	l, err := s.openLedger(ctx)
	if err != nil {
		return err
	}
	return errors.Join(i.assembled(s, l, func(a *Assembly) error { return work(a, l) }), l.Close())
}

// assembled calls work with the parts around a memory.
func (i Installation) assembled(s *settings, memory meter, work func(*Assembly) error) error {
	a, err := i.assemble(s, memory, nil)
	if err != nil {
		return err
	}
	defer a.client.Close()
	return work(a)
}
