package threema

import (
	"context"
	"errors"
	"net/http"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Credential reads one credential; model.FailureNotFound if it is gone.
func (c *Client) Credential(ctx context.Context, id string) (model.Credential, error) {
	r := request{method: http.MethodGet, path: []string{"credentials", id}}
	return fetch(ctx, c, r, func(data []byte, odd *tolerance) (model.Credential, error) {
		credential, err := decodeCredential(data, odd)
		if err == nil && credential.ID != id {
			err = errOtherRecord
		}
		return credential, err
	})
}

// Credentials lists all of them.
func (c *Client) Credentials(ctx context.Context) ([]model.Credential, error) {
	return list(ctx, c, allCredentials())
}

// wireNewCredential is the body of POST and PUT. Hash and lock are always sent: an omitted hash
// means false even on a credential that is hashed.
type wireNewCredential struct {
	Username     string `json:"username"`
	Password     string `json:"password"`
	Hash         bool   `json:"hash"`
	Lock         bool   `json:"lock"`
	LicenseCount int    `json:"licenseCount,omitempty"` // POST only; above 1 the credential is shared
}

// CreateCredential creates a personal credential. After model.FailureUnknown it may exist: the
// next inventory tells.
func (c *Client) CreateCredential(ctx context.Context, username string, password secret.Value, hash, lock bool) (model.Credential, error) {
	return fetch(ctx, c, request{
		method:  http.MethodPost,
		path:    []string{"credentials"},
		body:    wireNewCredential{Username: username, Password: password.Reveal(), Hash: hash, Lock: lock, LicenseCount: 1},
		secrets: []secret.Value{password},
	}, decodeNewCredential)
}

// ReplacePassword gives a credential a new password. An app that uses the credential would be
// locked out (D-22): the caller knows that there is none.
func (c *Client) ReplacePassword(ctx context.Context, id, username string, password secret.Value, hash, lock bool) error {
	_, err := c.send(ctx, request{
		method:  http.MethodPut,
		path:    []string{"credentials", id},
		body:    wireNewCredential{Username: username, Password: password.Reveal(), Hash: hash, Lock: lock},
		secrets: []secret.Value{password},
	})
	return err
}

// Withdraw deletes a credential: the app access ends within a day, the Threema ID lives on.
func (c *Client) Withdraw(ctx context.Context, id string) error {
	_, err := c.send(ctx, request{method: http.MethodDelete, path: []string{"credentials", id}})
	return err
}

func allCredentials() listing[model.Credential] {
	return listing[model.Credential]{
		name:   "credentials",
		path:   "credentials",
		decode: decodeCredentials,
		id:     func(c model.Credential) string { return c.ID },
	}
}

// wireCredential has hashed and locked under their older names too. It has no password.
type wireCredential struct {
	ID       string   `json:"id"`
	Username wireText `json:"username"`
	Usage    *int     `json:"usage"`
	Hashed   *bool    `json:"hashed"`
	Hash     *bool    `json:"hash"`
	Locked   *bool    `json:"locked"`
	Lock     *bool    `json:"lock"`
}

// credential demands the usage: taken for 0 where it is missing, a credential in use would look
// free for a new password.
func (w wireCredential) credential(odd *tolerance) (model.Credential, error) {
	switch {
	case w.ID == "":
		return model.Credential{}, errNoID
	case w.Usage == nil:
		return model.Credential{}, errors.New("a credential does not say how many IDs use it (usage): the service is older than version 1.7 of the API")
	}
	return model.Credential{
		ID:       w.ID,
		Username: w.Username.text(odd, "a username"),
		Usage:    *w.Usage,
		Hashed:   either(w.Hashed, w.Hash),
		Locked:   either(w.Locked, w.Lock),
	}, nil
}

func decodeCredentials(data []byte, odd *tolerance) (page[model.Credential], error) {
	var wire struct {
		Credentials []wireCredential `json:"credentials"`
		Paging      wirePaging       `json:"paging"`
	}
	if err := unmarshal(data, &wire); err != nil {
		return page[model.Credential]{}, err
	}
	return newPage(wire.Paging, wire.Credentials, odd, wireCredential.credential)
}

func decodeCredential(data []byte, odd *tolerance) (model.Credential, error) {
	var wire wireCredential
	if err := unmarshal(data, &wire); err != nil {
		return model.Credential{}, err
	}
	return wire.credential(odd)
}

// decodeNewCredential reads the record of a credential that was created just now, so that
// nobody can be using it yet.
func decodeNewCredential(data []byte, odd *tolerance) (model.Credential, error) {
	wire := wireCredential{Usage: new(int)}
	if err := unmarshal(data, &wire); err != nil {
		return model.Credential{}, err
	}
	if wire.Usage == nil { // the answer says null
		wire.Usage = new(int)
	}
	return wire.credential(odd)
}
