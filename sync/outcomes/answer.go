package outcomes

import (
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// Outcome words of an [Answer].
const (
	AnswerHeld    = "held"            // the departure is suspended
	AnswerEnded   = "ended"           // and is so no longer
	AnswerUndone  = "undone"          // a withdrawal is taken back
	AnswerNothing = "nothing-to-undo" // there is none
	AnswerRefused = "refused"
)

// Answer is what came of somebody's word about one person that the ledger keeps, and no request carries
// out.
type Answer struct {
	model.Subject
	Outcome  string
	ExitCode int
	Why      model.Reason   // what was done, or why not, for who typed it
	Meaning  []model.Reason // what it means, and what happens next
	// Suspension is the leave of absence that the word was about, nil if it was about none.
	Suspension *model.SuspendedPerson
}

// Outcome words of a [Withdrawal], beside those of a change.
const (
	OrderWithdrawn = "withdrawn"
	OrderAlready   = "already-withdrawn"
	OrderRefused   = "refused"        // by a rule that no order lifts
	OrderApproval  = "needs-approval" // somebody must say yes first
	OrderBlocked   = "blocked"        // by the baseline, the stop file, or the requests of the day
	OrderFailed    = "failed"
	OrderUnknown   = "unknown" // the answer was lost
)

// Withdrawal is what came of an order.
type Withdrawal struct {
	plan.Ordered
	Policy   model.Policy
	Outcome  string
	Why      model.Reason // what came of it, for who typed the order
	ExitCode int
	// Stands tells that the order is not carried out, and that passes do so as soon as they may.
	Stands bool
}

// TakenBack is what came of taking approvals back.
type TakenBack struct {
	Query     string
	Approvals []model.GivenApproval // that are none any more
	Titles    []string              // in words
	Left      int                   // approvals that go on
}

// Forgotten is a source that was given up.
type Forgotten struct {
	model.ForgottenSource
	Already bool // somebody did so before
	People  int  // of ours, who are absent from now on
}

// Renamed is a source that has another name now.
type Renamed struct {
	Was, Name string
	People    int // of ours
	Voided    int // approvals that count no more
}
