package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofConfigServers are rules of where a source is, and how it is logged in to.
func ofConfigServers(code model.Code) string {
	switch code {
	case "sources-required":
		return "the key is required: name the directory to read"
	case "no-source-name":
		return "{1:quoted} is no name for a source; write 1 to 32 of a–z, A–Z, 0–9, - and _, as in corp"
	case "source-name-twice":
		return "{1:quoted} is the name of sources[{2}] too; give each source a name of its own"
	case "servers-required":
		return "the key is required: list the servers, as in [ldaps://dc1.corp.example], or write domain: corp.example to find them through DNS"
	case "servers-twice":
		return "urls lists the servers already; remove one of the two keys"
	case "no-domain":
		return "{1:quoted} is no name of a domain; write for example corp.example"
	case "site-elsewhere":
		return "a site is for profile: active-directory together with domain; remove the key"
	case "no-site":
		return "{1:quoted} is no name of a site; write it as Active Directory Sites and Services shows it, as in Default-First-Site-Name"
	case "ipv6-without-brackets":
		return "an IPv6 address stands in brackets: ldaps://[fd00::1] or ldaps://[fd00::1]:636"
	case "no-server-address":
		return "this is no address of a directory server; write ldaps://host[:port]"
	case "server-with-user":
		return "a user name or password has no place in the URL; use bind_dn and bind_password_file"
	case "server-with-path":
		return "the URL ends with the host and port; write {1}://{2}, and the rest as base_dn and filter"
	case "global-catalog":
		return "port {1} is the Global Catalog, which lacks attributes that decide whether somebody has left; leave the port out"
	case "server-in-clear-text":
		return "ldap://{1} without start_tls sends the password in clear text; write ldaps://… or set start_tls: true"
	case "start-tls-over-tls":
		return "start_tls is for ldap:// addresses; ldaps://{1} is encrypted from the start: remove start_tls"
	}
	return ""
}

// ofConfigLogin are rules of how a source is logged in to.
func ofConfigLogin(code model.Code) string {
	switch code {
	case "bind-dn-required":
		return "the key is required: an anonymous reader sees a part of the directory only"
	case "no-account":
		return `{1:quoted} is no account; write a DN, user@domain or 'DOMAIN\user' (in single quotes)`
	case "no-bind-dn":
		return "{1:quoted} is no DN ({2}); write for example cn=reader,dc=corp,dc=example"
	case "client-key-required":
		return "client_cert_file needs its key: write both or none"
	case "client-certificate-required":
		return "client_key_file needs its certificate: write both or none"
	case "external-with-password":
		return "bind: external logs in with client_cert_file and has no password; remove the key, or write bind: simple"
	case "external-without-start-tls":
		return "Active Directory takes a login with a client certificate after StartTLS only; write start_tls: true, and ldap://… under urls"
	}
	return ""
}

// ofConfigScope are rules of what of a source is read.
func ofConfigScope(code model.Code) string {
	switch code {
	case "base-twice":
		return "sources[{1}] reads the same base_dn from the same server; keep one, with a filter or groups for both"
	case "no-dn":
		return "{1:quoted} is no DN ({2}); write for example OU=Staff,DC=corp,DC=example"
	case "dn-twice":
		return "{1:quoted} stands in the list twice, in two spellings; remove one"
	case "excludes-everybody":
		return "this holds everybody: it is base_dn itself or above it"
	case "excludes-nobody":
		return "this holds nobody: it is not below base_dn; fix it or remove it"
	case "filter-too-long":
		return "the filter has {1} bytes; write {2} or less"
	case "no-filter":
		return "this is no LDAP filter: {1}; write for example (&(objectClass=person)(mail=*))"
	case "no-attribute":
		return "{1:quoted} is no attribute name"
	case "account-elsewhere":
		return "the rules are for profile: custom; {1} knows by itself how an account ends: remove the key"
	case "account-rule-required":
		return "profile: custom needs at least one rule: disabled, expires, or both; else nobody is ever seen to leave but by absence"
	case "account-values-required":
		return "the list is empty: which values of {1} switch an account off?"
	case "account-value-means-both":
		return "{1:quoted} stands under enabled too"
	}
	return ""
}
