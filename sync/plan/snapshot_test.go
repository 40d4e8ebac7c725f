package plan_test

import (
	"testing"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TestDepartures: nobody departs from a snapshot without a certificate, or with a doubt in it.
func TestDepartures(t *testing.T) {
	t.Parallel()
	held, doubted := model.Condition{Name: "paging", OK: true}, model.Condition{Name: "clock"}
	for name, row := range map[string]struct {
		conditions []model.Condition
		want       bool
	}{
		"no certificate": {nil, false},
		"all hold":       {[]model.Condition{held, held}, true},
		"one doubt":      {[]model.Condition{held, doubted}, false},
	} {
		if got := (model.Snapshot{Conditions: row.conditions}).Departures(); got != row.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
