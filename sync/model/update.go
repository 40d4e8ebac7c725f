package model

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// StateUpdate is what a pass learned, to be recorded in one transaction before anything is sent.
type StateUpdate struct {
	Subscription string                   // the package that the ledger is (now) bound to
	Sources      map[string]SourceBinding // likewise, the directories
	Servers      []KnownServer            // the whole new set
	Forgotten    []ForgottenSource        // the whole new set
	AcceptedHeld []PersonID               // the whole new set
	Baseline     bool
	AcceptedBy   string          // who accepted the baseline in this pass, which closes a gap; "": nobody was asked
	Accepted     []GivenApproval // the yes to changes that goes with it, see judgeBaseline
	// Timeless tells that our clock is in doubt: nothing that a time decides is recorded, dropped or erased.
	Timeless  bool
	SyncSince time.Time
	Bases     []Base // tracked people per source at the start of this pass

	Observations    []Observation // the whole new set
	Sentinels       []Sentinel    // the whole new set
	Reads           []ReadDay     // the whole new set
	Owned           []Ownership   // the whole new set as far as the pass changes it without a request: missing counted
	Published       []Publication // contacts seen enabled for the first time
	UsersSeen       []SeenUser    // users seen on owned credentials, the whole set
	FormerLinks     []FormerLink  // the whole new set
	Suspensions     []Suspension  // the whole new set
	FormerCSIs      []FormerCSI   // the whole new set
	Unlisted        []Unlisted    // what the lists of this pass lack, the whole set
	Vanished        []Vanished    // Threema IDs of departures of which this pass proved that they went by themselves
	Reopened        []int64       // departures that begin again, before any ends
	EndedDepartures []EndedDeparture
	EndedOrders     []OpenOrder        // fulfilled without them: the credential is gone
	Settled         []SettledOperation // open journal rows that the inventory settled

	ExpiredApprovals []string // change ids of approvals that count no more
	VoidApprovals    []string // likewise, whenever they end: to a departure that is over

	Effects []Effect       // those of which this pass learned something
	Alarms  []Alarm        // raised by this pass, or standing with another QuietSince
	Cleared []ClearedAlarm // those that stand no more
}

// ClearedAlarm is an alarm that stands no more, and why.
type ClearedAlarm struct {
	Alarm
	Why   Reason
	Words string // Why, as the audit keeps it
}

// SeenUser is a Threema ID seen on an owned credential, without a break since a pass; zero: longer
// than that is recorded.
type SeenUser struct {
	ThreemaID    string
	CredentialID string
	Since        time.Time
}

// Compare orders them by Threema ID and credential.
func (s SeenUser) Compare(t SeenUser) int {
	return cmp.Or(strings.Compare(s.ThreemaID, t.ThreemaID), strings.Compare(s.CredentialID, t.CredentialID))
}

// EndedDeparture is a departure with nothing left to do, and why.
type EndedDeparture struct {
	Person PersonID
	Why    string   // "settled", "returned" or "transferred"
	To     PersonID // whose it is now, if "transferred"
}

// SettledOperation is an open journal row that looking at the package decided: Done if the
// effect is there, else the pre-state still stands and the change goes back to planned.
type SettledOperation struct {
	ID   int64
	Done bool
}

// EndsOrder tells that an order about a credential is fulfilled without it.
func (m StateUpdate) EndsOrder(credentialID string) bool {
	return slices.ContainsFunc(m.EndedOrders, func(o OpenOrder) bool { return o.CredentialID == credentialID })
}
