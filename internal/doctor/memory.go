package doctor

import (
	"context"

	"github.com/threema-dirsync/threema-dirsync/ldapsource"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/view"
)

// checkMemory tells what the ledger knows without a request: licences, as of the last pass, and
// the requests that are left.
func (d Doctor) checkMemory(ctx context.Context) ([]Finding, error) {
	report, err := d.Memory.LastReport(ctx)
	if err != nil {
		return nil, err
	}
	budget, err := d.Memory.Budget(ctx)
	if err != nil {
		return nil, err
	}
	told, _ := view.ReadReport(report) // of one that tells none, no licences are known
	return []Finding{checkSeats(told.Seats), d.checkQuota(budget)}, nil
}

func checkSeats(seats view.CountedSeats) Finding {
	f := Finding{LicencePackage, "seats", ldapsource.Pass, "look at the licences that the last pass counted", model.Reason{}, model.Reason{}}
	f.Came = model.Because("seats-counted", seats.Words())
	switch {
	case seats.Licences == 0:
		f.Verdict, f.Came, f.Advice = ldapsource.Skipped, model.Because("seats-not-counted"), model.Because("first-pass-counts-seats")
	case seats.Free == 0:
		f.Verdict, f.Advice = ldapsource.Warning, model.Because("buy-licences")
	}
	return f
}

func (d Doctor) checkQuota(budget model.Budget) Finding {
	f := Finding{LicencePackage, "quota", ldapsource.Pass, "count the requests of the rolling day", model.Reason{}, model.Reason{}}
	f.Came = model.Because("requests-left", budget.Remaining, d.Config.Threema.DailyRequests, budget.Reserve)
	switch {
	case budget.Unlimited:
		f.Came = model.Because("requests-not-limited")
	case budget.Remaining <= budget.Reserve:
		f.Verdict = ldapsource.Warning
		f.Advice = model.Because("requests-only-for-leavers", budget.FreeAt)
	}
	return f
}
