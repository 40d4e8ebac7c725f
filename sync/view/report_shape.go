package view

import (
	"encoding/json"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// The shape of the report of a pass in JSON is a contract (design §6), for programs and for the ledger, which gives it back
// to later passes: members are added, never renamed.
type (
	// ReportJSON is a plan, and beside it what became of it. Its sources are also those that gave no snapshot.
	ReportJSON struct {
		PlanJSON
		DryRun      bool              `json:"dryRun"`
		Result      string            `json:"result"`
		ExitCode    int               `json:"exitCode"`
		Results     []ResultJSON      `json:"results"`
		Error       string            `json:"error"`
		Failure     model.PassFailure `json:"failure"`
		Missing     []HeldJSON        `json:"missing,omitzero"`     // whose credentials a package lacks that is not trusted because of that
		ErrorCodes  []model.Code      `json:"errorCodes,omitempty"` // of the reasons of such a package
		HandedOver  []HandedOverJSON  `json:"handedOver,omitempty"`
		Interrupted bool              `json:"interrupted,omitempty"`
		Skipped     []SkipJSON        `json:"skipped,omitempty"` // of the record: steps that a last look stopped, for later passes
		Omitted     map[string]int    `json:"omitted,omitzero"`  // entries of a list that the record leaves out
	}
	// ResultJSON is what became of a change.
	ResultJSON struct {
		ID      string       `json:"id"`
		Message string       `json:"message"`
		Op      model.Op     `json:"op"`
		Outcome model.Result `json:"outcome"`
		Code    model.Code   `json:"code,omitempty"` // of the reason that message words
	}
	// HandedOverJSON tells how many lines a hand-over file got.
	HandedOverJSON struct {
		File  string   `json:"file"` // "" if passwords are read in the cockpit
		Lines int      `json:"lines"`
		Left  []string `json:"left,omitempty"` // files of another layout, which were left as they are
	}
)

// ReadReport reads a report back from the record of a pass, false if it cannot be read, as of a pass that has none.
func ReadReport(record json.RawMessage) (ReportJSON, bool) {
	var report ReportJSON
	if json.Unmarshal(record, &report) != nil {
		return ReportJSON{}, false
	}
	return report, true
}
