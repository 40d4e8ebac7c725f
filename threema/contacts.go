package threema

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// CreateContact adds a contact. The member directory_enabled is sent only to a service that
// refuses the contact without it, which costs a second request. A contact that exists is
// model.FailureRefused.
func (c *Client) CreateContact(ctx context.Context, contact model.Contact) error {
	body := newContactBody(contact)
	body.ThreemaID = contact.ID
	directory := body.Directory
	body.Directory = nil
	r := request{method: http.MethodPost, path: []string{"contacts"}, body: body}
	_, err := c.send(ctx, r)
	if model.KindOf(err) == model.FailureRefused {
		body.Directory = directory
		r.body = body
		_, err = c.send(ctx, r)
	}
	return err
}

// UpdateContact writes all members of a contact (D-49); model.FailureNotFound if it is gone. A
// service that refuses it may not know the member directory_enabled, which is younger than the rest
// (work-api §14): then it is asked once more without.
func (c *Client) UpdateContact(ctx context.Context, contact model.Contact) error {
	body := newContactBody(contact)
	r := request{method: http.MethodPut, path: []string{"contacts", contact.ID}, body: body}
	_, err := c.send(ctx, r)
	if model.KindOf(err) == model.FailureRefused {
		body.Directory = nil
		r.body = body
		if _, without := c.send(ctx, r); model.KindOf(without) != model.FailureRefused {
			return without
		}
	}
	return err
}

// wireContactBody is the body of POST and PUT.
type wireContactBody struct {
	ThreemaID string `json:"threemaId,omitempty"` // POST only
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	Enabled   bool   `json:"enabled"`
	Directory *bool  `json:"directory_enabled,omitempty"`
}

// newContactBody keeps the directory flag as it was read; where the service does not show it,
// the contact stays findable.
func newContactBody(contact model.Contact) wireContactBody {
	return wireContactBody{
		FirstName: contact.FirstName,
		LastName:  contact.LastName,
		Enabled:   contact.Enabled,
		Directory: cmp.Or(contact.Directory, new(true)),
	}
}

func allContacts() listing[model.Contact] {
	return listing[model.Contact]{
		name:   "contacts",
		path:   "contacts",
		decode: decodeContacts,
		id:     func(c model.Contact) string { return c.ID },
	}
}

type wireContact struct {
	ID        string   `json:"id"`        // live
	ThreemaID string   `json:"threemaId"` // as documented
	Type      string   `json:"type"`
	FirstName wireText `json:"firstName"`
	LastName  wireText `json:"lastName"`
	Enabled   bool     `json:"enabled"`
	Directory *bool    `json:"directory_enabled"`
}

func (w wireContact) contact(odd *tolerance) (model.Contact, error) {
	id := cmp.Or(w.ID, w.ThreemaID)
	if id == "" {
		return model.Contact{}, errNoID
	}
	return model.Contact{
		ID:        id,
		Auto:      strings.EqualFold(w.Type, "auto"),
		FirstName: w.FirstName.text(odd, "a first name"),
		LastName:  w.LastName.text(odd, "a last name"),
		Enabled:   w.Enabled,
		Directory: w.Directory,
	}, nil
}

func decodeContacts(data []byte, odd *tolerance) (page[model.Contact], error) {
	var wire struct {
		Contacts []wireContact `json:"contacts"`
		Paging   wirePaging    `json:"paging"`
	}
	if err := unmarshal(data, &wire); err != nil {
		return page[model.Contact]{}, err
	}
	return newPage(wire.Paging, wire.Contacts, odd, wireContact.contact)
}
