package model

import (
	"cmp"
	"strings"
)

// PersonID names a person for ever: the source, and the directory's own immutable ID there
// (objectGUID, entryUUID) in its canonical text form. Names, logins, mail addresses and DNs
// change; this does not (pitfall B9).
type PersonID struct {
	Source string
	ID     string
}

// Compare orders people by source, then ID.
func (p PersonID) Compare(q PersonID) int {
	return cmp.Or(strings.Compare(p.Source, q.Source), strings.Compare(p.ID, q.ID))
}

func (p PersonID) String() string { return p.Source + "/" + p.ID }

// Person is one entry of a snapshot: facts, not yet mapped. It is recorded straight from the
// decoded entry, before filtering, mapping or group look-ups, so that a fault in those can
// hold a person but never make them absent (pitfall D4).
type Person struct {
	ID PersonID
	DN string
	// OU is the place of the entry, by its source's own rules; "" is the root. It compares as text, and the
	// ledger keeps it: of a directory it is the DN above, folded.
	OU string
	// RDN is the first part of the DN: its attributes by lower-case name, each with its value.
	RDN map[string]string
	// Attributes holds the requested attributes only (D-64), keyed by lower-case name without
	// options, values in a stable order.
	Attributes map[string][]string
	State      AccountState
	// Evidence says why State is Departed; its Detail says why State is Unknown.
	Evidence Evidence
	// Dated tells that State is Entitled or Departed by a begin or an end date: another clock would
	// say otherwise.
	Dated bool
	// Held, if not empty, says why nothing may be done for this person now: a fault of the
	// entry, or a place under exclude_dns. Holding stops creates and changes; it never stops
	// the leaver path of a person whose State is Departed, unless Excluded is set.
	Held []Reason
	// Excluded tells that the entry lies below an excluded DN: no create, no change and no
	// departure either (design §5.2).
	Excluded bool
	// Protected tells that a group of protect.groups has the person: whatever is taken from them
	// needs an approval.
	Protected bool
	// Groups tells of each group that the mapping asks about whether it has the person, by the DN
	// as the mapping writes it.
	Groups map[string]Membership
}

// Membership is what the directory says of a person and a group, directly or through other groups.
type Membership int

// The memberships. The zero value is MembershipUnknown, so a group that nobody asked about decides
// nothing.
const (
	MembershipUnknown Membership = iota
	Member
	NoMember
)
