package model

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
)

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
	Suspended     Status = "suspended"      // the person is on leave (sync/plan/suspend.go)
)

// Change is one step for one person, with everything a reader needs to judge it.
type Change struct {
	// ID identifies the step: hash(subscription, op, person, remote id, owned pre-state). It
	// holds no time, cost or run, so it is the same in every pass that would do the same.
	ID    string
	Op    Op
	Class Class
	Subject
	OU string
	// CredentialID is "" for a create, unless it resumes one that a crash interrupted.
	CredentialID string
	Username     string
	ThreemaID    string
	Reasons      []Reason
	Evidence     Reason // what proves that the person left, or whose word it is
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
	// Questions say what is asked; they stand among the reasons too.
	Questions []Reason
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
	// is: the directory proves no departure (sync/plan/order.go).
	By      string
	Ordered bool
	// Skipped is that passes were about to do it and stopped right before, the zero value if the last one did not.
	Skipped Skip
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

// ChangeID hashes the parts that identify a change. Each goes in with its length, so that no
// value of a directory can pass for two parts.
func ChangeID(parts ...string) string {
	var text []byte
	for _, p := range parts {
		text = strconv.AppendInt(text, int64(len(p)), 10)
		text = append(text, ':')
		text = append(text, p...)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Ahead tells of a step that a limit will stop when it is due.
func (c Change) Ahead() bool { return c.Guard == GuardAhead }

// Takes is the object that a step takes away.
func (c Change) Takes() Object { return c.Op.object(c.CredentialID, c.ThreemaID) }

// Joins tells of a create that makes a credential: one that resumes an interrupted one was let through before.
func (c Change) Joins() bool { return c.Op == Create && c.CredentialID == "" }

// AwaitsApproval tells whether "approve HASH" is what the change waits for: it needs an
// approval, a limit blocks it, or will when it is due. The other guards are lifted otherwise: the baseline by
// "approve --baseline", the stop file by removing it.
func (c Change) AwaitsApproval() bool {
	switch c.Status {
	case NeedsApproval:
		return true
	case Waiting:
		return c.Ahead()
	case Blocked:
		return c.Guard != GuardBaseline && c.Guard != GuardStopFile
	}
	return false
}

// OtherUse says what of a credential is not as the withdrawal relies on; nothing if all is. A phone that was
// set up meanwhile may be anybody's: the next pass judges it.
func (c Change) OtherUse(settings map[string]string, users []User) Reason {
	switch {
	case settings[SettingCSI] != c.Before["csi"]:
		return Because("csi-on-credential-changed", settings[SettingCSI])
	case UsersState(users) != c.Before["users"]:
		return Because("users-changed")
	}
	return Reason{}
}

// OtherID says what of a Threema ID is not as its end relies on; nothing if all is. The link goes with the
// credential, and a csi that is not reported speaks for nobody.
func (c Change) OtherID(u User) Reason {
	switch {
	case u.Special():
		return Because("id-became-special")
	case u.CredentialID != c.Before["credential"] && u.CredentialID != "":
		return Because("id-moved")
	case u.CSI != c.Before["csi"] && u.CSI != "":
		return Because("id-reports-other-csi", u.CSI)
	}
	return Reason{}
}

// AsksForYes tells of a change that it asks for a yes once it is due, whatever the limits say.
func (c Change) AsksForYes() bool {
	return !c.Approved && (c.Protected || c.ByClass || len(c.Asks) > 0)
}

// ShareQuestions lets a step that waits with another one wait under the questions of that one: no rule of its own
// asks about it, and one yes is for both.
func (c *Change) ShareQuestions(l Change) {
	if l.Status == NeedsApproval {
		c.Asks, c.Questions, c.Protected, c.ByClass = l.Asks, l.Questions, c.Protected || l.Protected, l.ByClass
	}
}

// Lifted tells that the limits on numbers do not count a step: somebody said yes to it or ordered it.
func (c Change) Lifted() bool { return c.Approved || c.By != "" }

// orderRests tells of an ordered step that no yes and no guard asks for, and that is not done all the same.
func (c Change) orderRests() bool {
	return c.By != "" && (c.Status == Withheld || c.Status == Deferred)
}

// Because adds a reason to those that a change has.
func (c *Change) Because(r Reason) { c.Reasons = append(slices.Clip(c.Reasons), r) }

// AskPlace lets a step out wait for a yes of somebody whose place is not readable in this read.
func (c *Change) AskPlace() {
	if c.Placeless {
		c.Ask(AskPlace, Because("place-unreadable"))
	}
}

// Knows tells whether a change was planned in the knowledge that this person has the csi, or may have
// it.
func (c Change) Knows(i Identity) bool {
	return slices.ContainsFunc(c.Rivals, func(r Rival) bool { return r.Person == i.Person && i.mayBeCalled(r.FirstName) })
}

// WaitCodes are the codes under which a change waits for somebody.
func (c Change) WaitCodes() []WaitCode {
	switch {
	case c.Status == Blocked, c.Status == Waiting && c.Ahead():
		return []WaitCode{WaitCode(c.Guard)}
	case c.orderRests():
		return []WaitCode{WaitOrder}
	case c.Status != NeedsApproval:
		return nil
	case len(c.Asks) == 0:
		return []WaitCode{WaitApproval}
	}
	return Convert(c.Asks, func(a Ask) WaitCode { return WaitCode(a) })
}

// UsersState is who uses a credential, and what they report: what a withdrawal relies on.
func UsersState(users []User) string {
	var words []string
	for _, u := range users {
		words = append(words, u.ID+"="+u.CSI)
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}
