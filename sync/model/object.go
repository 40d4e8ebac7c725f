package model

import (
	"cmp"
	"strings"
	"time"
)

// GoneAfter is how far apart two lists must be that both lack something before that is its end.
// A single list may be cut, or come from a copy that lags (absence is not evidence, design §1). The
// other proof is an answer of the service about the one object: 404.
const GoneAfter = time.Hour

// ObjectKind is what kind of thing a list of the package may lack.
type ObjectKind string

// Object is something that the package should hold.
type Object struct {
	Kind ObjectKind
	ID   string
}

// Unlisted is an object that the last list lacked, and since when in an unbroken row. A credential
// that is owned remembers that itself.
type Unlisted struct {
	Object
	Since time.Time
	// Accepted, of a list, tells that somebody accepted it as empty.
	Accepted bool
}

// Compare orders by kind, then ID.
func (u Unlisted) Compare(v Unlisted) int {
	return cmp.Or(strings.Compare(string(u.Kind), string(v.Kind)), strings.Compare(u.ID, v.ID))
}

// The kinds. A whole list lacks where it is empty and must not be.
const (
	ObjectCredential ObjectKind = "credential"
	ObjectUser       ObjectKind = "user"
	ObjectContact    ObjectKind = "contact"
	ObjectList       ObjectKind = "list"
)
