package ldapsource

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const memberNames = "memberuid" // the one attribute of groups that lists no DNs

// groupFault says why a group was not read wholly. Its members are then a part of the truth:
// they count, and nobody else is known to be none (design §5.1 row b).
type groupFault struct{ model.Reason }

func (f groupFault) Error() string { return english.Say(f.Reason) }

// group is one group as it was read.
type group struct {
	dn       string
	people   []string // IDs of those members who were read as people
	rest     []string // DNs of all other members
	uids     []string // members by name (memberUid), folded
	keys     []string // by which the people name it whose primary group it is
	searches []memberSearch
	followed int            // searches that are done
	faults   []model.Reason // why this is not all of it
}

func (g *group) fault(why model.Reason) { g.faults = append(g.faults, why) }

// readRoot reads a configured group.
func (r *groupReader) readRoot(dn string) (*group, error) {
	e, err := r.lookup(dn, r.groupAttributes()...)
	if code, answered := serverCode(err); answered && code == ldap.LDAPResultReferral {
		e, err = nil, nil // it lies on another server
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the group %s: %w", dn, err)
	case e.first("objectclass") == "":
		return &group{dn: dn, faults: model.Because("group-not-readable").Some()}, nil
	case !r.isGroup(*e):
		return &group{dn: dn, faults: model.Because("no-group").Some()}, nil
	}
	return r.readGroup(*e)
}

// readGroup takes the members out of a group's entry, and reads on where the server holds some
// back. Whom its searches find comes later, see follow.
func (v *session) readGroup(e entry) (*group, error) {
	g, err := v.readFrame(e)
	if err != nil {
		return nil, err
	}
	for _, attribute := range v.memberAttributes() {
		values, err := v.allValues(e, attribute)
		if fault, ok := err.(groupFault); ok { //nolint:errorlint // never wrapped: it is made one call below
			g.fault(fault.Reason)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the members of %s: %w", e.dn, err)
		}
		for _, value := range values {
			v.addMember(g, attribute, value)
		}
	}
	return g, nil
}

// readFrame takes all but the list out of a group's entry.
func (v *session) readFrame(e entry) (*group, error) {
	g := &group{dn: e.dn, keys: v.profile.primaryKeys(e)}
	if hidden := v.profile.hiddenOf(e); hidden != "" {
		g.fault(model.Because("group-attribute-hidden", hidden))
	}
	if err := v.judgeLists(g, e); err != nil {
		return nil, fmt.Errorf("ask whether %s lists anybody: %w", e.dn, err)
	}
	v.readRules(g, e)
	return g, nil
}

func (v *session) addMember(g *group, attribute, value string) {
	switch attribute {
	case memberNames:
		g.uids = append(g.uids, foldUID(value))
		return
	case "uniquemember":
		value = withoutUID(value)
	}
	value = v.schema.canonicalDN(value)
	if id, ok := v.census[dnKey(value)]; ok {
		g.people = append(g.people, id)
		return
	}
	g.rest = append(g.rest, value)
}

// isGroup goes by what an entry has, and by its class if that is nothing: groups may be empty.
func (v *session) isGroup(e entry) bool {
	lists := v.memberAttributes()
	for _, name := range append(unfollowed(), memberURL) {
		lists = append(lists, v.schema.canonical(name))
	}
	for name := range e.values {
		plain, _, _ := strings.Cut(name, ";")
		if slices.Contains(lists, plain) {
			return true
		}
	}
	return slices.ContainsFunc(groupClasses(), e.isA)
}

func groupClasses() []string {
	return append(ruleClasses(), "group", "groupOfNames", "groupOfUniqueNames", "groupOfMembers", "posixGroup")
}

func (e entry) isA(class string) bool {
	return slices.ContainsFunc(e.values["objectclass"], func(had string) bool { return strings.EqualFold(had, class) })
}

// memberAttributes are those of the profile that this server knows, canonical.
func (v *session) memberAttributes() []string {
	var names []string
	for _, name := range v.profile.memberAttributes() {
		if v.schema.knows(name) {
			names = append(names, v.schema.canonical(name))
		}
	}
	return names
}

func (v *session) groupAttributes() []string {
	names := append(v.memberAttributes(), "objectClass", v.cfg.IDAttribute)
	if key := v.profile.primaryAttribute(); v.schema.knows(key) {
		names = append(names, key)
	}
	return append(names, v.ruleAttributes()...)
}
