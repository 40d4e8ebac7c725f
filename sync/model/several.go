package model

import "slices"

// Several are the values that a setting, or the username, could have.
type Several struct {
	Setting string   // "" for the username
	Values  []string // two or more, without repetitions, the first in order first
	RDN     string   // the one that stands in the DN of the entry, "" if none does
}

// key tells the settings by which a person is known: of them none is picked silently.
func (s Several) key() bool { return s.Setting == "" || s.Setting == SettingCSI }

// Pick is the value to take, "" and false if nobody can say which.
func (s Several) Pick(inUse string) (value string, chosen bool) {
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
