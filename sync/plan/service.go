package plan

import (
	"maps"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// foreign lists the settings of a credential that a write must leave alone: those that the mapping
// does not own (D-34), and those of which nobody can say now what they should be ([model.Undecided]).
func (p *lists) foreign(i model.Identity, credentialID string) []model.KeptSetting {
	owned := make(map[string]bool, len(i.Settings))
	for _, s := range i.Settings {
		owned[s.Name] = true
	}
	current := p.Inventory.Settings[credentialID]
	var kept []model.KeptSetting
	for _, name := range slices.Sorted(maps.Keys(current)) {
		if !owned[name] {
			kept = append(kept, model.KeptSetting{Name: name, Value: current[name], NotText: p.Inventory.NotText[credentialID][name]})
		}
	}
	return kept
}

// chargeTrial counts the requests of the first write to a credential on which others have settings,
// while the reading is not known: it goes alone, and is read before and after.
func (p *budget) chargeTrial() {
	if p.State.Service.Bulk != model.BulkUnknown {
		return
	}
	for _, c := range p.inOrder(model.SetSettings) {
		if c.Status == model.Due && len(c.Foreign) > 0 {
			c.Requests = 3
			return
		}
	}
}
