package ldapsource

import (
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// A lockoutRule is a place where a product says how many wrong passwords lock an account.
type lockoutRule struct {
	pointer string // attribute of the account that names the entry; "" for at
	at      string // DN of the entry, or what is above it where there is a filter
	filter  filter // "" for the entry itself
	tries   string // attribute with the number, 0 for never
	on      string // attribute that switches it on, "" where nothing does
}

// lockoutPolicy is what a rule says.
type lockoutPolicy struct {
	tries int    // 0: no number of wrong passwords locks the account
	where string // attribute and entry
}

func (p lockoutPolicy) describe() model.Reason {
	if p.tries == 0 {
		return model.Because("nothing-locks-out", p.where)
	}
	return model.Because("locks-out-after", p.tries, p.where)
}

// readLockoutPolicy asks the directory, as whoever we are on this connection; false where it does not
// tell. It is only ever a word for the operator, so no error matters.
func (v *session) readLockoutPolicy() (lockoutPolicy, bool) {
	if v.conn == nil {
		return lockoutPolicy{}, false
	}
	for _, rule := range v.profile.lockoutRules(v.contextToAsk()) {
		if policy, ok := v.askLockout(rule); ok {
			return policy, true
		}
	}
	return lockoutPolicy{}, false
}

// contextToAsk is the naming context around base_dn, also before the login.
func (v *session) contextToAsk() string {
	if v.root.context != "" {
		return v.root.context
	}
	e, err := v.lookup("", "namingContexts", "defaultNamingContext")
	if err != nil || e == nil {
		return ""
	}
	return v.contextAround(rootDSE{entry: *e})
}

// askLockout follows one rule. Where several entries answer, the strictest counts.
func (v *session) askLockout(rule lockoutRule) (strictest lockoutPolicy, ok bool) {
	for _, e := range v.lockoutEntries(rule) {
		policy, told := rule.read(e)
		if told && (!ok || strictest.tries == 0 || policy.tries > 0 && policy.tries < strictest.tries) {
			strictest, ok = policy, true
		}
	}
	return strictest, ok
}

func (v *session) lockoutEntries(rule lockoutRule) []entry {
	at := rule.at
	if rule.pointer != "" {
		account, err := v.lookup(v.ownDN(), rule.pointer)
		if err != nil {
			return nil
		}
		at = account.first(strings.ToLower(rule.pointer))
	}
	if at == "" {
		return nil
	}
	if rule.filter == "" {
		e, err := v.lookup(at, rule.tries, rule.on)
		if err != nil || e == nil {
			return nil
		}
		return []entry{*e}
	}
	const most = 50 // policies; nobody has as many
	found, err := v.conn.Search(&ldap.SearchRequest{
		BaseDN: at, Scope: ldap.ScopeWholeSubtree, DerefAliases: ldap.NeverDerefAliases, SizeLimit: most, TimeLimit: timeLimit,
		Filter: string(rule.filter), Attributes: []string{rule.tries, rule.on},
	})
	if err != nil {
		return nil
	}
	var entries []entry
	for _, raw := range found.Entries {
		entries = append(entries, v.schema.decode(raw))
	}
	return entries
}

// ownDN is the entry of the bind account: as it was read, or as the configuration names it.
func (v *session) ownDN() string {
	if v.account != "" {
		return v.account
	}
	return v.self
}

// read takes the policy out of an entry; false where the entry does not show it.
func (r lockoutRule) read(e entry) (lockoutPolicy, bool) {
	if r.on != "" {
		switch strings.ToLower(e.first(strings.ToLower(r.on))) {
		case "false", "off":
			return lockoutPolicy{0, r.on + " of " + e.dn}, true
		case "true", "on":
		default:
			return lockoutPolicy{}, false
		}
	}
	tries, err := strconv.Atoi(e.first(strings.ToLower(r.tries)))
	if err != nil || tries < 0 {
		return lockoutPolicy{}, false
	}
	return lockoutPolicy{tries, r.tries + " of " + e.dn}, true
}

const lockoutLine = "lock-out"

// checkLockout has a line for who is logged in, where the directory tells.
func (v *session) checkLockout() []Finding {
	policy, ok := v.readLockoutPolicy()
	if !ok {
		return nil
	}
	return []Finding{{Name: lockoutLine, Verdict: Pass, Tried: "read how many wrong passwords lock the bind account", Came: policy.describe()}}
}

// warnOfLockout says what another try may cost, after a login that was refused, or that was not even
// tried because it would be.
func (v *session) warnOfLockout() []Finding {
	f := Finding{
		Name: lockoutLine, Verdict: Warning, Tried: "read how many wrong passwords lock the bind account",
		Came: model.Because("lock-out-not-told"), Advice: model.Because("fix-password-and-ask"),
	}
	if policy, ok := v.readLockoutPolicy(); ok {
		f.Came, f.Advice = policy.describe(), model.Because("fix-password-first")
	}
	return []Finding{f}
}
