package model

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
