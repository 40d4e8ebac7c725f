package sync

import (
	"cmp"
	"context"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// publish creates or enables contacts.
func (a *requests) publish(ctx context.Context, changes []model.Change) error {
	return a.journalled(ctx, changes, func(ctx context.Context, c model.Change) error {
		contact, there := a.contacts[c.ThreemaID]
		contact.ID, contact.Enabled = c.ThreemaID, true
		contact.FirstName, contact.LastName = c.After["first_name"], c.After["last_name"]
		if !there {
			return a.Package.CreateContact(ctx, contact)
		}
		return a.Package.UpdateContact(ctx, contact)
	})
}

// disabled is a leaver's contact out of the list, before the ID goes. The service refuses
// empty names (D-49), so a nameless one gets the ID for a name.
func (a *requests) disabled(threemaID string) model.Contact {
	contact := a.contacts[threemaID]
	contact.Enabled = false
	contact.FirstName = cmp.Or(contact.FirstName, threemaID)
	contact.LastName = cmp.Or(contact.LastName, threemaID)
	return contact
}
