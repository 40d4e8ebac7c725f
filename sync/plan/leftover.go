package plan

import (
	"maps"
	"slices"

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
// else's; nothing if nothing speaks for that.
func (p *lists) whyDoubt(op model.Operation, l model.Leftover, foreign map[string]string) []model.Reason {
	var why []model.Reason
	if op.CredentialID == "" && op.Refused {
		why = append(why, model.Because("create-refused"))
	}
	if p.activated(l) {
		why = append(why, p.inUseBy(l.Credential.ID))
	}
	for _, name := range slices.Sorted(maps.Keys(foreign)) {
		if value := foreign[name]; value != "" {
			why = append(why, model.Because("setting-not-sent", name, value))
			continue
		}
		why = append(why, model.Because("setting-stands", name))
	}
	return why
}

// inUseBy names who uses a credential, as far as the package tells.
func (p *lists) inUseBy(credentialID string) model.Reason {
	users := p.usersOf[credentialID]
	if len(users) == 0 {
		return model.Because("in-use")
	}
	return model.Because("in-use-by", model.Convert(users, describeUser))
}

// describeUser is what the package tells of a Threema ID.
func describeUser(u model.User) model.Reason {
	switch name := model.FullName(u.FirstName, u.LastName); {
	case name != "" && u.CSI != "":
		return model.Because("threema-id-with-name-and-csi", u.ID, name, u.CSI)
	case name != "":
		return model.Because("threema-id-with-name", u.ID, name)
	case u.CSI != "":
		return model.Because("threema-id-with-csi", u.ID, u.CSI)
	}
	return model.Because("threema-id", u.ID)
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
