package memdir

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// key is a DN in a form that is equal for equal names: types and values in lower case, runs of
// spaces as one. The key of an entry ends in that of its parent, and every comma in it is one
// between two names.
type key string

func newKey(dn string) (key, error) {
	parsed, err := ldap.ParseDN(dn)
	if err != nil {
		return "", fmt.Errorf("parse DN %q: %w", dn, err)
	}
	rdns := make([]string, len(parsed.RDNs))
	for i, rdn := range parsed.RDNs {
		parts := make([]string, len(rdn.Attributes))
		for j, a := range rdn.Attributes {
			parts[j] = strings.ToLower(a.Type) + "=" + strings.ReplaceAll(ldap.EscapeDN(fold(a.Value)), `\,`, `\2c`)
		}
		slices.Sort(parts)
		rdns[i] = strings.Join(parts, "+")
	}
	return key(strings.Join(rdns, ",")), nil
}

// within tells whether k is base or below it.
func (k key) within(base key) bool {
	return k == base || base == "" || strings.HasSuffix(string(k), ","+string(base))
}

// parent returns the key above k; that of a top-level name is empty.
func (k key) parent() key {
	_, parent, _ := strings.Cut(string(k), ",")
	return key(parent)
}

// splitDN cuts a DN at the first comma that is not escaped.
func splitDN(dn string) (rdn, parent string) {
	for i := 0; i < len(dn); i++ {
		switch dn[i] {
		case '\\':
			i++
		case ',':
			return dn[:i], dn[i+1:]
		}
	}
	return dn, ""
}

// fold prepares a text for comparison (RFC 4518, in short).
func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
