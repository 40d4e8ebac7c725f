package sync

import (
	"context"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
)

// tell logs what became of the changes of a step, in one line for each operation. The single changes
// that were done stand in the log at debug only: on a terminal, in the first pass, they would bury the
// report that a person wants to read.
func (a *requests) tell(ctx context.Context, outcomes []outcomes.Step) {
	count := map[model.Op]map[model.Result]int{}
	for _, x := range outcomes {
		if count[x.Change.Op] == nil {
			count[x.Change.Op] = map[model.Result]int{}
		}
		count[x.Change.Op][x.Result]++
	}
	for _, op := range model.Ops() {
		if n := count[op]; n != nil {
			a.Logger.InfoContext(ctx, "changes done", "op", op, "run", a.run,
				string(model.Done), n[model.Done], string(model.Failed), n[model.Failed], string(model.Uncertain), n[model.Uncertain], string(model.NotTried), n[model.NotTried])
		}
	}
}
