package english

import (
	"cmp"
	"fmt"
	"github.com/threema-dirsync/threema-dirsync/internal/wording"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// ofEffects are the sentences about why nothing is expected of an effect, or of an alarm, any more.
func ofEffects(code model.Code) string {
	switch code {
	case "entitled-again":
		return "the person is entitled again"
	case "taken-back":
		return "somebody took the withdrawal back"
	case "new-credential-used":
		return "the person uses a new credential"
	case "taken-back-or-new-credential":
		return "somebody took the withdrawal back, or the person uses a new credential"
	case "cause-not-seen":
		return "no pass has seen its cause since {1}"
	}
	return ""
}

// Alarm says what an alarm means, what to do about it, and when it ends.
func Alarm(a model.Alarm) string {
	return AlarmMeaning(a) + "; `threema-dirsync explain " + cmp.Or(a.CSI, a.Person.String()) + "` shows what is known" + AlarmQuiet(a)
}

// AlarmQuiet says when an alarm ends, "" if it goes on.
func AlarmQuiet(a model.Alarm) string {
	if a.QuietSince.IsZero() {
		return ""
	}
	return "; not seen any more since " + wording.Stamp(a.QuietSince) + ", and cleared when that has lasted a day"
}

// AlarmMeaning says what is so, and what to do about it.
func AlarmMeaning(a model.Alarm) string {
	switch a.Kind {
	case model.StillActive:
		return fmt.Sprintf("the app with the Threema ID %s still checked in more than a day after the credential %s was withdrawn (Zugang entzogen): "+
			"the person can go on using it. Look in the cockpit which credential the ID uses now, change the password if it is a shared one, "+
			"and detach (trennen) or revoke (widerrufen) the ID there", a.ThreemaID, a.Username)
	case model.CredentialBack:
		return fmt.Sprintf("the withdrawn credential %s (%s) is in the package: the person can open the app with it. "+
			"Withdraw it (Zugang entziehen) in the cockpit; it is not withdrawn again from here", a.Username, a.CredentialID)
	case model.IDReturned:
		return returnedMeaning(a)
	case model.SecondID:
		return fmt.Sprintf("the Threema ID %s uses the withdrawn credential %s, or reports the csi of this person, whose ID was revoked (widerrufen): "+
			"it may be a second ID of the same person. Look at it in the cockpit; if it is theirs, detach (trennen) or revoke it there",
			a.ThreemaID, a.Username)
	}
	return string(a.Kind)
}

// returnedMeaning is that of an ID that is back, by what took it.
func returnedMeaning(a model.Alarm) string {
	switch a.Op {
	case model.Revoke:
		return fmt.Sprintf("the Threema ID %s is in the package more than an hour after it was revoked (widerrufen): it may still send and "+
			"receive. Look at it in the cockpit and revoke it there; if it stays, ask Threema", a.ThreemaID)
	case model.Withdraw:
		return fmt.Sprintf("the Threema ID %s is in the package again, which two lists an hour apart had not shown: nobody took it, and the departure "+
			"goes on with it, through all gates. If it should be out at once, detach (trennen) or revoke (widerrufen) it in the cockpit", a.ThreemaID)
	}
	return fmt.Sprintf("the Threema ID %s is in the package although it was detached (getrennt): somebody used it with a credential that still "+
		"works. Look in the cockpit which one: withdraw it (Zugang entziehen), or change the password if it is a shared one, and detach the ID "+
		"there; it is not detached again from here", a.ThreemaID)
}
