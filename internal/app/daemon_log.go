package app

import (
	"time"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// tell logs how a pass ended, in one line that says why it did not do everything, and one more for each
// source and guard in its way. It names nobody: who it is about, `status` and the report tell.
func (s *service) tell(report dirsync.Report) {
	var planned []any // what was planned: nothing is told of a pass that did not come to that
	if report.Planned {
		planned = []any{"summary", view.Summary(report.Plan)}
	}
	if report.Interrupted {
		s.logger.Info("pass interrupted: the service stops, and the next start takes the pass up", planned...)
		return
	}
	facts := append([]any{"result", report.Outcome(), "took", report.Finished.Sub(report.Started).Round(time.Millisecond)}, planned...)
	failed, first := report.Failed()
	switch {
	case report.Err != nil:
		s.logger.Error("pass failed", append(facts, "err", report.Err)...)
	case failed > 0:
		s.logger.Error("pass failed", append(facts, "failed", failed, "err", first)...)
	case !report.Planned:
		s.logger.Error("pass ended without a plan: no source could be read, so nothing was changed", facts...)
	default:
		s.logger.Info("pass ended", facts...)
	}
	for _, source := range report.Incomplete {
		s.logger.Error("directory not read: nothing was changed for its people", "source", source.Name, "err", source.Err)
	}
	for _, source := range report.Plan.Sources {
		for _, c := range source.Conditions {
			if !c.OK {
				s.logger.Warn("condition does not hold, look at `threema-dirsync status`", "source", source.Name, "condition", c.Name)
			}
		}
	}
	for _, guard := range report.Plan.Guards {
		s.logger.Warn("guard tripped, look at `threema-dirsync status`", "guard", guard.Name, "source", guard.Source)
	}
}
