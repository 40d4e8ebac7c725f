package threema

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// SetSettings writes settings of many credentials in one request. What it does not name of them stays
// on some services and is gone on others, see model.BulkReading. model.FailureRefused says that one of the values is bad. After model.FailureUnknown any part of them may
// have been written.
func (c *Client) SetSettings(ctx context.Context, settings []model.CredentialSettings) error {
	if len(settings) == 0 {
		return nil
	}
	r := request{method: http.MethodPost, path: []string{"mdm-bulk"}}
	body, err := newBulkBody(settings)
	if err != nil {
		return r.failure(model.FailureOther, fmt.Errorf("not sent: %w", err))
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

// Settings reads the individual settings of one credential, sorted by name. The contract has no answer
// for one that is gone; whether the credential stands, [Client.Credential] tells. Where the service
// knows none of it, the list of all decides.
func (c *Client) Settings(ctx context.Context, credentialID string) ([]model.KeptSetting, error) {
	r := request{method: http.MethodGet, path: []string{"credentials", credentialID, "mdm"}}
	one, err := fetch(ctx, c, r, func(data []byte, odd *tolerance) (credentialSettings, error) {
		var wire wireCredentialSettings
		if err := unmarshal(data, &wire); err != nil {
			return credentialSettings{}, err
		}
		wire.ID = credentialID // the answer need not repeat it
		return wire.credentialSettings(odd)
	})
	if model.KindOf(err) == model.FailureNotFound {
		values, notText, err := c.settings(ctx)
		return credentialSettings{credentialID, values[credentialID], notText[credentialID]}.kept(), err
	}
	return one.kept(), err
}

// settings reads the individual settings of all credentials, as model.Inventory holds them: their
// values, and which are no texts. Whether the list names a credential without settings is not
// documented, so none is kept.
func (c *Client) settings(ctx context.Context) (values map[string]map[string]string, notText map[string]map[string]bool, err error) {
	credentials, err := list(ctx, c, allSettings())
	if err != nil {
		return nil, nil, err
	}
	values, notText = make(map[string]map[string]string, len(credentials)), map[string]map[string]bool{}
	for _, credential := range credentials {
		if len(credential.settings) > 0 {
			values[credential.id] = credential.settings
		}
		if len(credential.notText) > 0 {
			notText[credential.id] = credential.notText
		}
	}
	return values, notText, nil
}

func allSettings() listing[credentialSettings] {
	return listing[credentialSettings]{
		name:   "settings",
		path:   "mdm-bulk",
		decode: decodeSettings,
		id:     func(s credentialSettings) string { return s.id },
	}
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
	Value any    `json:"value"`
}

// newBulkBody refuses what no caller may ask for: these are faults of the program, not of a
// value.
func newBulkBody(settings []model.CredentialSettings) (wireBulkBody, error) {
	body := wireBulkBody{Credentials: make([]wireBulkCredential, 0, len(settings))}
	seen := make(map[string]bool, len(settings))
	for _, credential := range settings {
		if credential.CredentialID == "" || seen[credential.CredentialID] {
			return wireBulkBody{}, fmt.Errorf("credential %q stands twice in a bulk write, or has no id", credential.CredentialID)
		}
		seen[credential.CredentialID] = true
		parameters, err := newBulkParameters(credential)
		if err != nil {
			return wireBulkBody{}, err
		}
		body.Credentials = append(body.Credentials, wireBulkCredential{ID: credential.CredentialID, Parameters: parameters})
	}
	return body, nil
}

func newBulkParameters(credential model.CredentialSettings) ([]wireBulkParameter, error) {
	parameters := make([]wireBulkParameter, 0, len(credential.Settings)+len(credential.Keep))
	for _, setting := range credential.Settings {
		if ignoredByApps(setting.Name) {
			return nil, fmt.Errorf("setting %s must not be written: the apps ignore it when it comes from here (D-27)", setting.Name)
		}
		parameters = append(parameters, wireBulkParameter{setting.Name, setting.Value})
	}
	for _, kept := range credential.Keep {
		parameters = append(parameters, wireBulkParameter{kept.Name, kept.JSON()})
	}
	seen := make(map[string]bool, len(parameters))
	for _, parameter := range parameters {
		if parameter.Name == "" || seen[parameter.Name] {
			return nil, fmt.Errorf("setting %q stands twice for one credential, or has no name", parameter.Name)
		}
		seen[parameter.Name] = true
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
	notText  map[string]bool // nil if all values are texts
}

// kept lists the settings as they can be written back, by name.
func (s credentialSettings) kept() []model.KeptSetting {
	var kept []model.KeptSetting
	for _, name := range slices.Sorted(maps.Keys(s.settings)) {
		kept = append(kept, model.KeptSetting{Name: name, Value: s.settings[name], NotText: s.notText[name]})
	}
	return kept
}

type wireCredentialSettings struct {
	ID         string              `json:"id"`
	Parameters orNone[wireSetting] `json:"parameters"`
}

// wireSetting has its name under all the members that the service uses for it.
type wireSetting struct {
	Name     string          `json:"name"`
	ID       string          `json:"id"`
	Property string          `json:"property"`
	Value    json.RawMessage `json:"value"`
}

// credentialSettings leaves out settings without a value: empty and absent mean the same (D-30).
func (w wireCredentialSettings) credentialSettings(odd *tolerance) (credentialSettings, error) {
	if w.ID == "" {
		return credentialSettings{}, errNoID
	}
	parameters := w.Parameters.list(odd, "parameters of a credential")
	s := credentialSettings{id: w.ID, settings: make(map[string]string, len(parameters))}
	for _, parameter := range parameters {
		name := cmp.Or(parameter.Name, parameter.ID, parameter.Property)
		if name == "" {
			return credentialSettings{}, errors.New("a setting in the answer has no name")
		}
		if err := s.set(name, parameter.Value); err != nil {
			return credentialSettings{}, fmt.Errorf("setting %s: %w", printable(name), err)
		}
	}
	return s, nil
}

// set keeps the value of a setting: a string as it is, anything else as its JSON.
func (s *credentialSettings) set(name string, value json.RawMessage) error {
	var text string
	switch {
	case len(value) == 0 || string(value) == "null":
		return nil
	case value[0] == '"':
		if err := json.Unmarshal(value, &text); err != nil {
			return err
		}
	default:
		var compact bytes.Buffer
		if err := json.Compact(&compact, value); err != nil {
			return err
		}
		text = compact.String()
		if s.notText == nil {
			s.notText = map[string]bool{}
		}
		s.notText[name] = true
	}
	if text != "" {
		s.settings[name] = text
	}
	return nil
}

func decodeSettings(data []byte, odd *tolerance) (page[credentialSettings], error) {
	var wire struct {
		Credentials flattened[wireCredentialSettings] `json:"credentials"`
		Paging      wirePaging                        `json:"paging"`
	}
	if err := unmarshal(data, &wire); err != nil {
		return page[credentialSettings]{}, err
	}
	return newPage(wire.Paging, wire.Credentials, odd, wireCredentialSettings.credentialSettings)
}
