package model

import (
	"slices"
	"time"
)

// Mode is the operator's filter over the plan. There is no default (design §5.4).
type Mode string

// The modes, from looking on to everything.
const (
	Observe    Mode = "observe"
	CreateOnly Mode = "create-only"
	UpsertOnly Mode = "upsert-only"
	Sync       Mode = "sync"
)

// Modes lists all modes.
func Modes() []Mode { return []Mode{Observe, CreateOnly, UpsertOnly, Sync} }

// Allows tells whether the mode lets an operation through.
func (m Mode) Allows(op Op) bool {
	first := slices.Index(Modes(), op.traits().mode)
	return first >= 0 && slices.Index(Modes(), m) >= first
}

// IDPolicy is what becomes of a leaver's Threema ID.
type IDPolicy string

// The fates of an ID, from none to final.
const (
	KeepID   IDPolicy = "keep"
	DetachID IDPolicy = "detach"
	RevokeID IDPolicy = "revoke"
)

// IDPolicies lists all fates.
func IDPolicies() []IDPolicy { return []IDPolicy{KeepID, DetachID, RevokeID} }

// Approval is from which class on a person must say yes.
type Approval string

// The thresholds. The default is irreversible.
const (
	ApproveNone         Approval = "none"
	ApproveIrreversible Approval = "irreversible"
	ApproveRecoverable  Approval = "recoverable"
	ApproveAll          Approval = "all"
)

// ApprovalThresholds lists all thresholds, each asking for more than the one before.
func ApprovalThresholds() []Approval {
	return []Approval{ApproveNone, ApproveIrreversible, ApproveRecoverable, ApproveAll}
}

// Asks tells whether a change of this class, on the leaver's path, needs a yes.
func (a Approval) Asks(c Class) bool {
	switch a {
	case ApproveAll:
		return true
	case ApproveRecoverable:
		return c != Reversible
	case ApproveIrreversible:
		return c == Irreversible
	case ApproveNone:
		return false
	}
	return true // an unknown value asks: the safe side
}

// Window is one limit: at most Count people, and at most Percent of the base.
type Window struct {
	Count   int
	Percent int
}

// HeldLimit is how many people may be held without a word: Count, or Percent of those concerned, if
// that is more.
type HeldLimit struct {
	Count   int
	Percent int
}

// Policy is everything the operator decided, as values.
type Policy struct {
	Mode Mode

	// Withdraw answers "may they go on using the app?" with no; ID answers "may they go on
	// using the Threema ID?" (D-14).
	Withdraw bool
	ID       IDPolicy

	// Evidence lists the kinds of evidence that count. One that is not in it is treated as
	// unknown, so no list means that nobody departs.
	Evidence      []EvidenceKind
	ConfirmReads  int
	ConfirmOver   time.Duration
	MaxGap        time.Duration // between two reads of a row; 0: by what is usual (sync/plan/reads.go)
	GraceWithdraw time.Duration // from the confirmation
	GraceID       time.Duration // from the withdrawal
	Approval      Approval
	// Protected are the csis of people of whom nothing is taken without an approval, whatever
	// Approval says.
	Protected []string
	// NeverRevoke are the csis of people whose ID is detached where ID says revoke: they may keep
	// it privately.
	NeverRevoke []string

	LeaversRun, LeaversDay, LeaversWeek Window
	CreatesRun, ChangesRun              Window
	Held                                HeldLimit

	PublishContacts bool
	AdoptUsername   bool
	AdoptPersonal   []string // usernames or ids of credentials with usage > 1 that are personal all the same
	Recreate        bool     // create anew what was withdrawn by hand
	// Hash and Lock are how new credentials are made: their password stored as a hash (D-44), and bound
	// to the first Threema ID (D-43).
	Hash, Lock bool

	// ChunkSize is how many credentials one bulk settings request carries, Batch how many
	// creates share one.
	ChunkSize int
	Batch     int
}

// Counts tells whether a departure by this kind of evidence is one.
func (p Policy) Counts(kind EvidenceKind) bool { return slices.Contains(p.Evidence, kind) }

// Budget is what is left of the day's requests. Reserve of it is kept for leavers and for
// reading. Unlimited switches the count off (D-61).
type Budget struct {
	Unlimited bool
	Remaining int
	Reserve   int
	// FreeAt is when the rolling day next gives requests back.
	FreeAt time.Time
}

// Allows is how many held people of a base are nothing to ask about: the larger of count and percent.
// It is no barrier as the other limits are: it stops nothing, and a few without a number are usual.
func (h HeldLimit) Allows(base int) Allowance {
	return Allowance{Key: "limits.held", Percent: h.Percent, Base: base, AtLeast: h.Count}
}

// Allows is how many people of a base a window lets through, whose key the operator knows: min(count,
// max(floor, percent of the base)).
func (w Window) Allows(key string, floor, base int) Allowance {
	return Allowance{Key: key, Percent: w.Percent, Base: base, AtLeast: floor, AtMost: []int{w.Count}}
}

// AllowsToLeave is the same for what takes people out: never more than half the base, whatever
// the configuration says.
func (w Window) AllowsToLeave(key string, floor, base int) Allowance {
	a := w.Allows(key, floor, base)
	a.Half = true
	return a
}

// RefusesOrders says why nobody's access ends under a policy, whatever anybody orders; nothing if it does.
func (p Policy) RefusesOrders() Reason {
	switch {
	case !p.Withdraw:
		return Because("app-access-keep")
	case !p.Mode.Allows(Withdraw):
		return Because("policy-ends-no-access", string(p.Mode))
	}
	return Reason{}
}
