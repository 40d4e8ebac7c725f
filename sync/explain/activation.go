package explain

import (
	"fmt"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// NotActivated tells somebody who has a credential of ours and has never used it: nothing is left to do
// from here, and all the same they are not in Threema.
func (x Explanation) NotActivated() bool { return x.unused() && len(x.Users) == 0 }

// LoggedOut tells somebody whose Threema ID goes on and whose credential is a new one, as after a
// withdrawal that was taken back: the app waits for the new password.
func (x Explanation) LoggedOut() bool { return x.unused() && len(x.Users) > 0 }

// entitled tells that the directory shows them, as somebody who is to have Threema Work.
func (x Explanation) entitled() bool {
	return x.Entry != nil && x.Entry.State == model.Entitled && !x.Entry.Excluded
}

// unused tells of a credential of ours that somebody who is entitled does not use.
func (x Explanation) unused() bool {
	return x.entitled() && x.Owned != nil && x.Credential != nil && x.Credential.Usage == 0 &&
		!slices.ContainsFunc(x.Users, func(u model.User) bool { return u.CredentialID == x.Credential.ID })
}

// threemaIDs names the IDs that the package shows of the person.
func (x Explanation) threemaIDs() []string {
	return model.Convert(x.Users, func(u model.User) string { return u.ID })
}

// onTheirPhone says where they type a new password.
func (x Explanation) onTheirPhone() string { return english.Say(plan.OnTheirPhone(x.threemaIDs())) }

// afterCreate says what a new credential asks of somebody whose Threema ID is there already.
func (x Explanation) afterCreate(c model.Change) string {
	if c.Op != model.Create || len(x.Users) == 0 {
		return ""
	}
	return "; then they type the new password (hand-over file) " + x.onTheirPhone()
}

// HowToLogIn says what to do whose app waits for the new password: the Threema ID is theirs as before.
func (x Explanation) HowToLogIn() string {
	return fmt.Sprintf("they have not logged in with credential %s yet. What this person has to do: type the username %s and the new password %s. %s",
		x.Credential.Username, x.Credential.Username, x.onTheirPhone(), x.whereThePasswordIs())
}

// HowToActivate says what that person has to do.
func (x Explanation) HowToActivate() string {
	return fmt.Sprintf("they have not activated Threema Work yet. What this person has to do: install the app Threema Work on their phone, and open the activation link "+
		"there, or type the username %s and the password. %s", x.Credential.Username, x.whereThePasswordIs())
}

func (x Explanation) whereThePasswordIs() string {
	from := "The line of the hand-over file for " + x.Credential.Username + " has it"
	if !x.Owned.Created {
		from = "The credential was adopted, so whoever made it has the password"
	}
	return from + "; if it is lost, set a new one for " + x.Credential.Username + " in the management cockpit"
}
