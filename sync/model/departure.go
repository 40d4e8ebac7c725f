package model

import "time"

// Departure is one leaver on the way out: what must be remembered when the credential, and with
// it the link to the IDs, is gone (D-16). It is written with the INTENT of the withdrawal.
type Departure struct {
	Subject
	CredentialID string
	Username     string
	OU           string
	StartedAt    time.Time
	WithdrawnAt  time.Time // zero: the withdrawal is not proven yet
	Word         Word      // that took the credential (sync/plan/putout.go)
	FirstName    string    // as [Ownership] had it
	LastSeen     time.Time // as [Observation] had it
	IDs          []DepartingID
}

// GraceFrom is when the grace of the ID began: with the withdrawal, of one that came before the departure with that
// (sync/plan/withdrawn.go). Zero as long as the withdrawal is not proven.
func (d Departure) GraceFrom() time.Time {
	if d.WithdrawnAt.IsZero() {
		return d.WithdrawnAt
	}
	return Later(d.WithdrawnAt, d.StartedAt)
}

// AbandonedID is a Threema ID of a departure that ended early, because the person came back. Nobody
// has detached or revoked it, and only the departure knew whose it is.
type AbandonedID struct {
	Person    PersonID
	CSI       string
	ThreemaID string
}

// DepartingID is one Threema ID that a departure persisted.
type DepartingID struct {
	ThreemaID string
	// GoneAt is when the ID was detached or revoked, zero if it was not.
	GoneAt time.Time
}
