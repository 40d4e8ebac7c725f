package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Several are the values that a setting, or the username, could have.
type Several struct {
	Setting string   // "" for the username
	Values  []string // two or more, without repetitions, the first in order first
	RDN     string   // the one that stands in the DN of the entry, "" if none does
}

// key tells the settings by which a person is known: of them none is picked silently.
func (s Several) key() bool { return s.Setting == "" || s.Setting == SettingCSI }

// chooseValues picks, for everybody whose attributes have several values, the one that is in use; else
// the one of the DN; else, of a name, the first in order. Of what a person is known by nobody guesses:
// they are held.
func (p *planner) chooseValues() {
	for n := range p.Sources {
		view := &p.Sources[n]
		if !slices.ContainsFunc(view.Identities, func(i Identity) bool { return len(i.Several) > 0 }) {
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

func (p *planner) choose(i *Identity) {
	i.Settings = slices.Clone(i.Settings)
	for _, s := range i.Several {
		value, chosen := s.pick(p.inUse(i.Person, s.Setting))
		if !chosen {
			i.Held = joinReasons(i.Held, fmt.Sprintf("%s may be %s: the attribute has several values, none is in use and none stands in the DN; "+
				"leave one, or let the template say which (first)", s.name(), strings.Join(s.Values, " or ")))
		}
		i.set(s.Setting, value)
	}
}

// pick is the value to take, "" and false if nobody can say which.
func (s Several) pick(inUse string) (value string, chosen bool) {
	switch {
	case slices.Contains(s.Values, inUse):
		return inUse, true
	case s.RDN != "":
		return s.RDN, true
	case !s.key():
		return s.Values[0], true
	}
	return "", false
}

func (s Several) name() string {
	if s.Setting == "" {
		return "the username"
	}
	return s.Setting
}

// set gives an identity another value.
func (i *Identity) set(setting, value string) {
	if setting == "" {
		i.Username = value
		return
	}
	if setting == SettingCSI {
		i.CSI = value
	}
	for n := range i.Settings {
		if i.Settings[n].Name == setting {
			i.Settings[n].Value = value
		}
	}
}

// inUse is the value that a person has now: of the csi and the username by the ledger, of a name on
// the credential; "" if nobody knows one.
func (p *planner) inUse(person PersonID, setting string) string {
	own := p.owned[person]
	create := p.openCreates[person]
	switch setting {
	case SettingCSI:
		return cmp.Or(cmp.Or(own.CSI, create.CSI), p.observations[person].CSI)
	case "":
		return cmp.Or(own.Username, create.Username)
	}
	return p.Inventory.Settings[own.CredentialID][setting]
}

// MayHave tells whether somebody has a csi, or may have it by one of several values.
func (i Identity) MayHave(csi string) bool {
	return i.CSI == csi || slices.ContainsFunc(i.Several, func(s Several) bool {
		return s.Setting == SettingCSI && slices.Contains(s.Values, csi)
	})
}

// mayBeCalled tells whether somebody has a folded first name, or may have it by one of several values.
func (i Identity) mayBeCalled(folded string) bool {
	return foldName(i.Setting(SettingFirstName)) == folded || slices.ContainsFunc(i.Several, func(s Several) bool {
		return s.Setting == SettingFirstName && slices.ContainsFunc(s.Values, func(v string) bool { return foldName(v) == folded })
	})
}

// noteSeveral keys those who did not leave, and whose csi is one of several values, by each of them.
func (p *planner) noteSeveral() {
	for person, i := range p.identities {
		for _, s := range i.Several {
			for _, csi := range s.Values {
				if s.Setting == SettingCSI && (i.State != Departed || i.Excluded) {
					p.mayHave[csi] = append(p.mayHave[csi], person)
				}
			}
		}
	}
	for _, people := range p.mayHave {
		slices.SortFunc(people, PersonID.Compare)
	}
}

// Chosen are the views of an input, with the values that Compute picks.
func Chosen(in Input) []SourceView {
	p := newPlanner(in)
	p.recover()
	p.chooseValues()
	return p.Sources
}
