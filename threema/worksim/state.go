package worksim

import (
	"encoding/json"
	"fmt"
	"time"
)

// State is everything the simulator knows. What [Server.State] gives can be put back with
// [Server.SetState] and is then the same. The members up to Now are those of the design's "Simulator
// control"; the others complete them and may be left out.
type State struct {
	Subscription Subscription              `json:"subscription"`
	AutoContacts bool                      `json:"autoContacts"`
	Credentials  []Credential              `json:"credentials"`
	Users        []User                    `json:"users"`
	Contacts     []Contact                 `json:"contacts"`
	Settings     map[string]map[string]any `json:"settings"` // credential id → name → bool, integer or string
	Withdrawn    []Withdrawn               `json:"withdrawn"`
	Detached     []Departure               `json:"detached"` // every detach there was, also of IDs that came back
	Revoked      []Departure               `json:"revoked"`
	// RequestsToday counts the authenticated Work API calls of the quota's window.
	RequestsToday int  `json:"requestsToday"`
	Now           Time `json:"now"` // zero on the way in: the clock stays as it is

	GlobalSettings map[string]any  `json:"globalSettings"`
	Logos          map[string]Logo `json:"logos"` // "light", "dark"
	// Phones are the devices. A user with a valid credential and no phone here gets one that
	// checks in one interval from now; to model a silent device, list its phone as locked.
	Phones []Phone `json:"phones"`
	// Revoking are revocations that Options.RevokeAfter still holds back.
	Revoking []Departure `json:"revoking"`
	// RequestHours spreads RequestsToday over UTC hours. If they disagree, RequestsToday wins.
	RequestHours []HourCount `json:"requestHours"`
	// AllowedAddresses are CIDR ranges; with any given, calls from elsewhere are refused.
	AllowedAddresses []string `json:"allowedAddresses"`
}

// Subscription is the licence package. Empty members take their default on the way in; a LicenseAmount of
// 0 does so only together with an empty ID, so that a package without licences can be had.
type Subscription struct {
	ID            string `json:"id"` // 10 characters
	Name          string `json:"name"`
	ValidUntil    Time   `json:"validUntil"`
	Type          string `json:"type"`
	LicenseAmount int    `json:"licenseAmount"`
}

// Credential is a username and password pair. Users lists the IDs that are linked to it, sorted.
type Credential struct {
	ID           string   `json:"id"`
	Username     string   `json:"username"`
	Password     string   `json:"password"`
	Hashed       bool     `json:"hashed"`
	Locked       bool     `json:"locked"`
	LicenseCount int      `json:"licenseCount"` // 0 on the way in: 1
	Users        []string `json:"users"`
}

// User is a Threema ID that is active in the package; all but the times is what its app reported.
type User struct {
	ID           string `json:"id"`
	CredentialID string `json:"credentialId"` // empty: orphan
	CSI          string `json:"csi"`
	FirstName    string `json:"firstName"`
	LastName     string `json:"lastName"`
	LastCheck    Time   `json:"lastCheck"`
	Nickname     string `json:"nickname"`
	Category     string `json:"category"`
	JobTitle     string `json:"jobTitle"`
	Department   string `json:"department"`
	Version      string `json:"version"`
	CreatedAt    Time   `json:"createdAt"`
}

// Contact types.
const (
	ContactAuto   = "auto"
	ContactCustom = "custom"
)

// Contact is an entry of the app contact list.
type Contact struct {
	ID               string `json:"id"`
	Type             string `json:"type"` // empty on the way in: custom
	FirstName        string `json:"firstName"`
	LastName         string `json:"lastName"`
	Enabled          bool   `json:"enabled"`
	DirectoryEnabled bool   `json:"directory_enabled"`
}

// Withdrawn records a deleted credential.
type Withdrawn struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	At       Time   `json:"at"`
}

// Departure records that an ID was detached or revoked; of a pending revocation, when it was asked for.
type Departure struct {
	ID string `json:"id"`
	At Time   `json:"at"`
}

// Phone is a device that activated with a credential and keeps its username and password.
type Phone struct {
	ThreemaID    string `json:"threemaId"`
	Username     string `json:"username"`
	Password     string `json:"password"`
	CredentialID string `json:"credentialId"`
	NextCheck    Time   `json:"nextCheck"`
	Locked       bool   `json:"locked"` // silent until somebody activates it again
}

// Logo is a picture; the API cannot upload one, the state can.
type Logo struct {
	ContentType string `json:"contentType"`
	Data        []byte `json:"data"` // base64 in JSON
}

// HourCount counts the calls of one UTC hour.
type HourCount struct {
	Hour  Time `json:"hour"`
	Count int  `json:"count"`
}

// TimeLayout is how the Work API and the state write a time: 24 characters, no colon in the offset.
const TimeLayout = "2006-01-02T15:04:05-0700"

// Time is an instant in TimeLayout. It reads RFC 3339, null and "" too; the latter two are zero, and zero is written as "".
type Time struct{ time.Time }

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte(`""`), nil
	}
	return json.Marshal(t.UTC().Format(TimeLayout))
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Time) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("read a time: %w", err)
	}
	if text == "" {
		*t = Time{}
		return nil
	}
	parsed, err := time.Parse(TimeLayout, text)
	if err != nil {
		parsed, err = time.Parse(time.RFC3339, text)
	}
	if err != nil {
		return fmt.Errorf("read a time: %q is neither %s nor RFC 3339", text, TimeLayout)
	}
	*t = Time{parsed.UTC().Truncate(time.Second)}
	return nil
}
