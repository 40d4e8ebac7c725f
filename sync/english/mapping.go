package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofMapping is why a template gives no value.
func ofMapping(code model.Code) string {
	switch code {
	case "value-empty":
		return "{1} is empty: {2}"
	case "entry-lacks":
		return "this entry has no {1:and no}"
	case "template-leaves-nothing":
		return "the template leaves nothing"
	case "template-leaves-nothing-of":
		return "the template leaves nothing (from {1})"
	case "template-fails":
		return "{1} cannot be worked out: {2}"
	case "group-unknown":
		return "nobody can say now whether the group {1} has this person"
	case "value-unusable":
		return "{1} {2} (from {3})"
	case "text-unusable":
		return "{1} {2}"
	}
	return ""
}

// ofValues is what is wrong with a value.
func ofValues(code model.Code) string {
	switch code {
	case "not-text":
		return "is not text (UTF-8)"
	case "too-long":
		return "is longer than {1} characters"
	case "unprintable":
		return "holds characters that cannot be printed"
	case "no-mail-address":
		return "is no mail address"
	case "no-international-number":
		return "is no international number such as +41441234567"
	case "not-dialled-in":
		return "is no number that can be dialled in {1}, and no international number such as +41441234567"
	}
	return ""
}

// ofTemplates is what is wrong with a template.
func ofTemplates(code model.Code) string {
	switch code {
	case "at-place":
		return "line {1}, column {2}: {3}"
	case "template-empty":
		return "must not be empty"
	case "template-unreadable":
		return "line {1}"
	case "hyphen-in-template":
		return `line {1}; write an attribute with a hyphen as {{ index . "x-personnel-no" }}`
	case "template-unusable":
		return "{1}"
	case "no-further-templates":
		return "template, define and block are not available"
	case "names-no-attribute":
		return "it names no attribute, so everybody would get the same value"
	case "bare-attribute":
		return "it names no attribute, so everybody would get the same value; an attribute stands in braces, with a dot: {1}"
	case "entry-set":
		return "$ is the entry and cannot be set"
	case "dot-is-whole-entry":
		return "the dot alone is the whole entry; name an attribute"
	case "dollar-is-whole-entry":
		return "$ alone is the whole entry; name an attribute"
	case "dot-is-one-value":
		return "inside with and range the dot is one value; write {1}"
	case "attribute-without-fields":
		return "{1}: an attribute has no fields"
	case "no-attribute-name":
		return "{1:quoted} is no attribute name: a letter first, then letters, digits and hyphens, no options"
	case "no-country":
		return "{1:quoted} is no country; write its two capitals, as in CH or DE ({2} are known)"
	case "country-without-phone":
		return "it says how mapping.linked_phone is read, which is not set: set that, or remove this key"
	}
	return ""
}

// ofCalls is what is wrong with the call of a function in a template.
func ofCalls(code model.Code) string {
	switch code {
	case "no-function":
		return "{1} is not a function"
	case "unknown-function":
		return "there is no function {1}; the functions are {2}"
	case "unknown-function-or-attribute":
		return "there is no function {1}; an attribute begins with a dot: {2}; the functions are {3}"
	case "too-few-arguments":
		return "{1} needs {2} arguments and has {3}"
	case "too-many-arguments":
		return "{1} takes {2} arguments and has {3}"
	case "index-without-name":
		return `index on the entry takes one name in quotes, such as {{ index . "x-personnel-no" }}: which attributes to read must be known beforehand`
	case "member-outside-category":
		return "member is for mapping.category alone: a group that cannot be read must never change who somebody is"
	case "member-without-dn":
		return `member takes one DN in quotes, such as (member "CN=Sales,OU=Groups,DC=corp,DC=example"): which groups to read must be known beforehand`
	case "no-group-dn":
		return "{1:quoted} is no DN of a group; write for example CN=Sales,OU=Groups,DC=corp,DC=example"
	case "member-is-no-label":
		return `member says yes or no; write {{ if member "…" }}Sales{{ end }}`
	}
	return ""
}
