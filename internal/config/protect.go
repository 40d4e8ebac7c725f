package config

import (
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// GroupsOf divides groups into those that a source can answer for and those of other sources. Its
// own lie below the root of its directory, but not below a longer one of another source, which is a
// domain of its own. What lies below none (see [Config.LostGroups]) every source is asked for, and
// none finds: then everybody counts as protected, and keeps their labels, which harms nobody.
func (c *Config) GroupsOf(source int, groups []string) (own, others []string) {
	for _, group := range groups {
		if homes := c.homes(group); len(homes) == 0 || slices.Contains(homes, source) {
			own = append(own, group)
			continue
		}
		others = append(others, group)
	}
	return own, others
}

// LostGroups are those groups that lie, by their DN, in the directory of no source. A single
// source is asked for whatever is listed: only its server knows all its suffixes.
func (c *Config) LostGroups(groups []string) []string {
	if len(c.Sources) < 2 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(groups), func(group string) bool { return len(c.homes(group)) > 0 })
}

// homes are the sources below whose root a group lies, those with the longest one.
func (c *Config) homes(group string) []int {
	var homes []int
	longest := 0
	dn, err := ldap.ParseDN(group)
	for i, s := range c.Sources {
		root := rootOf(s.BaseDN)
		if err != nil || root == nil || !root.AncestorOfFold(dn) || len(root.RDNs) < longest {
			continue
		}
		if len(root.RDNs) > longest {
			homes, longest = nil, len(root.RDNs)
		}
		homes = append(homes, i)
	}
	return homes
}

// rootOf is the root of the directory that a base lies in, by its look: the components dc= at its
// end, as RFC 2247 makes them of a domain, else its last component.
func rootOf(base string) *ldap.DN {
	dn, err := ldap.ParseDN(base)
	if err != nil || len(dn.RDNs) == 0 {
		return nil
	}
	first := len(dn.RDNs)
	for first > 0 && strings.EqualFold(dn.RDNs[first-1].Attributes[0].Type, "dc") {
		first--
	}
	return &ldap.DN{RDNs: dn.RDNs[min(first, len(dn.RDNs)-1):]}
}
