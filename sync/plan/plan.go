package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Plan is the result of [Compute]: one value that every view shows.
type Plan struct {
	Hash         string // covers the sorted ids of AwaitingApproval (design §5.3)
	Policy       Mode
	Subscription Subscription
	GeneratedAt  time.Time
	Sources      []SourceReport
	Changes      []Change // sorted, in the order of execution
	Held         []Held
	Missed       []Missed // of ours, by a read that proves nothing
	Unmanaged    []Unmanaged
	Notices      []Notice
	Guards       []Guard
	Baseline     *BaselineChange // why it is a preview, or what was accepted; nil: neither
	Requests     int             // what the due changes cost
	Seats        Seats
	Effects      []Effect          // taken from leavers: not verified yet, or settled within the last week
	Alarms       []Alarm           // those that stand
	Restarted    []Restarted       // whose departure is never confirmed, as passes are too rare
	Suspended    []SuspendedPerson // who is on leave, as somebody said

	// Begun are the departures that begin with this pass without a withdrawal: their credential was gone before.
	Begun []Departure

	// CheckView is what to look at before a yes to who was missed first by a view that is not proved, "" if nobody was.
	CheckView string

	// Names tell how to name people in commands.
	Names Names

	// Renamed are the sources that are called otherwise now, as far as the facts say so.
	Renamed []Renaming

	// Waiters, WaitedFor and StopFile are what of the waits (waits.go) no guard and no change tells:
	// who waits, what the last passes waited for, and the file whose removal ends the guard stop-file.
	Waiters   []Waiter
	WaitedFor []Wait
	StopFile  string

	// Untrusted says why nothing may be planned on this package, nil if it may. The rest of the plan
	// counts for nothing then, but for the memory: what was missing, so that a second list can tell.
	Untrusted *TrustError

	// Update is what the pass records beside the changes: facts, under every policy.
	Update StateUpdate
}

// SourceReport is one source as the plan saw it.
type SourceReport struct {
	Name       string
	Complete   bool
	People     int
	Outside    Outside
	Conditions []Condition
}

// Unmanaged is an object of the package that is not ours. It is listed and never touched.
type Unmanaged struct {
	Kind   string // credential, user or contact
	ID     string
	Name   string
	Reason string
}

// Guard is a rule that tripped, and blocks a kind of change or asks about something.
type Guard struct {
	Name   string // a closed set, see limits.go: it is a metric label
	Source string
	Detail string // who, which OU, which share, and what to do
	Check  string // what to look at or to change before anybody says yes, "" if the detail says all
}

// Seats is the arithmetic of the licences (D-41): the smaller of the two readings.
type Seats struct {
	Licences int
	Used     int
	Free     int
}

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
	Why string
}

// SeenUser is a Threema ID seen on an owned credential, without a break since a pass; zero: longer
// than that is recorded.
type SeenUser struct {
	ThreemaID    string
	CredentialID string
	Since        time.Time
}

func (s SeenUser) compare(t SeenUser) int {
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

// Tripped tells whether a guard blocks something in this plan.
func (p Plan) Tripped(guard string) bool {
	return slices.ContainsFunc(p.Guards, func(g Guard) bool { return g.Name == guard })
}
