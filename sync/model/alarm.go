package model

import (
	"cmp"
	"strings"
	"time"
)

// Alarm says that an effect did not hold. It is an observation for a person to act on, and never
// becomes a change (design §5.6). A departure has one of a kind for a Threema ID.
type Alarm struct {
	Departure int64
	Kind      AlarmKind
	Op        Op // of the effect that did not hold
	Subject
	CredentialID string // the one that was withdrawn
	Username     string
	ThreemaID    string // "" of a credential that is back
	Since        time.Time
	// QuietSince is the first of an unbroken row of passes that did not see the cause; zero: the
	// last one saw it.
	QuietSince time.Time
}

// AlarmKind is what an alarm is about. The set is closed: it is a metric label and part of the JSON.
type AlarmKind string

// The kinds.
const (
	StillActive    AlarmKind = "still-active"    // the app goes on a day after the withdrawal
	CredentialBack AlarmKind = "credential-back" // the withdrawn credential is in the package
	IDReturned     AlarmKind = "id-returned"     // a detached or revoked ID is in the package (D-18)
	SecondID       AlarmKind = "second-id"       // whose ID was revoked seems to have another one
)

// AlarmKinds lists all kinds.
func AlarmKinds() []AlarmKind {
	return []AlarmKind{StillActive, CredentialBack, IDReturned, SecondID}
}

// AlarmKey tells alarms apart.
type AlarmKey struct {
	saga      int64
	kind      AlarmKind
	threemaID string
}

// Key tells alarms apart.
func (a Alarm) Key() AlarmKey { return AlarmKey{a.Departure, a.Kind, a.ThreemaID} }

// Compare orders alarms by person, kind and Threema ID.
func (a Alarm) Compare(b Alarm) int {
	return cmp.Or(cmp.Compare(a.Departure, b.Departure), strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.ThreemaID, b.ThreemaID))
}
