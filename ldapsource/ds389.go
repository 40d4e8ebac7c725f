package ldapsource

import (
	"fmt"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// directoryServer is the profile of 389 Directory Server and Red Hat Directory Server: as OpenLDAP, but
// for the ID, the lock, and the limits.
type directoryServer struct{ openLDAP }

// idAttribute is nsUniqueId. entryUUID is a plug-in that numbered entries later and not alike on
// all replicas (pitfall C4).
func (directoryServer) idAttribute() string { return "nsUniqueId" }

// optional: nsAccountLock stands on an entry, or comes virtually through a role; it is never
// among the attributes that nobody named (pitfalls C5, C6).
func (directoryServer) optional() []string { return []string{"nsAccountLock"} }

func (p directoryServer) lifecycle() []string { return p.optional() }

func (directoryServer) limitsAdvice(bindDN string) model.Reason {
	return model.Because("lift-limits-of-389", bindDN)
}

func (directoryServer) contextAttributes(schema) []string { return []string{"nsUniqueId"} }

// clock: any account may read it, unless the server's own rules were changed.
func (directoryServer) clock(rootDSE) (dn, attribute string) { return "cn=monitor", "currentTime" }

func (directoryServer) replica(*session) (string, model.Version, error) { return "", "", nil }

// marker: there is nothing that moves with every change and that an ordinary account may read.
// Whoever is not on the pages is looked up by ID in any case.
func (directoryServer) marker(*session) (string, error) { return "", nil }

// state knows the lock of an account. What is neither true nor false is unknown, where a login
// would be refused (pitfall C6).
func (directoryServer) state(e entry, _ time.Time) (model.AccountState, model.Evidence) {
	text := e.first("nsaccountlock")
	switch strings.ToLower(text) {
	case "", "false":
		return entitled()
	case "true":
		return departed(model.Disabled, "locked: nsAccountLock "+text)
	}
	return unknown(fmt.Sprintf("nsAccountLock %q is neither TRUE nor FALSE", text))
}

// lockoutRules: a policy of a subtree or of the account comes before that of the server.
func (directoryServer) lockoutRules(string) []lockoutRule {
	return []lockoutRule{
		{pointer: "pwdpolicysubentry", tries: "passwordMaxFailure", on: "passwordLockout"},
		{at: "cn=config", tries: "passwordMaxFailure", on: "passwordLockout"},
	}
}
