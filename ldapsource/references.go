package ldapsource

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// elsewhereHint: whoever follows it is read, see accept.
const elsewhereHint = "a part of base_dn lies on another server, so this one alone is never complete: make that part a source of its own, " +
	"or list it under exclude_dns, or narrow base_dn"

// Part is what another source reads.
type Part struct{ Source, BaseDN string }

// cover is a Part, or an entry of exclude_dns, which has no source.
type cover struct {
	source string
	top    *ldap.DN
}

// setCovers notes what a reference may lead to and still leave nobody out who counts here. What another
// source reads must lie truly below our own base: of two that read one base, each would count on the other.
func (s *Source) setCovers() error {
	if s.base == nil {
		return nil // refused elsewhere
	}
	for _, other := range s.cfg.Others {
		dn, err := parseDN(other.BaseDN)
		if err != nil {
			return fmt.Errorf("base DN of source %s: %w", other.Source, err)
		}
		if s.base.AncestorOfFold(dn) {
			s.covers = append(s.covers, cover{other.Source, composed(dn)})
		}
	}
	for _, dn := range s.excluded {
		s.covers = append(s.covers, cover{"", dn})
	}
	return nil
}

// reference is a part of the directory that lies on another server, and that this source need not read.
type reference struct {
	dn       *ldap.DN
	why      string
	excluded bool
}

// accept takes the references of a page of a search below base. It stops at the first one that would have
// to be followed: a part of the scope that nobody reads (pitfall A17). It returns how many are new.
func (v *session) accept(found []string, base string) (news int, unread string) {
	for _, text := range found {
		r, ok := v.judgeReference(text, base)
		if !ok {
			return news, text
		}
		if !v.liesElsewhere(r.dn) {
			v.references = append(v.references, r)
			news++
		}
	}
	return news, ""
}

// judgeReference says why what a reference leads to need not be read here. What lies outside base_dn does
// not count wherever it is; but a search of base_dn itself refers to nothing else than a part of it.
func (v *session) judgeReference(text, base string) (reference, bool) {
	dn := referredDN(text)
	if dn == nil {
		return reference{}, false
	}
	for _, c := range v.covers {
		switch {
		case !within(c.top, dn):
		case c.source == "":
			return reference{dn, "exclude_dns holds it", true}, true
		default:
			return reference{dn, "the source " + c.source + " reads it", false}, true
		}
	}
	own := composed(v.base)
	outside := base != v.cfg.BaseDN && !within(own, dn) && !within(dn, own)
	return reference{dn, "base_dn leaves it out", false}, outside
}

// referredDN is what a reference leads to (RFC 4511 §4.5.3, RFC 4516), nil if it does not say.
func referredDN(text string) *ldap.DN {
	u, err := url.Parse(text)
	if err != nil {
		return nil
	}
	dn, err := parseDN(strings.TrimPrefix(u.Path, "/"))
	if err != nil {
		return nil
	}
	return composed(dn)
}

// liesElsewhere tells that an entry is on another server, as far as this one has said so.
func (v *session) liesElsewhere(dn *ldap.DN) bool {
	return slices.ContainsFunc(v.references, func(r reference) bool { return within(r.dn, dn) })
}

// outOfSight is the part that nobody reads because exclude_dns holds it, and that is not here: whoever is
// missing may be there, and held. "" if there is none.
func (v *session) outOfSight() string {
	for _, r := range v.references {
		if r.excluded {
			return r.dn.String()
		}
	}
	return ""
}

// certifyReferences says what of the scope lies elsewhere.
func (v *session) certifyReferences() {
	var words []string
	for _, r := range v.references {
		words = append(words, r.dn.String()+" lies on another server; "+r.why)
	}
	if len(words) == 0 {
		words = []string{"none"}
	}
	v.certificate.satisfy(references, "%s", strings.Join(words, ". "))
}

// refuseReference ends a read whose scope lies elsewhere in part.
func (v *session) refuseReference(page int, to string) error {
	return v.refuse(references, model.ReadReference, elsewhereHint, fmt.Errorf("page %d refers to %s", page, to))
}
