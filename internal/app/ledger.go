package app

import (
	"context"
	"errors"

	"github.com/threema-dirsync/threema-dirsync/internal/doctor"
	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/threema"
)

// meter is the part of the memory that every piece of work has, also one that only looks: it counts
// what is sent to the service, remembers how large its pages are, and a password that a directory
// refused.
type meter interface {
	threema.Quota
	threema.PageSizes
	ldapsource.Lockout
}

// These are what a store must be, each declared by whoever calls it.
var (
	_ meter                = (*ledger.Meter)(nil)
	_ doctor.Memory        = (*ledger.Meter)(nil)
	_ dirsync.Memory       = (*ledger.Meter)(nil)
	_ dirsync.Histories    = (*ledger.Meter)(nil)
	_ dirsync.Recall       = (*ledger.Meter)(nil)
	_ dirsync.Ledger       = (*ledger.Ledger)(nil)
	_ dirsync.Approvals    = (*ledger.Ledger)(nil)
	_ dirsync.UndoLedger   = (*ledger.Ledger)(nil)
	_ dirsync.HoldLedger   = (*ledger.Ledger)(nil)
	_ dirsync.GivenLedger  = (*ledger.Ledger)(nil)
	_ dirsync.SourceLedger = (*ledger.Ledger)(nil)
)

func (s *settings) ledgerOptions() ledger.Options {
	return ledger.Options{Now: s.now, DailyRequests: s.Threema.DailyRequests, Logger: s.logger}
}

// openLedger opens the ledger for passes, and records there that the clock is shifted, if it is.
func (s *settings) openLedger(ctx context.Context) (*ledger.Ledger, error) {
	l, err := ledger.Open(ctx, s.LedgerFile(), s.ledgerOptions())
	if err != nil || s.offset == 0 {
		return l, err
	}
	if err := l.ClockShifted(ctx, s.offset); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// openMeter opens it for what only looks, and counts its requests.
func (s *settings) openMeter(ctx context.Context) (*ledger.Meter, error) {
	return ledger.OpenMeter(ctx, s.LedgerFile(), s.ledgerOptions())
}
