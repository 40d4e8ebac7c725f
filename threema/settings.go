package threema

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// SetSettings writes settings of many credentials in one request; what it does not name stays.
// plan.FailureRefused says that one of the values is bad. After plan.FailureUnknown any part of them may
// have been written.
func (c *Client) SetSettings(ctx context.Context, settings []plan.CredentialSettings) error {
	if len(settings) == 0 {
		return nil
	}
	r := request{method: http.MethodPost, path: []string{"mdm-bulk"}}
	body, err := newBulkBody(settings)
	if err != nil {
		return r.failure(plan.FailureOther, fmt.Errorf("not sent: %w", err))
	}
	r.body = body
	_, err = c.send(ctx, r)
	return err
}

// UnsetSetting removes one setting of one credential: there is no bulk form.
func (c *Client) UnsetSetting(ctx context.Context, credentialID, name string) error {
	_, err := c.send(ctx, request{method: http.MethodDelete, path: []string{"credentials", credentialID, "mdm", name}})
	return err
}

// Settings reads the individual settings of one credential. A service that knows none may say that
// there are none to be found; whether the credential stands, [Client.Credential] tells.
func (c *Client) Settings(ctx context.Context, credentialID string) (map[string]string, error) {
	r := request{method: http.MethodGet, path: []string{"credentials", credentialID, "mdm"}}
	one, err := fetch(ctx, c, r, func(data []byte) (credentialSettings, error) {
		wire := wireCredentialSettings{}
		if err := unmarshal(data, &wire); err != nil {
			return credentialSettings{}, err
		}
		wire.ID = credentialID // the answer need not repeat it
		return wire.credentialSettings()
	})
	if plan.KindOf(err) == plan.FailureNotFound {
		return map[string]string{}, nil
	}
	return one.settings, err
}

// settings reads the individual settings of all credentials, as plan.Inventory holds them.
// Whether the list names a credential without settings is not documented, so none is kept.
func (c *Client) settings(ctx context.Context) (map[string]map[string]string, error) {
	credentials, err := list(ctx, c, listing[credentialSettings]{
		name:   "settings",
		path:   "mdm-bulk",
		decode: decodeSettings,
		id:     func(s credentialSettings) string { return s.id },
	})
	if err != nil {
		return nil, err
	}
	all := make(map[string]map[string]string, len(credentials))
	for _, credential := range credentials {
		if len(credential.settings) > 0 {
			all[credential.id] = credential.settings
		}
	}
	return all, nil
}

// wireBulkBody is the body of a bulk write. Here a setting is called name; the single POST,
// which we do not use, calls it property.
type wireBulkBody struct {
	Credentials []wireBulkCredential `json:"credentials"`
}

type wireBulkCredential struct {
	ID         string              `json:"id"`
	Parameters []wireBulkParameter `json:"parameters"`
}

type wireBulkParameter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// newBulkBody refuses what no caller may ask for: these are faults of the program, not of a
// value.
func newBulkBody(settings []plan.CredentialSettings) (wireBulkBody, error) {
	body := wireBulkBody{Credentials: make([]wireBulkCredential, 0, len(settings))}
	seen := make(map[string]bool, len(settings))
	for _, credential := range settings {
		if credential.CredentialID == "" || seen[credential.CredentialID] {
			return wireBulkBody{}, fmt.Errorf("credential %q stands twice in a bulk write, or has no id", credential.CredentialID)
		}
		seen[credential.CredentialID] = true
		parameters, err := newBulkParameters(credential.Settings)
		if err != nil {
			return wireBulkBody{}, err
		}
		body.Credentials = append(body.Credentials, wireBulkCredential{ID: credential.CredentialID, Parameters: parameters})
	}
	return body, nil
}

func newBulkParameters(settings []plan.Setting) ([]wireBulkParameter, error) {
	parameters := make([]wireBulkParameter, 0, len(settings))
	seen := make(map[string]bool, len(settings))
	for _, setting := range settings {
		switch {
		case setting.Name == "" || seen[setting.Name]:
			return nil, fmt.Errorf("setting %q stands twice for one credential, or has no name", setting.Name)
		case ignoredByApps(setting.Name):
			return nil, fmt.Errorf("setting %s must not be written: the apps ignore it when it comes from here (D-27)", setting.Name)
		}
		seen[setting.Name] = true
		parameters = append(parameters, wireBulkParameter(setting))
	}
	return parameters, nil
}

// ignoredByApps tells the five settings that the apps drop when they come from the app
// configuration (D-27).
func ignoredByApps(name string) bool {
	switch name {
	case "th_id_backup", "th_id_backup_password", "th_license_username", "th_license_password", "th_safe_password":
		return true
	default:
		return false
	}
}

// credentialSettings are the individual settings of one credential.
type credentialSettings struct {
	id       string
	settings map[string]string
}

type wireCredentialSettings struct {
	ID         string        `json:"id"`
	Parameters []wireSetting `json:"parameters"`
}

// wireSetting has its name under all the members that the service uses for it.
type wireSetting struct {
	Name     string          `json:"name"`
	ID       string          `json:"id"`
	Property string          `json:"property"`
	Value    json.RawMessage `json:"value"`
}

// credentialSettings leaves out settings without a value: empty and absent mean the same (D-30).
func (w wireCredentialSettings) credentialSettings() (credentialSettings, error) {
	if w.ID == "" {
		return credentialSettings{}, errNoID
	}
	settings := make(map[string]string, len(w.Parameters))
	for _, parameter := range w.Parameters {
		name := cmp.Or(parameter.Name, parameter.ID, parameter.Property)
		if name == "" {
			return credentialSettings{}, errors.New("a setting in the answer has no name")
		}
		value, err := settingText(parameter.Value)
		if err != nil {
			return credentialSettings{}, fmt.Errorf("setting %s: %w", printable(name), err)
		}
		if value != "" {
			settings[name] = value
		}
	}
	return credentialSettings{id: w.ID, settings: settings}, nil
}

// settingText is the value of a setting as text: a string as it is, anything else as its JSON.
func settingText(value json.RawMessage) (string, error) {
	switch {
	case len(value) == 0 || string(value) == "null":
		return "", nil
	case value[0] == '"':
		var text string
		err := json.Unmarshal(value, &text)
		return text, err
	default:
		var text bytes.Buffer
		err := json.Compact(&text, value)
		return text.String(), err
	}
}

func decodeSettings(data []byte) (page[credentialSettings], error) {
	var wire struct {
		Credentials flattened[wireCredentialSettings] `json:"credentials"`
		Paging      wirePaging                        `json:"paging"`
	}
	if err := unmarshal(data, &wire); err != nil {
		return page[credentialSettings]{}, err
	}
	return newPage(wire.Paging, wire.Credentials, wireCredentialSettings.credentialSettings)
}
