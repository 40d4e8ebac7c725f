package memdir

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/ldapsource/memdir/ldapwire"
)

// base finds the entry that a request names. Without one, the result says how far the name
// exists (RFC 4511 §4.1.9); to somebody who is not bound, nothing exists.
func (c *session) base(dn string) (*node, ldapwire.Result) {
	switch {
	case dn == "":
		return c.server.rootDSE, ldapwire.Result{}
	case isVirtual(dn):
		return c.server.subschema, ldapwire.Result{}
	}
	k, err := newKey(dn)
	if err != nil {
		return nil, ldapwire.Result{Code: ldap.LDAPResultInvalidDNSyntax, Diagnosis: "invalid DN"}
	}
	missing := ldapwire.Result{Code: ldap.LDAPResultNoSuchObject}
	if c.boundDN == "" {
		return nil, missing
	}
	c.server.tree.mu.RLock()
	defer c.server.tree.mu.RUnlock()
	if n := c.server.tree.byKey[k]; n != nil {
		return n, ldapwire.Result{}
	}
	for k = k.parent(); k != ""; k = k.parent() {
		if n := c.server.tree.byKey[k]; n != nil {
			missing.MatchedDN = n.dn
			break
		}
	}
	return nil, missing
}

func (c *session) search(m ldapwire.Message, op ldapwire.Search) error {
	matches, err := c.server.schema.compile(op.Filter)
	if err != nil {
		return c.fail(m, ldap.LDAPResultProtocolError, err.Error())
	}
	base, result := c.base(op.BaseDN)
	if result.Code == 0 && isVirtual(op.BaseDN) && op.Scope != ldap.ScopeBaseObject {
		result.Code = ldap.LDAPResultNoSuchObject
	}
	if result.Code != 0 {
		return c.send(ldapwire.Respond(m, result))
	}
	found := c.server.lookup(base, op.Scope, matches)
	return c.answer(m, op, found)
}

// answer sends what was found: all of it, or one page.
func (c *session) answer(m ldapwire.Message, op ldapwire.Search, found []*node) error {
	var result ldapwire.Result
	var controls []ldap.Control
	if paging := m.Paging(); paging != nil {
		if string(paging.Cookie) != c.cookie && len(paging.Cookie) > 0 {
			return c.fail(m, ldap.LDAPResultProtocolError, "paged results cookie is invalid")
		}
		found, c.cookie = page(found, string(paging.Cookie), int(paging.PagingSize))
		controls = append(controls, &ldap.ControlPaging{Cookie: []byte(c.cookie)})
	}
	if limit := int(op.SizeLimit); limit > 0 && len(found) > limit {
		found, result.Code = found[:limit], ldap.LDAPResultSizeLimitExceeded
	}
	cut := op.Scope != ldap.ScopeBaseObject && c.server.failsBy(CutMidRead)
	for i, n := range found {
		if cut && i == len(found)/2 {
			return errHangup
		}
		if err := c.send(ldapwire.Entry(m.ID, n.dn, c.server.schema.show(n, op))); err != nil {
			return err
		}
	}
	return c.send(ldapwire.Respond(m, result, controls...))
}

// page takes the next entries after those that the cookie stands for. As in OpenLDAP a cookie
// is a place in the order of creation, so a paged read is not a snapshot (pitfall C11).
func page(found []*node, cookie string, size int) (part []*node, next string) {
	after, _ := strconv.Atoi(cookie) // 0 for the first page
	from, _ := slices.BinarySearchFunc(found, after+1, func(n *node, serial int) int { return n.serial - serial })
	part = found[from:]
	if len(part) <= size {
		return part, ""
	}
	part = part[:size]
	if size == 0 {
		return nil, "" // the client gives the search up
	}
	return part, strconv.Itoa(part[size-1].serial)
}

// lookup finds the entries that a search is about, in order of creation.
func (s *Server) lookup(base *node, scope int, matches predicate) []*node {
	if scope == ldap.ScopeBaseObject {
		if matches(base) == yes {
			return []*node{base}
		}
		return nil
	}
	if s.failsBy(Empty) {
		return nil
	}
	s.tree.mu.RLock()
	defer s.tree.mu.RUnlock()
	var found []*node
	for _, n := range s.tree.nodes {
		if inScope(n, base, scope) && matches(n) == yes {
			found = append(found, n)
		}
	}
	return found
}

func inScope(n, base *node, scope int) bool {
	switch scope {
	case ldap.ScopeSingleLevel:
		return n.key.parent() == base.key && n.key != base.key
	case ldap.ScopeChildren:
		return n.key != base.key && n.key.within(base.key)
	}
	return n.key.within(base.key)
}

// show returns the attributes that the client asked for, under the names of the schema. Without
// a list these are all but the operational ones; "*" and "+" stand for the two kinds.
func (s schema) show(n *node, op ldapwire.Search) []*ldap.EntryAttribute {
	asked := make(map[string]bool)
	for _, name := range op.Attributes {
		if attribute, ok := s.attribute(name); ok {
			name = attribute.name
		}
		asked[strings.ToLower(name)] = true
	}
	users := len(op.Attributes) == 0 || asked["*"]
	var shown []*ldap.EntryAttribute
	for _, k := range slices.Sorted(maps.Keys(n.values)) {
		attribute := s.attributes[k]
		wanted := asked[k] || users && !attribute.operational || asked["+"] && attribute.operational
		if !wanted || attribute.syntax == syntaxOctets {
			continue
		}
		values := n.values[k]
		if op.TypesOnly {
			values = nil
		}
		shown = append(shown, &ldap.EntryAttribute{Name: attribute.name, Values: values})
	}
	return shown
}
