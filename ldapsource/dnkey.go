package ldapsource

import (
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// dnKey folds a DN, so that the spellings of one name are one text: case, escapes, blanks and
// the order within an RDN do not count (pitfall A12). It serves to find entries again whose DNs
// one server wrote; where two spellings differ in more, such as NFC and NFD or the alias of an
// attribute, the server is asked. What is no DN is folded as it is.
func dnKey(text string) string {
	dn, err := ldap.ParseDN(text)
	if err != nil {
		return strings.ToLower(strings.TrimSpace(text))
	}
	var b strings.Builder
	for _, rdn := range dn.RDNs {
		parts := make([]string, len(rdn.Attributes))
		for i, a := range rdn.Attributes {
			parts[i] = strings.ToLower(a.Type) + "=" + strings.ToLower(strings.Join(strings.Fields(a.Value), " "))
		}
		slices.Sort(parts)
		b.WriteString(strings.Join(parts, "\x01") + "\x00")
	}
	return b.String()
}

// canonicalDN writes the first name of each attribute where a DN has another one, or its OID: not
// every server knows the entry again by those. What is no DN stays as it is.
func (s schema) canonicalDN(text string) string {
	dn, err := parseDN(text)
	if err != nil {
		return text
	}
	changed := false
	for _, rdn := range dn.RDNs {
		for _, a := range rdn.Attributes {
			if name := s.canonical(a.Type); name != strings.ToLower(a.Type) {
				a.Type, changed = name, true
			}
		}
	}
	if !changed {
		return text
	}
	return dn.String()
}

// withoutUID takes the optional part off a value of uniqueMember, dn#'0101'B (RFC 4517 §3.3.21).
func withoutUID(value string) string {
	value = strings.TrimSpace(value)
	at := strings.LastIndexByte(value, '#')
	if at < 0 {
		return value
	}
	bits, quoted := strings.CutPrefix(value[at+1:], "'")
	bits, ended := strings.CutSuffix(bits, "'B")
	if !quoted || !ended || strings.Trim(bits, "01") != "" {
		return value
	}
	return value[:at]
}
