package model

import "time"

// Ownership says that a credential is ours: created or adopted for this person.
type Ownership struct {
	Person       PersonID
	CredentialID string
	Username     string
	CSI          string
	// Created tells that we made the credential, so it is personal whatever its usage
	// (design §5.5).
	Created bool
	// MissingSince is the first pass that did not find the credential in the package, and
	// MissingReads how many in a row did not.
	MissingSince time.Time
	MissingReads int
	// Loss tells that it went together with too many others (sync/plan/trust.go).
	Loss LossState
	// FirstName is the th_firstname that the credential had when it was seen last: as we wrote it,
	// not what a phone reports. It tells this person from another one with the same csi.
	FirstName string
	// Since is when the person came to have a credential of ours, zero if that was not recorded yet:
	// longer ago than any.
	Since time.Time
}

// WithDN is the owner, as they are, or were, at a DN.
func (o Ownership) WithDN(dn string) Subject { return Subject{o.Person, o.CSI, dn} }
