package view

import (
	"encoding/json"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/status"
)

// The shape of the status in JSON is a contract (design §6): members are added, never renamed.
type (
	// StatusJSON is what is known without asking directory or package.
	StatusJSON struct {
		LastPass *PassJSON           `json:"lastPass"`
		NextPass time.Time           `json:"nextPass"` // by the schedule
		Sources  []SourceJSON        `json:"sources"`
		Removed  []RemovedSourceJSON `json:"removedSources"`
		Guards   []GuardJSON         `json:"guards"`
		Answered []AnsweredJSON      `json:"answered"` // since the last pass that ended
		Freed    *FreedJSON          `json:"freed,omitempty"`
		Orders   []OrderJSON         `json:"orders"` // that are not carried out yet
		Leavers  []LeaverJSON        `json:"leavers"`
		Approved ApprovalsJSON       `json:"approvals"`
		Stop     string              `json:"stop"` // why nothing is taken from anybody now, "" if it may be
		Open     int                 `json:"operationsOpen"`
		Quota    QuotaJSON           `json:"quota"`
		Seats    CountedSeats        `json:"seats"`
		Managed  int                 `json:"managedCredentials"`
		Held     HeldCountJSON       `json:"heldPeople"`         // by the last pass that ended
		Withheld WithheldJSON        `json:"withheld"`           // by the policy of the last pass that ended
		Baseline *BaselineCountJSON  `json:"baseline,omitempty"` // what the last pass asked about, or was told
		Handover []UnfetchedJSON     `json:"handover"`           // lines with passwords that nobody has fetched yet
		// NoHandover is why nobody gets a credential now, as no password can be handed over; "" if nothing is seen that stops it.
		NoHandover string          `json:"noHandover"`
		Report     json.RawMessage `json:"report,omitempty"`
		Waits      []WaitJSON      `json:"waits"`     // of the last pass that had a plan, without what is answered
		Suspended  []SuspendedJSON `json:"suspended"` // who is on leave, as somebody said
		Alarms     []AlarmJSON     `json:"alarms"`
		Effects    []EffectJSON    `json:"effects"` // not verified yet
	}
	// PassJSON is the last pass.
	PassJSON struct {
		Started  time.Time  `json:"started"`
		Finished *time.Time `json:"finished"` // null: under way, or it crashed
		Policy   model.Mode `json:"policy"`
		Result   string     `json:"result"`
		ExitCode int        `json:"exitCode"`
		// Cause is why it failed or waits, and Command what to type then; both "" if all is well.
		Cause   string `json:"cause"`
		Command string `json:"command"`
		// Check is what to look at before that is typed, "" if nothing is.
		Check string `json:"check,omitempty"`
	}
	// RemovedSourceJSON is a source that is not configured any more and has people of ours.
	RemovedSourceJSON struct {
		Name        string     `json:"name"`
		People      int        `json:"people"`
		ForgottenAt *time.Time `json:"forgottenAt"` // null: nobody said what became of it
		ForgottenBy string     `json:"forgottenBy"`
	}
	// AnsweredJSON is what was said to what the last pass asked.
	AnsweredJSON struct {
		Answer string              `json:"answer"` // approved, taken-back, on-leave
		Steps  int                 `json:"steps"`
		People int                 `json:"people"`
		Whom   []WaitingPersonJSON `json:"whom"` // the first of them
	}
	// FreedJSON are those who go without a yes, since a yes to others made room in a limit.
	FreedJSON struct {
		People int                 `json:"people"`
		Whom   []WaitingPersonJSON `json:"whom"` // the first of them
	}
	// OrderJSON is an order that is not carried out yet.
	OrderJSON struct {
		Person       PersonJSON `json:"person"`
		CredentialID string     `json:"credentialId"`
		Username     string     `json:"username"`
		OrderedAt    time.Time  `json:"orderedAt"`
		OrderedBy    string     `json:"orderedBy"`
		// Sent tells that it was sent and its answer lost, SettledFrom since when a pass settles that; null: the
		// last list has the credential.
		Sent        bool       `json:"sent"`
		SettledFrom *time.Time `json:"settledFrom"`
	}
	// LeaverJSON is somebody of ours who departed.
	LeaverJSON struct {
		Source   string       `json:"source"`
		ID       string       `json:"id"`
		CSI      string       `json:"csi"`
		DN       string       `json:"dn"`
		Evidence string       `json:"evidence"`
		Since    time.Time    `json:"since"`
		Reads    int          `json:"reads"`
		Stage    status.Stage `json:"stage"`
		At       *time.Time   `json:"confirmedAt"`
		// Suspended tells that no step is done, as the person is on leave.
		Suspended bool `json:"suspended"`
		// Next is the step whose time comes first, as the last plan had it, "" if there is none.
		Next      model.Op   `json:"next,omitempty"`
		NotBefore *time.Time `json:"notBefore,omitempty"`
	}
	// ApprovalsJSON counts the approvals that are given and not used up.
	ApprovalsJSON struct {
		Live    int        `json:"live"`
		Expires *time.Time `json:"expires"` // the next one to expire; null: none whose time runs
		Ahead   int        `json:"ahead"`   // for steps that are not due yet
		Idle    int        `json:"idle"`    // for steps that the last plan does not have
	}
	// QuotaJSON are the requests of the rolling day.
	QuotaJSON struct {
		Unlimited bool      `json:"unlimited"`
		Remaining int       `json:"remaining"`
		FreeAt    time.Time `json:"freeAt"`
	}
	// HeldCountJSON counts those of whom nothing could be decided.
	HeldCountJSON struct {
		People  int    `json:"people"`
		Reasons string `json:"reasons"` // the most frequent ones
	}
	// WithheldJSON counts what a policy does not carry out.
	WithheldJSON struct {
		Steps  int  `json:"steps"`
		People int  `json:"people"`
		More   bool `json:"more"` // than that: the record of the pass leaves some out
	}
	// BaselineCountJSON counts whom a change of the baseline concerns; the report has the names.
	BaselineCountJSON struct {
		Accepted bool `json:"accepted"`
		Enters   int  `json:"enters"`
		Leaves   int  `json:"leaves"`
		Rekeyed  int  `json:"rekeyed"`
		Missing  int  `json:"missing"`
		Unclear  int  `json:"unclear"`
	}
	// UnfetchedJSON is a hand-over file with lines that nobody has fetched yet.
	UnfetchedJSON struct {
		File  string    `json:"file"`
		Lines int       `json:"lines"` // without the header
		Last  time.Time `json:"last"`  // when the last of them was written
	}
)
