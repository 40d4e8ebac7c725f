package model

import "time"

// History is what the ledger recorded of one person.
type History struct {
	// Steps are journal rows with the pass that began them, oldest first. Settings are written
	// in bulk, one row for many people: they are not among them.
	Steps []PastStep
	// Omitted counts older steps that are left out.
	Omitted    int
	Departures []PastDeparture // begun at some time, oldest first
}

// PastStep is one row of the journal.
type PastStep struct {
	Operation
	State     string // intent, unknown, done, failed or reverted
	SettledAt time.Time
	Message   string
	Run       int64
	Mode      Mode // of the pass
	Erased    bool // only op, times and state are left (D-67)
	// By is who ordered the step, "" if nobody did, and AlreadyGone tells that there was nothing to take any
	// more: then Approved, which frees it of the limits, is nobody's yes.
	By          string
	AlreadyGone bool
}

// PastDeparture is one departure.
type PastDeparture struct {
	Username string
	// CredentialID is the one that was withdrawn.
	CredentialID string
	StartedAt    time.Time
	WithdrawnAt  time.Time
	EndedAt      time.Time
	Ended        string // settled, returned or transferred; "": under way
}

// GraceFrom is when the grace of its IDs began, see [Departure].
func (d PastDeparture) GraceFrom() time.Time {
	return Departure{StartedAt: d.StartedAt, WithdrawnAt: d.WithdrawnAt}.GraceFrom()
}

// ByOrder tells a step of an order, be it on somebody's word alone or of a leaver.
func (s PastStep) ByOrder() bool { return s.Ordered || s.By != "" }

// ByApproval tells a step to which somebody said yes.
func (s PastStep) ByApproval() bool { return s.Approved && !s.ByOrder() && !s.AlreadyGone }
