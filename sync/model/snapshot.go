package model

import (
	"errors"
	"fmt"
)

// Snapshot is one complete read of a source. A read that was cut, refused or empty is no
// snapshot but a [ReadError]: "error", "empty" and "partial" must never look alike
// (pitfall D1, design §5.1 row a).
type Snapshot struct {
	Source string
	// Conditions is the certificate: what was checked, in order, with the outcome.
	Conditions []Condition
	// People are all entries of the scope, each once.
	People []Person
	// Sightings answer for every tracked person that is not among People, one each.
	Sightings []Sighting
	// Server is the server that answered, NamingContext the identity of the directory behind
	// it (AD: the domain's objectSid; else the suffix and its entryUUID), Scope the
	// fingerprint of what was asked for (design §5.10).
	Server        string
	NamingContext string
	Scope         string
	// Replica is the server's copy of the directory.
	Replica Replica
	// Account is the DN of the bind account's own entry, "" if it is not readable. Reader tells the
	// account from any other one, however the configuration spells its name.
	Account string
	Reader  Reader
	// ProtectAll, if not empty, says why it is not known who is protected: a group of
	// protect.groups was not read wholly. Everybody of this source is, in this pass.
	ProtectAll []Reason
	// EntitledBy are the DNs of the groups that entitle; none: whoever is in the scope.
	EntitledBy []string
	// StateInFilter are the attributes of the filter by which an account ends.
	StateInFilter []string
}

// Condition is one line of the certificate of completeness.
type Condition struct {
	Name   string
	OK     bool
	Detail Reason
}

// Departures tells whether departures in this snapshot may count, as far as an entry says so: it has
// a certificate, and all its conditions hold, but perhaps for [ConditionIDs]. If not, people are added
// and updated, and nobody departs (design §5.1 row b).
func (s Snapshot) Departures() bool { return s.holds(ConditionIDs) }

// Report is the source without its people, but for the first of those whom no group entitles.
func (s SourceView) Report() SourceReport {
	return SourceReport{
		Name: s.Snapshot.Source, Complete: s.Snapshot.Absences(), People: len(s.Snapshot.People), Outside: s.outside(), Conditions: s.Snapshot.Conditions,
	}
}

// ReadReason is why a source gave no snapshot; a closed set, used as a metric label.
type ReadReason string

// The reasons.
const (
	ReadUnreachable ReadReason = "unreachable" // name, TCP or time-out before the bind
	ReadTLS         ReadReason = "tls"         // certificate or handshake
	ReadBind        ReadReason = "bind"        // the server refused the bind account, or bound another one
	ReadConfig      ReadReason = "config"      // an attribute that the schema of this directory does not know: exit 78
	ReadBase        ReadReason = "base"        // base_dn is not here, or not visible
	ReadResult      ReadReason = "result"      // a result code other than success, or the connection ended
	ReadPaging      ReadReason = "paging"      // control missing, cookie not empty at the end, a page without news
	ReadDuplicate   ReadReason = "duplicate"   // one immutable ID twice
	ReadReference   ReadReason = "reference"   // a part of the scope lies on another server
	ReadEmpty       ReadReason = "empty"       // nobody in scope; always refused
	ReadTimeout     ReadReason = "timeout"     // the deadline of the whole read
	ReadCondition   ReadReason = "condition"   // read, but a condition of the certificate failed: nobody departs
)

// ReadReasons lists all reasons.
func ReadReasons() []ReadReason {
	return []ReadReason{
		ReadUnreachable, ReadTLS, ReadBind, ReadConfig, ReadBase, ReadResult, ReadPaging, ReadDuplicate,
		ReadReference, ReadEmpty, ReadTimeout, ReadCondition,
	}
}

// ReadError says why a source gave no snapshot, to the operator (Error, Hint) and to the
// program (Reason). Nothing happens for this source in this pass.
type ReadError struct {
	Source     string
	Reason     ReadReason
	Conditions []Condition // as far as the read got
	// Why is the same by codes: what failed, then what to do about it. Whoever shows it words it.
	Why  []Reason
	Hint string // what to do about it, "" if the message says it all
	Err  error
}

// Told is the error by codes, none if whoever made it gave no code.
func (e *ReadError) Told() Reason {
	if len(e.Why) == 0 {
		return Reason{}
	}
	return Because("source-not-read", e.Source, e.Why)
}

func (e *ReadError) Error() string {
	text := fmt.Sprintf("read source %s: %v", e.Source, e.Err)
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

func (e *ReadError) Unwrap() error { return e.Err }

// ReasonOf returns the reason in err, "" if err is no [ReadError].
func ReasonOf(err error) ReadReason {
	if e, ok := errors.AsType[*ReadError](err); ok {
		return e.Reason
	}
	return ""
}

// SourceView is one complete snapshot after mapping.
type SourceView struct {
	Snapshot   Snapshot
	Identities []Identity // one for each person of the snapshot
}
