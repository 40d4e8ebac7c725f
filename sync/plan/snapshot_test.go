package plan_test

import (
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// TestDepartures: nobody departs from a snapshot without a certificate, or with a doubt in it.
func TestDepartures(t *testing.T) {
	t.Parallel()
	held, doubted := plan.Condition{Name: "paging", OK: true}, plan.Condition{Name: "clock"}
	for name, row := range map[string]struct {
		conditions []plan.Condition
		want       bool
	}{
		"no certificate": {nil, false},
		"all hold":       {[]plan.Condition{held, held}, true},
		"one doubt":      {[]plan.Condition{held, doubted}, false},
	} {
		if got := (plan.Snapshot{Conditions: row.conditions}).Departures(); got != row.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
