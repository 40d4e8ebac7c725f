package model

import "time"

// PastCreate is a credential that was handed over before.
type PastCreate struct {
	Person   PersonID
	CSI      string
	Username string
}

// Operation is one row of the journal. INTENT is committed before the request goes out.
type Operation struct {
	ID       int64 // given by the ledger
	ChangeID string
	Op       Op
	Subject
	OU             string
	CredentialID   string // of a create: "" until the service has answered
	Username       string
	ThreemaIDs     []string // of a withdrawal: the IDs that its departure persists
	ContactCreated bool     // of a publish-contact: we make it, see Publication.Created
	Approved       bool     // carried by an approval or an order: does not fill the windows
	Ordered        bool     // a withdrawal on somebody's word alone: the ownership stays, and no departure begins
	At             time.Time
	// Refused and Sent are of a create that is open. Refused: the service answered with a refusal, so a
	// credential of this username may be somebody else's. Sent: the settings that may have been written
	// to the credential, each value that one of the attempts had, and what somebody else wrote to it and
	// somebody said yes to: "" is then any value.
	Refused bool
	Sent    []Setting
	// Reason, Evidence and By are those of the change. They go into the audit with the intent,
	// and do not come back with [State].
	Reason, Evidence, By string
	// Parts, of one request for many people, are what it does for each: the operation itself is
	// nobody's. They too are for the audit alone.
	Parts []Part
}

// Objects are what it makes or takes, as the package shows them, where that needs a proof.
func (op Operation) Objects() []Object {
	switch o := op.Op.object(op.CredentialID, ""); o.Kind {
	case "":
		return nil
	case ObjectCredential:
		return []Object{o}
	default:
		return Convert(op.ThreemaIDs, func(id string) Object { return Object{o.Kind, id} })
	}
}

// Part is what one request for many people does for one of them.
type Part struct {
	ChangeID             string
	Person               PersonID
	CSI                  string
	CredentialID         string
	FirstName            string // th_firstname that is written; "": none
	Reason, EvidenceText string
}

// Result is how an operation ended.
type Result string

// The results. An operation without one is INTENT; a crash or a lost answer makes it unknown.
const (
	Done      Result = "done"
	Failed    Result = "failed"
	Uncertain Result = "unknown"
	// NotTried is that of a change for which nothing was sent: the last look before it, the stop file or the written
	// plan said no; or the service refused a create for want of a licence (403).
	NotTried Result = "skipped"
)

// Settlement closes a journal row, or marks it unknown until the package has been looked at.
type Settlement struct {
	Operation int64
	Result    Result
	// ThreemaIDs, of a withdrawal, are further IDs that appeared on the credential and join
	// the departure.
	ThreemaIDs []string
	Refusals   []Refusal
	Refused    bool   // of a create that stays open, see Operation.Refused
	Message    string // of a failure: for the operator, without personal data
}

// PastRemoval is one destructive effect of the past, for the windows of the limits.
type PastRemoval struct {
	Op     Op
	Person PersonID
	OU     string
	At     time.Time
}
