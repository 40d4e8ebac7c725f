package ldapsource

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

const (
	memberURL = "memberURL" // groupOfURLs: Netscape's and its heirs', and OpenLDAP's dynlist and autogroup
	roleOf    = "nsRole"    // of people: the roles that 389 Directory Server finds for them, of whatever kind
)

// memberSearch is a search that says who is in a group, beside those whom the group lists.
type memberSearch struct {
	text   string // what it is made from, for the operator
	base   string
	depth  int // of base
	scope  int
	filter filter
}

// parseMemberURL reads an LDAP URL (RFC 4516). What is not certain to mean the same everywhere is a
// fault: without a scope, one product looks at the base alone and another below it.
func parseMemberURL(text string) (memberSearch, error) {
	const scheme = "ldap:///"
	s := memberSearch{text: memberURL + " " + text}
	if len(text) < len(scheme) || !strings.EqualFold(text[:len(scheme)], scheme) {
		return s, groupFault{model.Because("search-of-another-server")}
	}
	parts := strings.Split(text[len(scheme):], "?")
	for i := range parts {
		var err error
		if parts[i], err = url.PathUnescape(parts[i]); err != nil {
			return s, groupFault{model.Because("search-no-url")}
		}
	}
	for len(parts) < 5 {
		parts = append(parts, "")
	}
	scopes := map[string]int{"base": ldap.ScopeBaseObject, "one": ldap.ScopeSingleLevel, "sub": ldap.ScopeWholeSubtree}
	var known bool
	s.scope, known = scopes[strings.ToLower(parts[2])]
	base, err := parseDN(parts[0])
	switch {
	case err != nil:
		return s, groupFault{model.Because("search-base-no-dn")}
	case parts[1] != "":
		return s, groupFault{model.Because("search-for-values", parts[1])}
	case !known:
		return s, groupFault{model.Because("search-scope-unknown")}
	case strings.Join(parts[4:], "") != "" || len(parts) > 5:
		return s, groupFault{model.Because("search-has-extensions")}
	}
	s.base, s.depth, s.filter = parts[0], len(base.RDNs), filter(parts[3])
	switch {
	case s.filter == "":
		s.filter = anything
	case !strings.HasPrefix(parts[3], "("): // as servers take it, too
		s.filter = "(" + s.filter + ")"
	}
	return s, nil
}

// covers tells whether an entry that was found below the base is in the scope.
func (s memberSearch) covers(name string) bool {
	dn, err := parseDN(name)
	switch {
	case s.scope == ldap.ScopeWholeSubtree:
		return true
	case err != nil:
		return false
	}
	return len(dn.RDNs)-s.depth == map[int]int{ldap.ScopeBaseObject: 0, ldap.ScopeSingleLevel: 1}[s.scope]
}

// memberSearchOf is the search of one value of memberURL, if this server can answer it wholly. It
// answers a filter with an unknown attribute with success and nobody (pitfall C2).
func (v *session) memberSearchOf(text string) (memberSearch, error) {
	s, err := parseMemberURL(text)
	if err != nil {
		return s, err
	}
	packet, err := ldap.CompileFilter(string(s.filter))
	switch {
	case err != nil:
		return s, groupFault{model.Because("search-filter-unreadable")}
	case v.contextOf(s.base) == "":
		return s, groupFault{model.Because("search-base-elsewhere")}
	}
	for _, name := range attributesOf(packet) {
		if name != "" && !v.schema.knows(name) {
			return s, groupFault{model.Because("search-attribute-unknown", name)}
		}
	}
	return s, nil
}

// search hands over who is found, of everybody or of those whom only matches. That the server does
// not answer is a fault of the group, not of the read.
func (v *session) search(ctx context.Context, s memberSearch, only filter, each func(entry)) error {
	before := slices.Clone(v.certificate)
	f := s.filter
	if only != "" {
		f = allOf(f, only)
	}
	_, err := v.pages(ctx, query{s.base, f, v.groupAttributes(), v.profile.controls(v.root)}, v.sinkByName(func(_ string, e entry) {
		if s.covers(e.dn) {
			each(e)
		}
	}))
	if e, ok := errors.AsType[*model.ReadError](err); ok && e.Reason == model.ReadReference {
		v.certificate = before
		return groupFault{model.Because("search-in-part-elsewhere")}
	}
	switch code, answered := serverCode(err); {
	case !answered:
		return err
	case code == ldap.LDAPResultNoSuchObject:
		return groupFault{model.Because("search-base-not-found")}
	}
	return groupFault{model.Because("search-refused", err.Error())}
}

// unseen is the fault of a search that found nobody and may have missed somebody: whoever may not
// read an attribute is told that nobody matches.
func (v *session) unseen(s memberSearch) error {
	packet, err := ldap.CompileFilter(string(s.filter))
	if err != nil {
		return fmt.Errorf("compile %s: %w", s.filter, err)
	}
	for _, name := range attributesOf(packet) {
		if name == "" {
			continue
		}
		shown, err := v.shows(s.base, ldap.ScopeWholeSubtree, present(name))
		if err != nil {
			return err
		}
		if !shown {
			return groupFault{model.Because("search-attribute-hidden", name)}
		}
	}
	return nil
}

// follow adds those whom the searches of a group find to its members.
func (r *groupReader) follow(ctx context.Context, g *group) error {
	searches := g.searches
	g.searches = nil // a group is followed once, however many keys of the configuration name it
	for _, s := range searches {
		found := 0
		var strangers []entry
		err := r.search(ctx, s, "", func(e entry) {
			found++
			if id, ok := r.census[dnKey(e.dn)]; ok {
				g.people = append(g.people, id)
				return
			}
			strangers = append(strangers, e)
		})
		if err == nil && found == 0 {
			err = r.unseen(s)
		}
		switch fault, ok := errors.AsType[groupFault](err); {
		case ok:
			g.notFollowed(s, fault)
		case err != nil:
			return fmt.Errorf("follow the %s of %s: %w", s.text, g.dn, err)
		default:
			g.followed++
		}
		for _, e := range strangers {
			if err := r.learn(dnKey(e.dn), &e); err != nil {
				return err
			}
			g.rest = append(g.rest, e.dn)
		}
	}
	return nil
}

func (g *group) notFollowed(s memberSearch, why error) {
	g.fault(model.Because("search-not-followed", s.text, whyOf(why)))
}
