package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// leftoverOf is what an open create left behind, as this pass read it.
func (p *lists) leftoverOf(op model.Operation) model.Leftover {
	c, _ := p.createdCredential(op)
	return model.Leftover{Credential: c, Settings: p.Inventory.Settings[c.ID]}
}

// activated tells whether somebody activated the credential. Its password is then somebody's.
func (p *lists) activated(l model.Leftover) bool {
	return l.Credential.Usage > 0 || len(p.usersOf[l.Credential.ID]) > 0
}

// whyDoubt says why a credential that an interrupted create seems to have left behind may be somebody
// else's; "" if nothing speaks for that.
func (p *lists) whyDoubt(op model.Operation, l model.Leftover, foreign map[string]string) string {
	var why []string
	if op.CredentialID == "" && op.Refused {
		why = append(why, "the service refused to create it, so somebody else may have")
	}
	if p.activated(l) {
		why = append(why, "it is in use"+p.byWhom(l.Credential.ID))
	}
	for _, name := range slices.Sorted(maps.Keys(foreign)) {
		words := name + " stands on it"
		if value := foreign[name]; value != "" {
			words = name + " is " + value
		}
		why = append(why, words+", which this program did not send")
	}
	return strings.Join(why, "; ")
}

// byWhom names who uses a credential, as far as the package tells.
func (p *lists) byWhom(credentialID string) string {
	var users []string
	for _, u := range p.usersOf[credentialID] {
		words := u.ID
		if name := model.FullName(u.FirstName, u.LastName); name != "" {
			words += " (" + name + ")"
		}
		if u.CSI != "" {
			words += " with the csi " + u.CSI
		}
		users = append(users, words)
	}
	if len(users) == 0 {
		return ""
	}
	return " by " + strings.Join(users, ", ")
}

// preStateOf lists what a yes is for: another finding is another change.
func (p *lists) preStateOf(l model.Leftover, foreign map[string]string) []string {
	var preState []string
	for _, name := range slices.Sorted(maps.Keys(foreign)) {
		preState = append(preState, name, foreign[name])
	}
	if p.activated(l) {
		preState = append(preState, "in use")
	}
	for _, u := range p.usersOf[l.Credential.ID] {
		preState = append(preState, u.ID)
	}
	return preState
}

// strayed names the entitled person whose csi somebody wrote to the credential that an interrupted
// create of another person may have made. Nobody knows whose password it has; the csi says whose it
// is to be, and rules as ever.
func (p *claims) strayed(op model.Operation) (model.PersonID, bool) {
	if op.CredentialID != "" {
		return model.PersonID{}, false
	}
	csi := p.leftoverOf(op).Settings[model.SettingCSI]
	owner, claimed := p.claimedCSI[csi]
	return owner, claimed && csi != op.CSI && owner != op.Person && p.entitledNow(owner)
}
