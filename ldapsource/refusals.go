package ldapsource

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/go-ldap/ldap/v3"

	"github.com/threema-dirsync/threema-dirsync/internal/secret"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// refusal is why a server did not let us in.
type refusal struct {
	means model.Reason // and what to do about it; none if there is nothing to say beside the server's words
	// passwordGood: the server looks at this only after the password was right, so that
	// another try does not count towards a lock-out.
	passwordGood bool
}

// blankAdvice points at what nobody sees in an editor. A blank may belong to a password, so it is not taken away.
func blankAdvice(password secret.Value) model.Reason {
	text := password.Reveal()
	switch {
	case strings.TrimRightFunc(text, unicode.IsSpace) != text:
		return model.Because("password-ends-blank")
	case strings.TrimLeftFunc(text, unicode.IsSpace) != text:
		return model.Because("password-begins-blank")
	}
	return model.Reason{}
}

// refusalOf explains a result code of a bind.
func refusalOf(code uint16, diagnosis string) refusal {
	if code == ldap.LDAPResultInvalidCredentials {
		return credentialsRefusal(diagnosis)
	}
	known := map[uint16]model.Reason{
		ldap.LDAPResultAuthMethodNotSupported:      model.Because("login-kind-not-taken"),
		ldap.LDAPResultStrongAuthRequired:          model.Because("login-in-clear-text"),
		ldap.LDAPResultConfidentialityRequired:     model.Because("login-encrypted-too-weakly"),
		ldap.LDAPResultConstraintViolation:         model.Because("login-against-policy"),
		ldap.LDAPResultInappropriateAuthentication: model.Because("login-not-this-way"),
		ldap.LDAPResultUnwillingToPerform:          model.Because("login-inactivated"),
	}
	return refusal{means: known[code]}
}

// externalRefusalOf explains a result code of a bind with a client certificate.
func externalRefusalOf(code uint16) refusal {
	switch code {
	case ldap.LDAPResultAuthMethodNotSupported:
		return refusal{means: model.Because("certificates-not-taken")}
	case ldap.LDAPResultInvalidCredentials, ldap.LDAPResultInappropriateAuthentication:
		return refusal{means: model.Because("certificate-of-nobody")}
	}
	return refusalOf(code, "")
}

// credentialsRefusal explains result 49. Active Directory adds a sub-code, a Windows system error
// in hexadecimal: "AcceptSecurityContext error, data 52e, v4563" (pitfall A15). Other servers do
// not say more than no.
func credentialsRefusal(diagnosis string) refusal {
	match := regexp.MustCompile(`(?i)\bdata ([0-9a-f]{1,8})\b`).FindStringSubmatch(diagnosis)
	if match == nil {
		return refusal{means: model.Because("login-wrong-or-locked")}
	}
	known := map[string]refusal{
		"525": {means: model.Because("login-unknown")},
		"52e": {means: model.Because("login-wrong")},
		"530": {means: model.Because("login-not-at-this-hour"), passwordGood: true},
		"531": {means: model.Because("login-not-from-here"), passwordGood: true},
		"532": {means: model.Because("password-expired"), passwordGood: true},
		"533": {means: model.Because("bind-account-disabled"), passwordGood: true},
		"701": {means: model.Because("bind-account-expired"), passwordGood: true},
		"773": {means: model.Because("password-to-be-changed"), passwordGood: true},
		"775": {means: model.Because("bind-account-locked")},
	}
	code := strings.ToLower(match[1])
	if r, ok := known[code]; ok {
		return r
	}
	return refusal{means: model.Because("login-refused-with-code", code)}
}
