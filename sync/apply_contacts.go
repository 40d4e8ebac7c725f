package sync

import (
	"cmp"
	"context"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// publish creates or enables contacts.
func (a *applier) publish(ctx context.Context, changes []plan.Change) error {
	return a.journalled(ctx, changes, func(ctx context.Context, c plan.Change) error {
		contact, there := a.contacts[c.ThreemaID]
		contact.ID, contact.Enabled = c.ThreemaID, true
		contact.FirstName, contact.LastName = c.After["first_name"], c.After["last_name"]
		if !there {
			return a.Package.CreateContact(ctx, contact)
		}
		return a.Package.UpdateContact(ctx, contact)
	})
}

// disable takes a leaver's contact out of the list, before the ID goes. The service refuses
// empty names (D-49), so a nameless one gets the ID for a name.
func (a *applier) disable(ctx context.Context, c plan.Change) (bool, error) {
	if why := a.stillDeparted(ctx, c); why != "" {
		a.skip(ctx, c, why)
		return false, nil
	}
	contact := a.contacts[c.ThreemaID]
	contact.Enabled = false
	contact.FirstName = cmp.Or(contact.FirstName, c.ThreemaID)
	contact.LastName = cmp.Or(contact.LastName, c.ThreemaID)
	return a.step(ctx, c, a.operation(c), func(ctx context.Context) error { return a.Package.UpdateContact(ctx, contact) })
}
