package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofUndo are the sentences about the way back: a withdrawal that somebody takes back, and what comes of it.
func ofUndo(code model.Code) string { //nolint:funlen // a table
	switch code {
	case "undo-order-of-leaver":
		return "Credential {1} is in the package. The directory says that they left ({2}): their departure goes on by its own rules, with confirmation, grace and limits."
	case "undo-order":
		return "Credential {1} is in the package and stays as it is: whoever has the phone goes on with it."
	case "left-by-directory":
		return "the directory says that they left ({1}), and nobody's word makes somebody entitled. {2}: when a pass sees them entitled, the departure ends"
	case "left-by-directory-withdrawn":
		return "the directory says that they left ({1}), and nobody's word makes somebody entitled. {2}; credential {3} was withdrawn with their departure: when a pass sees them entitled, the departure ends"
	case "move-end-date":
		return "Move the end date of the account there"
	case "restore-entry":
		return "Restore the entry there if it was deleted by mistake, or let the bind account read it"
	case "cover-entry":
		return "The entry is there, but the scope does not cover it: move it back, put the person into the group again, or let base_dn, filter and groups of source " +
			"{1} cover it and accept that scope (`threema-dirsync approve --baseline`)"
	case "enable-account":
		return "Enable the account there"

	case "credential-being-made":
		return "a new credential is being made for them already"
	case "credential-stopped":
		return "no withdrawal from this account is known (directory ID {1}), and it gets no credential yet: {2}"
	case "nothing-in-the-way":
		return "nothing stands in the way of a new credential: the directory says that they are entitled, and passes make one by all rules (`threema-dirsync explain` tells which)"
	case "departure-goes-on":
		return "their departure is under way (credential {1}), and the directory does not say that they are entitled ({2}): when a pass sees them so, it ends"
	case "nothing-to-take-back":
		return "no credential of theirs is managed, and no withdrawal of theirs is under way: there is nothing to take back"
	case "taken-back-already":
		return "it was taken back on {1:date} by {2} already"
	case "nothing-was-withdrawn":
		return "credential {1} stands in the package, so nothing was withdrawn"

	case "undo-answer-lost":
		return "A withdrawal of credential {1} was sent, and no answer says whether it was done. The package has the credential still, so it goes on as it was; should it be gone " +
			"all the same, a new one follows."
	case "undo-credential-unsure":
		return "Whether credential {1} is gone is not certain yet: {2}."
	case "undo-not-entitled":
		return "The directory does not say now that they are entitled ({1}): when a pass sees them so, it makes a new credential."
	case "undo-held":
		return "The directory says that they are entitled, but they are held ({1}): when that is fixed, a pass makes a new credential."
	case "undo-stopped":
		return "The directory says that they are entitled, but no credential comes yet: {1}. The first pass after that makes it, with a new password in the hand-over file."
	case "undo-next-pass":
		return "The directory says that they are entitled: the next pass makes a new credential, with a new password in the hand-over file."
	case "undo-later-pass":
		return "The directory says that they are entitled: then a pass makes a new credential, with a new password in the hand-over file."
	case "undo-against-policy":
		return "But not under policy: {1}, which makes no credentials."

	case "held-until-corrected":
		return "they are held ({1}). What ends that: correct it"
	case "waits-for":
		return "it waits for {1}. What ends that: {2}"
	case "stands-still":
		return "it is {1} ({2})"
	case "stands-still-until":
		return "it is {1} ({2}), not before {3}"

	case "id-was-revoked":
		return "Threema ID {1} was revoked (widerrufen) on {2:date}. That cannot be undone: the person gets a new ID, and contacts must be verified anew."
	case "id-revocation-unsettled":
		return "A revocation (widerrufen) of Threema ID {1} was sent on {2:date}, and its end is not known. If it went through, it cannot be undone, and the person gets a new ID."
	case "id-was-detached":
		return "Threema ID {1} was detached (getrennt) on {2:date}: it is the person's own since."
	case "id-not-taken":
		return "Threema ID {1} was not taken. The person types the new password {2}."
	case "on-their-phone":
		return "in the app on the phone that is in their own hands. If it is the one that has Threema ID {1}, they go on with that. If that one is lost or stolen, " +
			"they set up the app on the new phone, from the backup of their ID (the same ID, and nothing more is to be done) or without one (a new ID; then revoke {1}" +
			" by hand in the management cockpit, widerrufen, which cannot be undone)"
	}
	return ""
}
