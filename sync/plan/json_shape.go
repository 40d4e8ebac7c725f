package plan

import "time"

// The shape of a plan in JSON is a contract (design §6): members are added, never renamed.
type (
	jsonPlan struct {
		Hash         string          `json:"hash"`
		Policy       Mode            `json:"policy"`
		Subscription string          `json:"subscription"`
		GeneratedAt  time.Time       `json:"generatedAt"`
		Sources      []jsonSource    `json:"sources"`
		Changes      []jsonChange    `json:"changes"`
		Held         []jsonHeld      `json:"held"`
		Missed       []jsonMissed    `json:"missed"`
		Unmanaged    []jsonUnmanaged `json:"unmanaged"`
		Notices      []jsonNotice    `json:"notices"`
		Guards       []jsonGuard     `json:"guards"`
		Seats        CountedSeats    `json:"seats"`
		Requests     int             `json:"requests"`
		Effects      []jsonEffect    `json:"effects"`
		Alarms       []jsonAlarm     `json:"alarms"`
		Waits        []jsonWait      `json:"waits"`
		Restarted    []jsonRestarted `json:"restarted"`
		Suspended    []jsonSuspended `json:"suspended"`
		Baseline     *jsonBaseline   `json:"baseline,omitempty"`
	}
	jsonBaseline struct {
		Reasons  []string   `json:"reasons"`
		Accepted bool       `json:"accepted"`
		Refused  []string   `json:"refused,omitempty"`
		Enters   []jsonHeld `json:"enters"`
		Leaves   []jsonHeld `json:"leaves"`
		Rekeyed  []jsonHeld `json:"rekeyed"`
		Missing  []jsonHeld `json:"missing"`
		Unclear  []jsonHeld `json:"unclear"`
	}
	jsonSource struct {
		Name       string          `json:"name"`
		Complete   bool            `json:"complete"`
		People     int             `json:"people"`
		Outside    int             `json:"outside"` // in none of the groups that entitle
		Conditions []jsonCondition `json:"conditions"`
	}
	jsonCondition struct {
		Name   string `json:"name"`
		OK     bool   `json:"ok"`
		Detail string `json:"detail"`
	}
	// PersonJSON is a person wherever one is named.
	PersonJSON struct {
		Source string `json:"source"`
		ID     string `json:"id"`
		CSI    string `json:"csi"`
		DN     string `json:"dn"`
	}
	jsonChange struct {
		ID            string            `json:"id"`
		Op            Op                `json:"op"`
		Class         Class             `json:"class"`
		Person        PersonJSON        `json:"person"`
		CredentialID  string            `json:"credentialId"`
		Username      string            `json:"username"`
		ThreemaID     string            `json:"threemaId"`
		Reason        string            `json:"reason"`
		Evidence      string            `json:"evidence"`
		Before        map[string]string `json:"before"`
		After         map[string]string `json:"after"`
		Requests      int               `json:"requests"`
		Status        Status            `json:"status"`
		NotBefore     *time.Time        `json:"notBefore"`
		DueAt         *time.Time        `json:"dueAt,omitempty"` // notBefore, of a step that mass-departure-ahead names
		Guard         string            `json:"guard"`
		Asks          []Ask             `json:"asks"`
		Protected     bool              `json:"protected"`
		Approved      bool              `json:"approved"`
		ApprovedUntil *time.Time        `json:"approvedUntil"`
	}
	jsonHeld struct {
		Person PersonJSON `json:"person"`
		Reason string     `json:"reason"`
		Ask    Ask        `json:"ask,omitempty"` // what a person must do who cannot say yes to a change
	}
	jsonMissed struct {
		Person     PersonJSON `json:"person"`
		Shown      string     `json:"shown"`
		LastSeen   *time.Time `json:"lastSeen"`
		Conditions []string   `json:"conditions"` // that fail
		Detail     string     `json:"detail"`
	}
	jsonUnmanaged struct {
		Kind   string `json:"kind"`
		ID     string `json:"id"`
		Name   string `json:"name"`
		Reason string `json:"reason"`
	}
	jsonNotice struct {
		Kind   NoticeKind `json:"kind"`
		Person PersonJSON `json:"person"`
		Detail string     `json:"detail"`
	}
	jsonGuard struct {
		Guard  string `json:"guard"`
		Source string `json:"source"`
		Detail string `json:"detail"`
		Check  string `json:"check,omitempty"` // what to look at before anybody says yes
	}
	jsonEffect struct {
		Op           Op          `json:"op"`
		Person       PersonJSON  `json:"person"`
		CredentialID string      `json:"credentialId"`
		Username     string      `json:"username"`
		ThreemaID    string      `json:"threemaId"`
		State        EffectState `json:"state"`
		RequestedAt  time.Time   `json:"requestedAt"`
		EffectiveBy  time.Time   `json:"effectiveBy"`
		VerifiedAt   *time.Time  `json:"verifiedAt"`
		Ordered      bool        `json:"ordered"`
	}
	jsonAlarm struct {
		Kind         AlarmKind  `json:"kind"`
		Person       PersonJSON `json:"person"`
		CredentialID string     `json:"credentialId"`
		Username     string     `json:"username"`
		ThreemaID    string     `json:"threemaId"`
		Since        time.Time  `json:"since"`
		Detail       string     `json:"detail"`
	}
	jsonWait struct {
		Code    WaitCode            `json:"code"`
		Since   time.Time           `json:"since"`
		People  int                 `json:"people"`
		Command string              `json:"command"`
		Whom    []jsonWaitingPerson `json:"whom"` // the first of them
		// Answered are those about whom somebody said since; `status` alone knows of any.
		Answered int `json:"answered,omitempty"`
		// Covers is for how many people the command says yes, where that is more than these.
		Covers int `json:"covers,omitempty"`
	}
	jsonWaitingPerson struct {
		Person  PersonJSON `json:"person"`
		Steps   []Op       `json:"steps"`
		Missing bool       `json:"missing,omitempty"` // their credential is
	}
	jsonRestarted struct {
		Person   PersonJSON `json:"person"`
		Restarts int        `json:"restarts"`
		Since    time.Time  `json:"since"`
		Detail   string     `json:"detail"`
	}
	jsonSuspended struct {
		Person   PersonJSON `json:"person"`
		LastDay  string     `json:"lastDay"`
		Until    time.Time  `json:"until"`
		By       string     `json:"by"`
		Since    time.Time  `json:"since"`
		Over     *time.Time `json:"over"`     // the pass that found it over; the grace counts from then
		Account  string     `json:"account"`  // as it was seen last
		Standing bool       `json:"standing"` // no step of the departure is done
		EndsSoon bool       `json:"endsSoon"`
		Earliest *time.Time `json:"earliest"` // when the credential may be withdrawn, the grace included; null: never, as it stands
		Detail   string     `json:"detail"`
		Reason   string     `json:"reason,omitempty"` // where somebody asks for it
	}
)

// PersonID is who it is.
func (p PersonJSON) PersonID() PersonID { return PersonID{Source: p.Source, ID: p.ID} }
