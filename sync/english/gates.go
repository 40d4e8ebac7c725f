package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofGates are what stops a step, or asks for a yes to it.
func ofGates(code model.Code) string {
	switch code {
	case "protected":
		return "protected: every step needs an approval"
	case "source-protected":
		return "protected, like everybody of source {1} ({2}): every step needs an approval"
	case "stop-file":
		return "{1}"
	case "withheld-by-policy":
		return "policy {1} does not carry this out"
	case "awaits-all-sources":
		return "waits for a pass that reads all configured sources completely"
	case "awaits-complete-read":
		return "waits for a complete read of source {1} that shows it again"
	case "awaits-unread-source":
		return "it could never be undone, so it waits until source {1}, where the person may be by now, can be read"
	case "no-licence-free":
		return "no licence is free ({1} of {2} used)"
	case "missed-by-unproved-view":
		return "missed first when {1}: they may only be hidden by that, so it takes somebody's yes"
	}
	return ""
}

// ofLimits are how many may go or change at once, and that there are more.
func ofLimits(code model.Code) string {
	switch code {
	case "allowed":
		return "{1} allowed ({2} % of {3} is {4}, at least {5})"
	case "allowed-by":
		return "{1} allowed ({2}: {3} % of {4} is {5}, at least {6})"
	case "allowed-at-most":
		return "{1} allowed ({2}: {3} % of {4} is {5}, at least {6}, but at most {7})"
	case "allowed-to-leave":
		return "{1} allowed ({2}: {3} % of {4} is {5}, at least {6}, but at most {7} and half of them, {8})"
	case "allowed-of-ou":
		return "less than {1} % allowed of an OU of {2} people or more"
	case "people-in-one-pass":
		return "{1:person:people} in one pass"
	case "people-within-hours":
		return "{1:person:people} within {2} h"
	case "ous-emptied":
		return "{1:list}"
	case "ou-emptied":
		return "{1} % of {2} ({3} of {4} people)"
	case "over-limit":
		return "{1}: {2}, {3}"
	case "leavers-over-limit":
		return "{1}: {2}, {3}. {4}{5}"
	case "changes-over-limit":
		return "{1:person:people} in one pass, {2}. {3}"
	case "leavers-ahead":
		return "{1} of {2:person:people} under way comes not before {3}, and will be stopped then by {4}. {5}"
	}
	return ""
}

// ofMasses are whence people leave together, and what became of them.
func ofMasses(code model.Code) string {
	switch code {
	case "from-one-ou":
		return "From {1}"
	case "from-one-ou-as":
		return "From {1} ({2})"
	case "from-ous":
		return "They are: {1:list}"
	case "from-ou":
		return "{1} from {2}"
	case "from-ou-as":
		return "{1} from {2} ({3})"
	case "from-other-ous":
		return "{1} from other OUs"
	case "ou":
		return "{1}"
	case "root":
		return "the root"
	case "so-many":
		return "{1} {2}"
	case "disabled-or-expired":
		return "{1}"
	case "disabled-or-expired-and-moved":
		return "{1}, and moved to {2}"
	case "deleted":
		return "deleted"
	case "moved-and-in-no-group":
		return "moved to {1}, which base_dn and filter cover, and in none of groups"
	case "moved-out-of-scope":
		return "moved to {1}, which base_dn, filter and groups do not cover"
	case "not-found":
		return "not found: deleted or hidden"
	case "not-found-nor-others":
		return "not found, nor anybody else in that OU: deleted or hidden, alone or with it"
	case "still-there-and-in-no-group":
		return "still there, where base_dn and filter cover them, and in none of groups"
	case "still-there-out-of-scope":
		return "still there, but base_dn, filter and groups cover them no more"
	}
	return ""
}

// ofChecks are what to look at before anybody says that people left.
func ofChecks(code model.Code) string {
	switch code {
	case "check-groups":
		return "Who is in none of groups of source {1}, and did not leave: {2}; look who changed that group, also where it lists the DN that somebody had before."
	case "check-moved-ou":
		return "If an OU was moved or renamed, let base_dn, filter and groups of source {1} cover {2:some}, or move it back; exclude_dns there leaves them all as they are."
	case "check-scope":
		return "Look at base_dn, filter and groups of source {1}, and at who changed a group or an attribute."
	case "check-scope-is-accepted":
		return "Whatever you change of these in the configuration is another scope, which you accept then: " + howToAccept + "."
	case "check-deleted":
		return "Look in the directory: restore there who was deleted by mistake, and let the bind account read who is hidden from it."
	case "check-closed":
		return "Ask who closed these accounts, and enable who did not leave."
	case "check-seen-again":
		return "Nothing happens to whoever is seen again before that."
	case "check-view":
		return "Source {1}: {2}. If they did not leave, let that account or server show them, or put back the one before: whoever is seen again needs no yes."
	case "check-view-is-accepted":
		return "If all whom it misses left in truth, no yes for each is needed: " + howToAcceptMissing + "; they leave by confirmation, grace and limits then."
	case "add-to-a-group":
		return "add them to one of the groups that entitle"
	case "add-to-the-group":
		return "add them to the group {1}"
	case "add-to-one-group":
		return "add them to one of the groups {1:some}"
	}
	return ""
}

// ofHeld are that many are held, and why.
func ofHeld(code model.Code) string {
	switch code {
	case "many-held":
		return "held, and get nothing: {1} of {2:person:people}, {3}. {4}. Correct that in the directory or in the mapping, and they join by themselves; " +
			"if it is right that they are held, as for accounts of services, accept them once: type `threema-dirsync approve --baseline`"
	case "why-held":
		return "Why: {1:|}"
	case "so-many-held":
		return "{1}: {2}"
	case "more-reasons":
		return "and {1:more reason:more reasons}"
	case "held-are-accepted":
		return "people who are held, and stay so until directory or mapping say otherwise: {1}; limits.held counts them no more"
	case "held-by-incomplete-read":
		return "the held people of source {1} ({2}), as it was not read wholly: {3}. Fix that first: whom only that holds joins by itself"
	}
	return ""
}
