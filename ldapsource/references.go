package ldapsource

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// elsewhereAdvice: whoever follows it is read, see accept.
func elsewhereAdvice() model.Reason { return model.Because("read-part-elsewhere") }

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
	why      model.Reason
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
			return reference{dn, model.Because("elsewhere-excluded"), true}, true
		default:
			return reference{dn, model.Because("elsewhere-of-source", c.source), false}, true
		}
	}
	own := composed(v.base)
	outside := base != v.cfg.BaseDN && !within(own, dn) && !within(dn, own)
	return reference{dn, model.Because("elsewhere-out-of-base"), false}, outside
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
	if len(v.references) == 0 {
		v.certificate.satisfy(references, model.Because("scope-whole"))
		return
	}
	parts := model.Convert(v.references, func(r reference) model.Reason { return model.Because("lies-elsewhere", r.dn.String(), r.why) })
	v.certificate.satisfy(references, model.Because("scope-in-part-elsewhere", parts))
}

// refuseReference ends a read whose scope lies elsewhere in part.
func (v *session) refuseReference(page int, to string) error {
	return v.refuse(references, model.ReadReference, worded(model.Because("page-refers", page, to), nil), elsewhereAdvice())
}
