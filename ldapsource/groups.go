package ldapsource

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

const (
	groupBatch = 50 // DNs in one search
	maxNesting = 32 // of groups within groups; deeper is a fault, never the end of the list

	memberNames = "memberuid" // the one attribute of groups that lists no DNs
)

// groupFault says why a group was not read wholly. Its members are then a part of the truth:
// they count, and nobody else is known to be none (design §5.1 row b).
type groupFault string

func (f groupFault) Error() string { return string(f) }

// group is one group as it was read.
type group struct {
	dn     string
	people []string // IDs of those members who were read as people
	rest   []string // DNs of all other members
	uids   []string // members by name (memberUid), folded
	sid    string   // by which the people name it whose primary group it is
	fault  string   // why this is not all of it
}

// memberKind is what a member of a group turned out to be.
type memberKind int

const (
	missing memberKind = iota // not found: deleted, or hidden
	single                    // an entry with an ID, which may be a person
	nested                    // a group
	foreign                   // of another domain or forest, so nobody of this source
	other                     // an entry that is none of these
)

// member is what is known of a DN that stands in a group.
type member struct {
	kind  memberKind
	id    string
	group *group
}

// groupReader expands groups breadth-first (pitfall B4). Whatever a DN turned out to be is
// remembered, so each group and each stranger is read once, however often it is a member.
type groupReader struct {
	*session
	known   map[string]member  // by DN key
	rosters map[string]*roster // by DN key
}

// roster is one configured group with everybody in it, directly or through other groups.
type roster struct {
	dn    string
	ids   map[string]bool // immutable IDs
	uids  map[string]bool // names, folded
	sids  map[string]bool // of the groups of it that can be a primary group
	stale map[string]bool // DN keys of members that are not found
	shown bool            // a member that is no group was there to be seen

	people, nested, foreign, dangling int // for the operator
	faults                            []string
}

func (r *roster) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// roster reads a group and all groups in it, once however many keys of the configuration name it.
func (r *groupReader) roster(ctx context.Context, dn string) (*roster, error) {
	if found, ok := r.rosters[dnKey(dn)]; ok {
		return found, nil
	}
	found, err := r.expand(ctx, dn)
	if err != nil {
		return nil, err
	}
	for _, t := range r.traits {
		if found.has(t) {
			found.people++
		}
	}
	r.rosters[dnKey(dn)] = found
	return found, nil
}

// expand reads a group and all groups in it. An error ends the whole read; what is only wrong
// with the group is a fault of the roster.
func (r *groupReader) expand(ctx context.Context, dn string) (*roster, error) {
	found := &roster{dn: dn, ids: map[string]bool{}, uids: map[string]bool{}, sids: map[string]bool{}, stale: map[string]bool{}}
	root, err := r.readRoot(dn)
	if err != nil {
		return found, err
	}
	if root.fault != "" {
		found.fault("%s", root.fault)
	}
	seen := map[string]bool{dnKey(dn): true, dnKey(root.dn): true}
	level := []*group{root}
	for depth := 0; len(level) > 0; depth++ {
		if depth > maxNesting {
			found.fault("groups in it lie more than %d deep", maxNesting)
			break
		}
		if level, err = r.descend(ctx, found, level, seen); err != nil {
			return found, err
		}
	}
	return found, nil
}

// descend takes up the members of one level of groups, and returns the groups among them that
// were not there before.
func (r *groupReader) descend(ctx context.Context, found *roster, level []*group, seen map[string]bool) ([]*group, error) {
	var strangers []string
	for _, g := range level {
		found.take(g)
		for _, dn := range g.rest {
			if key := dnKey(dn); !seen[key] {
				seen[key] = true
				strangers = append(strangers, dn)
			}
		}
	}
	if err := r.sweep(ctx, level); err != nil {
		return nil, err
	}
	if err := r.lookUp(ctx, strangers); err != nil {
		return nil, err
	}
	var next []*group
	hidden := 0
	for _, dn := range strangers {
		m := r.known[dnKey(dn)]
		found.meet(m)
		switch m.kind {
		case nested:
			next = append(next, m.group)
		case missing:
			found.stale[dnKey(dn)] = true
			gone, err := r.gone(dn)
			if err != nil {
				return nil, err
			}
			if !gone {
				hidden++
				r.logger.Debug("member of a group that cannot be read", "source", r.cfg.Name, "group", found.dn, "dn", dn)
			}
		}
	}
	if hidden > 0 {
		found.fault("%d members cannot be read, and may be groups with members of their own: let the bind account read them, "+
			"or take them out of the group; the log at level debug names them", hidden)
	}
	return next, nil
}

// meet counts a member that is none of the people of the read.
func (r *roster) meet(m member) {
	r.shown = r.shown || m.kind != nested
	switch m.kind {
	case single:
		r.ids[m.id] = true
	case nested:
		r.nested++
		if m.group.fault != "" {
			r.fault("the group %s in it: %s", m.group.dn, m.group.fault)
		}
	case foreign:
		r.foreign++
	case missing:
		r.dangling++
	case other:
	}
}

// take adds those whom a group lists itself.
func (r *roster) take(g *group) {
	r.shown = r.shown || len(g.people)+len(g.uids) > 0
	for _, id := range g.people {
		r.ids[id] = true
	}
	for _, uid := range g.uids {
		r.uids[uid] = true
	}
	if g.sid != "" {
		r.sids[g.sid] = true
	}
}

