package plan

import "time"

// State is what the ledger remembers between two passes, as values.
type State struct {
	// Subscription is the licence package that this ledger is bound to, "" before the first
	// recorded pass.
	Subscription string
	// Sources are the bindings of the directories, by source name.
	Sources map[string]SourceBinding
	// Servers are those from which the sources were read completely within the last 30 days.
	Servers []KnownServer
	// Baseline tells that destructive changes are allowed against this package and scope
	// (design §5.10). RolledOut tells that the first roll-out has been carried out wholly, from
	// which on creates and changes are limited (design §5.11).
	Baseline  bool
	RolledOut bool
	// Forgotten are the sources that somebody gave up (forgotten.go).
	Forgotten []ForgottenSource
	// AcceptedHeld are the held people whom somebody accepted as that, and who still are (held.go).
	AcceptedHeld []PersonID
	// Gap is what was done here and this ledger does not know, the zero value if nothing is.
	Gap Gap
	// SyncSince is the first pass of the current unbroken row of passes under policy sync,
	// zero if the last one had another policy. No grace begins earlier (design §5.4).
	SyncSince time.Time

	// Reads are the days of complete reads of the last 30 days, and of each source the last one.
	Reads []ReadDay

	Owned        []Ownership
	Observations []Observation
	Sentinels    []Sentinel
	Departures   []Departure // open ones
	AbandonedIDs []AbandonedID
	Open         []Operation   // journal rows that are INTENT or UNKNOWN
	Taken        []PastRemoval // destructive effects of the last seven days
	Bases        []Base        // of earlier passes, last eight days
	Refusals     []Refusal
	Published    []Publication
	UsersSeen    []SeenUser      // users seen on owned credentials at the last pass
	FormerLinks  []FormerLink    // who used which Threema ID before
	FormerCSIs   []FormerCSI     // csis that people had before
	Approvals    []GivenApproval // given and not used up; some may be over, see LiveApprovals
	Orders       []PastOrder     // what was withdrawn on somebody's word alone, and is still owned
	PutOut       []PutOut        // whom a word put out, and who departed since (putout.go)
	OpenOrders   []OpenOrder     // orders that are not carried out yet (openorder.go)
	Undone       []UndoneOrder   // withdrawals that somebody took back, of what is still owned or was until a departure
	Suspensions  []Suspension    // departures that wait on somebody's word (suspend.go)
	// Service is what the service taught us.
	Service Service
	// Effects are what was taken from leavers of this licence package and still matters: not
	// verified, verified within the last 90 days, or of a departure with an alarm. Alarms are
	// those that stand (verify.go).
	Effects []Effect
	Alarms  []Alarm
	// Waits are what the last pass waited for, and since when (waits.go).
	Waits []Wait
	// Unlisted is what the last list of the package lacked (unlisted.go); Vanished are the Threema IDs
	// of departures that went without anybody taking them (vanished.go).
	Unlisted []Unlisted
	Vanished []Vanished
}

// PastOrder is a credential that was withdrawn because somebody ordered it (see [Order]).
type PastOrder struct {
	CredentialID string
	At           time.Time
}

// GapKind is why a ledger does not know all passes that were done here.
type GapKind string

// The kinds. A lost ledger is a new one where an old one has worked: it knows nothing, and takes
// nothing from anybody. An older one was restored: what it knows is out of date.
const (
	LostLedger  GapKind = "lost"
	OlderLedger GapKind = "older"
)

// Gap tells that passes were done here which this ledger does not know (design §5.10). It lasts
// until somebody accepts the baseline.
type Gap struct {
	Kind GapKind // "" if there is none
	Own  int64   // the last pass that this ledger knew when the gap was found, 0 for none
	Done int64   // the last pass that was done
	At   time.Time
}

// SourceBinding ties a source to one directory and one scope (design §5.10).
type SourceBinding struct {
	NamingContext string
	Scope         string
	Server        string
	// Reader is the bind account of the last proved view (views.go), the zero value if no pass
	// recorded it yet. AccountSeen tells that it was once seen as an entry of the directory.
	Reader      Reader
	AccountSeen bool
}

// Ownership says that a credential is ours: created or adopted for this person.
type Ownership struct {
	Person       PersonID
	CredentialID string
	Username     string
	CSI          string
	// Created tells that we made the credential, so it is personal whatever its usage
	// (design §5.5).
	Created bool
	// MissingSince is the first pass that did not find the credential in the package, and
	// MissingReads how many in a row did not.
	MissingSince time.Time
	MissingReads int
	// Loss tells that it went together with too many others (trust.go).
	Loss LossState
	// FirstName is the th_firstname that the credential had when it was seen last: as we wrote it,
	// not what a phone reports. It tells this person from another one with the same csi.
	FirstName string
	// Since is when the person came to have a credential of ours, zero if that was not recorded yet:
	// longer ago than any.
	Since time.Time
}

