package model

import (
	"slices"
	"strings"
	"time"
)

// PastOrder is a credential that was withdrawn because somebody ordered it (the command withdraw).
type PastOrder struct {
	CredentialID string
	At           time.Time
}

// OpenOrder is the order about a credential of ours, if one stands.
func (s State) OpenOrder(credentialID string) (OpenOrder, bool) {
	n := slices.IndexFunc(s.OpenOrders, func(o OpenOrder) bool { return o.CredentialID == credentialID })
	if n < 0 {
		return OpenOrder{}, false
	}
	return s.OpenOrders[n], true
}

// LostAnswer tells of a credential of ours whose withdrawal was sent and not answered: where a list lacks it, the end is
// settled from then on, zero where none does.
func (s State) LostAnswer(own Ownership) (sent bool, settled time.Time) {
	sent = slices.ContainsFunc(s.Open, func(op Operation) bool { return op.Op == Withdraw && op.CredentialID == own.CredentialID })
	if sent && own.MissingReads > 0 {
		settled = own.MissingSince.Add(GoneAfter)
	}
	return sent, settled
}

// HasOpenOrder tells that an open order is about a credential: nothing is written to it any more.
func (s State) HasOpenOrder(credentialID string) bool {
	_, stands := s.OpenOrder(credentialID)
	return stands
}

// OpenOrder is an order that is not carried out yet. It is about one credential: who gets another one is
// not meant.
type OpenOrder struct {
	Person       PersonID // who owns the credential now
	CredentialID string
	At           time.Time
	By           string
}

// Compare orders them by credential.
func (o OpenOrder) Compare(other OpenOrder) int {
	return strings.Compare(o.CredentialID, other.CredentialID)
}

// UndoneOrder is a withdrawal that somebody took back (the command withdraw --undo): whoever had the
// credential gets a new one, by the next pass that shows them entitled.
type UndoneOrder struct {
	Person       PersonID
	CredentialID string // the one that was withdrawn
	At           time.Time
	By           string
}
