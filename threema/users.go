package threema

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// UsersOf lists the users that are linked to a credential, also to one that is gone, all of them or
// none and an error. usage is how many IDs use the credential as it says itself, 0 of one that is
// gone. What the service's filter does is not documented, nor whether paging.total counts what it
// left (work-api §12 row 14): its list is read to a page that has nothing more, and taken if
// it holds as many users of this credential as the credential says. Else the whole list is read,
// which its total proves.
func (c *Client) UsersOf(ctx context.Context, credentialID string, usage int) ([]model.User, error) {
	users, err := list(ctx, c, usersWhere(url.Values{"filterCredential": {credentialID}}))
	linked := linkedTo(users, credentialID)
	switch kind := model.KindOf(err); {
	case err == nil && len(linked) >= usage:
		return linked, nil
	case err == nil, kind == model.FailureRefused, kind == model.FailureInvalid:
		users, err = list(ctx, c, usersWhere(nil))
		return linkedTo(users, credentialID), err
	}
	return nil, err
}

func linkedTo(users []model.User, credentialID string) []model.User {
	return slices.DeleteFunc(users, func(u model.User) bool { return u.CredentialID != credentialID })
}

// User reads one user; model.FailureNotFound if the ID is not in the package.
func (c *Client) User(ctx context.Context, threemaID string) (model.User, error) {
	r := request{method: http.MethodGet, path: []string{"users", threemaID}}
	return fetch(ctx, c, r, func(data []byte, odd *tolerance) (model.User, error) {
		user, err := decodeUser(data, odd)
		if err == nil && user.ID != threemaID {
			err = errOtherRecord
		}
		return user, err
	})
}

// Detach unlinks an ID from the package. It comes back if its app still has a valid
// credential (D-18).
func (c *Client) Detach(ctx context.Context, threemaID string) error {
	return c.endUser(ctx, request{method: http.MethodPost, path: []string{"users", threemaID, "detach"}})
}

// Revoke destroys an ID for ever.
func (c *Client) Revoke(ctx context.Context, threemaID string) error {
	return c.endUser(ctx, request{method: http.MethodDelete, path: []string{"users", threemaID}})
}

// endUser is the last gate before an ID is taken out: one that belongs to no employee never is,
// whatever the plan says (D-05, D-21).
func (c *Client) endUser(ctx context.Context, r request) error {
	if (model.User{ID: r.path[1]}).Special() {
		return r.failure(model.FailureOther, errors.New("not sent: IDs that begin with an asterisk belong to no employee"))
	}
	_, err := c.send(ctx, r)
	return err
}

func usersWhere(filter url.Values) listing[model.User] {
	return listing[model.User]{
		name:   "users",
		path:   "users",
		filter: filter,
		decode: decodeUsers,
		id:     func(u model.User) string { return u.ID },
	}
}

type wireUser struct {
	ID        string    `json:"id"`
	CSI       wireText  `json:"csi"`
	FirstName wireText  `json:"firstName"`
	LastName  wireText  `json:"lastName"`
	LastCheck wireDate  `json:"lastCheck"`
	CreatedAt wireDate  `json:"createdAt"`
	Links     wireLinks `json:"_links"`
}

// user refuses a link that cannot be read: taken for a missing one, it would make a colleague's
// ID look like the orphan of a leaver.
func (w wireUser) user(odd *tolerance) (model.User, error) {
	if w.ID == "" {
		return model.User{}, errNoID
	}
	credentialID, err := w.Links.id("credential")
	if err != nil {
		return model.User{}, err
	}
	return model.User{
		ID:           w.ID,
		CredentialID: credentialID,
		CSI:          w.CSI.text(odd, "a csi"),
		FirstName:    w.FirstName.text(odd, "a first name"),
		LastName:     w.LastName.text(odd, "a last name"),
		LastCheck:    w.LastCheck.time(odd, "lastCheck"),
		CreatedAt:    w.CreatedAt.time(odd, "createdAt"),
	}, nil
}

func decodeUsers(data []byte, odd *tolerance) (page[model.User], error) {
	var wire struct {
		Users  []wireUser `json:"users"`
		Paging wirePaging `json:"paging"`
	}
	if err := unmarshal(data, &wire); err != nil {
		return page[model.User]{}, err
	}
	return newPage(wire.Paging, wire.Users, odd, wireUser.user)
}

func decodeUser(data []byte, odd *tolerance) (model.User, error) {
	var wire wireUser
	if err := unmarshal(data, &wire); err != nil {
		return model.User{}, err
	}
	return wire.user(odd)
}
