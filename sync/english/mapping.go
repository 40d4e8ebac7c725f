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
