package plan

import (
	"encoding/json"
	"maps"
	"slices"
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

// foreign lists the settings of a credential that a write must leave alone: those that the mapping
// does not own (D-34), and those of which nobody can say now what they should be ([Undecided]).
func (p *planner) foreign(i Identity, credentialID string) []KeptSetting {
	owned := make(map[string]bool, len(i.Settings))
	for _, s := range i.Settings {
		owned[s.Name] = true
	}
	current := p.Inventory.Settings[credentialID]
	var kept []KeptSetting
	for _, name := range slices.Sorted(maps.Keys(current)) {
		if !owned[name] {
			kept = append(kept, KeptSetting{Name: name, Value: current[name], NotText: p.Inventory.NotText[credentialID][name]})
		}
	}
	return kept
}

// chargeTrial counts the requests of the first write to a credential on which others have settings,
// while the reading is not known: it goes alone, and is read before and after.
func (p *planner) chargeTrial() {
	if p.State.Service.Bulk != BulkUnknown {
		return
	}
	for _, c := range p.inOrder(SetSettings) {
		if c.Status == Due && len(c.Foreign) > 0 {
			c.Requests = 3
			return
		}
	}
}
