package ldapsource

import "slices"

// traits are what a group may know a person by.
type traits struct {
	id        string
	uids      []string // folded
	primaries []string // by which the person names groups, see profile.primaryGroups
	// doubt is why the person may be a member without being found, "" if nothing speaks for it;
	// primaryDoubt the same of groups that can be somebody's primary one.
	doubt, primaryDoubt string
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
	for _, uid := range e.all("uid") {
		t.uids = append(t.uids, foldUID(uid))
	}
	var err error
	if t.primaries, err = v.profile.primaryGroups(e); err != nil {
		t.primaryDoubt = "the primary group is not known: " + err.Error()
	}
	if _, err := parseDN(e.dn); err != nil {
		t.doubt = "the DN is not readable"
	}
	return t
}

func anyIn(set map[string]bool, keys []string) bool {
	return slices.ContainsFunc(keys, func(key string) bool { return set[key] })
}
