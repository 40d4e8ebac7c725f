package ldapsource

import (
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// freeIPA is the profile of FreeIPA and Red Hat Identity Management, which keep their people in
// a 389 Directory Server.
type freeIPA struct{ directoryServer }

// people leaves out the copies of the compatibility tree, which are no inetOrgPerson.
func (freeIPA) people() filter { return "(&(objectClass=inetOrgPerson)(objectClass=posixAccount))" }

func (freeIPA) idAttribute() string { return "ipaUniqueID" }

func (freeIPA) optional() []string { return []string{"nsAccountLock", "krbPrincipalExpiration"} }

func (p freeIPA) lifecycle() []string { return p.optional() }

// skip leaves out what a base above cn=accounts brings: the copies of the compatibility tree,
// and people who are only prepared and have no ID yet. Preserved ones, whom an administrator
// deleted, stay: they are locked, and so have left (pitfall C7).
func (freeIPA) skip(e entry) bool {
	dn := strings.ToLower(e.dn)
	return strings.Contains(dn, ",cn=compat,") || strings.Contains(dn, ",cn=staged users,cn=accounts,cn=provisioning,")
}

// state adds the end date of a Kerberos principal. An expired password is no departure.
func (p freeIPA) state(e entry, now time.Time) (model.AccountState, model.Evidence) {
	state, evidence := p.directoryServer.state(e, now)
	if state != model.Entitled {
		return state, evidence
	}
	return term{ends: []moment{{"krbPrincipalExpiration", FormatGeneralizedTime}}}.state(e, now)
}

// lockoutRules are those of Kerberos, which FreeIPA holds for logins over LDAP too.
func (p freeIPA) lockoutRules(context string) []lockoutRule {
	return append([]lockoutRule{
		{pointer: "krbPwdPolicyReference", tries: "krbPwdMaxFailure"},
		{at: context, filter: equal("objectClass", "krbPwdPolicy"), tries: "krbPwdMaxFailure"},
	}, p.directoryServer.lockoutRules(context)...)
}
