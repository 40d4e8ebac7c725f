package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofBelongings are the sentences about whose a credential or a Threema ID is, and who may be the same person.
func ofBelongings(code model.Code) string { //nolint:funlen // a table
	switch code {
	case "special-id-on-credential":
		return "a Gateway, Broadcast or support ID uses credential {1}: withdraw it by hand"
	case "several-csis-on-credential":
		return "the Threema IDs on credential {1} report different csis, so others use it too: withdraw it by hand"
	case "several-ids-on-foreign-credential":
		return "several Threema IDs use the credential {1}, which we did not create: withdraw it by hand, or list it under adopt.personal"
	case "special-id":
		return "the Threema ID {1} is left alone: it is a Gateway, Broadcast or support ID"

	case "credential-of-others":
		return "the credential may be somebody else's: {1}"
	case "others-csi-on-credential":
		return "its th_csi is {1}, {2}"
	case "others-ids-on-credential":
		return "{1:list}"
	case "id-of-others":
		return "it may be somebody else's: {1}"
	case "id-used-by-others":
		return "the Threema ID {1} {2}"
	case "id-on-other-credential":
		return "the Threema ID {1} uses another credential by now"
	case "id-on-named-credential":
		return "the Threema ID {1} uses another credential by now ({2})"
	case "id-on-credential-of":
		return "the Threema ID {1} uses another credential by now ({2}, of {3})"
	case "reports-others-csi":
		return "reports the csi {1}, {2}"
	case "csi-of":
		return "which is that of {1}"
	case "csi-of-nobody":
		return "which is nobody's here"
	case "last-seen-with":
		return "was last seen on {1:date} with {2}, and no complete read confirms that they left"
	case "last-seen-with-other-account":
		return "was last seen on {1:date} with {2}, who may be {3} by now"
	case "last-seen-with-entitled":
		return "was last seen on {1:date} with {2}, who is entitled"
	case "id-last-with":
		return "last seen with {1}"
	case "id-last-on-earlier-credential":
		return "last seen with this person, on an earlier credential"
	case "id-last-on-credential":
		return "last seen with this person, on credential {1}"

	case "same-csi":
		return "the csi is also that of {1}, who did not leave, and may be the same person"
	case "same-csi-once":
		return "the csi was once also that of {1}, who did not leave, and may be the same person"
	case "same-entry":
		return "the entry is also that of {1}, who did not leave, and may be the same person"
	case "same-csi-unread":
		return "the csi is also that of {1}, and {2}"
	case "csi-has-successor":
		return "{1} has the csi now: {2}"
	case "side-by-side":
		return "both accounts were entitled side by side in source {1}, so they may be two people, or one with two accounts"
	case "former-account-hidden":
		return "nothing of the place is readable where the former account stood, so it may be there, hidden"
	case "former-first-name-unknown":
		return "nobody knows by which first name the csi was used before"
	case "other-first-name":
		return "the first name is {1:quoted}, and was {2:quoted}"
	case "csi-spelled-alike":
		return "its csi {1} and {2} differ in case, blanks or zeros only"
	case "csi-one-of-several":
		return "it is one of several values of theirs, and nobody can say which is the csi"

	case "csi-on-credential-changed":
		return "the th_csi of the credential is {1:quoted} by now"
	case "users-changed":
		return "other Threema IDs use the credential by now, or report another csi"
	case "id-became-special":
		return "it is a Gateway, Broadcast or support ID"
	case "id-moved":
		return "it uses another credential by now"
	case "id-reports-other-csi":
		return "it reports another csi ({1})"
	}
	return ""
}
