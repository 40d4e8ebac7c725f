package plan

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

// AccountState is what the directory says of a person's right to an account. It is
// three-valued on purpose: what cannot be read or understood is [Unknown], and Unknown
// means no action (design §5.2).
type AccountState int

// The states. The zero value is Unknown, so a forgotten assignment harms nobody.
const (
	Unknown AccountState = iota
	Entitled
	Departed
)

func (s AccountState) String() string {
	return [...]string{"unknown", "entitled", "departed"}[s]
}

// EvidenceKind is the kind of proof that somebody left. The set is closed: it is a metric
// label and a configuration value.
type EvidenceKind string

// Positive evidence is a statement of the directory about the person. Weak evidence is the
// lack of one, and always needs the full confirmation (design §5.2).
const (
	Disabled   EvidenceKind = "disabled"     // positive: the account was switched off
	Expired    EvidenceKind = "expired"      // positive: the account's end date has passed
	Tombstone  EvidenceKind = "tombstone"    // positive: the directory shows the deleted object
	OutOfScope EvidenceKind = "out-of-scope" // weak: the entry exists, but the scope no longer covers it
	Absent     EvidenceKind = "absent"       // weak: not found by ID in the whole suffix
)

// EvidenceKinds lists all kinds.
func EvidenceKinds() []EvidenceKind {
	return []EvidenceKind{Disabled, Expired, Tombstone, OutOfScope, Absent}
}

// Positive tells whether the kind is a statement rather than a silence.
func (k EvidenceKind) Positive() bool {
	return k == Disabled || k == Expired || k == Tombstone
}

// Evidence is one proof, with the words to show for it ("userAccountControl 514").
type Evidence struct {
	Kind   EvidenceKind
	Detail string
}

func (e Evidence) String() string {
	if e.Detail == "" {
		return string(e.Kind)
	}
	return string(e.Kind) + " (" + e.Detail + ")"
}

// Uncounted words a departure by a kind that does not count (see [Policy]).
func (e Evidence) Uncounted() string {
	return "looks departed (" + e.String() + "), but leavers.evidence does not count that"
}

// Person is one entry of a snapshot: facts, not yet mapped. It is recorded straight from the
// decoded entry, before filtering, mapping or group look-ups, so that a fault in those can
// hold a person but never make them absent (pitfall D4).
type Person struct {
	ID PersonID
	DN string
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
	Held string
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

// Tracked names a person whose whereabouts a source is asked for, with the DN where the
// person was seen last.
type Tracked struct {
	ID PersonID
	DN string
}

// Sighting is what a look-up by immutable ID over the whole suffix found (pitfall B13): the
// state with its evidence, and where the entry is now. Unknown carries the reason in
// Evidence.Detail: an unreadable parent, say, which proves nothing.
type Sighting struct {
	ID        PersonID
	DN        string
	State     AccountState
	Evidence  Evidence
	Dated     bool // as in [Person]
	Protected bool // as in [Person]; false where nothing was found
	// Found tells that there is an entry, or its tombstone. Where State is Unknown this tells
	// an entry that cannot be judged from a silence.
	Found bool
	// Placeless tells of somebody who was not found that their place shows nothing either, though
	// everything else that the account may read is there: it was deleted with them, or hides them.
	Placeless bool
}

// Identity is a person after mapping: what the licence package should say about them.
type Identity struct {
	Person    PersonID
	DN        string
	State     AccountState
	Evidence  Evidence
	Dated     bool
	Excluded  bool
	Protected bool

	CSI      string
	Username string
	// Settings are the values that the mapping owns, sorted by name: always th_csi,
	// th_firstname and th_lastname, and the opt-in ones that are configured. An empty value
	// means unset.
	Settings []Setting
	// Several are what the template of a setting, or of the username, could be for this person, because
	// an attribute has several values and the template names none of them. CSI, Username and Settings
	// have the first; Compute picks (several.go).
	Several []Several
	// Undecided are those of the opt-in settings that are left out of Settings, because nobody can
	// say now what they should be. They stay as they are.
	Undecided []Undecided
	// Cells are the further columns of the hand-over line, should there be one.
	Cells []Cell
	// Held, if not empty, says why this person can be neither created nor changed now.
	Held string
}

// Setting is one value of the app configuration of one credential. Absent and "" mean the
// same (D-30).
type Setting struct {
	Name  string
	Value string
}

// Undecided names a setting, and says why nobody can say what it should be.
type Undecided struct {
	Name   string
	Reason string
	// Unusable tells that the directory has a value of which none can be made: somebody corrects it there.
	Unusable bool
}

// Cell is what stands in one further column of the hand-over line. Nobody is held because of it.
type Cell struct {
	Column string
	Value  string
	// Unusable says why the directory's value is of no use, "" if it is not.
	Unusable string
}

// The settings that every mapping owns.
const (
	SettingCSI       = "th_csi"
	SettingFirstName = "th_firstname"
	SettingLastName  = "th_lastname"
)

// Setting returns the desired value of a setting, "" if the mapping does not own it.
func (i Identity) Setting(name string) string { return ValueOf(i.Settings, name) }

// ValueOf is the value of a setting among others, "" if it is not there.
func ValueOf(settings []Setting, name string) string {
	for _, s := range settings {
		if s.Name == name {
			return s.Value
		}
	}
	return ""
}
