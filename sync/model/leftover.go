package model

import (
	"fmt"
	"slices"
)

// Leftover is a credential that an interrupted create seems to have left behind, with its settings,
// as they were read at one moment.
type Leftover struct {
	Credential Credential
	Settings   map[string]string
}

// Foreign lists by name what the create did not do to the credential, so that somebody else did: the
// credential may be somebody else's, who has its password (design §5.7). wanted are the settings that
// the create writes now. The csi of the person is no such thing, whoever wrote it. A credential that
// the service gave to this create may have every value that was sent or is wanted; one that merely
// has its username got none from here, for settings follow the service's answer. Only values that tell
// whose it is are repeated, "" stands for any other: it may be a password.
func (l Leftover) Foreign(op Operation, wanted []Setting, policy Policy) map[string]string {
	foreign := map[string]string{}
	if l.Credential.Hashed != policy.Hash {
		foreign["hashed"] = fmt.Sprint(l.Credential.Hashed)
	}
	if l.Credential.Locked != policy.Lock {
		foreign["locked"] = fmt.Sprint(l.Credential.Locked)
	}
	var ours []Setting
	for _, s := range append(slices.Clip(wanted), Setting{Name: SettingCSI, Value: op.CSI}) {
		if s.Value != "" && (op.CredentialID != "" || s.Name == SettingCSI) {
			ours = append(ours, s)
		}
	}
	ours = append(ours, op.Sent...)
	for name, value := range l.Settings {
		switch {
		case value == "" || slices.Contains(ours, Setting{Name: name, Value: value}) || slices.Contains(ours, Setting{Name: name}):
		case name == SettingCSI || name == SettingFirstName || name == SettingLastName:
			foreign[name] = value
		default:
			foreign[name] = ""
		}
	}
	return foreign
}
