package view

import (
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// The shape of a plan in JSON is a contract (design §6): members are added, never renamed.
type (
	// PlanJSON is a plan.
	PlanJSON struct {
		Hash         string          `json:"hash"`
		Policy       model.Mode      `json:"policy"`
		Subscription string          `json:"subscription"`
		GeneratedAt  time.Time       `json:"generatedAt"`
		Sources      []SourceJSON    `json:"sources"`
		Changes      []ChangeJSON    `json:"changes"`
		Held         []HeldJSON      `json:"held"`
		Missed       []MissedJSON    `json:"missed"`
		Unmanaged    []UnmanagedJSON `json:"unmanaged"`
		Notices      []NoticeJSON    `json:"notices"`
		Guards       []GuardJSON     `json:"guards"`
		Seats        CountedSeats    `json:"seats"`
		Requests     int             `json:"requests"`
		Effects      []EffectJSON    `json:"effects"`
		Alarms       []AlarmJSON     `json:"alarms"`
		Waits        []WaitJSON      `json:"waits"`
		Restarted    []RestartedJSON `json:"restarted"`
		Suspended    []SuspendedJSON `json:"suspended"`
		Baseline     *BaselineJSON   `json:"baseline,omitempty"`
	}
	// BaselineJSON is what a change of the baseline means.
	BaselineJSON struct {
		Reasons      []string     `json:"reasons"`
		Codes        []model.Code `json:"codes"`
		Accepted     bool         `json:"accepted"`
		Refused      []string     `json:"refused,omitempty"`
		RefusedCodes []model.Code `json:"refusedCodes,omitempty"`
		Enters       []HeldJSON   `json:"enters"`
		Leaves       []HeldJSON   `json:"leaves"`
		Rekeyed      []HeldJSON   `json:"rekeyed"`
		Missing      []HeldJSON   `json:"missing"`
		Unclear      []HeldJSON   `json:"unclear"`
	}
	// SourceJSON is one source.
	SourceJSON struct {
		Name     string `json:"name"`
		Complete bool   `json:"complete"`
		People   int    `json:"people"`
		Outside  int    `json:"outside"` // in none of the groups that entitle
		// OutsidePeople are the first of them, and Groups the DNs of the groups.
		OutsidePeople []PersonJSON    `json:"outsidePeople,omitempty"`
		Groups        []string        `json:"groups,omitempty"`
		Conditions    []ConditionJSON `json:"conditions"`
		// Reason is why it was not read, in one word, Error the same, and what to do, and Codes those that Error words.
		Reason model.ReadReason `json:"reason,omitempty"`
		Error  string           `json:"error,omitempty"`
		Codes  []model.Code     `json:"codes,omitempty"`
	}
	// ConditionJSON is one condition of a certificate.
	ConditionJSON struct {
		Name   string     `json:"name"`
		OK     bool       `json:"ok"`
		Detail string     `json:"detail"`
		Code   model.Code `json:"code"`
	}
	// PersonJSON is a person wherever one is named.
	PersonJSON struct {
		Source string `json:"source"`
		ID     string `json:"id"`
		CSI    string `json:"csi"`
		DN     string `json:"dn"`
	}
	// ChangeJSON is one change.
	ChangeJSON struct {
		ID            string            `json:"id"`
		Op            model.Op          `json:"op"`
		Class         model.Class       `json:"class"`
		Person        PersonJSON        `json:"person"`
		CredentialID  string            `json:"credentialId"`
		Username      string            `json:"username"`
		ThreemaID     string            `json:"threemaId"`
		Reason        string            `json:"reason"`
		Codes         []model.Code      `json:"codes"` // of the reasons that it words
		Evidence      string            `json:"evidence"`
		EvidenceCode  model.Code        `json:"evidenceCode"`
		Before        map[string]string `json:"before"`
		After         map[string]string `json:"after"`
		Requests      int               `json:"requests"`
		Status        model.Status      `json:"status"`
		NotBefore     *time.Time        `json:"notBefore"`
		DueAt         *time.Time        `json:"dueAt,omitempty"` // notBefore, of a step that mass-departure-ahead names
		Guard         string            `json:"guard"`
		Asks          []model.Ask       `json:"asks"`
		AskedBy       []string          `json:"askedBy,omitempty"` // rules: leavers.approval, protect
		Protected     bool              `json:"protected"`
		Approved      bool              `json:"approved"`
		ApprovedUntil *time.Time        `json:"approvedUntil"`
		Skipped       *SkipJSON         `json:"skipped,omitempty"` // passes were about to do it, and the last look stopped it
	}
	// SkipJSON is that passes stopped right before the request of a step.
	SkipJSON struct {
		ID     string     `json:"id"` // of the change
		Since  time.Time  `json:"since"`
		Seen   time.Time  `json:"seen"` // the last of these passes
		Reason string     `json:"reason"`
		Code   model.Code `json:"code"`
		Remedy string     `json:"remedy"` // what to do about it
	}
	// HeldJSON is somebody for whom nothing is done.
	HeldJSON struct {
		Person PersonJSON   `json:"person"`
		Reason string       `json:"reason"`
		Codes  []model.Code `json:"codes"`
		Ask    model.Ask    `json:"ask,omitempty"` // what a person must do who cannot say yes to a change
	}
	// MissedJSON is somebody whom a read did not show.
	MissedJSON struct {
		Person     PersonJSON `json:"person"`
		Shown      string     `json:"shown"`
		LastSeen   *time.Time `json:"lastSeen"`
		Conditions []string   `json:"conditions"` // that fail
		Detail     string     `json:"detail"`
		Code       model.Code `json:"code"`
	}
	// UnmanagedJSON is what is not ours.
	UnmanagedJSON struct {
		Kind   string     `json:"kind"`
		ID     string     `json:"id"`
		Name   string     `json:"name"`
		Reason string     `json:"reason"`
		Code   model.Code `json:"code"`
	}
	// NoticeJSON is what is worth knowing.
	NoticeJSON struct {
		Kind   plan.NoticeKind `json:"kind"`
		Person PersonJSON      `json:"person"`
		Detail string          `json:"detail"`
		Code   model.Code      `json:"code"`
	}
	// GuardJSON is a guard that tripped.
	GuardJSON struct {
		Guard      string       `json:"guard"`
		Source     string       `json:"source"`
		Detail     string       `json:"detail"`
		Check      string       `json:"check,omitempty"` // what to look at before anybody says yes
		Codes      []model.Code `json:"codes,omitempty"` // of the reasons that detail words
		CheckCodes []model.Code `json:"checkCodes,omitempty"`
		// Answered tells that nobody is asked because of it any more; `status` alone knows that.
		Answered bool `json:"answered,omitempty"`
	}
	// EffectJSON is what was taken, and whether it holds.
	EffectJSON struct {
		Op           model.Op          `json:"op"`
		Person       PersonJSON        `json:"person"`
		CredentialID string            `json:"credentialId"`
		Username     string            `json:"username"`
		ThreemaID    string            `json:"threemaId"`
		State        model.EffectState `json:"state"`
		RequestedAt  time.Time         `json:"requestedAt"`
		EffectiveBy  time.Time         `json:"effectiveBy"`
		VerifiedAt   *time.Time        `json:"verifiedAt"`
		Ordered      bool              `json:"ordered"`
	}
	// AlarmJSON is what does not hold.
	AlarmJSON struct {
		Kind         model.AlarmKind `json:"kind"`
		Person       PersonJSON      `json:"person"`
		CredentialID string          `json:"credentialId"`
		Username     string          `json:"username"`
		ThreemaID    string          `json:"threemaId"`
		Since        time.Time       `json:"since"`
		Detail       string          `json:"detail"`
	}
	// WaitJSON is what waits for somebody.
	WaitJSON struct {
		Code    model.WaitCode      `json:"code"`
		Since   time.Time           `json:"since"`
		People  int                 `json:"people"`
		Command string              `json:"command"`
		Whom    []WaitingPersonJSON `json:"whom"` // the first of them
		// Answered are those about whom somebody said since; `status` alone knows of any.
		Answered int `json:"answered,omitempty"`
		// Covers is for how many people the command says yes, where that is more than these.
		Covers int `json:"covers,omitempty"`
		// CoversSteps is to how many steps it says yes, where that is more than wait under this code.
		CoversSteps int `json:"coversSteps,omitempty"`
		// Check is what to look at before it is typed.
		Check      string       `json:"check,omitempty"`
		CheckCodes []model.Code `json:"checkCodes,omitempty"`
	}
	// WaitingPersonJSON is about whom.
	WaitingPersonJSON struct {
		Person  PersonJSON `json:"person"`
		Steps   []model.Op `json:"steps"`
		Also    []model.Op `json:"also,omitempty"`    // further steps to which the command says yes
		AskedBy []string   `json:"askedBy,omitempty"` // rules, of the code approval
		Missing bool       `json:"missing,omitempty"` // their credential is
		// Reason is what the last look found, of the codes skipped and order.
		Reason string       `json:"reason,omitempty"`
		Codes  []model.Code `json:"codes,omitempty"`
	}
	// RestartedJSON is a departure that begins again and again.
	RestartedJSON struct {
		Person   PersonJSON `json:"person"`
		Restarts int        `json:"restarts"`
		Since    time.Time  `json:"since"`
		Detail   string     `json:"detail"`
		Code     model.Code `json:"code"`
	}
	// SuspendedJSON is a leave of absence.
	SuspendedJSON struct {
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
func (p PersonJSON) PersonID() model.PersonID { return model.PersonID{Source: p.Source, ID: p.ID} }

func newPersonJSON(whom model.Subject) PersonJSON {
	return PersonJSON{whom.Person.Source, whom.Person.ID, whom.CSI, whom.DN}
}

func (p PersonJSON) subject() model.Subject {
	return model.Subject{Person: p.PersonID(), CSI: p.CSI, DN: p.DN}
}
