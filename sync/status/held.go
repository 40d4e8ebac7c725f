package status

import (
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// heldWords counts held people, with the most frequent reasons; "" if there are none.
func heldWords(held []model.Held) (people int, words string) {
	seen := map[model.PersonID]bool{}
	for _, h := range held {
		seen[h.Person] = true
	}
	if len(seen) == 0 {
		return 0, ""
	}
	why := plan.WhyHeld(model.Convert(held, func(h model.Held) []model.Reason { return h.Reasons }))
	return len(seen), english.Say(why)
}
