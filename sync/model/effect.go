package model

import (
	"cmp"
	"time"
)

// Effect is one destructive effect that the service said yes to, and what looking at the package
// has shown of it since.
type Effect struct {
	ID        int64 // given by the ledger, as Departure, the departure that it belongs to
	Departure int64
	Op        Op // withdraw, detach or revoke
	Subject
	CredentialID string // the one that was withdrawn
	Username     string
	FirstName    string // as the departure has it, and LastSeen
	LastSeen     time.Time
	ThreemaID    string   // "" of a withdrawal
	IDs          []string // that the departure persisted
	// Ordered tells of a withdrawal on somebody's word alone: no departure goes with it, and Departure is the
	// number of the order.
	Ordered     bool
	RequestedAt time.Time
	GoneAt      time.Time // first pass that proved that the object is gone (sync/plan/unlisted.go); zero: none yet
	VerifiedAt  time.Time // zero: not yet
	ReturnedAt  time.Time // first pass that found the person entitled again, or the order over; it is judged no more
}

// EffectState is how far an effect is known to hold. The set is closed: it is a metric label and part
// of the JSON.
type EffectState string

// The states.
const (
	EffectRequested EffectState = "requested" // the service said yes
	EffectVerified  EffectState = "verified"  // and looking at the package, after its time, confirmed it
	EffectReturned  EffectState = "returned"  // the person is entitled again, or the order is over: nothing is expected any more
)

// EffectStates lists all states.
func EffectStates() []EffectState {
	return []EffectState{EffectRequested, EffectVerified, EffectReturned}
}

// Object is what an effect took away.
func (e Effect) Object() Object { return e.Op.object(e.CredentialID, e.ThreemaID) }

// State is how far the effect is known to hold.
func (e Effect) State() EffectState {
	switch {
	case !e.ReturnedAt.IsZero():
		return EffectReturned
	case !e.VerifiedAt.IsZero():
		return EffectVerified
	}
	return EffectRequested
}

// EffectiveBy is when the effect must have reached everybody.
func (e Effect) EffectiveBy() time.Time { return e.RequestedAt.Add(e.Op.traits().delay) }

// Title names the effect: "detach / trennen ABCDEFGH".
func (e Effect) Title() string {
	return e.Op.CockpitWord() + " " + cmp.Or(e.ThreemaID, e.Username)
}
