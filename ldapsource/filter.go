package ldapsource

import (
	"slices"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// filter is a search filter in the notation of RFC 4515. It is put together with the
// functions below, which escape every value (pitfall A13).
type filter string

const anything = filter("(objectClass=*)")

// equal takes any value, a binary one too.
func equal(attribute, value string) filter {
	return filter("(" + attribute + "=" + ldap.EscapeFilter(value) + ")")
}

func atLeast(attribute, value string) filter {
	return filter("(" + attribute + ">=" + ldap.EscapeFilter(value) + ")")
}

func present(attribute string) filter { return filter("(" + attribute + "=*)") }

func not(f filter) filter { return combine("!", []filter{f}) }

func allOf(filters ...filter) filter { return combine("&", filters) }

func anyOf(filters ...filter) filter { return combine("|", filters) }

func combine(operator string, filters []filter) filter {
	var b strings.Builder
	b.WriteString("(" + operator)
	for _, f := range filters {
		b.WriteString(string(f))
	}
	b.WriteString(")")
	return filter(b.String())
}

// attributesOf lists the attributes that a compiled filter compares, in lower case and without
// options. A server answers a filter with an unknown attribute with success and nobody, so
// each is checked against the schema (pitfall C2).
func attributesOf(packet *ber.Packet) []string {
	var names []string
	collectAttributes(packet, func(name string) {
		name, _, _ = strings.Cut(strings.ToLower(name), ";")
		names = append(names, name)
	})
	slices.Sort(names)
	return slices.Compact(names)
}

func collectAttributes(packet *ber.Packet, add func(string)) {
	switch packet.Tag {
	case ldap.FilterAnd, ldap.FilterOr, ldap.FilterNot:
		for _, child := range packet.Children {
			collectAttributes(child, add)
		}
	case ldap.FilterPresent:
		add(packet.Data.String())
	case ldap.FilterExtensibleMatch: // the attribute is optional there
		for _, child := range packet.Children {
			if child.Tag == ldap.MatchingRuleAssertionType {
				add(child.Data.String())
			}
		}
	default:
		add(packet.Children[0].Data.String())
	}
}
