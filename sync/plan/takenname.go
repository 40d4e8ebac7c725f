package plan

import (
	"fmt"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// adoptByUsername decides about somebody whose username a credential has that is not ours. Whoever does what
// the reason says gets further: adopt.username is named only where it is all that is missing.
func (p *joining) adoptByUsername(i model.Identity, c model.Credential) {
	csi := p.Inventory.Settings[c.ID][model.SettingCSI]
	taken := fmt.Sprintf("the username %s is taken by a credential", c.Username)
	against := p.againstAdoption(i, c.ID)
	near, _ := p.nearly(i, c.ID)
	unread := p.unread()
	switch other, claimed := p.claimedCSI[csi]; {
	case csi != "" && claimed && other != i.Person:
		p.holdIdentity(i, model.Text(fmt.Sprintf("%s with the csi %s, which is that of %s: give this person another username", taken, csi, p.nameOf(other))))
	case csi != "" && !p.maybeMeant(i, csi):
		p.holdIdentity(i, model.Text(fmt.Sprintf("%s with another csi (%s): if it is this person's, write the csi %s to it in the cockpit; "+
			"else give this person another username, or delete it if it is nobody's", taken, csi, i.CSI)))
	case against != "":
		p.holdIdentity(i, model.Text(fmt.Sprintf("%s that is not ours, and it cannot be adopted: %s. If it is not this person's, give them another username, "+
			"or delete it in the cockpit", taken, against)))
	case c.Username != i.Username:
		p.holdIdentity(i, model.Text(fmt.Sprintf("%s that is not ours, and that is this person's (%s) but for upper and lower case, so it is not adopted by name; "+
			"write the csi %s to it, or delete it in the cockpit", taken, i.Username, i.CSI)))
	case !p.Policy.AdoptUsername && near == "":
		p.holdIdentity(i, model.Text(fmt.Sprintf("%s that is not ours; write the csi %s to it, "+
			"set adopt.username: true, or delete it in the cockpit", taken, i.CSI)))
	case len(unread) > 0:
		p.holdIdentity(i, model.Text(fmt.Sprintf("the credential %s is called like this person, and may be a namesake's: %s", c.Username, p.notRead(unread[0]))))
	case near != "":
		p.adopt(i, c.ID, "its username is exactly this person's")
	default:
		p.adopt(i, c.ID, "its username is exactly this person's, and adopt.username is on")
	}
}

// maybeMeant tells whether a csi could be a misspelling of a person's: but for its spelling it is the
// same, and nobody else has it.
func (p *claims) maybeMeant(i model.Identity, csi string) bool {
	holder, claimed := p.claimedCSI[csi]
	return csi == i.CSI || model.FoldCSI(csi) == model.FoldCSI(i.CSI) && (!claimed || holder == i.Person)
}

// nearly finds a csi of a credential that is a person's but for its spelling, or where it has none one
// that an app on it reports, and words that; both are "" if there is none.
func (p *lists) nearly(i model.Identity, id string) (csi, words string) {
	switch csi := p.Inventory.Settings[id][model.SettingCSI]; csi {
	case i.CSI:
		return "", "" // apps report another spelling until they look again
	case "":
	default:
		return csi, fmt.Sprintf("it has the csi %s, which differs from %s %s", csi, i.CSI, spellingOnly)
	}
	for _, u := range p.people(id) {
		if u.CSI != "" && u.CSI != i.CSI {
			return u.CSI, fmt.Sprintf("the Threema ID %s on it reports the csi %s, which differs from %s %s", u.ID, u.CSI, i.CSI, spellingOnly)
		}
	}
	return "", ""
}

// spellingOnly words what the fold leaves out.
const spellingOnly = "in case, blanks, leading zeros or the form of its letters only"
