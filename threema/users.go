package threema

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// UsersOf lists the users that are linked to a credential, also to one that is gone. The
// service's filter is not documented, so its answer is filtered again by the links; a service
// that refuses the filter is asked for all users.
func (c *Client) UsersOf(ctx context.Context, credentialID string) ([]plan.User, error) {
	users, err := list(ctx, c, usersWhere(url.Values{"filterCredential": {credentialID}}))
	if status := statusOf(err); status == http.StatusBadRequest || status == http.StatusNotFound {
		users, err = list(ctx, c, usersWhere(nil))
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(users, func(u plan.User) bool { return u.CredentialID != credentialID }), nil
}

// User reads one user; plan.FailureNotFound if the ID is not in the package.
func (c *Client) User(ctx context.Context, threemaID string) (plan.User, error) {
	r := request{method: http.MethodGet, path: []string{"users", threemaID}}
	return fetch(ctx, c, r, func(data []byte) (plan.User, error) {
		user, err := decodeUser(data)
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
	if (plan.User{ID: r.path[1]}).Special() {
		return r.failure(plan.FailureOther, errors.New("not sent: IDs that begin with an asterisk belong to no employee"))
	}
	_, err := c.send(ctx, r)
	return err
}

func usersWhere(filter url.Values) listing[plan.User] {
	return listing[plan.User]{
		name:   "users",
		path:   "users",
		query:  filter,
		decode: decodeUsers,
		id:     func(u plan.User) string { return u.ID },
	}
}

type wireUser struct {
	ID        string    `json:"id"`
	CSI       string    `json:"csi"`
	FirstName string    `json:"firstName"`
	LastName  string    `json:"lastName"`
	LastCheck date      `json:"lastCheck"`
	CreatedAt date      `json:"createdAt"`
	Links     wireLinks `json:"_links"`
}

// user refuses a link that cannot be read: taken for a missing one, it would make a colleague's
// ID look like the orphan of a leaver.
func (w wireUser) user() (plan.User, error) {
	if w.ID == "" {
		return plan.User{}, errNoID
	}
	credentialID, err := w.Links.id("credential")
	if err != nil {
		return plan.User{}, err
	}
	return plan.User{
		ID:           w.ID,
		CredentialID: credentialID,
		CSI:          w.CSI,
		FirstName:    w.FirstName,
		LastName:     w.LastName,
		LastCheck:    w.LastCheck.Time,
		CreatedAt:    w.CreatedAt.Time,
	}, nil
}

func decodeUsers(data []byte) (page[plan.User], error) {
	var wire struct {
		Users  []wireUser `json:"users"`
		Paging wirePaging `json:"paging"`
	}
	if err := unmarshal(data, &wire); err != nil {
		return page[plan.User]{}, err
	}
	return newPage(wire.Paging, wire.Users, wireUser.user)
}

func decodeUser(data []byte) (plan.User, error) {
	var wire wireUser
	if err := unmarshal(data, &wire); err != nil {
		return plan.User{}, err
	}
	return wire.user()
}
