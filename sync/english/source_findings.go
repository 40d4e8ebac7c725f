package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofServerLook is what came of a look at each server, before a session with one of them.
func ofServerLook(code model.Code) string {
	switch code {
	case "address-certified":
		return "urls holds an address, and the server's certificate is valid for it"
	case "address-not-certified-yet":
		return "urls holds an address; whether the server's certificate is valid for it shows when it is seen"
	case "name-resolves":
		return "{1}"
	case "server-answers":
		return "it answers"
	case "tls-agreed":
		return "{1}, {2}"
	case "offer-new-cipher":
		return "let the server offer TLS 1.3, or a cipher of TLS 1.2 with GCM: this one is old, and going to be refused"
	case "no-server-certificate":
		return "there is none to look at"
	case "connect-to-server-itself":
		return "connect to the server itself"
	case "renew-server-certificate":
		return "renew it: it ends in {1:day:days}; afterwards nothing is read"
	case "certificate-refused":
		return "{1}; it is {2}"
	case "certificate-of":
		return "of {1:quoted} for {2}, signed by {3:quoted}, valid until {4:date}"
	case "certificate-valid-until":
		return "valid until {1:date}"
	case "renew-client-certificate":
		return "renew it before that day; afterwards nothing is read"
	}
	return ""
}

// ofSteps is what came of the steps to a session, as far as they are no conditions.
func ofSteps(code model.Code) string {
	switch code {
	case "connected":
		return "{1} answers"
	case "password-accepted":
		return "the server accepts the password"
	case "client-certificate-accepted":
		return "the server accepts the client certificate"
	case "server-holds":
		return "{1} ({2}) holds {3} and serves pages; {4}"
	case "step-not-tried":
		return "not tried, as something before it failed"
	case "fix-earlier-step":
		return "fix that first, then run check again"
	case "read-advice":
		return "{1}"
	case "check-again":
		return "run check again: the connection ended before the answer"
	case "nothing-locks-out":
		return "wrong passwords do not lock an account ({1})"
	case "locks-out-after":
		return "{1} wrong passwords in a row lock the account ({2}), whoever typed them"
	case "lock-out-not-told":
		return "the directory does not tell this to somebody who is not logged in"
	case "fix-password-and-ask":
		return "fix the password first; ask the directory's administrator how many tries are left before you type `threema-dirsync check --try-login`, which is one more"
	case "fix-password-first":
		return "fix the password first; `threema-dirsync check --try-login` is one more try with the one that was refused"
	}
	return ""
}

// ofDirectoryFindings is what a read of everybody showed, and what to do about it.
func ofDirectoryFindings(code model.Code) string {
	switch code {
	case "people-counted":
		return "{1:person:people}: {2} entitled, {3} departed, {4} unknown; {5} of these have a fault of their own"
	case "people-counted-in-no-group":
		return "{1:person:people}: {2} entitled, {3} departed, {4} in none of the groups, {5} unknown; {6} of these have a fault of their own"
	case "entries-counted":
		return "{1}"
	case "entries-were-all":
		return "{1:entry:entries}, and the server says that this was all"
	case "others-passed-over":
		return "{1} are people, the others are built-in accounts and machines, which are passed over: {2}"
	case "usual-size-limit":
		return "it is also a usual size limit"
	case "count-otherwise":
		return "count the people with another tool; if there are more: {1}"
	case "server-product":
		return "{1}"
	case "set-fitting-profile":
		return "set profile to {1}: with another one it is not seen that an account is switched off"
	case "account-state-shown":
		return "{1:,}"
	case "attribute-not-in-schema":
		return "{1} is not in the schema"
	case "attribute-shown":
		return "{1} of {2} people show {3}"
	case "no-account-state":
		return "this server cannot tell that an account is switched off, so somebody leaves by being deleted or moved only: " +
			"load its password policy (OpenLDAP: overlay ppolicy), or write profile: custom and name under account the attribute that tells it here"
	case "let-account-state-be-read":
		return "let the bind account {1} read {2}; if it may, switch a test account off and run check again: until one shows, " +
			"a disabled account is not told from an enabled one"
	case "marker-not-in-schema":
		return "the schema does not know it"
	case "marker-hidden":
		return "nobody shows it, so changes wait for the schedule"
	case "let-marker-be-read":
		return "let the bind account read it, or {1}"
	case "marker-shown":
		return "people show it"
	case "tombstones-readable":
		return "the bind account may read it"
	case "tombstones-hidden":
		return "the bind account may not, so who was deleted counts as absent and needs the full confirmation; this is fine"
	case "let-tombstones-be-read":
		return "optional, as a domain administrator: {1}"
	}
	return ""
}

// ofScopeFindings is what an entry of the configuration fits in the directory, and what waits until it does.
func ofScopeFindings(code model.Code) string {
	switch code {
	case "nobody-below":
		return "nobody in scope lies there"
	case "correct-or-remove":
		return "it holds nobody: correct it if it was meant for somebody (renamed, moved?), else remove it"
	case "value-of-nobody":
		return "nobody has this value"
	case "correct-or-leave":
		return "correct it if it is a typo; it may stay if somebody will have it one day"
	case "filter-ends-accounts":
		return "the filter names {1}, by which an account ends: who is switched off falls out of the scope, so that only a second look by ID sees it, in a scheduled pass and never in a poll; " +
			"and whether the bind account may read {1} at all, nobody can tell"
	case "take-out-of-filter":
		return "take {1} out of filter: who is switched off gets no credential without it either"
	case "configured-sentinels-seen":
		return "{1:sentinel is seen:sentinels are seen}"
	case "until-ids-hold":
		return "until this holds nobody counts as absent; everything else goes on"
	case "until-condition-holds":
		return "people are added and updated; nobody departs until this holds"

	case "fix-group-dn":
		return "fix the DN in {1}, or let the bind account read the group; {2}"
	case "let-group-be-read":
		return "the group is there: let the bind account read it and its members, or correct in it what is said here; {1}"
	case "correct-former-dns":
		return "correct the former DNs in the group, or take them out; until then nobody can say whether it means the people who had them, and what it says of these stays as it was: threema-dirsync status names those whom this holds"
	case "until-group-is-read":
		return "until then {1}"
	case "until-protected-are-known":
		return "until then everybody of this source counts as protected: joiners join, and each step of a departure waits for a yes"
	case "until-labels-are-known":
		return "until then who is not seen in it keeps the labels as they are"
	case "groups-hold-nobody":
		return "nobody departs; all {1} people in scope are seen in a group, so nothing else waits"
	case "groups-hold-everybody":
		return "all {1} people in scope are held: nobody gets a credential, nobody is changed, nobody leaves"
	case "groups-hold-some":
		return "{1} of {2} people in scope, whom no group that could be read shows, are held: no credential, no change; and nobody departs"
	}
	return ""
}
