package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"
)

// Op is what a change does. The set is closed: it is a metric label and part of the JSON.
type Op string

// The operations, in the order in which a pass carries them out.
const (
	Adopt          Op = "adopt"
	Transfer       Op = "transfer"
	Withdraw       Op = "withdraw"
	DisableContact Op = "disable-contact"
	Detach         Op = "detach"
	Revoke         Op = "revoke"
	SetSettings    Op = "set-settings"
	UnsetSetting   Op = "unset-setting"
	PublishContact Op = "publish-contact"
	Create         Op = "create"
)

// Ops lists all operations in that order.
func Ops() []Op {
	return []Op{Adopt, Transfer, Withdraw, DisableContact, Detach, Revoke, SetSettings, UnsetSetting, PublishContact, Create}
}

// Destructive tells the operations that take something from a person who left.
func (o Op) Destructive() bool { return o == Withdraw || o == Detach || o == Revoke }

// OfDeparture tells the steps of a departure: those, and the contact that goes with the withdrawal.
func (o Op) OfDeparture() bool { return o.Destructive() || o == DisableContact }

// Class is how far a change can be undone (design §5.3).
type Class string

// The classes.
const (
	Reversible   Class = "reversible"
	Recoverable  Class = "recoverable"
	Irreversible Class = "irreversible"
)

// Status is what a pass would do with the change now.
type Status string

// The statuses, which are part of the JSON.
const (
	Due           Status = "due"            // carried out now
	Waiting       Status = "waiting"        // for confirmation, grace, or a free licence
	NeedsApproval Status = "needs-approval" // for a person to say yes
	Blocked       Status = "blocked"        // by a guard; Change.Guard names it
	Deferred      Status = "deferred"       // does not fit into the day's requests
	Withheld      Status = "withheld"       // the policy does not allow it
	Suspended     Status = "suspended"      // the person is on leave (suspend.go)
)

// Change is one step for one person, with everything a reader needs to judge it.
type Change struct {
	// ID identifies the step: hash(subscription, op, person, remote id, owned pre-state). It
	// holds no time, cost or run, so it is the same in every pass that would do the same.
	ID     string
	Op     Op
	Class  Class
	Person PersonID
	CSI    string
	DN     string
	OU     string
	// CredentialID is "" for a create, unless it resumes one that a crash interrupted.
	CredentialID string
	Username     string
	ThreemaID    string
	Reason       string
	EvidenceText string
	// Before and After hold what differs, by name: settings, or members of a contact. Before
	// is the pre-state that the change relies on.
	Before, After map[string]string
	// Settings are the values to write, of a create or set-settings: all that the mapping has for
	// the person, also those that do not differ. A service may take away what a write does not name.
	Settings []Setting
	// Cells are the further columns of the hand-over line, of a create.
	Cells []Cell
	// Foreign are the other settings of the credential, of set-settings, as they were read: no write
	// may cost them, whatever the service does with what it does not name (see [BulkReading]).
	Foreign []KeptSetting
	// Requests is the cost of this change alone. Settings travel in bulk: their share is
	// counted in Plan.Requests.
	Requests  int
	Status    Status
	NotBefore time.Time // what the configuration allows at the earliest; zero: no time is known or needed
	Guard     string    // which guard blocks, of a Blocked change, or is ahead, of a Waiting one; else ""
	// Asks are the questions that somebody must answer with yes before this is done, sorted.
	Asks []Ask
	// Question words them; the reason has it too.
	Question string
	// CSIs, of a leaver's step, are CSI and those that the directory has for the person beside it: the last
	// look asks for each.
	CSIs []string
	// Rivals are those who have the leaver's csi and did not leave, as the plan knew them.
	Rivals []Rival
	// Protected tells that the step needs an approval because of whom it concerns, ByClass because of what it does.
	Protected, ByClass bool
	// Placeless, of a step out, tells that nothing of the place of the person was readable.
	Placeless bool
	// Approved tells that somebody said yes to this change, until ApprovedUntil. Zero: that time
	// is over, and the approval lasts as long as the departure under way.
	Approved      bool
	ApprovedUntil time.Time
	// By is who ordered the change, "" if nobody did. Ordered tells that this word is all there
	// is: the directory proves no departure (see [Order]).
	By      string
	Ordered bool
}

// AskedBy names the rules of the configuration that ask for a yes to the change.
func (c Change) AskedBy() []string {
	var rules []string
	if c.ByClass {
		rules = append(rules, ruleClass)
	}
	if c.Protected {
		rules = append(rules, ruleProtect)
	}
	return rules
}

// Rules reads back what [Change.AskedBy] named.
func Rules(askedBy []string) (protected, byClass bool) {
	return slices.Contains(askedBy, ruleProtect), slices.Contains(askedBy, ruleClass)
}

// The rules that ask for a yes, as the configuration calls them.
const (
	ruleClass   = "leavers.approval"
	ruleProtect = "protect"
)

// changeID hashes the parts that identify a change. Each goes in with its length, so that no
// value of a directory can pass for two parts.
func changeID(parts ...string) string {
	var text []byte
	for _, p := range parts {
		text = strconv.AppendInt(text, int64(len(p)), 10)
		text = append(text, ':')
		text = append(text, p...)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
