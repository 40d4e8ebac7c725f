package outcomes

import (
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Approval is what was approved.
type Approval struct {
	Hash string
	// Until is the end of the yes to what is due. To a step under way it lasts until as long, TTL, after that is due.
	Until   time.Time
	TTL     time.Duration
	Changes []model.Change
	// Next is the hash of what waits for a yes from now on, "" if that is not known; Waiting is that, and Freed
	// what waits no more although nobody approved it, as the limits have room without the approved: as it stands now.
	Next    string
	Waiting []model.Change
	Freed   []model.Change
	// Stopped says what stops what was approved in spite of the yes, as the stop file, and what ends that, if anything does.
	Stopped model.Reason
	// Waits are what somebody is asked for beside that, by the same rules as in `status`.
	Waits []model.Wait
}

// Ahead counts the changes that are not due yet.
func (a Approval) Ahead() (n int) {
	for _, c := range a.Changes {
		if c.Ahead() {
			n++
		}
	}
	return n
}
