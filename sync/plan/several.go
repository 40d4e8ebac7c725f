package plan

import (
	"cmp"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// chooseValues picks, for everybody whose attributes have several values, the one that is in use; else
// the one of the DN; else, of a name, the first in order. Of what a person is known by nobody guesses:
// they are held.
func (p *recovered) chooseValues() {
	for n := range p.Sources {
		view := &p.Sources[n]
		if !slices.ContainsFunc(view.Identities, func(i model.Identity) bool { return len(i.Several) > 0 }) {
			continue
		}
		view.Identities = slices.Clone(view.Identities)
		for m := range view.Identities {
			if len(view.Identities[m].Several) > 0 {
				p.choose(&view.Identities[m])
			}
		}
	}
}

func (p *recovered) choose(i *model.Identity) {
	i.Settings = slices.Clone(i.Settings)
	for _, s := range i.Several {
		value, chosen := s.Pick(p.inUse(i.Person, s.Setting))
		if !chosen {
			i.Held = append(slices.Clip(i.Held), severalValues(s))
		}
		i.Set(s.Setting, value)
	}
}

// severalValues says what nobody chose.
func severalValues(s model.Several) model.Reason {
	if s.Setting == "" {
		return model.Because("username-of-several-values", s.Values)
	}
	return model.Because("setting-of-several-values", s.Setting, s.Values)
}

// inUse is the value that a person has now: of the csi and the username by the ledger, of a name on
// the credential; "" if nobody knows one.
func (p *recovered) inUse(person model.PersonID, setting string) string {
	own := p.owned[person]
	create := p.openCreates[person]
	switch setting {
	case model.SettingCSI:
		return cmp.Or(cmp.Or(own.CSI, create.CSI), p.observations[person].CSI)
	case "":
		return cmp.Or(own.Username, create.Username)
	}
	return p.Inventory.Settings[own.CredentialID][setting]
}

// noteSeveral keys those who did not leave, and whose csi is one of several values, by each of them.
func (p *claims) noteSeveral() {
	for person, i := range p.identities {
		for _, s := range i.Several {
			for _, csi := range s.Values {
				if s.Setting == model.SettingCSI && i.Claims() {
					p.mayHave[csi] = append(p.mayHave[csi], person)
				}
			}
		}
	}
	for _, people := range p.mayHave {
		slices.SortFunc(people, model.PersonID.Compare)
	}
}

// Chosen are the views of an input, with the values that Compute picks.
func Chosen(in Input) []model.SourceView {
	return newRecovered(newLists(newDirectory(newGiven(in)))).Sources
}
