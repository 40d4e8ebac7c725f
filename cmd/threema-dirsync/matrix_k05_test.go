package main

import (
	"strings"
	"testing"

	"github.com/threema-dirsync/threema-dirsync/internal/testdir/peer"
)

// unitHidden is what a pass says when an OU shows nobody any more.
var unitHidden = []string{"INCOMPLETE: nobody departs", "failed: learned-sentinels: missing are 5 of 5 in ou=", "Let the bind account read these OUs"}

// rights is row 5: what the account may see changes behind the program's back. Every answer is
// a success, and lacks somebody.
func (m *matrix) rights(t *testing.T) {
	for name, tt := range map[string]struct {
		fault fault
		cause string
	}{
		"anonymous":       {fault{whoAmI: sayWho("")}, "the server says that we are nobody"},
		"another account": {fault{whoAmI: sayWho("dn:cn=guest," + peer.Suffix)}, "cn=guest"},
		"base hidden": {fault{hidden: func(dn string) bool {
			return !strings.EqualFold(dn, memorySuffix) && dn != "" && !strings.EqualFold(dn, "cn=subschema")
		}}, "base_dn"},
		"suffix hidden": {fault{hidden: func(dn string) bool { return strings.EqualFold(dn, memorySuffix) }}, "the entry " + memorySuffix + " does not show entryUUID"},
	} {
		m.scenario(t, name, func(t *testing.T) {
			newFronted(t).through(t, tt.fault, 4).says(t, tt.cause)
		})
	}
	m.onBoth(t, "bind account swapped, which does not see an OU", func(t *testing.T, h housed) {
		h.set("sources.0.bind_dn", h.server.BlindDN)
		h.lasts(t, 4).says(t, unitHidden...)
		h.reset()
		h.fixed(t)
	})
	for name, tt := range map[string]struct {
		mark  string
		of    func(*housed) []string
		cause []string
	}{
		"ACL hides an OU":                       {hidesEntry, func(h *housed) []string { return append(h.dns(unitGone()), h.unit(unitGone())) }, unitHidden},
		"ACL hides the people of an OU":         {hidesEntry, func(h *housed) []string { return h.dns(unitGone()) }, unitHidden},
		"ACL hides the base":                    {hidesEntry, func(h *housed) []string { return []string{h.people} }, []string{notRead}},
		"ACL hides the id of an OU":             {hidesID, func(h *housed) []string { return h.dns(unitGone()) }, []string{"without a usable entryUUID"}},
		"ACL hides a mapped attribute of an OU": {hidesCSI, func(h *housed) []string { return h.dns(unitGone()) }, []string{"failed: mapped-attributes: 20 of "}},
	} {
		m.onOpenLDAP(t, name, func(t *testing.T, h housed) {
			marked := tt.of(&h)
			for _, dn := range marked {
				h.Modify(t, dn, "description", tt.mark)
			}
			h.lasts(t, 4).says(t, tt.cause...)
			for _, dn := range marked {
				h.Modify(t, dn, "description")
			}
			h.fixed(t)
		})
	}
}

// dns are those of the people of an OU.
func (h *housed) dns(unit string) (dns []string) {
	for _, p := range h.in(unit) {
		dns = append(dns, p.DN)
	}
	return dns
}

// scope is row 6: the configuration asks for other people than before.
func (m *matrix) scope(t *testing.T) {
	for _, tt := range []struct {
		name  string
		on    server
		edit  func(*housed)
		code  int
		texts []string
	}{
		{"typo in an attribute of the filter", m.onOpenLDAP, func(h *housed) { h.set("sources.0.filter", "(objektClass=person)") }, 78, []string{notRead, `did you mean "objectclass"`}},
		{"typo in a value of the filter", m.onBoth, func(h *housed) { h.set("sources.0.filter", "(objectClass=persn)") }, 4, []string{notRead, "check base_dn and filter"}},
		{"typo in the base", m.onOpenLDAP, func(h *housed) { h.set("sources.0.base_dn", "OU=Perople,"+h.server.BaseDN) }, 4, []string{notRead, "does not exist here"}},
		{"another base without people", m.onOpenLDAP, func(h *housed) { h.set("sources.0.base_dn", h.outside) }, 4, []string{notRead, "an empty directory is never believed"}},
		{"base narrowed to an OU", m.onBoth, func(h *housed) { h.set("sources.0.base_dn", h.unit(unitGone())) }, 3, baselineWords},
		{"filter narrowed", m.onBoth, func(h *housed) { h.set("sources.0.filter", "(&(objectClass=person)(cn=*a*))") }, 3, baselineWords},
		{"OU excluded", m.onOpenLDAP, func(h *housed) { h.set("sources.0.exclude_dns", []any{h.unit(unitGone())}) }, 3, baselineWords},
		{"id attribute changed", m.onBoth, func(h *housed) { h.set("sources.0.id_attribute", h.site.username) }, 3, baselineWords},
		{"csi from another attribute", m.onOpenLDAP, func(h *housed) { h.set("mapping.csi", "{{ .mail }}") }, 3, baselineWords},
	} {
		tt.on(t, tt.name, func(t *testing.T, h housed) {
			tt.edit(&h)
			h.lasts(t, tt.code).says(t, tt.texts...)
			h.reset()
			h.fixed(t)
		})
	}
}

// What an operator reads where the scope is not as before, and what he is to type.
var baselineWords = []string{"GUARD baseline", "nothing is done until you accept it", "threema-dirsync approve --baseline"}
