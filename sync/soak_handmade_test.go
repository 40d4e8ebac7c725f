package sync_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema/worksim"
)

// manyByHand is more credentials than a package may lose at once without anybody saying so.
const manyByHand = 4

// withdrawMany withdraws more credentials by hand than a handful, and an hour later somebody says that it
// was on purpose.
func (w *soak) withdrawMany(rt *rapid.T) {
	var ours []worksim.Credential
	for _, c := range w.sim.State().Credentials {
		if _, known := w.belongs[c.ID]; known {
			ours = append(ours, c)
		}
	}
	if len(ours) < manyByHand {
		rt.Skip("not so many are ours")
	}
	from := rapid.IntRange(0, len(ours)-manyByHand).Draw(rt, "first")
	w.put(func(s *worksim.State) {
		for _, c := range ours[from : from+manyByHand] {
			w.editState(s, c, "withdraw")
			w.log("by hand: withdraw %s of human %d", c.Username, w.belongs[c.ID])
		}
	})
	w.accept()
	for _, h := range w.humans {
		h.lost = h.lost || h.withdrawnByHand
	}
	w.run(hook{})
	w.advance(time.Duration(rapid.IntRange(1, 30).Draw(rt, "hours")) * time.Hour)
	w.run(hook{})
	if rapid.Bool().Draw(rt, "accepted") {
		w.acceptBaseline(rt)
	}
}

// doubted tells whether somebody has to look at what a pass read.
func doubted(r dirsync.Report) bool {
	return r.Err != nil || slices.ContainsFunc(r.Plan.Sources, func(s model.SourceReport) bool { return !s.Complete })
}
