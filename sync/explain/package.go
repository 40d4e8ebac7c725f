package explain

import (
	"cmp"
	"maps"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/lookup"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// SettingState is one setting of the package, and what the plan makes of it. Settings that the mapping does not own
// are not shown: they may be anything, passwords too.
type SettingState struct {
	Name    string
	Now     string
	Desired string
	// Wanted tells that Desired says something: a step of the plan writes it, or the directory has just what is there.
	Wanted bool
	// Undecided, if not empty, says why nobody knows what is desired: it stays as it is.
	Undecided string
}

func (x *Explanation) fromPackage(in plan.Input, r *lookup.Register) {
	credentialID := x.credentialID(in.Inventory)
	if c, there := in.Inventory.Credential(credentialID); there {
		x.Credential = &c
	}
	x.compareSettings(in, in.Inventory.Settings[credentialID])
	x.IDs = r.ThreemaIDs(x.Person, credentialID)
	for _, id := range x.IDs {
		if u, there := in.Inventory.User(id); there {
			x.Users = append(x.Users, u)
		}
		if c, there := in.Inventory.Contact(id); there {
			x.Contacts = append(x.Contacts, c)
		}
	}
}

// credentialID is the credential that is theirs, or is to be by the plan: of one that is gone nothing is to show.
func (x *Explanation) credentialID(inventory model.Inventory) string {
	var ids []string
	if x.Owned != nil {
		ids = append(ids, x.Owned.CredentialID)
	}
	for _, c := range x.Changes {
		ids = append(ids, c.CredentialID)
	}
	for _, id := range ids {
		if _, there := inventory.Credential(id); there {
			return id
		}
	}
	return cmp.Or(ids...)
}

// compareSettings lists what the mapping owns, as the package has it. Only what a step of the plan writes is told
// as to come: of who is held, leaves or has no credential the directory may say anything.
func (x *Explanation) compareSettings(in plan.Input, current map[string]string) {
	written := x.written()
	if x.Credential == nil && len(written) == 0 {
		return
	}
	i, _ := x.identity(in)
	if len(written) == 0 {
		x.SettingsStay = x.whySettingsStay()
	}
	for _, name := range ownedSettings(in) {
		s := SettingState{Name: name, Now: current[name]}
		value, writes := written[name]
		directory, undecided := desired(i, name)
		switch {
		case writes:
			s.Desired, s.Wanted = value, true
		case x.SettingsStay != "":
		case undecided != "":
			s.Undecided = undecided
		case directory == s.Now:
			s.Desired, s.Wanted = directory, true
		}
		x.Settings = append(x.Settings, s)
	}
}

// written are the settings that steps of the plan write, whatever their status: that stands with the step.
func (x *Explanation) written() map[string]string {
	written := map[string]string{}
	for _, c := range x.Changes {
		if c.Op.WritesSettings() {
			maps.Copy(written, c.After)
		}
	}
	return written
}

// whySettingsStay says why nothing of what the credential has is compared with the directory, "" if it is.
func (x *Explanation) whySettingsStay() string {
	const stay = "nothing of them is changed "
	switch {
	case x.PassesOn != nil:
		return "they follow " + x.PassesOn.Whose() + " from then on, to whom the credential passes on"
	case x.OpenOrder != nil:
		return stay + "any more, as somebody ordered the withdrawal"
	case x.Suspension != nil && !x.entitled():
		return stay + "while this person is on leave"
	case len(x.Held) > 0:
		return stay + "as long as this person is held"
	case x.Missed != nil:
		return stay + "before a read proves something"
	case x.Entry != nil && x.Entry.State == model.Departed || x.Entry == nil && x.Departure != nil:
		return stay + "while this person leaves"
	case !x.entitled():
		return stay + "as long as the directory does not show this person as entitled"
	}
	return ""
}

// ownedSettings names what the mapping owns. It is one for all people, and each identity has all of it.
func ownedSettings(in plan.Input) []string {
	owned := map[string]bool{model.SettingCSI: true, model.SettingFirstName: true, model.SettingLastName: true}
	for _, s := range in.Sources {
		for _, i := range s.Identities {
			for _, setting := range i.Settings {
				owned[setting.Name] = true
			}
			for _, u := range i.Undecided {
				owned[u.Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(owned))
}

// desired is what the directory has for a setting, or why nobody can say.
func desired(i model.Identity, name string) (value, undecided string) {
	for _, u := range i.Undecided {
		if u.Name == name {
			return "", english.Say(u.Reason)
		}
	}
	return i.Setting(name), ""
}
