package plan

import "cmp"

// SettingState compares one setting with the package. Settings that the mapping does not own
// are not shown: they may be anything, passwords too.
type SettingState struct {
	Name    string
	Now     string
	Desired string
	// Wanted tells that Desired says something: the person is entitled.
	Wanted bool
	// Undecided, if not empty, says why nobody knows what is desired: it stays as it is.
	Undecided string
}

func (x *Explanation) fromPackage(in Input, inventory index, r *register) {
	credentialID := x.credentialID(inventory)
	if c, there := inventory.credentials[credentialID]; there {
		x.Credential = &c
	}
	i, _ := x.identity(in)
	x.Settings = compareAll(i, in.Inventory.Settings[credentialID])
	x.IDs = r.threemaIDs(x, credentialID)
	for _, id := range x.IDs {
		if u, there := inventory.users[id]; there {
			x.Users = append(x.Users, u)
		}
		if c, there := inventory.contacts[id]; there {
			x.Contacts = append(x.Contacts, c)
		}
	}
}

// credentialID is the credential that is theirs, or is to be by the plan: of one that is gone nothing is to show.
func (x *Explanation) credentialID(inventory index) string {
	var ids []string
	if x.Owned != nil {
		ids = append(ids, x.Owned.CredentialID)
	}
	for _, c := range x.Changes {
		ids = append(ids, c.CredentialID)
	}
	for _, id := range ids {
		if _, there := inventory.credentials[id]; there {
			return id
		}
	}
	return cmp.Or(ids...)
}

// compareAll lists the settings that the mapping owns. For somebody who is not entitled now,
// these are the ones that every mapping owns, and nothing is desired.
func compareAll(i Identity, current map[string]string) []SettingState {
	var all []SettingState
	if i.State == Entitled && !i.Excluded {
		for _, s := range i.Settings {
			all = append(all, SettingState{Name: s.Name, Now: current[s.Name], Desired: s.Value, Wanted: true})
		}
		for _, u := range i.Undecided {
			all = append(all, SettingState{Name: u.Name, Now: current[u.Name], Undecided: u.Reason})
		}
		return all
	}
	if len(current) == 0 {
		return nil
	}
	for _, name := range []string{SettingCSI, SettingFirstName, SettingLastName} {
		all = append(all, SettingState{Name: name, Now: current[name]})
	}
	return all
}
