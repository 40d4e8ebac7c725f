package threema_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/threema"
)

// TestRequests holds what goes over the wire, one row per write.
func TestRequests(t *testing.T) {
	t.Parallel()
	password := secret.New("p&ss<wörd>")
	tests := []struct {
		name    string
		do      action
		request string
		body    map[string]any // nil: none
	}{
		{"create", func(ctx context.Context, c *threema.Client) error {
			_, err := c.CreateCredential(ctx, "jo", password, false, true)
			return err
		}, "POST /credentials", map[string]any{"username": "jo", "password": "p&ss<wörd>", "hash": false, "lock": true, "licenseCount": 1.0}},
		{"new password", func(ctx context.Context, c *threema.Client) error {
			return c.ReplacePassword(ctx, "a/b", "jo", password, true, false)
		}, "PUT /credentials/a%2Fb", map[string]any{"username": "jo", "password": "p&ss<wörd>", "hash": true, "lock": false}},
		{"withdraw", withdraw, "DELETE /credentials/c1", nil},
		{"detach", func(ctx context.Context, c *threema.Client) error { return c.Detach(ctx, "ABCDEFGH") }, "POST /users/ABCDEFGH/detach", nil},
		{"revoke", func(ctx context.Context, c *threema.Client) error { return c.Revoke(ctx, "ABCDEFGH") }, "DELETE /users/ABCDEFGH", nil},
		{"new contact", func(ctx context.Context, c *threema.Client) error {
			return c.CreateContact(ctx, model.Contact{ID: "ABCDEFGH", FirstName: "Jo", LastName: "Doe", Enabled: true})
		}, "POST /contacts", map[string]any{"threemaId": "ABCDEFGH", "firstName": "Jo", "lastName": "Doe", "enabled": true}},
		{"contact, directory unknown", func(ctx context.Context, c *threema.Client) error {
			return c.UpdateContact(ctx, model.Contact{ID: "ABCDEFGH", FirstName: "Jo", LastName: "Doe"})
		}, "PUT /contacts/ABCDEFGH", map[string]any{"firstName": "Jo", "lastName": "Doe", "enabled": false, "directory_enabled": true}},
		{"contact, directory known", func(ctx context.Context, c *threema.Client) error {
			return c.UpdateContact(ctx, model.Contact{ID: "*GATEWAY", FirstName: "Jo", LastName: "Doe", Enabled: true, Directory: new(false)})
		}, "PUT /contacts/%2AGATEWAY", map[string]any{"firstName": "Jo", "lastName": "Doe", "enabled": true, "directory_enabled": false}},
		{"settings", bulk(
			model.CredentialSettings{CredentialID: "c1", Settings: []model.Setting{{Name: "th_csi", Value: "1"}, {Name: "th_nickname", Value: "true"}}},
			model.CredentialSettings{CredentialID: "c/2"},
		), "POST /mdm-bulk", map[string]any{"credentials": []any{
			map[string]any{"id": "c1", "parameters": []any{
				map[string]any{"name": "th_csi", "value": "1"}, map[string]any{"name": "th_nickname", "value": "true"},
			}},
			map[string]any{"id": "c/2", "parameters": []any{}},
		}}},
		{"unset", func(ctx context.Context, c *threema.Client) error { return c.UnsetSetting(ctx, "a/b", "th_nickname") }, "DELETE /credentials/a%2Fb/mdm/th_nickname", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client, seen := setup(t, func(w http.ResponseWriter, r *http.Request) {
				if tt.body == nil && r.ContentLength != 0 {
					t.Errorf("a body of %d bytes came", r.ContentLength)
				}
				if tt.body != nil {
					if diff := cmp.Diff(tt.body, bodyOf(t, r)); diff != "" {
						t.Errorf("body (-want +got):\n%s", diff)
					}
				}
				if got := r.Header.Get("User-Agent"); got != "threema-dirsync/test" {
					t.Errorf("User-Agent = %q", got)
				}
				if r.URL.Path == prefix+"/credentials" {
					replyJSON(201, `{"id":"new"}`)(w, r)
					return
				}
				w.WriteHeader(http.StatusNoContent)
			})
			if err := tt.do(t.Context(), client); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff([]string{tt.request}, seen.requests()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSuccessHasManyForms: what the service answers to a write is documented for some only.
func TestSuccessHasManyForms(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"204":                    reply(204, "", ""),
		"200 with the record":    replyJSON(200, `{"id":"c1"}`),
		"201 without body":       reply(201, "text/html; charset=utf-8", ""),
		"200 with problem+json ": reply(200, "application/hal+json", `{}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, answer)
			if err := withdraw(t.Context(), client); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNothingToSet(t *testing.T) {
	t.Parallel()
	client, seen := setup(t, reply(500, "", ""))
	if err := client.SetSettings(t.Context(), nil); err != nil || len(seen.requests()) != 0 {
		t.Errorf("error %v, requests %q", err, seen.requests())
	}
}

func TestCreateContactAddsTheDirectoryFlagWhenAsked(t *testing.T) {
	t.Parallel()
	contact := model.Contact{ID: "ABCDEFGH", FirstName: "Jo", LastName: "Doe", Enabled: true}
	t.Run("demanded", func(t *testing.T) {
		t.Parallel()
		client, seen := setup(t, func(w http.ResponseWriter, r *http.Request) {
			if bodyOf(t, r)["directory_enabled"] != true {
				replyJSON(400, `{"error":"directory_enabled is missing"}`)(w, r)
				return
			}
			w.WriteHeader(http.StatusCreated)
		})
		if err := client.CreateContact(t.Context(), contact); err != nil || seen.taken != 2 {
			t.Errorf("error %v, %d requests counted", err, seen.taken)
		}
	})
	t.Run("exists", func(t *testing.T) {
		t.Parallel()
		client, seen := setup(t, replyJSON(400, `{"error":"exists"}`))
		if err := client.CreateContact(t.Context(), contact); model.KindOf(err) != model.FailureRefused || seen.taken != 2 {
			t.Errorf("error %v, %d requests counted", err, seen.taken)
		}
	})
	t.Run("no second try after an unknown outcome", func(t *testing.T) {
		t.Parallel()
		client, seen := setup(t, replyJSON(500, ``))
		if err := client.CreateContact(t.Context(), contact); model.KindOf(err) != model.FailureUnknown || seen.taken != 1 {
			t.Errorf("error %v, %d requests counted", err, seen.taken)
		}
	})
}
