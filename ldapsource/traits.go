package ldapsource

import "strings"

// traits are what a group may know a person by.
type traits struct {
	id    string
	uids  []string // folded
	sid   string   // of the primary group
	doubt string   // why the person may be a member without being found, "" if nothing speaks for it
}

// note keeps of a person what groups may know them by.
func (v *session) note(id string, e entry) {
	if v.census == nil {
		v.census, v.traits = map[string]string{}, map[string]traits{}
	}
	v.census[dnKey(e.dn)] = id
	v.traits[id] = v.traitsOf(id, e)
}

func (v *session) traitsOf(id string, e entry) traits {
	t := traits{id: id}
	for _, uid := range e.values["uid"] {
		t.uids = append(t.uids, strings.ToLower(uid))
	}
	sid, err := v.profile.primaryGroup(e)
	if err != nil {
		t.doubt = "the primary group is not known: " + err.Error()
	}
	t.sid = sid
	if _, err := parseDN(e.dn); err != nil {
		t.doubt = "the DN is not readable"
	}
	return t
}
