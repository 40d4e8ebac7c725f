package plan

import (
	"slices"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Plan is the result of [Compute]: one value that every view shows.
type Plan struct {
	Hash         string // covers the sorted ids of AwaitingApproval (design §5.3)
	Policy       model.Mode
	Subscription model.Subscription
	GeneratedAt  time.Time
	Sources      []model.SourceReport
	Changes      []model.Change // sorted, in the order of execution
	Held         []model.Held
	Missed       []Missed // of ours, by a read that proves nothing
	Unmanaged    []model.Unmanaged
	Notices      []Notice
	Guards       []model.Guard
	Baseline     *BaselineChange // why it is a preview, or what was accepted; nil: neither
	Requests     int             // what the due changes cost
	Seats        model.Seats
	Effects      []model.Effect          // taken from leavers: not verified yet, or settled within the last week
	Alarms       []model.Alarm           // those that stand
	Restarted    []Restarted             // whose departure is never confirmed, as passes are too rare
	Suspended    []model.SuspendedPerson // who is on leave, as somebody said

	// Begun are the departures that begin with this pass without a withdrawal: their credential was gone before.
	Begun []model.Departure

	// CheckView is what to look at before a yes to who was missed first by a view that is not proved, nothing if nobody was.
	CheckView []model.Reason

	// Names tell how to name people in commands.
	Names model.Names

	// Renamed are the sources that are called otherwise now, as far as the facts say so.
	Renamed []Renaming

	// Waiters, WaitedFor and StopFile are what of the waits (waits.go) no guard and no change tells:
	// who waits, what the last passes waited for, and the file whose removal ends the guard stop-file.
	Waiters   []Waiter
	WaitedFor []model.Wait
	StopFile  string

	// Unhanded are the creates that wait because nobody would learn their password, nil if none does.
	Unhanded *UnhandedError

	// Untrusted says why nothing may be planned on this package, nil if it may. The rest of the plan
	// counts for nothing then, but for the memory: what was missing, so that a second list can tell.
	Untrusted *model.Distrust

	// Update is what the pass records beside the changes: facts, under every policy.
	Update model.StateUpdate
}

// Tripped tells whether a guard blocks something in this plan.
func (p Plan) Tripped(guard string) bool {
	return slices.ContainsFunc(p.Guards, func(g model.Guard) bool { return g.Name == guard })
}
