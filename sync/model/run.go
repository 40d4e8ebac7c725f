package model

// RunEnd closes the record of a pass.
type RunEnd struct {
	Result    string // ok, changed, waiting, incomplete, failed: a metric label
	ExitCode  int
	RolledOut bool // the first roll-out is complete: from now on creates and changes are limited
	// Guards are those that tripped, and Planned tells that there was a plan in which they could:
	// for the audit, which tells of each once when it trips, and once when it is lifted.
	Guards  []TrippedGuard
	Planned bool
	Unread  []string // sources that could not be read: nothing is known of their guards
	// Waits is the whole new set of what somebody is waited for, of a pass that was planned.
	Waits  []Wait
	Report []byte // JSON, for status; no secrets
}
