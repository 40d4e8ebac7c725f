package plan

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// adoptByUsername decides about somebody whose username a credential has that is not ours. Whoever does what
// the reason says gets further: adopt.username is named only where it is all that is missing.
func (p *joining) adoptByUsername(i model.Identity, c model.Credential) {
	csi := p.Inventory.Settings[c.ID][model.SettingCSI]
	against := p.againstAdoption(i, c.ID)
	near, _ := p.nearly(i, c.ID)
	unread := p.unread()
	switch other, claimed := p.claimedCSI[csi]; {
	case csi != "" && claimed && other != i.Person:
		p.holdIdentity(i, model.Because("username-taken-with-csi-of", c.Username, csi, p.nameOf(other)))
	case csi != "" && !p.maybeMeant(i, csi):
		p.holdIdentity(i, model.Because("username-taken-with-other-csi", c.Username, csi, i.CSI))
	case against.Code != "":
		p.holdIdentity(i, model.Because("username-taken-not-adoptable", c.Username, against))
	case c.Username != i.Username:
		p.holdIdentity(i, model.Because("username-taken-but-for-case", c.Username, i.Username, i.CSI))
	case !p.Policy.AdoptUsername && near == "":
		p.holdIdentity(i, model.Because("username-taken", c.Username, i.CSI))
	case len(unread) > 0:
		p.holdIdentity(i, model.Because("username-maybe-of-namesake", c.Username, p.notRead(unread[0])))
	case near != "":
		p.adopt(i, c.ID, model.Because("username-exact"))
	default:
		p.adopt(i, c.ID, model.Because("username-exact-and-adopted"))
	}
}

// maybeMeant tells whether a csi could be a misspelling of a person's: but for its spelling it is the
// same, and nobody else has it.
func (p *claims) maybeMeant(i model.Identity, csi string) bool {
	holder, claimed := p.claimedCSI[csi]
	return csi == i.CSI || model.FoldCSI(csi) == model.FoldCSI(i.CSI) && (!claimed || holder == i.Person)
}

// nearly finds a csi of a credential that is a person's but for its spelling, or where it has none one
// that an app on it reports, and says so; csi is "" if there is none.
func (p *lists) nearly(i model.Identity, id string) (csi string, alike model.Reason) {
	switch csi := p.Inventory.Settings[id][model.SettingCSI]; csi {
	case i.CSI:
		return "", model.Reason{} // apps report another spelling until they look again
	case "":
	default:
		return csi, model.Because("csi-alike", csi, i.CSI)
	}
	for _, u := range p.people(id) {
		if u.CSI != "" && u.CSI != i.CSI {
			return u.CSI, model.Because("reported-csi-alike", u.ID, u.CSI, i.CSI)
		}
	}
	return "", model.Reason{}
}
