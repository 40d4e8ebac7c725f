package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofLogins are how the bind account logs in, and that it was not let in.
func ofLogins(code model.Code) string {
	switch code {
	case "login":
		return "log in as {1}"
	case "login-with-certificate":
		return "log in with the client certificate of {1}"
	case "login-fails":
		return "{1}: {2}"
	case "login-fails-not-noted":
		return "{1}: {2}\nthis could not be noted, so the next pass tries the password again: {3}"
	case "login-not-tried":
		return "{1}: refused at {2}, and not tried since: {3}"
	case "note-of-refusal-unreadable":
		return "look whether the password was refused before: {1}"
	case "note-of-refusal-stays":
		return "note that the password is accepted again: {1}"
	case "certificate-not-asked-for":
		return "the server asked for no client certificate"
	case "bound-as-nobody":
		return "the server says that we are nobody"
	case "bound-as-another":
		return "bound as {1}, but the server says {2}"
	}
	return ""
}

// ofLoginAdvice is what a refusal of the bind account means, and what to do about it.
func ofLoginAdvice(code model.Code) string { //nolint:funlen // a table
	const (
		fixPassword = "fix bind_dn or the file bind_password_file"
		balancer    = "TLS ends before it, at a load balancer, say: name the servers themselves in urls, "
		makeSure    = "make sure that the password in bind_password_file is right"
	)
	switch code {
	case "bind-rules":
		return "the server took the bind for an anonymous one; look at its bind rules"
	case "identity-mapping":
		return "the server maps the bind account to another one; look at its identity mapping"
	case "login-kind-not-taken":
		return "the server does not take this kind of login: ask its administrator whether it offers logins with a password (bind: simple) or with a client certificate (bind: external)"
	case "login-in-clear-text":
		return "the server demands signing or TLS, so it takes this connection for clear text: " + balancer + "with ldaps:// or start_tls"
	case "login-encrypted-too-weakly":
		return "the server demands a better encrypted connection than this one, or " + balancer +
			"and compare its limits (OpenLDAP: security ssf=…; 389: nsslapd-minssf) with what TLS gives it"
	case "login-against-policy":
		return "the server refuses the login by its password policy; after too many wrong passwords it locks an account out: unlock the account, and " + makeSure
	case "login-not-this-way":
		return "the account cannot log in this way: it has no password there, or the server knows no account for the client certificate: " +
			"set a password for it (bind: simple), or map the subject of the certificate to it (bind: external)"
	case "login-inactivated":
		return "the server does not let this account log in; 389 Directory Server and FreeIPA say so of one that is inactivated: " +
			"activate the account, or ask the server's administrator what its words mean"
	case "certificates-not-taken":
		return "the server does not take logins with a client certificate (SASL EXTERNAL): let it, or use bind: simple"
	case "certificate-of-nobody":
		return "the server knows no account for the subject of the certificate, or does not trust who signed it: " +
			"map the subject to the account (OpenLDAP: authz-regexp; 389: certmap.conf; Active Directory: altSecurityIdentities)"
	case "certificate-to-be-asked-for":
		return "without it nobody knows who we are: let the server ask for one (OpenLDAP: TLSVerifyClient try; 389: nsSSLClientAuth: allowed)"
	case "certificate-wanted":
		return "the server asked for a client certificate, and may insist on one: set client_cert_file and client_key_file"
	case "certificate-not-taken":
		return "so ends a connection whose client certificate the server does not take: " +
			"look whether it trusts the authority that signed client_cert_file, and whether the certificate is valid"
	case "login-wrong-or-locked":
		return "the name or the password is wrong, or the account is locked or closed: " + fixPassword
	case "login-wrong":
		return "the name or the password is wrong: " + fixPassword
	case "login-unknown":
		return "there is no such account: fix bind_dn"
	case "login-not-at-this-hour":
		return "the account may not log in at this hour: allow it all hours (Logon Hours of the account)"
	case "login-not-from-here":
		return "the account may not log in from this machine: allow it from here (Log On To of the account)"
	case "password-expired":
		return "the password has expired: set a new one, let it never expire, and write it into bind_password_file"
	case "bind-account-disabled":
		return "the account is disabled: enable it"
	case "bind-account-expired":
		return "the account has expired: move its end date (Account expires)"
	case "password-to-be-changed":
		return `the password must be changed first: set a new one without "User must change password at next logon", and write it into bind_password_file`
	case "bind-account-locked":
		return "the account is locked out, after too many wrong passwords, from here or from elsewhere: unlock it, and " + makeSure
	case "login-refused-with-code":
		return "the server refuses with code {1}: fix the account in the directory, or the file bind_password_file"
	case "password-ends-blank":
		return "the password in bind_password_file ends with a blank: remove it, unless it belongs to the password"
	case "password-begins-blank":
		return "the password in bind_password_file begins with a blank: remove it, unless it belongs to the password"
	case "password-not-tried-again":
		return "to save the account from a lock-out, no pass tries it again until bind_dn, urls or the password is another " +
			"(then restart the daemon), or until `threema-dirsync check --try-login`, which tries once more, finds it accepted"
	}
	return ""
}
