package app

import (
	"context"
	"errors"
	"os"
	"runtime"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// tick is how often the daemon looks at the clock.
const tick = 30 * time.Second

// service is the daemon with everything that lives as long as it does.
type service struct {
	*Assembly
	ledger  *ledger.Ledger
	metrics *dirsync.Metrics
}

// Serve runs passes by the schedule until ctx ends. It is ready for systemd when the
// configuration, the secrets and the ledger are, not when the directory answers: a directory
// that is down is a reason to wait, not to fail (pitfall F8). Each hang-up is told to do nothing.
func (i Installation) Serve(ctx context.Context, hangUps <-chan os.Signal) (err error) {
	s, err := i.load()
	if err != nil {
		return err
	}
	defer ignore(hangUps, s.logger)()
	s.warnOfDoubts(i.ConfigFile)
	l, err := s.openLedger(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	metrics := dirsync.NewMetrics(registry, i.Version, runtime.Version(), s.SourceNames())
	a, err := i.assemble(s, l, metrics.Request)
	if err != nil {
		return err
	}
	defer a.client.Close()
	stopServing, err := serveMetrics(ctx, s.Metrics.Listen, registry)
	if err != nil {
		return err
	}
	defer stopServing()
	return (&service{a, l, metrics}).serve(ctx)
}

func (s *service) serve(ctx context.Context) error {
	seeds, err := s.ledger.Seeds(ctx)
	if err != nil {
		return err
	}
	state, err := s.ledger.State(ctx)
	if err != nil {
		return err
	}
	s.metrics.Seed(seeds.LastRun, seeds.LastSuccess)
	s.metrics.Effects(plan.ShownEffects(state.Effects, s.now()), state.Alarms)
	s.metrics.Waits(plan.StandingWaits(state.Waits))
	last, err := s.lastPass(ctx, seeds)
	if err != nil {
		return err
	}
	loop := dirsync.Loop{Next: s.NextRun, Last: last, Now: s.now, Tick: tick, Early: s.early(), Pass: s.pass}
	s.notify(daemon.SdNotifyReady)
	s.logger.Info("ready", "policy", s.Policy, "next", s.NextRun(s.now()).UTC())
	loop.Run(ctx)
	s.notify(daemon.SdNotifyStopping)
	s.logger.Info("stopped")
	return nil
}

// lastPass is when the last pass ended, as far as the schedule counts it: one that was stopped with the
// service is taken up right away.
func (s *service) lastPass(ctx context.Context, seeds ledger.Seeds) (time.Time, error) {
	report, err := s.ledger.LastReport(ctx)
	if told, _ := view.ReadReport(report); err != nil || !told.Interrupted {
		return seeds.LastRun, err
	}
	s.logger.Info("the last pass was stopped before its end: it is taken up now")
	return time.Time{}, nil
}

// early asks the directories what changed, if the configuration wants it.
func (s *service) early() func(context.Context) bool {
	if s.Poll == 0 {
		return func(context.Context) bool { return false }
	}
	poll := &dirsync.Poll{
		Mapper: s.mapper, Recall: s.ledger, Policy: s.Decisions(), Every: s.Poll, Spare: s.Threema.DailyRequests / 2,
		Now: s.now, Logger: s.logger, Polled: s.metrics.Polled,
	}
	for _, source := range s.sources {
		poll.Sources = append(poll.Sources, source)
	}
	return poll.Early
}

// notify tells systemd, if it started us.
func (s *service) notify(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		s.logger.Warn("cannot tell systemd", "err", err)
	}
}

// pass carries out one pass under the lock. A pass that somebody started by hand has
// precedence: this one is skipped.
func (s *service) pass(ctx context.Context) {
	unlock, err := LockPass(s.Config)
	if err != nil {
		s.logger.Warn("pass skipped", "err", err)
		return
	}
	defer unlock()
	s.logger.Info("pass begins", "policy", s.Policy)
	report := s.Pass(s.ledger).Run(ctx)
	s.metrics.Pass(report)
	s.tell(report)
}
