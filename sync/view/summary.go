package view

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Summary is the plan in one line.
func Summary(p plan.Plan) string {
	counts := map[model.Op]map[model.Status]int{}
	for _, c := range p.Changes {
		if counts[c.Op] == nil {
			counts[c.Op] = map[model.Status]int{}
		}
		counts[c.Op][c.Status]++
	}
	var parts []string
	for _, op := range model.Ops() {
		for _, status := range slices.Sorted(maps.Keys(counts[op])) {
			words := fmt.Sprintf("%d %s %s", counts[op][status], op, status)
			if status == model.Withheld {
				words += " by policy " + string(p.Policy)
			}
			parts = append(parts, words)
		}
	}
	if len(parts) == 0 {
		parts = []string{"nothing to do"}
	}
	return fmt.Sprintf("%s; %d held; %s; licences: %d of %d used",
		strings.Join(parts, ", "), len(p.Held), wording.Counted(p.Requests, "request", "requests"), p.Seats.Used, p.Seats.Licences)
}
