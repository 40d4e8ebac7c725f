package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
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

// leftoverOf is what an open create left behind, as this pass read it.
func (p *planner) leftoverOf(op Operation) Leftover {
	c, _ := p.createdCredential(op)
	return Leftover{Credential: c, Settings: p.Inventory.Settings[c.ID]}
}

// activated tells whether somebody activated the credential. Its password is then somebody's.
func (p *planner) activated(l Leftover) bool {
	return l.Credential.Usage > 0 || len(p.usersOf[l.Credential.ID]) > 0
}

// whyDoubt says why a credential that an interrupted create seems to have left behind may be somebody
// else's; "" if nothing speaks for that.
func (p *planner) whyDoubt(op Operation, l Leftover, foreign map[string]string) string {
	var why []string
	if op.CredentialID == "" && op.Refused {
		why = append(why, "the service refused to create it, so somebody else may have")
	}
	if p.activated(l) {
		why = append(why, "it is in use"+p.byWhom(l.Credential.ID))
	}
	for _, name := range slices.Sorted(maps.Keys(foreign)) {
		words := name + " stands on it"
		if value := foreign[name]; value != "" {
			words = name + " is " + value
		}
		why = append(why, words+", which this program did not send")
	}
	return strings.Join(why, "; ")
}

// byWhom names who uses a credential, as far as the package tells.
func (p *planner) byWhom(credentialID string) string {
	var users []string
	for _, u := range p.usersOf[credentialID] {
		words := u.ID
		if name := FullName(u.FirstName, u.LastName); name != "" {
			words += " (" + name + ")"
		}
		if u.CSI != "" {
			words += " with the csi " + u.CSI
		}
		users = append(users, words)
	}
	if len(users) == 0 {
		return ""
	}
	return " by " + strings.Join(users, ", ")
}

// preStateOf lists what a yes is for: another finding is another change.
func (p *planner) preStateOf(l Leftover, foreign map[string]string) []string {
	var preState []string
	for _, name := range slices.Sorted(maps.Keys(foreign)) {
		preState = append(preState, name, foreign[name])
	}
	if p.activated(l) {
		preState = append(preState, "in use")
	}
	for _, u := range p.usersOf[l.Credential.ID] {
		preState = append(preState, u.ID)
	}
	return preState
}

// strayed names the entitled person whose csi somebody wrote to the credential that an interrupted
// create of another person may have made. Nobody knows whose password it has; the csi says whose it
// is to be, and rules as ever.
func (p *planner) strayed(op Operation) (PersonID, bool) {
	if op.CredentialID != "" {
		return PersonID{}, false
	}
	csi := p.leftoverOf(op).Settings[SettingCSI]
	owner, claimed := p.claimedCSI[csi]
	return owner, claimed && csi != op.CSI && owner != op.Person && p.entitledNow(owner)
}
