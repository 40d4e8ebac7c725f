package model

import "time"

// BaselinePerson is a person whom a change of the baseline concerns, and why.
type BaselinePerson struct {
	Subject
	OU  string // where they are, or were seen last
	Why Reason
}

// Distrust says why an inventory must not be planned on. Nothing is written; exit 1.
type Distrust struct {
	Reasons []Reason
	Ended   bool // the licence ended; else the package lacks too much
	// Missing are the people whose credentials it lacks. They stand in no text that is logged.
	Missing []BaselinePerson
}

// Reason is all of it as one.
func (d Distrust) Reason() Reason { return Because("package-not-trusted", d.Reasons) }

// EndedLicence is what speaks against a package whose time is over.
func EndedLicence(until time.Time) *Distrust {
	return &Distrust{Reasons: Because("licence-ended", until).Some(), Ended: true}
}

// LossState is what is known of a credential of ours that went together with too many others.
type LossState string

// The states. The zero value is a credential that is there, or that went alone.
const (
	LossOpen     LossState = "open"     // somebody has to say that it is so
	LossAccepted LossState = "accepted" // somebody did: it stays withdrawn
)
