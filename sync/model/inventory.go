package model

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// Inventory is what the licence package holds, read completely: four lists and the
// subscription itself. A list that ended early is an error of the reader, never a shorter
// Inventory.
type Inventory struct {
	Subscription Subscription
	Credentials  []Credential
	Users        []User
	Contacts     []Contact
	// Settings holds the individual settings by credential ID, then name. A value that is no
	// text in the package stands here as its JSON text.
	Settings map[string]map[string]string
	// NotText names those of them, by credential ID, and only those.
	NotText map[string]map[string]bool
}

// Subscription is the licence package itself.
type Subscription struct {
	ID         string
	Name       string
	Type       string // price plan, lower case
	ValidUntil time.Time
	Licences   int
}

// Credential is a username and password pair that activates the app. The password is never
// kept.
type Credential struct {
	ID       string
	Username string
	Usage    int // how many Threema IDs use it (D-42)
	Hashed   bool
	Locked   bool
}

// User is a Threema ID that an app activated with a credential. Names and csi are what the
// device reported: observations, never proof (D-08, D-36).
type User struct {
	ID           string
	CredentialID string // "" if the link is missing
	CSI          string
	FirstName    string
	LastName     string
	LastCheck    time.Time
	CreatedAt    time.Time
}

// Special tells a Gateway, Broadcast or support ID, which is never an employee (D-05).
func (u User) Special() bool { return strings.HasPrefix(u.ID, "*") }

// Contact is an entry of the app contact list.
type Contact struct {
	ID        string
	Auto      bool // made by the service for a user; cannot be deleted, only disabled (D-48)
	FirstName string
	LastName  string
	Enabled   bool
	// Directory is the member directory_enabled; nil where the service does not show it.
	Directory *bool
}

// CredentialSettings are settings of one credential, for a bulk write.
type CredentialSettings struct {
	CredentialID string
	Settings     []Setting
	// Keep are settings that are not ours. They go along as they were read where a bulk write
	// would take away what it does not name (see [BulkReading]).
	Keep []KeptSetting
}

// FailureKind is what a failed request means for the rest of the pass. Decided by HTTP status
// and by how far the request got, never by message text.
type FailureKind string

// The kinds. Anything else is [FailureOther].
const (
	FailureNotFound     FailureKind = "not-found"    // 404: on an effect that is success
	FailureRefused      FailureKind = "refused"      // 400, 409, 422: this request is not acceptable
	FailureForbidden    FailureKind = "forbidden"    // 403: on a create, the licences are used up (D-41)
	FailureUnauthorized FailureKind = "unauthorized" // 401: key or source address; stop (D-46)
	FailureQuota        FailureKind = "quota"        // 429, or the day is spent by our own count; stop
	FailureUnavailable  FailureKind = "unavailable"  // nothing was changed: not connected, 5xx on a read
	FailureUnknown      FailureKind = "unknown"      // a write may have taken effect: time-out, lost connection, 5xx
	FailureInvalid      FailureKind = "invalid"      // an answer that is not the contract's: HTML, a redirect, a short list
	FailureOther        FailureKind = "other"
)

// Failure is an error of the licence package that knows its kind.
type Failure interface {
	error
	FailureKind() FailureKind
}

// KindOf returns the kind of failure in err, FailureOther if it carries none.
func KindOf(err error) FailureKind {
	if f, ok := errors.AsType[Failure](err); ok {
		return f.FailureKind()
	}
	return FailureOther
}

// Credential finds one by its ID.
func (inv Inventory) Credential(id string) (Credential, bool) {
	return byID(inv.Credentials, id, func(c Credential) string { return c.ID })
}

// User finds one by the Threema ID.
func (inv Inventory) User(id string) (User, bool) {
	return byID(inv.Users, id, func(u User) string { return u.ID })
}

// Contact finds one by the Threema ID.
func (inv Inventory) Contact(id string) (Contact, bool) {
	return byID(inv.Contacts, id, func(c Contact) string { return c.ID })
}

func byID[T any](list []T, id string, idOf func(T) string) (found T, there bool) {
	n := slices.IndexFunc(list, func(x T) bool { return idOf(x) == id })
	if n < 0 {
		return found, false
	}
	return list[n], true
}
