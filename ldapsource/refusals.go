package ldapsource

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
)

// refusal is why a server did not let us in, and what to do about it.
type refusal struct {
	means, do string
	// passwordGood: the server looks at this only after the password was right, so that
	// another try does not count towards a lock-out.
	passwordGood bool
}

// hint is what the operator reads behind the server's words, "" if there is nothing to say.
func (r refusal) hint() string {
	if r.means == "" {
		return ""
	}
	return r.means + ": " + r.do
}

// blankHint points at what nobody sees in an editor. A blank may belong to a password, so it is not taken away.
func blankHint(password secret.Value) string {
	text := password.Reveal()
	var where string
	switch {
	case strings.TrimRightFunc(text, unicode.IsSpace) != text:
		where = "ends"
	case strings.TrimLeftFunc(text, unicode.IsSpace) != text:
		where = "begins"
	default:
		return ""
	}
	return "; the password in bind_password_file " + where + " with a blank: remove it, unless it belongs to the password"
}

const fixPassword = "fix bind_dn or the file bind_password_file"

// refusalOf explains a result code of a bind.
func refusalOf(code uint16, diagnosis string) refusal {
	if code == ldap.LDAPResultInvalidCredentials {
		return credentialsRefusal(diagnosis)
	}
	known := map[uint16]refusal{
		ldap.LDAPResultAuthMethodNotSupported: {
			means: "the server does not take this kind of login",
			do:    "ask its administrator whether it offers logins with a password (bind: simple) or with a client certificate (bind: external)",
		},
		ldap.LDAPResultStrongAuthRequired: {
			means: "the server demands signing or TLS, so it takes this connection for clear text: TLS ends before it, at a load balancer, say",
			do:    "name the servers themselves in urls, with ldaps:// or start_tls",
		},
		ldap.LDAPResultConfidentialityRequired: {
			means: "the server demands a better encrypted connection than this one, or TLS ends before it, at a load balancer, say",
			do:    "name the servers themselves in urls, and compare its limits (OpenLDAP: security ssf=…; 389: nsslapd-minssf) with what TLS gives it",
		},
		ldap.LDAPResultConstraintViolation: {
			means: "the server refuses the login by its password policy; after too many wrong passwords it locks an account out",
			do:    "unlock the account, and make sure that the password in bind_password_file is right",
		},
		ldap.LDAPResultInappropriateAuthentication: {
			means: "the account cannot log in this way: it has no password there, or the server knows no account for the client certificate",
			do:    "set a password for it (bind: simple), or map the subject of the certificate to it (bind: external)",
		},
		ldap.LDAPResultUnwillingToPerform: {
			means: "the server does not let this account log in; 389 Directory Server and FreeIPA say so of one that is inactivated",
			do:    "activate the account, or ask the server's administrator what its words mean",
		},
	}
	return known[code]
}

// externalRefusalOf explains a result code of a bind with a client certificate.
func externalRefusalOf(code uint16) refusal {
	switch code {
	case ldap.LDAPResultAuthMethodNotSupported:
		return refusal{means: "the server does not take logins with a client certificate (SASL EXTERNAL)", do: "let it, or use bind: simple"}
	case ldap.LDAPResultInvalidCredentials, ldap.LDAPResultInappropriateAuthentication:
		return refusal{
			means: "the server knows no account for the subject of the certificate, or does not trust who signed it",
			do:    "map the subject to the account (OpenLDAP: authz-regexp; 389: certmap.conf; Active Directory: altSecurityIdentities)",
		}
	}
	return refusalOf(code, "")
}

// credentialsRefusal explains result 49. Active Directory adds a sub-code, a Windows system error
// in hexadecimal: "AcceptSecurityContext error, data 52e, v4563" (pitfall A15). Other servers do
// not say more than no.
func credentialsRefusal(diagnosis string) refusal {
	match := regexp.MustCompile(`(?i)\bdata ([0-9a-f]{1,8})\b`).FindStringSubmatch(diagnosis)
	if match == nil {
		return refusal{means: "the name or the password is wrong, or the account is locked or closed", do: fixPassword}
	}
	known := map[string]refusal{
		"525": {means: "there is no such account", do: "fix bind_dn"},
		"52e": {means: "the name or the password is wrong", do: fixPassword},
		"530": {
			means: "the account may not log in at this hour", passwordGood: true,
			do: "allow it all hours (Logon Hours of the account)",
		},
		"531": {
			means: "the account may not log in from this machine", passwordGood: true,
			do: "allow it from here (Log On To of the account)",
		},
		"532": {
			means: "the password has expired", passwordGood: true,
			do: "set a new one, let it never expire, and write it into bind_password_file",
		},
		"533": {means: "the account is disabled", do: "enable it", passwordGood: true},
		"701": {means: "the account has expired", do: "move its end date (Account expires)", passwordGood: true},
		"773": {
			means: "the password must be changed first", passwordGood: true,
			do: "set a new one without \"User must change password at next logon\", and write it into bind_password_file",
		},
		"775": {
			means: "the account is locked out, after too many wrong passwords, from here or from elsewhere",
			do:    "unlock it, and make sure that the password in bind_password_file is right",
		},
	}
	code := strings.ToLower(match[1])
	if r, ok := known[code]; ok {
		return r
	}
	return refusal{means: "the server refuses with code " + code, do: "fix the account in the directory, or the file bind_password_file"}
}
