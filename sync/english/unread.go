package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofUnread are why a source gave no snapshot. The words of a server, of a library or of the machine are an argument.
func ofUnread(code model.Code) string { //nolint:funlen // a table
	switch code {
	case "source-not-read":
		return "read source {1}: {2}"
	case "read-error":
		return "{1}"
	case "connection-broken":
		return "{1}"
	case "limit-reached":
		return "{1}"
	case "answer-elsewhere":
		return "{1}"
	case "base-not-found":
		return "{1}"
	case "answer-refuses":
		return "{1}"
	case "servers-not-found":
		return "{1}"
	case "no-first-page":
		return "no first page within {1}: {2} ({3})"
	case "read-too-slow":
		return "the read did not end within {1}: {2} ({3})"
	case "read-stopped":
		return "the read was stopped: {1}"
	case "connect-fails":
		return "connect to {1}: {2}"
	case "no-server-readable":
		return "none of {1} servers can be read: {2}"
	case "server-fails":
		return "{1}: {2}"
	case "root-unreadable":
		return "the root DSE is not readable"
	case "paging-not-offered":
		return "the server does not offer paged results (1.2.840.113556.1.4.319)"
	case "base-in-no-directory":
		return "base_dn {1} lies in no directory of this server, which holds {2:and}"
	case "schema-unreadable":
		return "the schema {1} is not readable"
	case "attributes-unknown":
		return "{1:lines}"
	case "attribute-unknown":
		return "{1} names the attribute {2:quoted}, which this directory does not know"
	case "attribute-unknown-meant":
		return "{1} names the attribute {2:quoted}, which this directory does not know; did you mean {3:quoted}?"
	case "page-uncontrolled":
		return "page {1} came without the paging control"
	case "page-without-news":
		return "page {1} brought nobody new, and promises more"
	case "entries-without-end":
		return "more than {1} entries, and no end"
	case "id-twice":
		return "two entries have the {1} {2}"
	case "stray-packets":
		return "the server sent packets that belong to no request\n{1}"
	case "page-refers":
		return "page {1} refers to {2}"
	case "nobody-matches":
		return "nobody below {1} matches {2}"
	case "nobody-has-id":
		return "none of {1} entries has a usable {2}, so nobody knows who they are: {3}"
	case "entry-without-id":
		return "an entry has no usable {1}, so nobody knows whose it is: {2}"
	case "bind-account-twice":
		return "more than one account has the name of the bind account"
	case "proves-nothing":
		return "the directory proves nothing today: {1}: {2}"
	case "read-from-other-view":
		return "{1} answers as {2}, and the people were read from {3} as {4}: the next pass reads them anew"
	case "changes-untold":
		return "this directory does not tell what changed: its schema does not know {1}"
	}
	return ""
}

// ofReadAdvice is what to do about a source that gave no snapshot.
func ofReadAdvice(code model.Code) string { //nolint:funlen // a table
	const limit = "a limit of the server ended the search"
	switch code {
	case "look-into-log-or-raise-timeout":
		return "look into its log, or raise timeout of the source if the server is only slow"
	case "raise-timeout":
		return "raise timeout of the source if the directory is only slow"
	case "look-into-log":
		return "the connection ended early, or the server sent what is no LDAP; look into its log"
	case "fix-base":
		return "base_dn {1} does not exist here, or the bind account may not see it"
	case "lift-limits-of-openldap":
		const limits = "dn.exact={1:quoted} size.pr=1000 size.prtotal=unlimited time=unlimited"
		return limit + "; OpenLDAP counts all pages together: lift it for the bind account in the database's configuration: limits " + limits + "; in cn=config: olcLimits: " + limits
	case "lift-limits-of-389":
		return limit + "; lift it for the bind account with these attributes on its entry {1}: " +
			"nsPagedSizeLimit: -1, nsSizeLimit: -1, nsPagedLookThroughLimit: -1, nsLookThroughLimit: -1, nsTimeLimit: -1"
	case "lift-limits-of-domain":
		return "a limit of the domain controller's LDAP policy (MaxPageSize, MaxQueryDuration, MaxResultSetSize) ended the search: lower page_size, or narrow base_dn or filter; " +
			`or raise it there: ntdsutil "ldap policies" connections "connect to server DC1" quit "set MaxQueryDuration to 300" "commit changes" quit quit`
	case "lift-limits":
		return limit + ": lift the limits for size, time and pages for the bind account, or lower page_size"
	case "read-part-elsewhere":
		return "a part of base_dn lies on another server, so this one alone is never complete: make that part a source of its own, " +
			"or list it under exclude_dns, or narrow base_dn"
	case "poll-off":
		return "set poll: 0s to do without"
	case "check-domain":
		return "check domain and site, and whether this machine asks the DNS servers of that domain (/etc/resolv.conf); or list the servers under urls"
	case "check-certificate":
		return "{1}"
	case "check-name":
		return "check the name in urls, and whether the name servers of this machine know it"
	case "check-client-certificate":
		return "the server refuses our certificate, or misses one: look at client_cert_file, and whether the server trusts who signed it"
	case "offer-tls":
		return "the server has to offer TLS 1.2 or later, and a modern cipher, on this port; ldaps:// usually is port 636, ldap:// with start_tls port 389"
	case "check-network":
		return "check the name and port in urls, the network, and whether the server runs"
	case "let-read-root":
		return "let the bind account read the root DSE (the entry with the empty DN)"
	case "offer-paging":
		return "allow the paged results control on the server, or read from another one"
	case "fix-base-or-server":
		return "fix base_dn, or name a server of that directory in urls"
	case "let-read-schema":
		return "let the bind account read the entry that subschemaSubentry of the root DSE names"
	case "write-name-of-schema":
		return "write the name as the schema of the directory has it, or load the schema there that defines it; a right to read is not what is missing"
	case "set-profile":
		return "set profile to {1}: the server calls itself {2}, and the profile {3} names what other directories have"
	case "paging-dropped":
		return "something between us and the directory drops the paging control; connect to the server itself"
	case "check-base-and-filter":
		return "check base_dn and filter, and what the bind account may read; an empty directory is never believed"
	case "let-read-id":
		return "let the bind account read that attribute of everybody in scope"
	case "let-read-id-of-logged":
		return "let the bind account read that attribute of everybody in scope; the log at level debug names the entry"
	case "write-bind-dn":
		return "write bind_dn as a DN"
	}
	return ""
}
