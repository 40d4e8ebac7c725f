package model

import (
	"encoding/json"
	"time"
)

// Service is what the service taught us where its contract is silent.
type Service struct {
	Bulk BulkReading
	// Trial is a trial that was not finished, the zero value if there is none.
	Trial Trial
}

// BulkReading is what a bulk write does with those settings of a credential that it does not name.
// The contract does not say (work-api §12 row 22).
type BulkReading string

// The readings. Unknown is every package at first, and one in which nobody else has settings.
const (
	BulkUnknown  BulkReading = ""
	BulkMerges   BulkReading = "merges"   // they stay
	BulkReplaces BulkReading = "replaces" // they are gone
)

// KeptSetting is a setting that is not ours, as it was read.
type KeptSetting struct {
	Name, Value string
	NotText     bool // a switch or a number: the value is its JSON
}

// JSON is the value as it was in the package.
func (s KeptSetting) JSON() any {
	if s.NotText {
		return json.RawMessage(s.Value)
	}
	return s.Value
}

// Trial is the bulk write that shows the reading: to one credential on which others have settings,
// which is read before and after. It is on disk before the write, so that what the write took away
// can be put back whatever happens in between.
type Trial struct {
	CredentialID string
	Username     string
	Wanted       []Setting     // what it writes
	Foreign      []KeptSetting // what must be there afterwards
	At           time.Time
}