// gone tells whether a member that was not found is known to be gone. Where links follow their
// entries nothing dangles, so it is hidden; elsewhere it counts as gone if the place where it
// was shows what is in it (pitfalls B13, C10). With its recycle bin on, Samba goes on to list the
// deleted, under the name that says so; Active Directory does not.
func (r *groupReader) gone(dn string) (bool, error) {
	if deletedName(dn) {
		return true, nil
	}
	parent := parentOf(dn)
	if r.profile.linksFollow() || parent == "" {
		return false, nil
	}
	return r.ask(parent, r.showsEntries)
}

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
		return &group{dn: dn, fault: "it is not there, or the bind account may not read it"}, nil
	case !r.isGroup(*e):
		return &group{dn: dn, fault: "it is no group"}, nil
	}
	return r.readGroup(*e)
}

// lookUp finds out what strangers are, in batches.
func (r *groupReader) lookUp(ctx context.Context, dns []string) error {
	asked := map[string][]string{} // by naming context
	for _, dn := range dns {
		key := dnKey(dn)
		if _, ok := r.known[key]; ok {
			continue
		}
		top := r.contextOf(dn)
		if top == "" {
			r.known[key] = member{kind: foreign}
			continue
		}
		r.known[key] = member{kind: missing} // until it is found
		asked[top] = append(asked[top], dn)
	}
	for _, top := range slices.Sorted(maps.Keys(asked)) {
		for batch := range slices.Chunk(asked[top], groupBatch) {
			if err := r.lookUpBatch(ctx, top, batch); err != nil {
				return fmt.Errorf("look up members of groups: %w", err)
			}
		}
	}
	return nil
}

func (r *groupReader) lookUpBatch(ctx context.Context, top string, batch []string) error {
	var names []filter
	asked := map[string]bool{}
	for _, dn := range batch {
		names = append(names, equal(r.profile.nameAttribute(), dn))
		asked[dnKey(dn)] = true
	}
	var found []entry
	q := query{top, anyOf(names...), r.groupAttributes(), r.profile.controls(r.root)}
	if _, err := r.pages(ctx, q, r.rollOfNames(func(_ string, e entry) { found = append(found, e) })); err != nil {
		return err
	}
	strange := false // the server wrote a name in a way that we do not know again
	for _, e := range found {
		if err := r.learn(dnKey(e.dn), &e); err != nil {
			return err
		}
		strange = strange || !asked[dnKey(e.dn)]
	}
	if !strange {
		return nil
	}
	for _, dn := range batch {
		if r.known[dnKey(dn)].kind != missing {
			continue
		}
		e, err := r.lookup(dn, r.groupAttributes()...)
		if err == nil {
			err = r.learn(dnKey(dn), e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// learn notes what an entry is. Active Directory shows the bare name of an entry that it hides,
// so without a class it is not found (pitfall B14).
func (r *groupReader) learn(key string, e *entry) error {
	switch {
	case e.first("objectclass") == "":
	case r.isGroup(*e):
		g, err := r.readGroup(*e)
		if err != nil {
			return err
		}
		r.known[key] = member{kind: nested, group: g}
	case e.isA("foreignSecurityPrincipal"):
		r.known[key] = member{kind: foreign}
	default:
		kind := single
		id, err := r.id.decode(e.values[r.schema.canonical(r.cfg.IDAttribute)])
		if err != nil {
			kind = other // a contact, say, where the ID is an employee's number
		}
		r.known[key] = member{kind: kind, id: id}
	}
	return nil
}

// readGroup takes the members out of a group's entry, and reads on where the server holds some
// back.
func (r *groupReader) readGroup(e entry) (*group, error) {
	g := &group{dn: e.dn, sid: e.first("objectsid")}
	if hidden := r.profile.hiddenOf(e); hidden != "" {
		g.fault = "its " + hidden + " is not readable"
	}
	for _, attribute := range r.memberAttributes() {
		values, err := r.allValues(e, attribute)
		if fault, ok := err.(groupFault); ok { //nolint:errorlint // never wrapped: it is made one call below
			g.fault = string(fault)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the members of %s: %w", e.dn, err)
		}
		for _, value := range values {
			r.addMember(g, attribute, value)
		}
	}
	return g, nil
}

func (r *groupReader) addMember(g *group, attribute, value string) {
	switch attribute {
	case memberNames:
		g.uids = append(g.uids, strings.ToLower(value))
		return
	case "uniquemember":
		value = withoutUID(value)
	}
	if id, ok := r.census[dnKey(value)]; ok {
		g.people = append(g.people, id)
		return
	}
	g.rest = append(g.rest, value)
}

// isGroup goes by what an entry has, and by its class if that is nothing: groups may be empty.
func (r *groupReader) isGroup(e entry) bool {
	for name := range e.values {
		plain, _, _ := strings.Cut(name, ";")
		if slices.Contains(r.memberAttributes(), plain) {
			return true
		}
	}
	return slices.ContainsFunc(groupClasses(), e.isA)
}

func groupClasses() []string {
	return []string{"group", "groupOfNames", "groupOfUniqueNames", "groupOfMembers", "posixGroup"}
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
	if v.schema.knows("objectSid") {
		names = append(names, "objectSid")
	}
	return names
}

// contextOf returns the naming context of this server in which a DN lies, "" if in none. A DN
// that does not parse is looked for where the people are.
func (v *session) contextOf(text string) string {
	dn, err := parseDN(text)
	if err != nil {
		return v.root.context
	}
	longest, depth := "", 0
	for _, top := range v.profile.contexts(v.root) {
		if parsed, err := parseDN(top); err == nil && within(parsed, dn) && len(parsed.RDNs) > depth {
			longest, depth = top, len(parsed.RDNs)
		}
	}
	return longest
}
