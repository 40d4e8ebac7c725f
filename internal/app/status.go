package app

import (
	"context"
	"errors"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/sync/handover"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/status"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// Status is what is known of the installation. It needs neither the directory nor the package, nor their secrets, and works
// beside a pass.
func (i Installation) Status(ctx context.Context) (s status.Status, err error) {
	err = i.WithReader(ctx, func(cfg *config.Config, now func() time.Time, reader *ledger.Reader) error {
		f := status.Facts{
			Budget:    model.Budget{Unlimited: cfg.Threema.DailyRequests == 0, Remaining: cfg.Threema.DailyRequests},
			Installed: status.Installed{Sources: cfg.SourceNames(), Policy: cfg.Decisions(), Now: now(), NextPass: cfg.NextRun(now()), Stop: StopReason(cfg), NoHandover: HandoverTrouble(cfg)},
		}
		waiting, unlooked := HandoverWaiting(cfg)
		f.Handover, f.Unlooked = model.Convert(waiting, func(w handover.Waiting) status.Unfetched { return status.Unfetched(w) }), unlooked
		if reader != nil {
			if err := readFacts(ctx, reader, &f); err != nil {
				return err
			}
		}
		s = status.Collect(f)
		return nil
	})
	return s, err
}

// readFacts reads what the ledger knows.
func readFacts(ctx context.Context, reader *ledger.Reader, f *status.Facts) error {
	runs, err := reader.LastRuns(ctx, 1)
	if err != nil {
		return err
	}
	if len(runs) > 0 {
		f.LastPass = &status.Pass{Started: runs[0].Started, Finished: runs[0].Finished, Policy: runs[0].Mode, Result: runs[0].Result, ExitCode: runs[0].ExitCode}
	}
	var errs [5]error
	f.State, errs[0] = reader.State(ctx)
	f.Budget, errs[1] = reader.Budget(ctx)
	f.TakenBack, errs[2] = reader.TakenBack(ctx)
	f.Asked, errs[3] = reader.AskedAfter(ctx)
	record, err := reader.LastReport(ctx)
	errs[4], f.Report = err, view.PastReport(record)
	return errors.Join(errs[:]...)
}
