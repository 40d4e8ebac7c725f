package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofCertificates are what the conditions of a certificate found in a read.
func ofCertificates(code model.Code) string { //nolint:funlen // a table
	const unproven = "not proven: "
	switch code {
	case "identity-said":
		return "the server says {1}"
	case "identity-of-certificate-unproven":
		return unproven + "the server does not answer Who Am I, so nobody knows whom the client certificate stands for"
	case "own-entry-read":
		return "the account reads its own entry; the server does not answer Who Am I"
	case "own-entry-read-not-comparable":
		return "the account reads its own entry; the server says {1}, with which nothing there can be compared"
	case "own-entry-unreadable":
		return unproven + "the account {1} cannot read its own entry; let it"
	case "server-not-caught-up":
		return "{1} says that it has not yet caught up with the other servers"
	case "server-caught-up":
		return "{1} says nothing to the contrary"
	case "server-clock-untold":
		return "the server does not tell its time"
	case "server-clock-unreadable":
		return "the server's time is not readable: {1}"
	case "server-clock-off":
		return "the server's clock is {1} from ours; set one of them right"
	case "server-clock-agrees":
		return "the server's clock is {1} from ours"
	case "attributes-known":
		return "all {1} attributes are known"
	case "directory-named":
		return "{1}"
	case "directory-nameless":
		return "the entry {1} does not show {2:or}, which tells this directory from another; let the bind account read it there"
	case "copy-stands-at":
		return "{1} at {2}; its copy {3} stands at {4}"
	case "nameless-copy-stands-at":
		return "{1} at {2}; its copy has no identity that can be read, and stands at {3}"
	case "point-untold":
		return "a point that it does not tell"
	case "pages-succeed":
		return "success on all pages; {1}"
	case "pages-succeed-round-number":
		return "success on all pages; {1}; exactly {2} entries, which is also a usual size limit: make sure that there are no more"
	case "change-untold":
		return "the server does not tell whether the directory changed meanwhile"
	case "unchanged-meanwhile":
		return "{1}, unchanged by the read's end"
	case "changed-meanwhile":
		return "{1} at the start, {2} at the end: the directory changed meanwhile"
	case "pages-controlled":
		return "the control on each of {1:page:pages}"
	case "page-last":
		return "the server says that page {1} was the last"
	case "each-id-once":
		return "{1:entry:entries}, each {2} once"
	case "people-among-entries":
		return "{1:person:people} among {2:entry:entries}"
	case "sentinels-not-seen":
		return "not seen: {1:and}; let the bind account read it, or correct sentinels if it was moved or deleted on purpose"
	case "sentinel":
		return "{1}"
	case "sentinel-elsewhere":
		return "{1} (it lies in no directory that is read from this server)"
	case "sentinels-not-configured":
		return "none is configured"
	case "sentinels-all-seen":
		return "all {1} are seen"
	}
	return ""
}

// ofEntries are what is known of the entries of a read: what they lack, and which part of them lies elsewhere.
func ofEntries(code model.Code) string {
	switch code {
	case "ids-usable":
		return "everybody has a usable {1}"
	case "ids-unusable":
		return "{1} without a usable {2} ({3}): {4:few}. They get nothing, and as each may be anybody, nobody counts as absent; all else goes on. " +
			"Write the attribute, let the bind account read it, or hold them by exclude_dns"
	case "attributes-readable":
		return "{1:list}"
	case "attributes-hidden":
		return "{1:list}; let the bind account read it, or, if these are no accounts (contacts, say), leave them out by filter"
	case "attribute-hidden":
		return "{1} of {2} of {3:person:people} is not readable, {4}"
	case "scope-whole":
		return "none"
	case "scope-in-part-elsewhere":
		return "{1:.}"
	case "lies-elsewhere":
		return "{1} lies on another server; {2}"
	case "elsewhere-excluded":
		return "exclude_dns holds it"
	case "elsewhere-of-source":
		return "the source {1} reads it"
	case "elsewhere-out-of-base":
		return "base_dn leaves it out"
	case "entry-of-conflict":
		return "the entry is the leftover of a replication conflict; merge it or delete it in the directory"
	case "entry-deleted":
		return "the entry is a deleted one"
	case "dn-unreadable":
		return "the DN is not readable ({1}), so nobody knows where the entry lies"
	case "entry-excluded":
		return "the entry lies below exclude_dns"
	case "attribute-no-text":
		return "the attribute {1} holds something other than text"
	}
	return ""
}
