package plan

import "fmt"

// NotActivated tells somebody who has a credential of ours and has never used it: nothing is left to do
// from here, and all the same they are not in Threema.
func (x Explanation) NotActivated() bool {
	entitled := x.Entry != nil && x.Entry.State == Entitled && !x.Entry.Excluded
	return entitled && x.Owned != nil && x.Credential != nil && x.Credential.Usage == 0 && len(x.Users) == 0
}

// howToActivate says what that person has to do, and where the password is.
func (x Explanation) howToActivate() string {
	from := "the line of the hand-over file for " + x.Credential.Username + " has both"
	if !x.Owned.Created {
		from = "the credential was adopted, so whoever made it has the password"
	}
	return fmt.Sprintf("they have not activated Threema Work yet. What this person has to do: install the app Threema Work on their phone, and open the activation link "+
		"there, or type the username %s and the password; %s. If the password is lost, set a new one for %s in the management cockpit",
		x.Credential.Username, from, x.Credential.Username)
}
