package ldapsource

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const groupBatch = 50 // DNs in one search

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
			r.passOver(batch)
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
	q := query{top, r.withRoles(anyOf(names...)), r.groupAttributes(), r.profile.controls(r.root)}
	if _, err := r.pages(ctx, q, r.sinkByName(func(_ string, e entry) { found = append(found, e) })); err != nil {
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

// passOver takes members that lie on another server for nobody of this source.
func (r *groupReader) passOver(dns []string) {
	for _, text := range dns {
		dn, err := parseDN(text)
		if key := dnKey(text); err == nil && r.known[key].kind == missing && r.liesElsewhere(composed(dn)) {
			r.known[key] = member{kind: foreign}
		}
	}
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
		r.known[key] = foreigner(*e)
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

// foreigner is an account of another forest, or what stands in its place for whoever fits a rule of
// Windows: everyone, say, or who is logged in. Those may be people of ours (MS-DTYP 2.4.2.4).
func foreigner(e entry) member {
	id, err := parseSID(e.first("objectsid"))
	if err != nil || id.ofDomain() {
		return member{kind: foreign}
	}
	return member{kind: nested, group: &group{dn: e.dn, faults: model.Because("rule-of-windows", id.String()).Some()}}
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
