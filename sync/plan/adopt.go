package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// adopt makes an existing credential ours, unless something speaks against it.
func (p *joining) adopt(i model.Identity, credentialID string, reason model.Reason) {
	if against := p.againstAdoption(i, credentialID); against.Code != "" {
		p.holdIdentity(i, against)
		return
	}
	credential := p.credentials[credentialID]
	near, alike := p.nearly(i, credentialID)
	preState := []string{credential.Username}
	if near != "" {
		preState = append(preState, i.CSI, near)
	}
	c := p.change(model.Adopt, i.Subject, credentialID, preState...)
	c.CredentialID, c.Username, c.Reasons = credentialID, credential.Username, reason.Some()
	if near != "" {
		c.Ask(model.AskLikeCSI, model.Because("adopt-like-csi", alike))
	}
	p.add(c)
	if near != "" && !p.saidYes(c) {
		return
	}
	p.owned[i.Person] = model.Ownership{Person: i.Person, CredentialID: credentialID, Username: credential.Username, CSI: i.CSI}
	p.manage(i, credentialID)
}

// againstAdoption are the reasons of design §5.5 to leave a credential alone.
func (p *claims) againstAdoption(i model.Identity, id string) model.Reason {
	c, users := p.credentials[id], p.people(id)
	if p.severalCSIs(id) {
		return model.Because("credential-of-several", c.Username)
	}
	if p.shared(id) {
		return model.Because("credential-shared", c.Username, max(c.Usage, len(users)))
	}
	if p.servesService(id) {
		return model.Because("credential-of-service-id", c.Username)
	}
	for _, u := range users {
		switch {
		case u.CSI != "" && !p.maybeMeant(i, u.CSI):
			return model.Because("credential-other-csi", u.ID, c.Username, u.CSI)
		case differs(u.FirstName, i.Setting(model.SettingFirstName)) && differs(u.LastName, i.Setting(model.SettingLastName)):
			return model.Because("credential-other-names", c.Username, u.FirstName, u.LastName, u.ID)
		}
	}
	return model.Reason{}
}

// shared tells whether a credential that we did not create serves several people (D-11).
func (p *lists) shared(id string) bool {
	c := p.credentials[id]
	personal := slices.Contains(p.Policy.AdoptPersonal, id) || slices.Contains(p.Policy.AdoptPersonal, c.Username)
	return p.severalCSIs(id) || max(c.Usage, len(p.people(id))) > 1 && !personal
}

// servesService tells whether a Gateway, Broadcast or support ID uses a credential. Such an ID
// is never touched, nor what it lives on (D-05).
func (p *lists) servesService(id string) bool {
	return slices.ContainsFunc(p.usersOf[id], model.User.Special)
}

// severalCSIs tells whether the users of a credential report different csis: then it serves
// several people, whoever made it.
func (p *lists) severalCSIs(id string) bool {
	first := ""
	for _, u := range p.people(id) {
		if first != "" && u.CSI != "" && u.CSI != first {
			return true
		}
		first = cmp.Or(u.CSI, first)
	}
	return false
}

// differs compares a reported name with a desired one; one that is not reported differs not.
func differs(reported, desired string) bool {
	return reported != "" && !strings.EqualFold(reported, desired)
}
