package model

import "time"

// Word is whose word it was that a credential went by, "" if the directory's own: by its departure.
type Word string

// The words.
const (
	WordOrder    Word = "order"    // the command withdraw
	WordHand     Word = "hand"     // in the cockpit
	WordAccepted Word = "accepted" // in the cockpit, with many others, and somebody accepted that (sync/plan/trust.go)
)

// PutOut is somebody whom a word put out, and who departed since. It lasts until they have a credential again, or
// are erased.
type PutOut struct {
	Person       PersonID
	CredentialID string
	Username     string
	CSI          string
	Word         Word
	At           time.Time // when the credential went
	// FirstName and LastSeen are those of the departure.
	FirstName string
	LastSeen  time.Time
}

// Ownership is what they would own still, had they not departed: a credential that is gone.
func (o PutOut) Ownership() Ownership {
	own := Ownership{Person: o.Person, CredentialID: o.CredentialID, Username: o.Username, CSI: o.CSI, FirstName: o.FirstName, MissingSince: o.At, MissingReads: 2}
	if o.Word == WordAccepted {
		own.Loss = LossAccepted
	}
	return own
}
