package model

// DecisionKind is what was decided. It is the event of the audit.
type DecisionKind string

// The decisions.
const (
	Skipped         DecisionKind = "skipped"          // right before its request, a change was not carried out
	ApprovalRefused DecisionKind = "approval-refused" // somebody's yes was to another set than what waits
	ApplyRefused    DecisionKind = "apply-refused"    // a written plan does not hold any more
)

// Decision is what was decided against: nothing was sent, and the journal has no row of it. It is
// for the audit alone.
type Decision struct {
	Kind   DecisionKind
	Change Change // the zero value if it concerns no single one
	// Evidence is that of the change, as the audit keeps it.
	Evidence string
	// Message says why. Without a change it names no person: what names one must be found again
	// when the person is erased (D-67).
	Message string
	By      string // who asked, "": the program
}
