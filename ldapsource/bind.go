package ldapsource

import (
	"context"
	"fmt"
	"regexp"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/sync/plan"
)

// bind logs in with name and password. A password that was refused is not tried again, on
// this server or on another one, as long as the Source lives: every try counts towards the
// lock-out of the account, and then the right password fails too (pitfall A15).
func (v *session) bind(context.Context) (string, error) {
	v.login.Lock()
	defer v.login.Unlock()
	if v.refused != nil {
		return "", v.refused
	}
	err := v.conn.Bind(v.cfg.BindDN, v.cfg.BindPassword.Reveal())
	if err == nil {
		return "the server accepts the password", nil
	}
	err = fmt.Errorf("log in as %s: %w", v.cfg.BindDN, answer(err))
	code, ok := serverCode(err)
	switch {
	case !ok:
		return "", err
	case code == ldap.LDAPResultInvalidCredentials:
		hint := refusalCause(err.Error()) + "; it is not tried again, to save the account from a lock-out: " +
			"mend bind_dn or bind_password_file, then restart"
		v.refused = v.refuse(bindIdentity, plan.ReadBind, hint, err)
		return "", v.refused
	case code == ldap.LDAPResultStrongAuthRequired, code == ldap.LDAPResultConfidentialityRequired:
		return "", v.refuse(bindIdentity, plan.ReadBind, "the server demands signing, channel binding or TLS for a simple bind; use an ldaps:// address", err)
	}
	return "", v.refuse(bindIdentity, plan.ReadBind, "", err)
}

// refusal returns the server's answer to the password if it once refused it.
func (v *session) refusal() error {
	v.login.Lock()
	defer v.login.Unlock()
	if v.refused != nil {
		return v.refused
	}
	return nil
}

// refusalCause puts Active Directory's sub-code into words, "AcceptSecurityContext error,
// data 52e, v4563" (pitfall A15). Other servers do not say more than no.
func refusalCause(diagnosis string) string {
	match := regexp.MustCompile(`\bdata ([0-9a-f]{3})\b`).FindStringSubmatch(diagnosis)
	if match == nil {
		return "the name or the password is wrong"
	}
	switch match[1] {
	case "525":
		return "there is no such account"
	case "52e":
		return "the password is wrong"
	case "530":
		return "the account may not log in at this hour"
	case "531":
		return "the account may not log in from this machine"
	case "532":
		return "the password has expired"
	case "533":
		return "the account is disabled"
	case "701":
		return "the account has expired"
	case "773":
		return "the password must be changed first"
	case "775":
		return "the account is locked out"
	}
	return "the server refuses with code " + match[1]
}
