package view

import (
	"cmp"
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/outcomes"
)

// The shapes of answers in JSON are a contract (design §6): members are added, never renamed. They are written in the
// order of the alphabet.
type (
	// AnswerJSON is what came of somebody's word about one person.
	AnswerJSON struct {
		Code       model.Code     `json:"code"`  // of the reason that message words
		Codes      []model.Code   `json:"codes"` // of those that meaning words
		ExitCode   int            `json:"exitCode"`
		Meaning    []string       `json:"meaning"`
		Message    string         `json:"message"`
		Outcome    string         `json:"outcome"`
		Person     PersonJSON     `json:"person"`
		Suspension *SuspendedJSON `json:"suspension"`
	}
	// WithdrawalJSON is what came of an order.
	WithdrawalJSON struct {
		Changes       []ChangeJSON `json:"changes"`
		Code          model.Code   `json:"code"`
		CredentialID  string       `json:"credentialId"`
		Departed      bool         `json:"departed"`
		Directory     string       `json:"directory"`
		DirectoryCode model.Code   `json:"directoryCode"`
		ExitCode      int          `json:"exitCode"`
		Hash          string       `json:"hash"`
		Meaning       []string     `json:"meaning"`
		Message       string       `json:"message"`
		Outcome       string       `json:"outcome"`
		Person        PersonJSON   `json:"person"`
		Stands        bool         `json:"stands"`
		Suspended     *OnLeaveJSON `json:"suspended"`
		ThreemaIDs    []string     `json:"threemaIds"`
		Username      string       `json:"username"`
	}
	// OnLeaveJSON is the leave of absence of whoever is withdrawn.
	OnLeaveJSON struct {
		By      string    `json:"by"`
		LastDay string    `json:"lastDay"`
		Until   time.Time `json:"until"`
	}
	// TakenBackJSON is what came of taking approvals back.
	TakenBackJSON struct {
		Approvals []TakenApprovalJSON `json:"approvals"` // that are none any more
		Left      int                 `json:"left"`      // that go on
		Outcome   string              `json:"outcome"`
	}
	// TakenApprovalJSON is one of them.
	TakenApprovalJSON struct {
		At     time.Time       `json:"at"`
		By     string          `json:"by"`
		Change string          `json:"change"`
		Hash   string          `json:"hash"`
		Op     model.Op        `json:"op"`
		Person KnownPersonJSON `json:"person"`
		Until  time.Time       `json:"until"`
	}
	// KnownPersonJSON is a person as an approval knows them.
	KnownPersonJSON struct {
		CSI    string `json:"csi"`
		ID     string `json:"id"`
		Source string `json:"source"`
	}
	// LeavesJSON lists who is on leave.
	LeavesJSON struct {
		AsOf      *time.Time      `json:"asOf"` // when the last pass ended that looked at their accounts; null: none did
		Suspended []SuspendedJSON `json:"suspended"`
	}
)

// NewAnswerJSON shapes it.
func NewAnswerJSON(a outcomes.Answer) AnswerJSON {
	doc := AnswerJSON{Outcome: a.Outcome, ExitCode: a.ExitCode, Message: Headline(a), Code: a.Why.Code, Meaning: model.Convert(a.Meaning, english.Say), Codes: model.CodesOf(a.Meaning), Person: newPersonJSON(a.Subject)}
	if a.Suspension != nil {
		doc.Suspension = new(NewReasonedSuspensionJSON(*a.Suspension))
	}
	return doc
}

// NewWithdrawalJSON shapes it.
func NewWithdrawalJSON(w outcomes.Withdrawal) WithdrawalJSON {
	doc := WithdrawalJSON{
		Outcome: w.Outcome, ExitCode: w.ExitCode, Message: english.Say(w.Why), Code: cmp.Or(w.Already.Code, w.Refused.Code, w.Why.Code), Person: newPersonJSON(w.Subject),
		Username: w.Username, CredentialID: w.CredentialID, ThreemaIDs: append([]string{}, w.ThreemaIDs...),
		Departed: w.Departed, Directory: english.Say(w.Directory), DirectoryCode: w.Directory.Code, Meaning: []string{}, Hash: w.Hash, Changes: NewChangesJSON(w.Changes), Stands: w.Stands,
	}
	if s := w.Suspended; s != nil {
		doc.Suspended = &OnLeaveJSON{LastDay: s.LastDay, Until: s.Until.UTC(), By: s.By}
	}
	if len(w.Changes) > 0 {
		doc.Meaning = WithdrawalMeaning(w)
	}
	return doc
}

// NewTakenBackJSON shapes it.
func NewTakenBackJSON(t outcomes.TakenBack) TakenBackJSON {
	doc := TakenBackJSON{Left: t.Left, Outcome: outcomes.AnswerNothing, Approvals: model.Convert(t.Approvals, func(a model.GivenApproval) TakenApprovalJSON {
		return TakenApprovalJSON{At: a.At, By: a.By, Change: a.ChangeID, Hash: a.Hash, Op: a.Op, Person: KnownPersonJSON{a.CSI, a.Person.ID, a.Person.Source}, Until: a.Until}
	})}
	if len(t.Approvals) > 0 {
		doc.Outcome = outcomes.AnswerUndone
	}
	return doc
}

// NewLeavesJSON shapes who is on leave, with the reasons; asOf is when the last pass ended, nil if none did.
func NewLeavesJSON(people []model.SuspendedPerson, asOf *time.Time) LeavesJSON {
	return LeavesJSON{asOf, model.Convert(people, NewReasonedSuspensionJSON)}
}
