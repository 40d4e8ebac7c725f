package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// spellingOnly is what the fold of a csi leaves out.
const spellingOnly = "in case, blanks, leading zeros or the form of its letters only"

// ofJoiners is why somebody gets a credential, or none.
func ofJoiners(code model.Code) string {
	switch code {
	case "entitled-without-credential":
		return "entitled, and no credential carries the csi or the username"
	case "csi-on-several-credentials":
		return "the csi {1} stands on {2} credentials: {3}; delete or correct one in the cockpit"
	case "csi-also-of":
		return "the csi {1} is also that of {2:and}"
	case "csi-also-of-many":
		return "the csi {1} is also that of {2:and} and {3} more"
	case "username-also-of":
		return "the username {1} is also that of {2:and}"
	case "username-also-of-many":
		return "the username {1} is also that of {2:and} and {3} more"
	case "username-of-owner":
		return "the username {1} is that of {2}; it is free when that person's credential is withdrawn; until then give this person another username"
	case "username-of-leaver":
		return "the username {1} still belongs to the departure of {2}"
	case "username-of-several-values":
		return "the username may be {1:or}" + severalValues
	case "setting-of-several-values":
		return "{1} may be {2:or}" + severalValues
	case "below-exclude-dns":
		return "lies below exclude_dns"
	case "account-state-unknown":
		return "account state unknown: {1}"
	case "account-state-unreadable":
		return "account state unknown: not readable"
	case "credential-maybe-there":
		return "credential {1}: {2}"
	case "credential-unlisted":
		return "the package does not list the credential in this pass" + unsettled + "{1} on, misses it too"
	case "threema-id-unlisted":
		return "the package does not list the Threema ID {1} in this pass" + unsettled + "{2} on, misses it too"
	case "contact-unlisted":
		return "the package does not list the contact {1} in this pass" + unsettled + "{2} on, misses it too"
	}
	return ""
}

const (
	severalValues = ": the attribute has several values, none is in use and none stands in the DN; leave one, or let the template say which (first)"
	unsettled     = ", which proves nothing: settled when a second list, from "
)

// ofNewcomers is what a newcomer's credential is asked about.
func ofNewcomers(code model.Code) string {
	switch code {
	case "second-account":
		return "another account with the csi {1} was entitled beside this one: if the person left, this account may be their second one; with a yes it gets a credential of its own"
	case "csi-like-person":
		return "the csi {1} differs from {2}, which is that of {3}, " + spellingOnly + ": correct one of them; " + twoPeople
	case "csi-like-credential":
		return "the csi {1} differs from {2}, which is that of the credential {3}, " + spellingOnly + ": correct one of them; " + twoPeople
	case "csi-like-unmanaged-credential":
		return "the csi {1} differs from {2}, which is that of the credential {3}, " + spellingOnly +
			": if it is this person's, write the csi {1} to it in the cockpit, and it is adopted; " + twoPeople
	case "same-person-put-out":
		return "is it the person who was {1}, whose credential {2} was withdrawn {3}? A new account gives nobody their access back: with a yes this one gets a credential"
	case "by-order":
		return "by order of {1:date}"
	case "by-hand":
		return "by hand"
	}
	return ""
}

const twoPeople = "if they are two people, say yes, and this one gets a credential"

// ofAdoption is why a credential of somebody else becomes ours, or stays alone.
func ofAdoption(code model.Code) string {
	switch code {
	case "csi-on-credential":
		return "th_csi {1} stands on this credential"
	case "username-exact":
		return "its username is exactly this person's"
	case "username-exact-and-adopted":
		return "its username is exactly this person's, and adopt.username is on"
	case "adopt-like-csi":
		return "is it this person's? {1}. If it is, say yes, or correct the csi in the cockpit; else give this person another username, or delete it"
	case "csi-alike":
		return "it has the csi {1}, which differs from {2} " + spellingOnly
	case "reported-csi-alike":
		return "the Threema ID {1} on it reports the csi {2}, which differs from {3} " + spellingOnly
	case "credential-of-several":
		return "credential {1} is shared by several people: its Threema IDs report different csis"
	case "credential-shared":
		return "credential {1} is shared ({2} Threema IDs use it); list it under adopt.personal if it is this person's alone"
	case "credential-of-service-id":
		return "credential {1} is in use by a Gateway, Broadcast or support ID"
	case "credential-other-csi":
		return "the Threema ID {1} on credential {2} reports another csi ({3})"
	case "credential-other-names":
		return "credential {1} is in use by {2} {3} ({4}): both names differ from this person's"
	}
	return ""
}

// ofTakenNames is about a username that a credential of somebody else has.
func ofTakenNames(code model.Code) string {
	const taken = "the username {1} is taken by a credential"
	switch code {
	case "username-taken":
		return taken + " that is not ours; write the csi {2} to it, set adopt.username: true, or delete it in the cockpit"
	case "username-taken-with-csi-of":
		return taken + " with the csi {2}, which is that of {3}: give this person another username"
	case "username-taken-with-other-csi":
		return taken + " with another csi ({2}): if it is this person's, write the csi {3} to it in the cockpit; " +
			"else give this person another username, or delete it if it is nobody's"
	case "username-taken-not-adoptable":
		return taken + " that is not ours, and it cannot be adopted: {2}. If it is not this person's, give them another username, or delete it in the cockpit"
	case "username-taken-but-for-case":
		return taken + " that is not ours, and that is this person's ({2}) but for upper and lower case, so it is not adopted by name; " +
			"write the csi {3} to it, or delete it in the cockpit"
	case "username-maybe-of-namesake":
		return "the credential {1} is called like this person, and may be a namesake's: {2}"
	case "username-of-other-by-now":
		return "the username {1} belongs to {2} by now"
	case "username-strayed":
		return taken + " with the csi of {2}, who comes first"
	}
	return ""
}

