package ldapsource

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// openLDAP is the profile of OpenLDAP, and of servers that keep people as it does.
type openLDAP struct{}

func (openLDAP) people() filter      { return "(objectClass=inetOrgPerson)" }
func (openLDAP) idAttribute() string { return "entryUUID" }
func (openLDAP) required() []string  { return nil }

// optional: those of the password policy are known where its overlay is loaded, and operational; the
// last one is where the schema nis is (pitfalls C5, C6).
func (p openLDAP) optional() []string { return append(p.lifecycle(), "pwdStartTime") }
func (openLDAP) mandatory() []string  { return nil }

func (openLDAP) lifecycle() []string {
	return []string{"pwdAccountLockedTime", "pwdEndTime", "shadowExpire"}
}

func (openLDAP) limitsAdvice(bindDN string) model.Reason {
	return model.Because("lift-limits-of-openldap", bindDN)
}

func (openLDAP) contexts(root rootDSE) []string  { return root.values["namingcontexts"] }
func (openLDAP) controls(rootDSE) []ldap.Control { return nil }
func (openLDAP) skip(entry) bool                 { return false }
func (openLDAP) conflict(entry) model.Reason     { return model.Reason{} }

func (openLDAP) account(_ context.Context, v *session) (*entry, error) {
	return v.lookup(v.self, v.idAttributes()...)
}

// contextID is the suffix and its entryUUID.
func (openLDAP) contextID(v *session) (string, error) { return suffixIdentity(v) }

func (openLDAP) contextAttributes(schema) []string { return []string{"entryUUID"} }

// replica: each server that takes changes has a change sequence number in contextCSN, and a copy has
// the last that it heard of each: TIME#COUNT#SERVER#MODIFIER.
func (openLDAP) replica(v *session) (string, model.Version, error) {
	e, err := v.lookup(v.root.context, "contextCSN")
	if err != nil {
		return "", "", err
	}
	var words []string
	for _, csn := range e.all("contextcsn") {
		if parts := strings.Split(csn, "#"); len(parts) == 4 && !strings.ContainsAny(csn, " =") {
			words = append(words, "csn"+parts[2]+"="+csn)
		}
	}
	slices.Sort(words)
	return "", model.Version(strings.Join(words, " ")), nil
}

// window goes by the change sequence numbers where the server keeps them (overlay syncprov).
func (openLDAP) window(v *session, since model.Version) (window, error) {
	if v.replica.Version != "" {
		return csnWindow(since, v.replica.Version), nil
	}
	return timestampWindow(since, v.now()), nil
}

func (openLDAP) marker(v *session) (string, error) {
	e, err := v.lookup(v.root.context, "contextCSN")
	if err != nil || e.first("contextcsn") == "" {
		return "", err
	}
	return "contextCSN " + strings.Join(slices.Sorted(slices.Values(e.values["contextcsn"])), " "), nil
}

// memberAttributes: RFC 4519 and, for the names of posixGroup, RFC 2307.
func (openLDAP) memberAttributes() []string { return []string{"member", "uniqueMember", "memberUid"} }
func (openLDAP) nameAttribute() string      { return "entryDN" } // RFC 5020
func (openLDAP) linksFollow() bool          { return false }     // without the overlay refint
func (openLDAP) traits() []string           { return []string{"uid", posixNumber, "objectClass"} }

// hiddenOf: a class that must have a number (RFC 2307), and one that would have nobody without its
// search. Lists are judged by themselves, see judgeLists.
func (openLDAP) hiddenOf(group entry) string {
	for _, must := range [][2]string{
		{"posixGroup", posixNumber}, {"groupOfURLs", memberURL},
	} {
		if group.isA(must[0]) && group.first(must[1]) == "" {
			return must[1]
		}
	}
	return ""
}

// childless: X.501 and RFC 3673; the access rules of what is below do not change it.
func (openLDAP) childless() (attribute, value string) { return "hasSubordinates", "FALSE" }

// clock: the backend monitor, if there is one and the bind account may read it. The latest change
// (contextCSN) is no clock: it may have the time of another provider, for ever.
func (openLDAP) clock(root rootDSE) (dn, attribute string) {
	monitor := root.first("monitorcontext")
	if monitor == "" {
		return "", ""
	}
	return "cn=Current,cn=Time," + monitor, "monitorTimestamp"
}

// tombstones: OpenLDAP keeps none.
func (openLDAP) tombstones(context.Context, *session, filter) (map[string]string, error) {
	return nil, nil
}

func (openLDAP) deletedObjects(rootDSE) (container, grant string) { return "", "" }

// state knows the administrative lock, the begin and the end of the password policy
// (draft-behera-ldap-password-policy-10 §5.3.3, §5.3.9, §5.3.10), and the end date of a shadow account. A
// lock after wrong passwords is no departure, nor is an expired password (pitfall C6).
func (openLDAP) state(e entry, now time.Time) (model.AccountState, model.Evidence) {
	if text := e.first("pwdaccountlockedtime"); text != "" {
		locked, err := parseGeneralizedTime(text)
		switch {
		case err != nil:
			return unknown("pwdAccountLockedTime: " + err.Error())
		case locked.Year() == 0: // 000001010000Z, locked by an administrator (draft-behera-ldap-password-policy §5.3.3)
			return departed(model.Disabled, "locked by an administrator: pwdAccountLockedTime "+text)
		}
	}
	return term{
		begins: []moment{{"pwdStartTime", FormatGeneralizedTime}},
		ends:   []moment{{"pwdEndTime", FormatGeneralizedTime}, {"shadowExpire", FormatUnixDays}},
	}.state(e, now)
}

// lockoutRules are those of slapo-ppolicy(5). Which policy is the default stands in the server's own
// configuration, which nobody else reads.
func (openLDAP) lockoutRules(context string) []lockoutRule {
	return []lockoutRule{
		{pointer: "pwdPolicySubentry", tries: "pwdMaxFailure", on: "pwdLockout"},
		{at: context, filter: equal("objectClass", "pwdPolicy"), tries: "pwdMaxFailure", on: "pwdLockout"},
	}
}
