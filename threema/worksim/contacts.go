package worksim

import (
	"net/http"
	"slices"
)

// followUser keeps the automatic contact of a user: it is made when the ID appears, and takes over names that
// the app reports anew. Between two such reports, names set through the API stand.
func (w *world) followUser(u *User, appeared, renamed bool) {
	contact, ok := w.contacts.get(u.ID)
	switch {
	case !ok && appeared && w.autoContacts:
		w.contacts.add(u.ID, &Contact{
			ID: u.ID, Type: ContactAuto, FirstName: u.FirstName, LastName: u.LastName,
			Enabled: true, DirectoryEnabled: true,
		})
	case ok && renamed && contact.Type == ContactAuto:
		contact.FirstName, contact.LastName = u.FirstName, u.LastName
	}
}

// contactAnswer is how the API shows a contact.
type contactAnswer struct {
	Links            []link `json:"_links"`
	ID               string `json:"id,omitempty"`
	ThreemaID        string `json:"threemaId,omitempty"`
	Type             string `json:"type"`
	FirstName        text   `json:"firstName,omitzero"`
	LastName         text   `json:"lastName,omitzero"`
	Enabled          bool   `json:"enabled"`
	DirectoryEnabled *bool  `json:"directory_enabled,omitempty"`
}

func (c *call) showContact(contact *Contact) contactAnswer {
	shown := contactAnswer{
		Links: c.links("detail", "contacts", contact.ID), ID: contact.ID, Type: contact.Type,
		FirstName: c.text(contact.FirstName), LastName: c.text(contact.LastName),
		Enabled: contact.Enabled,
	}
	if !c.world.quirks[DirectoryEnabledUnknown] {
		shown.DirectoryEnabled = new(contact.DirectoryEnabled)
	}
	if c.world.quirks[ContactThreemaID] {
		shown.ID, shown.ThreemaID = "", contact.ID
	}
	return shown
}

func listContacts(c *call) (answer, error) {
	category := c.query.Get("filterCategory")
	keep := func(contact *Contact) bool {
		return slices.ContainsFunc(c.world.categoriesOf(contact.ID), func(name string) bool {
			return name == category || categoryID(name) == category
		})
	}
	return listPage(c, "contacts", &c.world.contacts, category != "", keep, c.showContact)
}

func createContact(c *call) (answer, error) {
	var body struct {
		ThreemaID        string  `json:"threemaId"`
		FirstName        *string `json:"firstName"`
		LastName         *string `json:"lastName"`
		Enabled          *bool   `json:"enabled"`
		DirectoryEnabled *bool   `json:"directory_enabled"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	for name, value := range map[string]*string{"firstName": body.FirstName, "lastName": body.LastName} {
		if value == nil {
			continue
		}
		if err := checkText(name, value); err != nil {
			return answer{}, err
		}
	}
	if !isThreemaID(body.ThreemaID) || c.world.contacts.has(body.ThreemaID) {
		return answer{}, badRequest("invalid threemaId or already exists")
	}
	c.world.contacts.add(body.ThreemaID, &Contact{
		ID: body.ThreemaID, Type: ContactCustom, FirstName: orEmpty(body.FirstName), LastName: orEmpty(body.LastName),
		Enabled: orTrue(body.Enabled), DirectoryEnabled: orTrue(body.DirectoryEnabled),
	})
	return answer{status: http.StatusCreated}, nil
}

func orTrue(b *bool) bool { return b == nil || *b }

func orEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

func getContact(c *call) (answer, error) {
	contact, err := c.contact()
	if err != nil {
		return answer{}, err
	}
	return ok(c.showContact(contact)), nil
}

// updateContact works on automatic and custom contacts.
func updateContact(c *call) (answer, error) {
	contact, err := c.contact()
	if err != nil {
		return answer{}, err
	}
	var body struct {
		FirstName        *string `json:"firstName"`
		LastName         *string `json:"lastName"`
		Enabled          *bool   `json:"enabled"`
		DirectoryEnabled *bool   `json:"directory_enabled"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	if err := checkText("firstName", body.FirstName); err != nil {
		return answer{}, err
	}
	if err := checkText("lastName", body.LastName); err != nil {
		return answer{}, err
	}
	if body.Enabled == nil {
		return answer{}, badRequest("enabled is missing")
	}
	unknown := c.world.quirks[DirectoryEnabledUnknown]
	switch {
	case body.DirectoryEnabled != nil && unknown:
		return answer{}, badRequest("directory_enabled is not known")
	case body.DirectoryEnabled == nil && !unknown && !c.world.quirks[DirectoryEnabledOptional]:
		return answer{}, badRequest("directory_enabled is missing")
	case body.DirectoryEnabled == nil:
		body.DirectoryEnabled = &contact.DirectoryEnabled
	}
	contact.FirstName, contact.LastName = *body.FirstName, *body.LastName
	contact.Enabled, contact.DirectoryEnabled = *body.Enabled, *body.DirectoryEnabled
	return done(), nil
}

func deleteContact(c *call) (answer, error) {
	contact, err := c.contact()
	if err != nil {
		return answer{}, err
	}
	if contact.Type == ContactAuto {
		return answer{}, &apiError{http.StatusUnauthorized, "an automatic contact cannot be removed, only disabled"}
	}
	c.world.contacts.remove(contact.ID)
	return done(), nil
}

// contact is the one that the path names.
func (c *call) contact() (*Contact, error) {
	contact, ok := c.world.contacts.get(c.args[0])
	if !ok {
		return nil, notFound("contact")
	}
	return contact, nil
}
