package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofUnmanaged is why an object of the package is not ours.
func ofUnmanaged(code model.Code) string {
	switch code {
	case "shared":
		return "shared: {1} Threema IDs use it"
	case "owner-of-csi-unread":
		return "whose its csi {1} is cannot be told: {2}"
	case "csi-of-unmanaged-leaver":
		return "carries the csi of {1}, who is {2} and was never managed: withdraw it by hand"
	case "csi-of-nobody-but-for-spelling":
		return "no entitled person has its csi {1}, and that of {2} ({3}) differs from it " + spellingOnly
	case "csi-of-nobody-entitled":
		return "no entitled person has its csi {1}"
	case "no-csi":
		return "it has no csi"
	case "service-id":
		return "a Gateway, Broadcast or support ID"
	case "orphan":
		return "orphan: its credential is gone"
	case "credential-not-managed":
		return "its credential is not managed"
	case "no-user-of-ours":
		return "no user of a managed credential"
	}
	return ""
}

// ofKeptIDs is whose a Threema ID is that leavers of ours had.
func ofKeptIDs(code model.Code) string {
	switch code {
	case "id-left-behind":
		return "left behind: of {1}, from an earlier departure"
	case "id-end-requested":
		return "of {1}, who left; {2} was requested on {3:date}"
	case "id-kept":
		return "kept: of {1}, who left; credential {2} was withdrawn on {3:date}"
	case "id-kept-by-order":
		return "kept: of {1}; credential {2} was withdrawn by order on {3:date}"
	case "id-goes-on":
		return "of {1}: it goes on when they log in with their credential {2}"
	case "id-without-credential":
		return "of {1}, who was seen with it last on {2:date}; its credential is gone"
	case "id-replaced":
		return "of {1}, who was seen with it last on {2:date}, and has another one on credential {3} now"
	}
	return ""
}

// ofNotices is what is worth knowing, and nothing is done about.
func ofNotices(code model.Code) string {
	switch code {
	case "several-threema-ids":
		return "{1} Threema IDs use the credential {2}: {3:list}; all are left alone while the person stays. " +
			"If one is an old phone, detach / trennen or revoke / widerrufen it in the cockpit"
	case "last-heard-of":
		return "{1} (last heard of on {2:date})"
	case "never-heard-of":
		return "{1} (never heard of)"
	case "login-differs":
		return "the login is {1} by now, the credential stays {2}: the app logs in with the name that it stored"
	case "setting-stays":
		return "{1}; {2} stays as it is, and everything else goes on: correct the value in the directory"
	case "column-stays-empty":
		return "{1}; {2} stays empty in the hand-over line, and everything else goes on"
	case "listed-former-csi":
		return "{1} lists {2:quoted}, which is nobody's csi any more; it was that of {3}, who has {4:quoted} now and is still listed by it: write that"
	case "listed-nobodys-csi":
		return "{1} lists {2:quoted}, which is nobody's csi: correct it, or remove it"
	case "listed-no-credential":
		return "adopt.personal lists {1:quoted}, which is no credential of the package, neither by ID nor by name: correct it, or remove it"
	case "state-in-filter":
		return "the filter names {1:and}, by which an account ends: who is switched off falls out of the scope, so that only a second look by ID sees it, " +
			"in a scheduled pass and never in a poll; and whether the bind account may read {1:and} at all, nobody can tell: take {1:and} out of filter: who is switched off gets no credential without it either"
	}
	return ""
}

// ofMissed is about somebody whom a read does not show, and that proves nothing.
func ofMissed(code model.Code) string {
	const missed = "; it proves nothing, and nothing happens to them until this holds again: "
	switch code {
	case "missed":
		return "not entitled as this read shows them ({1}), seen last {2}" + missed + "{3}; {4}"
	case "missed-and-never-seen":
		return "not entitled as this read shows them ({1}), seen last by no pass that is known" + missed + "{2}; {3}"
	case "not-found-by-read":
		return "not found"
	case "departed-by":
		return "{1}"
	case "look-what-failed":
		return "what to do: {1:list}"
	case "told-by-check":
		return "`{1}` tells it of {2}"
	case "told-by-plan":
		return model.ThePlan + " tells it of {1}"
	case "accept-if-left":
		return "if they left in truth, " + howToAcceptMissing
	}
	return ""
}
