package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofGroups are what was read of groups: who is in them.
func ofGroups(code model.Code) string {
	const asLong = "; as long as that is so, "
	switch code {
	case "groups-read":
		return "{1}"
	case "groups-doubted":
		return "{1}"
	case "protection-doubted":
		return "{1}" + asLong + "everybody of this source counts as protected"
	case "labels-doubted":
		return "{1}" + asLong + "who is not seen in it keeps the labels as they are"
	case "group-read":
		return "{1}: {2}"
	case "members":
		return "{1:list}"
	case "members-in-part":
		return "{1:list}; {2}"
	case "people-in-it":
		return "{1:person:people}"
	case "groups-in-it":
		return "{1:group in it:groups in it}"
	case "searches-followed":
		return "{1:search followed (memberURL or role):searches followed (memberURL or role)}"
	case "members-of-other-domains":
		return "{1:member of another domain:members of other domains}"
	case "members-not-found":
		return "{1:member that is not found:members that are not found}"
	case "members-not-found-told":
		return "{1:member that is not found:members that are not found} ({2})"
	case "logins-of-nobody":
		return "{1:login that nobody has:logins that nobody has}"
	case "members-moved":
		return "{1:is the former DN of somebody who was moved or renamed:: correct it in the group:are former DNs of people who were moved or renamed:: correct them in the group}"
	case "members-gone":
		return "{1:is gone:: its place is readable and does not show it:are gone:: their places are readable and do not show them}"
	case "members-may-be-hidden":
		return "{1} may be hidden"
	}
	return ""
}

// ofGroupFaults are why a group was not read wholly.
func ofGroupFaults(code model.Code) string {
	switch code {
	case "group-faults":
		return "{1}: {2}"
	case "fault-of-group-in-it":
		return "the group {1} in it: {2}"
	case "group-not-readable":
		return "it is not there, or the bind account may not read it"
	case "no-group":
		return "it is no group"
	case "group-of-nobody":
		return "it is empty: nobody in scope is a member, directly or through other groups"
	case "group-shows-nobody":
		return "it shows no member: either it is empty, or the bind account may not read who is in it"
	case "shows-no-member":
		return "it shows no member"
	case "group-attribute-hidden":
		return "its {1} is not readable"
	case "groups-in-it-too-deep":
		return "groups in it lie more than {1} deep"
	case "groups-too-deep":
		return "groups lie more than {1} deep"
	case "members-hidden":
		return "{1:member cannot be read, and may be a group with members:members cannot be read, and may be groups with members} of their own: " +
			"let the bind account read them, for they may well be entitled, and only this account does not see them; " +
			"take out of the group only who is no member in truth; the log at level debug names them"
	case "rule-of-windows":
		return "it stands for whoever fits a rule of Windows ({1}), which is not followed"
	case "rule-not-followed":
		return "its {1} is not followed, so who is in it by that is not known"
	case "exchange-list":
		return "it is a dynamic distribution list, which is not followed: only Exchange knows who is in it"
	case "search-of-another-account":
		return "its {1} is not followed: the server does that as {2} (dgIdentity), who may see more than the bind account"
	case "labeled-uri":
		return "its labeledURI is not followed: if it says who is in the group, put it into {1}"
	case "search-not-followed":
		return "its {1} is not followed: {2}"
	}
	return ""
}

// ofMemberSearches are why a search that says who is in a group is not followed.
func ofMemberSearches(code model.Code) string {
	switch code {
	case "search-of-another-server":
		return "it names a server of its own, or is no LDAP URL"
	case "search-no-url":
		return "it is no LDAP URL"
	case "search-base-no-dn":
		return "its base is no DN"
	case "search-for-values":
		return "it asks for values of {1}, not for entries"
	case "search-scope-unknown":
		return "its scope is none of base, one and sub"
	case "search-has-extensions":
		return "it has extensions"
	case "search-filter-unreadable":
		return "its filter is not readable"
	case "search-base-elsewhere":
		return "its base lies in no directory of this server"
	case "search-attribute-unknown":
		return "its filter names the attribute {1}, which this directory does not know"
	case "search-in-part-elsewhere":
		return "a part of what it covers lies on another server"
	case "search-base-not-found":
		return "its base is not there, or the bind account may not see it"
	case "search-refused":
		return "the server refuses the search: {1}"
	case "search-attribute-hidden":
		return "it finds nobody, and no entry there shows {1}"
	}
	return ""
}

// ofRanges are why a list that comes in parts is not whole.
func ofRanges(code model.Code) string {
	switch code {
	case "range-twice":
		return "two ranges at once, {1}"
	case "range-bound-unreadable":
		return "{1:quoted} is no bound of a range"
	case "ranges-in-one-answer":
		return "two ranges of {1} in one answer"
	case "whole-and-in-parts":
		return "{1} came both whole and in parts"
	case "parts-do-not-join":
		return "{1} came in parts that do not join: {2}"
	case "part-not-due":
		return "values from {1} on were due, and those from {2} came"
	case "part-empty":
		return "the part from {1} on is empty"
	case "part-of-another-size":
		return "the part {1} to {2} has {3} values"
	case "values-without-end":
		return "more than {1} values of {2}, and no end"
	case "group-gone-meanwhile":
		return "the group was gone before all of {1} was read"
	case "values-not-shown":
		return "the server says that there is more of {1} than {2} values, and does not show it"
	}
	return ""
}
