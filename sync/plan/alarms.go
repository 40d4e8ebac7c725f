package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
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

// alarmQuietDelay is how long the cause of an alarm must stay away, in an unbroken row of passes, before
// the alarm is cleared: a list that flickers raises it once.
const alarmQuietDelay = 24 * time.Hour

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

// causes collects what speaks for an alarm in this pass.
func (w *watch) causes(effects []Effect) map[alarmKey]Alarm {
	causes := map[alarmKey]Alarm{}
	add := func(e Effect, kind AlarmKind, threemaIDs ...string) {
		for _, id := range threemaIDs {
			a := Alarm{
				Departure: e.Departure, Kind: kind, Op: e.Op, Person: e.Person, CSI: e.CSI, DN: e.DN,
				CredentialID: e.CredentialID, Username: e.Username, ThreemaID: id, Since: w.Now,
			}
			causes[a.key()] = a
		}
	}
	for _, e := range effects {
		over := w.isOver(e)
		switch {
		case !e.ReturnedAt.IsZero():
			continue
		case e.Op == Withdraw && w.shows(e.object()) && (over || !e.GoneAt.IsZero()):
			add(e, CredentialBack, "")
		case e.Op != Withdraw && w.shows(e.object()) && (over || !e.VerifiedAt.IsZero()):
			add(e, IDReturned, e.ThreemaID)
		}
		if over {
			add(e, StillActive, w.active(e)...)
		}
		if over && e.Op == Revoke {
			add(e, SecondID, w.secondIDs(e)...)
		}
	}
	for _, v := range w.vanishedAndBack() {
		if _, known := causes[v.key()]; !known {
			causes[v.key()] = v
		}
	}
	return causes
}

// judgeAlarms holds the standing alarms against the causes of this pass, notes what has changed, and
// returns those that stand now.
func (w *watch) judgeAlarms(causes map[alarmKey]Alarm) []Alarm {
	m := &w.plan.Update
	var standing []Alarm
	for _, a := range w.State.Alarms {
		_, seen := causes[a.key()]
		delete(causes, a.key())
		quiet := w.quietSince(a, seen)
		why := w.returned[a.Departure]
		if why == "" && !w.ordered[a.Departure] && w.entitledNow(a.Person) {
			why = entitledWords
		}
		switch {
		case why != "":
			m.Cleared = append(m.Cleared, ClearedAlarm{a, why})
			continue
		case !quiet.IsZero() && !w.Now.Before(quiet.Add(alarmQuietDelay)):
			m.Cleared = append(m.Cleared, ClearedAlarm{a, "no pass has seen its cause since " + Stamp(quiet)})
			continue
		case !quiet.Equal(a.QuietSince):
			a.QuietSince = quiet
			m.Alarms = append(m.Alarms, a)
		}
		standing = append(standing, a)
	}
	for _, a := range causes {
		standing = append(standing, a)
		m.Alarms = append(m.Alarms, a)
	}
	slices.SortFunc(m.Alarms, Alarm.compare)
	return standing
}

// quietSince is since when no pass has seen the cause of an alarm, zero if this one has. A clock that
// stands before the alarm cannot tell, and ends the row; one set back within the row begins it anew.
func (w *watch) quietSince(a Alarm, seen bool) time.Time {
	switch {
	case seen || w.Now.Before(a.Since):
		return time.Time{}
	case a.QuietSince.IsZero() || w.Now.Before(a.QuietSince):
		return w.Now
	}
	return a.QuietSince
}

// alarmKey tells alarms apart.
type alarmKey struct {
	saga      int64
	kind      AlarmKind
	threemaID string
}

func (a Alarm) key() alarmKey { return alarmKey{a.Departure, a.Kind, a.ThreemaID} }

func (a Alarm) compare(b Alarm) int {
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
	return "; not seen any more since " + Stamp(a.QuietSince) + ", and cleared when that has lasted a day"
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