// ofTransfers is about a credential that passes to another ID of the same person, or stays.
func ofTransfers(code model.Code) string {
	switch code {
	case "account-made-anew":
		return "the same csi under a new directory ID: the account was created anew, and keeps its credential and Threema ID"
	case "earlier-source-counts":
		return "the same csi in two sources: {1} comes before {2}, so this entry counts from now on; credential and Threema ID stay the same"
	case "moved-to-source":
		return "the same csi in another source: the person moved from {1} to {2}, and keeps credential and Threema ID"
	case "same-csi-other-id":
		return "the same csi under another directory ID"
	case "same-person-passes-on":
		return "is it the person who was {1}? {2}. With a yes, credential and Threema ID pass on; without one, the former account leaves by its own proof"
	case "unused-credential-stays":
		return "{1} has the csi of before: {2}; the credential {3} was never used and only they know its password, " +
			"so it does not pass on: this person gets one of their own when it is withdrawn"
	case "csi-of-entitled":
		return "credential {1} with this csi belongs to {2}, who is entitled"
	case "csi-of-unproved-leaver":
		return "credential {1} with this csi belongs to {2}, and no complete read of source {3} says that they left"
	case "second-entry":
		return alsoIn + "that entry counts"
	case "second-entry-unread":
		return alsoIn + "{3}"
	case "second-entry-unproved":
		return alsoIn + "no complete read says that they left there"
	case "source-unread":
		return "source {1} could not be read in this pass"
	case "source-not-configured":
		return "source {1} is not configured any more"
	}
	return ""
}

const alsoIn = "also in source {1}, which comes first, as {2}: "

// ofMissing is about a credential of somebody entitled that is gone.
func ofMissing(code model.Code) string {
	const (
		withdrawn = "credential {1} was withdrawn {2} (Zugang entzogen)"
		undo      = "for this person when somebody types `threema-dirsync withdraw --undo {3} --reason TEXT`"
	)
	switch code {
	case "withdrawal-taken-back":
		return withdrawn + ", and somebody took that back"
	case "loss-accepted":
		return withdrawn + ", together with many others, and somebody accepted that: credentials.recreate does not create it anew; it is only " + undo
	case "recreate-off":
		return withdrawn + "; it is created anew only with credentials.recreate: true, or " + undo
	case "recreate-unsettled":
		return withdrawn + "; it is created anew if a second list, from {3} on, misses it too"
	case "recreate-on":
		return withdrawn + ", and credentials.recreate is on"
	}
	return ""
}

// ofResumption is about a create that was interrupted before its hand-over.
func ofResumption(code model.Code) string {
	switch code {
	case "create-resumed":
		return "an interrupted pass created this credential and did not hand it over: it gets a new password"
	case "create-doubted":
		return "an interrupted pass was to create this credential, and it may be somebody else's"
	case "resume-with-new-password":
		return "{1}. If it is nobody's, say yes: it gets a new password, and whoever has the old one loses it. " +
			"Else delete it in the cockpit, or give this person another username"
	case "interrupted-credential-of-service-id":
		return "a Gateway, Broadcast or support ID uses credential {1}, whose hand-over was interrupted: give this person another username, or delete it in the cockpit"
	case "interrupted-credential-in-use":
		return "credential {1} is in use although its hand-over was interrupted"
	case "resume-as-it-is":
		return "{1}. Find out who activated it: if it was this person, say yes, and it is theirs as it is; " +
			"else delete it in the cockpit, or give this person another username, and they get another"
	case "abandoned-credential-kept":
		return "an interrupted pass created the credential {1} and handed it to nobody, and {2}"
	case "abandoned-unread":
		return "{1}: nothing is done"
	case "abandoned-by-unknown":
		return "the person is not entitled now, and not known to have left: nothing is done"
	case "abandoned-by-leaver":
		return "the person left: leavers.app_access: keep leaves the credential as it is, delete it in the cockpit"
	case "withdraw-abandoned":
		return "{1}. If it is nobody else's, say yes, or delete it in the cockpit"
	case "credential-abandoned":
		return "an interrupted pass was to create the credential {1}, and handed it to nobody"
	case "create-refused":
		return "the service refused to create it, so somebody else may have"
	case "in-use":
		return "it is in use"
	case "in-use-by":
		return "it is in use by {1:list}"
	case "setting-not-sent":
		return "{1} is {2}, which this program did not send"
	case "setting-stands":
		return "{1} stands on it, which this program did not send"
	case "threema-id":
		return "{1}"
	case "threema-id-with-name":
		return "{1} ({2})"
	case "threema-id-with-csi":
		return "{1} with the csi {2}"
	case "threema-id-with-name-and-csi":
		return "{1} ({2}) with the csi {3}"
	}
	return ""
}

// ofSettings is about what is to be written for somebody who has a credential.
func ofSettings(code model.Code) string {
	switch code {
	case "value-refused":
		return "the service refused the value of {1} ({2}); correct it in the directory or the mapping"
	case "differs-from-directory":
		return "differs from the directory: {1}"
	case "directory-value-gone":
		return "the directory has no value for {1} any more"
	case "contact-missing":
		return "has no contact yet"
	case "contact-not-enabled":
		return "the contact is not enabled"
	case "contact-nameless":
		return "the contact has no name"
	case "contact-follows-directory":
		return "we made this contact, so its name follows the directory"
	case "contact-disabled-by-others":
		return "contact {1} was disabled by somebody else and stays so; enable it in the cockpit if that was a mistake"
	}
	return ""
}
