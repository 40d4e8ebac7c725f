package plan

import (
	"strconv"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// compareContacts makes every active user of a managed credential an enabled internal
// contact (design §5.9). An ID is enabled once, at first sight: one that others disable later
// stays disabled and is reported.
func (p *joining) compareContacts(i model.Identity, credentialID string) {
	if !p.Policy.PublishContacts {
		return
	}
	for _, u := range p.people(credentialID) {
		contact, there := p.contacts[u.ID]
		published, before := p.publications[u.ID]
		switch {
		case !there:
			p.publish(i, credentialID, model.Contact{ID: u.ID}, model.Because("contact-missing"))
		case !contact.Enabled && before:
			p.holdQuietly(i.Subject, model.Because("contact-disabled-by-others", u.ID))
		case !contact.Enabled:
			p.publish(i, credentialID, contact, model.Because("contact-not-enabled"))
		case contact.FirstName == "" || contact.LastName == "":
			p.publish(i, credentialID, contact, model.Because("contact-nameless"))
		case published.Created && !contact.Auto && !named(contact, i):
			p.publish(i, credentialID, contact, model.Because("contact-follows-directory"))
		}
		if there && contact.Enabled && !before {
			p.update.Published = append(p.update.Published, model.Publication{ThreemaID: u.ID})
		}
	}
}

func named(c model.Contact, i model.Identity) bool {
	return c.FirstName == i.Setting(model.SettingFirstName) && c.LastName == i.Setting(model.SettingLastName)
}

func (p *joining) publish(i model.Identity, credentialID string, contact model.Contact, reason model.Reason) {
	_, there := p.contacts[contact.ID]
	before := contactState(contact, there)
	c := p.change(model.PublishContact, i.Subject, contact.ID, before["first_name"], before["last_name"], before["enabled"])
	c.CredentialID, c.Username, c.ThreemaID = credentialID, p.credentials[credentialID].Username, contact.ID
	c.Before = before
	c.After = contactState(model.Contact{
		FirstName: i.Setting(model.SettingFirstName), LastName: i.Setting(model.SettingLastName), Enabled: true,
	}, true)
	c.Reasons = reason.Some()
	p.add(c)
}

// publicly tells whether colleagues still find an ID that we are to take out of the list. A contact
// that was published is still there until its end is proven.
func (p *lists) publicly(threemaID string) bool {
	_, published := p.publications[threemaID]
	hidden := published && p.unsure(model.Object{Kind: model.ObjectContact, ID: threemaID})
	return p.Policy.PublishContacts && (p.contacts[threemaID].Enabled || hidden)
}

// disable takes a leaver out of the contact list, before the ID goes.
func (p *draft) disable(l leaver, threemaID string) {
	if !p.publicly(threemaID) {
		return
	}
	contact := p.contacts[threemaID]
	contact.Enabled = true
	c := p.leaverChange(model.DisableContact, l, threemaID, contactState(contact, true)["enabled"])
	c.ThreemaID = threemaID
	c.Before, c.After = contactState(contact, true), contactState(contact, true)
	c.After["enabled"] = "false"
	p.awaitList(&c, model.Object{Kind: model.ObjectContact, ID: threemaID})
	p.askForgotten(&c)
	p.add(c)
}

// contactState shows a contact in a change; a missing one shows as nothing.
func contactState(c model.Contact, there bool) map[string]string {
	if !there {
		return map[string]string{}
	}
	return map[string]string{
		"first_name": c.FirstName, "last_name": c.LastName, "enabled": strconv.FormatBool(c.Enabled),
	}
}
