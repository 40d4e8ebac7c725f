package ldapsource

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// entry is a decoded directory entry. Attribute names are canonical (see schema). An attribute
// with options, such as cn;lang-de or member;range=0-1499, keeps them in its name, so its
// values never pass for the plain ones, which are the only ones asked for (pitfall A11).
type entry struct {
	dn     string
	values map[string][]string
	schema schema
}

func (s schema) decode(raw *ldap.Entry) entry {
	e := entry{dn: raw.DN, values: make(map[string][]string, len(raw.Attributes)), schema: s}
	for _, attribute := range raw.Attributes {
		name := s.canonical(attribute.Name)
		e.values[name] = append(e.values[name], attribute.Values...)
	}
	return e
}

// first returns the first value of an attribute, by any of its names, "" if there is none. A nil
// entry has none.
func (e *entry) first(name string) string {
	if values := e.all(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

// all returns the values of an attribute, by any of its names.
func (e *entry) all(name string) []string {
	if e == nil {
		return nil
	}
	return e.values[e.schema.canonical(name)]
}

// name returns the DN, "" for a nil entry.
func (e *entry) name() string {
	if e == nil {
		return ""
	}
	return e.dn
}

// person records the facts of an entry. A fault holds the person and never makes them absent
// (pitfall D4).
func (v *session) person(id string, e entry) model.Person {
	dn, err := parseDN(e.dn)
	if err != nil {
		dn = nil
	}
	p := model.Person{
		ID:       model.PersonID{Source: v.cfg.Name, ID: id},
		DN:       e.dn,
		OU:       model.ParentDN(e.dn),
		Excluded: v.excludes(dn),
	}
	p.State, p.Evidence = v.profile.state(e, v.now())
	p.Dated = v.dated(e)
	var fault model.Reason
	p.Attributes, fault = v.mapped(e)
	p.RDN = v.rdn(dn, p.Attributes)
	switch conflict := v.profile.conflict(e); {
	case conflict.Code != "":
		p.Held = conflict.Some()
		p.State, p.Evidence = unknown(english.Say(conflict))
	case dn == nil:
		p.Held = model.Because("dn-unreadable", err.Error()).Some()
	case p.Excluded:
		p.Held = model.Because("entry-excluded").Some()
	default:
		p.Held = fault.Some()
	}
	return p
}

// rdn is the first part of a DN, as far as it has an attribute of the mapping that has several values:
// only of them it tells anything.
func (v *session) rdn(dn *ldap.DN, attributes map[string][]string) map[string]string {
	var named map[string]string
	for name, values := range attributes {
		if len(values) < 2 || dn == nil || len(dn.RDNs) == 0 {
			continue
		}
		for _, part := range dn.RDNs[0].Attributes {
			if v.schema.canonical(name) != v.schema.canonical(part.Type) {
				continue
			}
			if named == nil {
				named = map[string]string{}
			}
			named[name] = part.Value
		}
	}
	return named
}

// dated tells that the state of an account hangs on the date: at the end of time it would not be what
// it was at the beginning.
func (v *session) dated(e entry) bool {
	first, _ := v.profile.state(e, time.Time{})
	last, _ := v.profile.state(e, time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC))
	return first != last
}

// mapped keeps the attributes of the mapping, under the names that the mapping uses. The
// order of values means nothing in LDAP, so they are sorted (pitfall B18).
func (v *session) mapped(e entry) (attributes map[string][]string, fault model.Reason) {
	attributes = make(map[string][]string, len(v.cfg.Attributes))
	for _, name := range v.cfg.Attributes {
		values := e.values[v.schema.canonical(name)]
		if len(values) == 0 {
			continue
		}
		if !utf8.ValidString(strings.Join(values, "")) {
			fault = model.Because("attribute-no-text", name)
		}
		attributes[name] = slices.Sorted(slices.Values(values))
	}
	return attributes, fault
}
