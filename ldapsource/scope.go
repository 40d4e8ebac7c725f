package ldapsource

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"golang.org/x/text/unicode/norm"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// parseDN refuses the empty DN, which the library takes for the root.
func parseDN(text string) (*ldap.DN, error) {
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("the DN is empty")
	}
	return ldap.ParseDN(text)
}

// within tells whether dn is top or lies below it. Case does not count (pitfall A12).
func within(top, dn *ldap.DN) bool {
	return top.EqualFold(dn) || top.AncestorOfFold(dn)
}

// parentOf returns the DN above in the spelling of text, which the server knows again (Samba wants
// more escapes than the library writes); "" if text is no DN with a parent.
func parentOf(text string) string {
	if dn, err := parseDN(text); err != nil || len(dn.RDNs) < 2 {
		return ""
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case ',', ';':
			return strings.TrimSpace(text[i+1:])
		}
	}
	return ""
}

// composed spells the letters of a DN as NFC does, and several blanks as one. OpenLDAP takes such
// spellings for the same name, Samba does not (pitfall A12).
func composed(dn *ldap.DN) *ldap.DN {
	same := &ldap.DN{RDNs: make([]*ldap.RelativeDN, len(dn.RDNs))}
	for i, rdn := range dn.RDNs {
		same.RDNs[i] = &ldap.RelativeDN{Attributes: make([]*ldap.AttributeTypeAndValue, len(rdn.Attributes))}
		for j, a := range rdn.Attributes {
			value := norm.NFC.String(strings.Join(strings.Fields(a.Value), " "))
			same.RDNs[i].Attributes[j] = &ldap.AttributeTypeAndValue{Type: a.Type, Value: value}
		}
	}
	return same
}

// excludes tells whether an entry is held by exclude_dns, in whatever spelling: to hold one too
// many does no harm. A DN that does not parse might lie there, so it counts as excluded as soon as
// anything is (pitfall A12).
func (s *Source) excludes(dn *ldap.DN) bool {
	if dn == nil {
		return len(s.excluded) > 0
	}
	dn = composed(dn)
	return slices.ContainsFunc(s.excluded, func(top *ldap.DN) bool { return within(top, dn) })
}

// fingerprint stands for what this source asks for. Spelling does not count: DNs are folded,
// and the filter is taken as it goes over the wire (pitfall D8).
func (s *Source) fingerprint(filter *ber.Packet) string {
	var excluded []string
	for _, dn := range s.excluded {
		excluded = append(excluded, strings.ToLower(dn.String()))
	}
	slices.Sort(excluded)
	var entitling []string
	for _, text := range s.cfg.Groups {
		entitling = append(entitling, dnKey(text))
	}
	slices.Sort(entitling)
	parts := []scopePart{
		{"profile", string(s.cfg.Profile)}, {"base_dn", strings.ToLower(s.base.String())}, {"filter", filter.Bytes()},
		{"exclude_dns", slices.Compact(excluded)}, {"id_attribute", strings.ToLower(s.cfg.IDAttribute)},
		{"mapping", s.cfg.MappingFingerprint}, {"groups", slices.Compact(entitling)},
	}
	if s.cfg.Profile == Custom {
		parts = append(parts, scopePart{"account", s.cfg.Account})
	}
	var values []any
	var told []string
	for _, part := range parts {
		values = append(values, part.value)
		told = append(told, part.key+"="+hashOf(part.value)[:12])
	}
	return model.ScopeFingerprint(hashOf(values), told...)
}

// scopePart is one setting of the configuration that a scope depends on.
type scopePart struct {
	key   string
	value any
}

// hashOf takes strings and lists of strings, which always encode, and no two of which encode alike.
func hashOf(value any) string {
	text, _ := json.Marshal(value)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
