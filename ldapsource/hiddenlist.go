package ldapsource

import (
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// judgeLists finds the lists of a group that the bind account may not read. Such a group looks like one
// that lists nobody, and whoever names it as the primary one, or is found by its search, makes it look
// whole. So that a list is not shown proves nothing; that there is none, the server must state.
func (v *session) judgeLists(g *group, e entry) error {
	for _, attribute := range v.profile.lists(e) {
		if e.shows(v.schema.canonical(attribute)) {
			continue
		}
		none, err := v.profile.listless(v, e.dn, attribute)
		if err != nil {
			return err
		}
		if !none {
			g.fault(model.Because("group-attribute-hidden", attribute))
		}
	}
	return nil
}

// shows tells whether an entry has a value of an attribute, or a part of them (see partOf).
func (e entry) shows(canonical string) bool {
	for name, values := range e.values {
		if plain, _, _ := strings.Cut(name, ";"); plain == canonical && len(values) > 0 {
			return true
		}
	}
	return false
}

// lists: RFC 4519 §3.5 and §3.6, RFC 2307 §5.2, and its successor, whose group may be empty.
func (openLDAP) lists(group entry) []string {
	var lists []string
	for _, may := range [][2]string{
		{"groupOfNames", "member"}, {"groupOfMembers", "member"}, {"groupOfUniqueNames", "uniqueMember"}, {"posixGroup", "memberUid"},
	} {
		if group.isA(may[0]) && !slices.Contains(lists, may[1]) {
			lists = append(lists, may[1])
		}
	}
	return lists
}

// listless asks for a comparison, to which a server has three answers where a search has one: there is
// no such attribute, there is one, and that we may not know (RFC 4511 §4.10). The DN does for a login,
// too: it matters only whether there is anything.
func (openLDAP) listless(v *session, dn, attribute string) (bool, error) {
	_, err := v.conn.Compare(dn, attribute, dn)
	if err == nil {
		return false, nil
	}
	err = answer(err)
	code, answered := serverCode(err)
	if !answered {
		return false, err
	}
	return code == ldap.LDAPResultNoSuchAttribute, nil
}

func (activeDirectory) lists(group entry) []string {
	if group.isA("group") {
		return []string{"member"}
	}
	return nil
}

// listless: a comparison says nothing of what is hidden, but whoever is listed shows it by the other end
// of the link (MS-ADTS 3.1.1.1.6).
func (activeDirectory) listless(v *session, dn, _ string) (bool, error) {
	listed, err := v.shows(v.root.context, ldap.ScopeWholeSubtree, equal("memberOf", dn))
	return !listed, err
}
