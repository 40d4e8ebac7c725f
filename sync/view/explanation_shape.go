package view

import (
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// The shape of an explanation in JSON is a contract (design §6): members are added, never renamed. They are written in
// the order of the alphabet.
type (
	// ExplanationJSON is everything known of one person. A part that is not there is null; lists never are.
	ExplanationJSON struct {
		Alarms       []AlarmJSON         `json:"alarms"`
		AsOf         *time.Time          `json:"asOf"` // as of when the rest is known, where something could not be read
		Changes      []ChangeJSON        `json:"changes"`
		Contacts     []ContactJSON       `json:"contacts"`
		Credential   *CredentialJSON     `json:"credential"`
		Departure    *DepartureJSON      `json:"departure"`
		Effects      []EffectJSON        `json:"effects"`
		Entry        *EntryJSON          `json:"entry"`
		Guards       []GuardJSON         `json:"guards"`
		Held         []string            `json:"held"` // reasons
		History      HistoryJSON         `json:"history"`
		LoggedOut    bool                `json:"loggedOut"`
		Missed       *MissedJSON         `json:"missed"`
		Next         NextStepJSON        `json:"next"`
		NotActivated bool                `json:"notActivated"`
		Notices      []NoticeJSON        `json:"notices"`
		Observation  *ObservationJSON    `json:"observation"`
		Open         []OpenOperationJSON `json:"open"` // without a known end
		Owned        *OwnedJSON          `json:"owned"`
		Person       PersonJSON          `json:"person"`
		Settings     []SettingJSON       `json:"settings"`
		SettingsStay string              `json:"settingsStay"`
		Source       *SourceJSON         `json:"source"`
		Suspension   *SuspendedJSON      `json:"suspension"`
		Unmanaged    []UnmanagedJSON     `json:"unmanaged"`
		Unread       []UnreadJSON        `json:"unread"`
		Username     string              `json:"username"`
		Users        []UserJSON          `json:"users"`
	}
	// NextStepJSON is what happens next.
	NextStepJSON struct {
		NotBefore *time.Time `json:"notBefore"`
		Step      string     `json:"step"`
	}
	// SettingJSON is a setting of the credential.
	SettingJSON struct {
		Desired   *string `json:"desired"` // null: nothing is wanted
		Name      string  `json:"name"`
		Now       string  `json:"now"`
		Undecided string  `json:"undecided,omitempty"` // why it stays as it is
	}
	// UserJSON is a Threema ID of the package.
	UserJSON struct {
		CredentialID string     `json:"credentialId"`
		CSI          string     `json:"csi"`
		FirstName    string     `json:"firstName"`
		ID           string     `json:"id"`
		LastCheck    *time.Time `json:"lastCheck"`
		LastName     string     `json:"lastName"`
	}
	// ContactJSON is a contact of the package.
	ContactJSON struct {
		Automatic bool   `json:"automatic"`
		Enabled   bool   `json:"enabled"`
		FirstName string `json:"firstName"`
		ID        string `json:"id"`
		LastName  string `json:"lastName"`
	}
	// OpenOperationJSON is what was sent and not settled.
	OpenOperationJSON struct {
		At *time.Time `json:"at"`
		ID string     `json:"id"`
		Op model.Op   `json:"op"`
	}
	// EvidenceJSON is what proves a state.
	EvidenceJSON struct {
		Detail string             `json:"detail"`
		Kind   model.EvidenceKind `json:"kind"`
	}
	// EntryJSON is the directory's entry.
	EntryJSON struct {
		Attributes map[string][]string `json:"attributes"`
		DN         string              `json:"dn"`
		Evidence   EvidenceJSON        `json:"evidence"`
		Excluded   bool                `json:"excluded"`
		Held       string              `json:"held"`
		InScope    bool                `json:"inScope"`
		State      string              `json:"state"`
	}
	// ObservationJSON is what the ledger remembers of the account.
	ObservationJSON struct {
		ConfirmedAt *time.Time   `json:"confirmedAt"`
		Evidence    EvidenceJSON `json:"evidence"`
		LastSeen    *time.Time   `json:"lastSeen"`
		Protected   bool         `json:"protected"`
		Reads       int          `json:"reads"`
		Since       *time.Time   `json:"since"`
		State       string       `json:"state"`
		Unproved    bool         `json:"unproved"`
	}
	// OwnedJSON is the credential that is theirs.
	OwnedJSON struct {
		Created            bool       `json:"created"`
		CredentialID       string     `json:"credentialId"`
		CSI                string     `json:"csi"`
		MissingReads       int        `json:"missingReads"`
		MissingSince       *time.Time `json:"missingSince"`
		OpenOrderAt        *time.Time `json:"openOrderAt"` // of a withdrawal that is not carried out yet
		Username           string     `json:"username"`
		WithdrawnByOrderAt *time.Time `json:"withdrawnByOrderAt"`
	}
	// CredentialJSON is the credential as the package has it.
	CredentialJSON struct {
		ID       string `json:"id"`
		Usage    int    `json:"usage"`
		Username string `json:"username"`
	}
	// DepartureJSON is the way out, once it began.
	DepartureJSON struct {
		IDs         []DepartingIDJSON `json:"ids"`
		StartedAt   *time.Time        `json:"startedAt"`
		WithdrawnAt *time.Time        `json:"withdrawnAt"`
	}
	// DepartingIDJSON is a Threema ID of it.
	DepartingIDJSON struct {
		GoneAt    *time.Time `json:"goneAt"`
		ThreemaID string     `json:"threemaId"`
	}
	// HistoryJSON is what was done before.
	HistoryJSON struct {
		Departures []PastDepartureJSON `json:"departures"`
		Omitted    int                 `json:"omitted"` // older steps
		Steps      []PastStepJSON      `json:"steps"`
	}
	// PastDepartureJSON is a departure that began.
	PastDepartureJSON struct {
		Ended       string     `json:"ended"`
		EndedAt     *time.Time `json:"endedAt"`
		StartedAt   *time.Time `json:"startedAt"`
		Username    string     `json:"username"`
		WithdrawnAt *time.Time `json:"withdrawnAt"`
	}
	// PastStepJSON is a step that was begun.
	PastStepJSON struct {
		AlreadyGone  bool       `json:"alreadyGone"`
		Approved     bool       `json:"approved"`
		At           *time.Time `json:"at"`
		CredentialID string     `json:"credentialId"`
		Erased       bool       `json:"erased"`
		ID           string     `json:"id"`
		Message      string     `json:"message"`
		Op           model.Op   `json:"op"`
		Ordered      bool       `json:"ordered"`
		Policy       model.Mode `json:"policy"`
		Run          int64      `json:"run"`
		SettledAt    *time.Time `json:"settledAt"`
		State        string     `json:"state"`
		ThreemaIDs   []string   `json:"threemaIds"`
		Username     string     `json:"username"`
	}
	// UnreadJSON is what could not be read.
	UnreadJSON struct {
		Reason string `json:"reason"`
		Source string `json:"source"` // "": the package
		// Codes are those that Reason words: why a source was not read, and what to do.
		Codes []model.Code `json:"codes,omitempty"`
	}
)