// Observation is the memory of one person's whereabouts.
type Observation struct {
	Person   PersonID
	DN       string
	OU       string // parent DN, folded; the unit of the OU rule
	CSI      string
	LastSeen time.Time // last complete snapshot that had the person entitled
	// FirstSeen is the first pass of all that knew the person, zero if that was not recorded
	// yet: longer ago than any.
	FirstSeen time.Time
	// State is the latest finding. While it is Departed the fields below count: the first
	// finding of the unbroken row, how many complete reads it has, its latest evidence, and
	// when the row became a confirmation (zero: not yet).
	State       AccountState
	Since       time.Time
	Reads       int
	Evidence    Evidence
	ConfirmedAt time.Time
	// Unproved tells that the person was missed first through a view that had not been proved, or where
	// nothing of their place was readable (placeless.go), and that no proved one has missed them since
	// (views.go). Each step out asks for a yes.
	Unproved bool
	// LastRead is the latest read of the row, as long as that is no confirmation; zero: not recorded.
	LastRead time.Time
	// Restarts is how often the row began afresh because nobody had looked for too long (reads.go).
	Restarts int
	// Protected tells that a group of protect.groups had the person when they were seen last as
	// entitled, or has since: leaving the group, or the directory, on the way out ends nothing.
	Protected bool
	// Departures counts the times that the person was seen as entitled again: it is the number of the
	// departure that may come, or is under way, so that a yes to one is none to the next.
	Departures int
	// Contested tells that at the last pass the same person stood under another ID, and had not left:
	// when that ends, the row of departures begins afresh.
	Contested bool
	// Second tells that another account of this source with the same csi was entitled beside this one,
	// which has no credential.
	Second bool
}

// Departure is one leaver on the way out: what must be remembered when the credential, and with
// it the link to the IDs, is gone (D-16). It is written with the INTENT of the withdrawal.
type Departure struct {
	Person       PersonID
	CredentialID string
	Username     string
	CSI          string
	DN           string
	OU           string
	StartedAt    time.Time
	WithdrawnAt  time.Time // zero: the withdrawal is not proven yet
	Word         Word      // that took the credential (putout.go)
	FirstName    string    // as [Ownership] had it
	LastSeen     time.Time // as [Observation] had it
	IDs          []DepartingID
}

// GraceFrom is when the grace of the ID began: with the withdrawal, of one that came before the departure with that
// (withdrawn.go). Zero as long as the withdrawal is not proven.
func (d Departure) GraceFrom() time.Time {
	if d.WithdrawnAt.IsZero() {
		return d.WithdrawnAt
	}
	return Later(d.WithdrawnAt, d.StartedAt)
}

// AbandonedID is a Threema ID of a departure that ended early, because the person came back. Nobody
// has detached or revoked it, and only the departure knew whose it is.
type AbandonedID struct {
	Person    PersonID
	CSI       string
	ThreemaID string
}

// DepartingID is one Threema ID that a departure persisted.
type DepartingID struct {
	ThreemaID string
	// GoneAt is when the ID was detached or revoked, zero if it was not.
	GoneAt time.Time
}

// Refusal remembers a value that the service refused for a credential, so that it is not
// sent again until it changes or a day has passed.
type Refusal struct {
	CredentialID string
	Setting      string
	Value        string
	Message      string
	At           time.Time
}

// Publication remembers that a contact was once enabled for an ID, by us or by others, so
// that one who is disabled later stays disabled (design §5.9). Created tells that we made it,
// as a custom contact whose name no app reports.
type Publication struct {
	ThreemaID string
	Created   bool
}

// RunEnd closes the record of a pass.
type RunEnd struct {
	Result    string // ok, changed, waiting, incomplete, failed: a metric label
	ExitCode  int
	RolledOut bool // the first roll-out is complete: from now on creates and changes are limited
	// Guards are those that tripped, and Planned tells that there was a plan in which they could:
	// for the audit, which tells of each once when it trips, and once when it is lifted.
	Guards  []Guard
	Planned bool
	Unread  []string // sources that could not be read: nothing is known of their guards
	// Waits is the whole new set of what somebody is waited for, of a pass that was planned.
	Waits  []Wait
	Report []byte // JSON, for status; no secrets
}
