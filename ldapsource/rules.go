package ldapsource

import (
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// exchangeList is a group whose members only Exchange can tell.
const exchangeList = "msExchDynamicDistributionList"

// unfollowed are attributes by which other products let a rule say who is in a group, or who is not.
// A group that has one is never known wholly.
func unfollowed() []string {
	return []string{
		"memberQueryURL", "excludedMember", // eDirectory: dynamicGroup
		"msDS-AzLDAPQuery", "msDS-NonMembers", // Active Directory: application groups
	}
}

// ruleClasses are those of groups that list nobody, only rules.
func ruleClasses() []string {
	return []string{"groupOfURLs", "dynamicGroup", "nsRoleDefinition", exchangeList}
}

// ruleAttributes are those attributes of groups, beside the lists, that this server knows.
func (v *session) ruleAttributes() []string {
	return slices.DeleteFunc(append(unfollowed(), memberURL, "dgIdentity", "labeledURI"),
		func(name string) bool { return !v.schema.knows(name) })
}

// readRules takes from a group's entry what else than a list says who is in it: searches that can be
// followed, and faults for what cannot.
func (v *session) readRules(g *group, e entry) {
	for _, text := range e.all(memberURL) {
		s, err := v.memberSearchOf(text)
		if err != nil {
			g.notFollowed(s, err)
			continue
		}
		g.searches = append(g.searches, s)
	}
	if e.isA("nsRoleDefinition") {
		g.searches = append(g.searches, memberSearch{text: roleOf, base: v.root.context, scope: ldap.ScopeWholeSubtree, filter: equal(roleOf, e.dn)})
	}
	for _, name := range unfollowed() {
		if e.first(name) != "" {
			g.fault(model.Because("rule-not-followed", name))
		}
	}
	if e.isA(exchangeList) {
		g.fault(model.Because("exchange-list"))
	}
	if e.first("dgIdentity") != "" && e.first(memberURL) != "" {
		g.fault(model.Because("search-of-another-account", memberURL, e.first("dgIdentity")))
	}
	for _, text := range e.all("labeledURI") { // OpenLDAP's dynlist can be told to follow any attribute
		if strings.HasPrefix(strings.ToLower(text), "ldap") {
			g.fault(model.Because("labeled-uri", memberURL))
		}
	}
}
