package model

import "slices"

// InNoGroup tells of somebody whom base_dn and filter cover that no group entitles them: nothing else makes an
// entry that was read one that is out of the scope.
func (i Identity) InNoGroup() bool { return i.State == Departed && i.Evidence.Kind == OutOfScope }

// Identity is a person after mapping: what the licence package should say about them.
type Identity struct {
	Subject
	OU        string // as in [Person]
	State     AccountState
	Evidence  Evidence
	Dated     bool
	Excluded  bool
	Protected bool

	Username string
	// Settings are the values that the mapping owns, sorted by name: always th_csi,
	// th_firstname and th_lastname, and the opt-in ones that are configured. An empty value
	// means unset.
	Settings []Setting
	// Several are what the template of a setting, or of the username, could be for this person, because
	// an attribute has several values and the template names none of them. CSI, Username and Settings
	// have the first; Compute picks (several.go).
	Several []Several
	// Undecided are those of the opt-in settings that are left out of Settings, because nobody can
	// say now what they should be. They stay as they are.
	Undecided []Undecided
	// Cells are the further columns of the hand-over line, should there be one.
	Cells []Cell
	// Held says why this person can be neither created nor changed now; empty: they can.
	Held []Reason
}

// Setting is one value of the app configuration of one credential. Absent and "" mean the
// same (D-30).
type Setting struct {
	Name  string
	Value string
}

// Undecided names a setting, and says why nobody can say what it should be.
type Undecided struct {
	Name   string
	Reason Reason
	// Unusable tells that the directory has a value of which none can be made: somebody corrects it there.
	Unusable bool
}

// Cell is what stands in one further column of the hand-over line. Nobody is held because of it.
type Cell struct {
	Column string
	Value  string
	// Unusable says why the directory's value is of no use, nothing if it is.
	Unusable Reason
}

// The settings that every mapping owns.
const (
	SettingCSI       = "th_csi"
	SettingFirstName = "th_firstname"
	SettingLastName  = "th_lastname"
)

// Setting returns the desired value of a setting, "" if the mapping does not own it.
func (i Identity) Setting(name string) string { return ValueOf(i.Settings, name) }

// ValueOf is the value of a setting among others, "" if it is not there.
func ValueOf(settings []Setting, name string) string {
	for _, s := range settings {
		if s.Name == name {
			return s.Value
		}
	}
	return ""
}

// Claims is the same, by what a snapshot shows.
func (i Identity) Claims() bool { return i.State != Departed || i.Excluded }

// Entitled tells that the person is to have Threema Work: of whoever stands below an excluded DN, nobody can say so.
func (i Identity) Entitled() bool { return i.State == Entitled && !i.Excluded }

// Set gives an identity another value.
func (i *Identity) Set(setting, value string) {
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

// MayHave tells whether somebody has a csi, or may have it by one of several values.
func (i Identity) MayHave(csi string) bool {
	return i.CSI == csi || slices.ContainsFunc(i.Several, func(s Several) bool {
		return s.Setting == SettingCSI && slices.Contains(s.Values, csi)
	})
}

// mayBeCalled tells whether somebody has a folded first name, or may have it by one of several values.
func (i Identity) mayBeCalled(folded string) bool {
	return FoldName(i.Setting(SettingFirstName)) == folded || slices.ContainsFunc(i.Several, func(s Several) bool {
		return s.Setting == SettingFirstName && slices.ContainsFunc(s.Values, func(v string) bool { return FoldName(v) == folded })
	})
}
