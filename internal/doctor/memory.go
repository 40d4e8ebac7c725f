package doctor

import (
	"context"
	"fmt"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
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
	f := Finding{LicencePackage, "seats", ldapsource.Pass, "look at the licences that the last pass counted", "", ""}
	f.Came = seats.Words()
	switch {
	case seats.Licences == 0:
		f.Verdict, f.Came, f.Advice = ldapsource.Skipped, "no pass has counted them yet", "the first pass does, under any policy"
	case seats.Free == 0:
		f.Verdict, f.Advice = ldapsource.Warning, "buy licences in the cockpit: nobody new gets a credential until one is free"
	}
	return f
}

func (d Doctor) checkQuota(budget model.Budget) Finding {
	f := Finding{LicencePackage, "quota", ldapsource.Pass, "count the requests of the rolling day", "", ""}
	f.Came = fmt.Sprintf("%d of %d left, %d of them kept for leavers", budget.Remaining, d.Config.Threema.DailyRequests, budget.Reserve)
	switch {
	case budget.Unlimited:
		f.Came = "not limited (threema.daily_requests: 0)"
	case budget.Remaining <= budget.Reserve:
		f.Verdict = ldapsource.Warning
		f.Advice = "creates and changes wait; the next requests are free at " + wording.Stamp(budget.FreeAt)
	}
	return f
}
