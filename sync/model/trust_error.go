package model

import (
	"fmt"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

// BaselinePerson is a person whom a change of the baseline concerns, and why.
type BaselinePerson struct {
	Person PersonID
	CSI    string
	DN     string
	Why    string
}

// TrustError says why an inventory must not be planned on. Nothing is written; exit 1.
type TrustError struct {
	Reason string
	Ended  bool // the licence ended; else the package lacks too much
	// Missing are the people whose credentials it lacks. They stand in no text that is logged.
	Missing []BaselinePerson
}

func (e *TrustError) Error() string {
	return "the licence package is not trusted: " + e.Reason + "; nothing was changed"
}

// EndedLicence is the error of a package whose time is over.
func EndedLicence(until time.Time) *TrustError {
	return &TrustError{Reason: fmt.Sprintf("its licence ended on %s (validUntil); renew it in the management cockpit", wording.Day(until)), Ended: true}
}

// LossState is what is known of a credential of ours that went together with too many others.
type LossState string

// The states. The zero value is a credential that is there, or that went alone.
const (
	LossOpen     LossState = "open"     // somebody has to say that it is so
	LossAccepted LossState = "accepted" // somebody did: it stays withdrawn
)

// Words name them, and say why.
func (b BaselinePerson) Words() string {
	return wording.Harmless(DescribePerson(b.CSI, b.DN, b.Person) + ": " + b.Why)
}
