package outcomes

import (
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Pass is what came of a pass: the plan, and what became of it.
type Pass struct {
	Plan       plan.Plan
	Planned    bool // there is a plan; false if reading failed
	DryRun     bool
	Unread     []Unread
	Steps      []Step
	HandedOver []HandedOver
	Err        error // why the pass as a whole failed
}

// Unread is a source that gave no snapshot.
type Unread struct {
	Name       string
	Why        model.Reason
	Conditions []model.Condition // as far as the read got
}

// Step is what became of one due change.
type Step struct {
	Change model.Change
	Result model.Result
	Why    model.Reason
}

// HandedOver tells how many lines a hand-over file got in a pass.
type HandedOver struct {
	File  string // "" if passwords are read in the cockpit
	Lines int
	Left  []string // files of another layout, which were left as they are
}
