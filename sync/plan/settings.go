package plan

import (
	"maps"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// refusedValue names a value that the service refused for a credential.
type refusedValue struct{ credentialID, setting, value string }

// manage compares the settings and contacts of a credential that is this person's.
func (p *joining) manage(i model.Identity, credentialID string) {
	if p.State.HasOpenOrder(credentialID) {
		return
	}
	p.notePerson(i, credentialID)
	if p.heldByRefusal(i, credentialID) {
		return
	}
	p.compareSettings(i, credentialID)
	p.compareContacts(i, credentialID)
}

// heldByRefusal holds a person for whom the service refused a value that is still wanted: it
// would be refused again.
func (p *joining) heldByRefusal(i model.Identity, credentialID string) bool {
	for _, s := range i.Settings {
		message, ok := p.refused[refusedValue{credentialID, s.Name, s.Value}]
		if ok && p.Inventory.Settings[credentialID][s.Name] != s.Value {
			p.holdIdentity(i, model.Because("value-refused", s.Name, message))
			return true
		}
	}
	return false
}

// compareSettings compares with what was asked for (the bulk settings), never with what a
// device reports (D-36). Only settings that the mapping owns are looked at (D-34).
func (p *joining) compareSettings(i model.Identity, credentialID string) {
	current := p.Inventory.Settings[credentialID]
	set := model.Change{Before: map[string]string{}, After: map[string]string{}}
	var preState []string
	for _, s := range i.Settings {
		was := current[s.Name]
		switch {
		case s.Value == was:
		case s.Value == "":
			p.unset(i, credentialID, s.Name, was)
		default:
			set.Before[s.Name], set.After[s.Name] = was, s.Value
			preState = append(preState, s.Name, was)
		}
	}
	if len(set.After) == 0 {
		return
	}
	c := p.change(model.SetSettings, i.Subject, credentialID, preState...)
	c.CredentialID, c.Username = credentialID, p.credentials[credentialID].Username
	c.Before, c.After = set.Before, set.After
	c.Settings, c.Foreign = present(i.Settings), p.foreign(i, credentialID)
	c.Reasons = model.Because("differs-from-directory", slices.Sorted(maps.Keys(c.After))).Some()
	p.add(c)
}

func (p *joining) unset(i model.Identity, credentialID, name, was string) {
	c := p.change(model.UnsetSetting, i.Subject, credentialID, name, was)
	c.CredentialID, c.Username = credentialID, p.credentials[credentialID].Username
	c.Before, c.After = map[string]string{name: was}, map[string]string{name: ""}
	c.Reasons = model.Because("directory-value-gone", name).Some()
	p.add(c)
}

// create plans a new credential with its settings, which are written before the hand-over
// (domain §4.2, joiner).
func (p *joining) create(i model.Identity, reason model.Reason, asks ...question) {
	var preState []string
	for _, q := range asks {
		preState = append(preState, string(q.ask), i.CSI, q.about)
	}
	c := p.change(model.Create, i.Subject, "", preState...)
	c.Username, c.Reasons = i.Username, reason.Some()
	c.Settings, c.Cells = present(i.Settings), i.Cells
	c.After = map[string]string{"username": i.Username}
	for _, s := range c.Settings {
		c.After[s.Name] = s.Value
	}
	for _, q := range asks {
		c.Ask(q.ask, q.words)
	}
	p.add(c)
}

func present(settings []model.Setting) []model.Setting {
	var out []model.Setting
	for _, s := range settings {
		if s.Value != "" {
			out = append(out, s)
		}
	}
	return out
}
