package model

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
)

// Alarm says that an effect did not hold. It is an observation for a person to act on, and never
// becomes a change (design §5.6). A departure has one of a kind for a Threema ID.
type Alarm struct {
	Departure    int64
	Kind         AlarmKind
	Op           Op // of the effect that did not hold
	Person       PersonID
	CSI          string
	DN           string
	CredentialID string // the one that was withdrawn
	Username     string
	ThreemaID    string // "" of a credential that is back
	Since        time.Time
	// QuietSince is the first of an unbroken row of passes that did not see the cause; zero: the
	// last one saw it.
	QuietSince time.Time
}

// AlarmKind is what an alarm is about. The set is closed: it is a metric label and part of the JSON.
type AlarmKind string

// The kinds.
const (
	StillActive    AlarmKind = "still-active"    // the app goes on a day after the withdrawal
	CredentialBack AlarmKind = "credential-back" // the withdrawn credential is in the package
	IDReturned     AlarmKind = "id-returned"     // a detached or revoked ID is in the package (D-18)
	SecondID       AlarmKind = "second-id"       // whose ID was revoked seems to have another one
)

// AlarmKinds lists all kinds.
func AlarmKinds() []AlarmKind {
	return []AlarmKind{StillActive, CredentialBack, IDReturned, SecondID}
}

// AlarmKey tells alarms apart.
type AlarmKey struct {
	saga      int64
	kind      AlarmKind
	threemaID string
}

// Key tells alarms apart.
func (a Alarm) Key() AlarmKey { return AlarmKey{a.Departure, a.Kind, a.ThreemaID} }

// Compare orders alarms by person, kind and Threema ID.
func (a Alarm) Compare(b Alarm) int {
	return cmp.Or(cmp.Compare(a.Departure, b.Departure), strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.ThreemaID, b.ThreemaID))
}

// Detail says what the alarm means, what to do about it, and when it ends.
func (a Alarm) Detail() string {
	return a.Meaning() + "; `threema-dirsync explain " + cmp.Or(a.CSI, a.Person.String()) + "` shows what is known" + a.Quiet()
}

// Quiet says when the alarm ends, "" if it goes on.
func (a Alarm) Quiet() string {
	if a.QuietSince.IsZero() {
		return ""
	}
	return "; not seen any more since " + wording.Stamp(a.QuietSince) + ", and cleared when that has lasted a day"
}

// Meaning says what is so, and what to do about it.
func (a Alarm) Meaning() string {
	switch a.Kind {
	case StillActive:
		return fmt.Sprintf("the app with the Threema ID %s still checked in more than a day after the credential %s was withdrawn (Zugang entzogen): "+
			"the person can go on using it. Look in the cockpit which credential the ID uses now, change the password if it is a shared one, "+
			"and detach (trennen) or revoke (widerrufen) the ID there", a.ThreemaID, a.Username)
	case CredentialBack:
		return fmt.Sprintf("the withdrawn credential %s (%s) is in the package: the person can open the app with it. "+
			"Withdraw it (Zugang entziehen) in the cockpit; it is not withdrawn again from here", a.Username, a.CredentialID)
	case IDReturned:
		if a.Op == Revoke {
			return fmt.Sprintf("the Threema ID %s is in the package more than an hour after it was revoked (widerrufen): it may still send and "+
				"receive. Look at it in the cockpit and revoke it there; if it stays, ask Threema", a.ThreemaID)
		}
		if a.Op == Withdraw {
			return fmt.Sprintf("the Threema ID %s is in the package again, which two lists an hour apart had not shown: nobody took it, and the departure "+
				"goes on with it, through all gates. If it should be out at once, detach (trennen) or revoke (widerrufen) it in the cockpit", a.ThreemaID)
		}
		return fmt.Sprintf("the Threema ID %s is in the package although it was detached (getrennt): somebody used it with a credential that still "+
			"works. Look in the cockpit which one: withdraw it (Zugang entziehen), or change the password if it is a shared one, and detach the ID "+
			"there; it is not detached again from here", a.ThreemaID)
	case SecondID:
		return fmt.Sprintf("the Threema ID %s uses the withdrawn credential %s, or reports the csi of this person, whose ID was revoked (widerrufen): "+
			"it may be a second ID of the same person. Look at it in the cockpit; if it is theirs, detach (trennen) or revoke it there",
			a.ThreemaID, a.Username)
	}
	return string(a.Kind)
}
