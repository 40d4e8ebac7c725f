package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofFindings are what came where something of this machine was looked at, and what to do about it.
func ofFindings(code model.Code) string {
	switch code {
	case "configuration-sound":
		return "no mistakes"
	case "configuration-refused":
		return "{1}"
	case "mend-configuration":
		return "fix what it names, then run check again"
	case "state-folder-ours":
		return "it is there and ours"
	case "mend-memory-first":
		return "fix this first: no pass can be without its memory, and a password is not tried as long as nobody could remember that it was refused"
	case "state-folder-entered":
		return "others may enter it, and it holds personal data"
	case "close-state-folder":
		return "chmod 0700 {1}"
	case "while-stopped":
		return "while it is there nobody's access is withdrawn and no Threema ID is detached or revoked"
	case "file-in-doubt":
		return "{1}, and so others could say where the secrets are sent"
	case "settle-doubt":
		return "unless that is meant so, type: {1}"
	case "handover-works":
		return "passwords can be handed over"
	case "mend-handover":
		return "without it nobody learns a new password, so no joiner gets a credential: fix it, or name a file elsewhere under handover.file"
	case "handover-passed-over":
		return "{1} has other columns or another separator than handover.csv and handover.columns say: it stays as it is, and new lines go to {2}"
	case "fetch-passed-over":
		return "fetch and delete it, so that new lines are where they are expected"
	case "let-handover-be-read":
		return "let this user read it, or look yourself whether passwords lie there"
	case "lines-unfetched":
		return "{1}"
	}
	return ""
}

// ofBoldChoices are what a bold configuration costs.
func ofBoldChoices(code model.Code) string {
	switch code {
	case "bold-choice":
		return "a bold choice"
	case "gone-at-once":
		return "a person who is missing from one read, or for an instant, counts as gone; two reads over 24h are the default"
	case "withdrawn-at-once":
		return "the credential goes at once: a mistake in the directory cannot be taken back in time"
	case "ids-destroyed":
		return "the Threema ID of a leaver is destroyed (revoke / widerrufen); nobody can undo that, and a private use of the ID ends too"
	case "id-goes-at-once":
		return "the Threema ID goes together with the credential"
	case "revoked-unasked":
		return "Threema IDs are revoked (widerrufen) without anybody saying yes; that can never be undone"
	case "passwords-readable":
		return "the passwords stand readable in the management cockpit and in the API"
	}
	return ""
}

// ofPeopleFindings are what came of the people of the directory, and of whom the configuration names.
func ofPeopleFindings(code model.Code) string {
	switch code {
	case "group-of-no-source":
		return "it lies below the domain of none"
	case "mend-group":
		return "every source is asked, and while one does not find it, {1}: fix the DN, or remove it"
	case "everybody-protected":
		return "everybody of that source counts as protected, and each step of a departure waits for a yes"
	case "labels-stay":
		return "its people keep their labels as they are"
	case "mapped":
		return "{1}"
	case "entitled-and-whole":
		return "{1} entitled, {2} of them with everything"
	case "people-lack-csi":
		return "{1} lack csi"
	case "people-lack-username":
		return "{1} lack username"
	case "people-share-csi":
		return "{1} share a csi with somebody"
	case "people-share-username":
		return "{1} share a username with somebody"
	case "people-with-several":
		return "{1} have several values for {2}"
	case "mend-mapping":
		return "nobody could get a credential: fix mapping, or let the bind account read the attributes it names"
	case "plan-lists-held":
		return "these people are held, nothing is done for them: threema-dirsync plan lists each with the reason"
	case "choose-value":
		return "the value in use counts, else the one in the DN; of a csi or a username nobody guesses, and the person is held. " +
			"Leave one value in the directory, or let the template say which: {{ .uid | first }}"
	case "nobody-has-csi":
		return "nobody has it"
	case "credential-not-there":
		return "there is none"
	case "csis-spelled-alike":
		return "none is another one but for its spelling"
	case "csis-misspelled":
		return "{1:person has:people have} a csi that is another one but for case, blanks, leading zeros or the form of its letters"
	case "settle-spelling":
		return "these people wait (like-csi): threema-dirsync plan lists each with what it nearly is. Write the csi as the directory has it to the credential in the cockpit, " +
			"or correct the directory, or say yes to what the plan asks"
	}
	return ""
}
