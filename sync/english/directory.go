package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofConditions are what the conditions of a certificate found that only the memory can judge.
func ofConditions(code model.Code) string { //nolint:funlen // a table
	switch code {
	case "condition-fails":
		return "{1}: {2}"
	case "condition-accepted":
		return "accepted with the baseline: {1}"
	case "condition-not-judged":
		return "not judged, as the ledger knows another package, directory or scope"
	case "account-seen":
		return "{1} is seen"
	case "account-hidden":
		return "the bind account cannot read its own entry any more, so it may miss others too: nobody departs. " +
			"Let it read its entry; if bind_dn was changed on purpose, " + howToAcceptMissing
	case "account-never-readable":
		return "its own entry was never readable, so that proves nothing"
	case "people-lacking":
		return "{1} of {2} people of ours are newly missing"
	case "too-many-lacking":
		return "{1} of {2} people of ours ({3} %) are missing all at once, {4}, {5:list}: nobody departs. " +
			"Look at what the bind account may read, and at base_dn and filter; if they left in truth, " + howToAcceptMissing
	case "lacking-in-ou":
		return "{1} of {2} in {3}"
	case "lacking-in-more-ous":
		return "some in {1} more OUs"
	case "sentinels-missing":
		return "missing are {1:list} of those who were always seen there: nobody departs. " +
			"Let the bind account read these OUs; if they were dissolved in truth, " + howToAcceptMissing
	case "sentinels-none":
		return "none is learned yet; that takes {1} people of ours in one OU"
	case "sentinels-seen":
		return "{1} of {2} are seen, in {3} OUs"
	case "people-unmapped":
		return "{1} of {2} people of ours lack a csi or a username"
	case "too-many-unmapped":
		return "{1} of {2} people of ours lack a csi or a username, {3}, and had both: they are held, and nobody departs. Look at the attributes that mapping.csi and mapping.username name: " +
			"were they cleared, or hidden from the bind account?"
	case "server-other-copy":
		return "{1} holds another copy of the directory than before ({2}, it was {3}), so it was restored or set up anew: " +
			"what it shows alone confirms no departure"
	case "copy":
		return "{1}"
	case "copy-unreadable":
		return "none readable"
	case "server-as-before":
		return "{1}, as before"
	case "server-another":
		return "{1} answered, and {2} before: who is gone from both may depart"
	case "server-went-back":
		return "{1} has gone back behind the state that it showed on {2} ({3}): it was restored from a backup, " + serverBehind
	case "server-lags":
		return "{1} is behind the state that {2} showed on {3} ({4}): it does not get the changes, " + serverBehind
	case "server-in-step":
		return "not behind any earlier read"
	}
	return ""
}

const serverBehind = "so whoever was added since is missing there: nobody departs until it has caught up. " +
	"Fix its replication, or if what is missing is lost for good, " + howToAccept

// ofClock are what is known of the time.
func ofClock(code model.Code) string {
	switch code {
	case "clock-in-doubt":
		return "the clock of the Work API (Date of its answers) is {1} ours, so this machine's clock is wrong, or the service's, or a proxy answers " +
			"from its memory: nobody departs. Set the clock right (`timedatectl`), or fix the proxy"
	case "clock-of-one-server":
		return "the server of source {1} tells another time than this machine, and the Work API none, so nobody knows who is right: nobody departs"
	case "clock-of-service":
		return "that of the Work API is {1} ours"
	case "clock-by-both":
		return "{1}; {2}"
	case "clock-the-same":
		return "the same as"
	case "clock-behind":
		return "{1} behind"
	case "clock-ahead":
		return "{1} ahead of"
	}
	return ""
}

// ofViews are who reads a source, and from where.
func ofViews(code model.Code) string {
	switch code {
	case "reader":
		return "{1}"
	case "reader-unnamed":
		return "an account that nobody named"
	case "another-reader":
		return "another bind account reads ({1}; it was {2})"
	case "another-copy":
		return "{1} holds a copy of the directory that no proved read came from yet"
	case "another-reader-and-copy":
		return "{1}, and {2}"
	case "reader-or-server-changed":
		return "the bind account or the server changed"
	case "view-as-before":
		return "read by {1} from {2}, as before"
	case "view-not-complete":
		return "{1}; this read is not complete, so it proves nothing of that"
	case "view-accepted":
		return "accepted with the baseline: {1}"
	case "view-misses-nobody":
		return "{1}; it misses nobody who was seen before, and counts like the one before it"
	case "view-misses-people":
		return "{1}, and of people of ours, or with the csi of one, it misses {2} who were seen before: they may only be hidden from it, so each of them leaves by somebody's yes, " +
			"like whoever is missed while that lasts. Look at what the bind account may read there; if they left in truth, approve the steps as they come, or " + howToAcceptMissing
	}
	return ""
}

// ofScope are what of package, directory and scope is not as the ledger knows it.
func ofScope(code model.Code) string {
	switch code {
	case "another-package":
		return "the API key belongs to the licence package {1}, the ledger to {2}. {3}"
	case "fix-the-key":
		return "If it is the wrong key, fix threema.api_key_file; a second package needs a state_dir of its own"
	case "fix-the-scope":
		return "If you did not mean to change it, fix it or put it back: the next pass goes on as before"
	case "put-back-all-the-same":
		return "If you did not mean to change it, put it back all the same: that is a change then, and you accept it by `threema-dirsync approve --baseline` too"
	case "source-new":
		return "source {1} is new"
	case "source-new-or-renamed":
		return "source {1} is new, and {2}, which the ledger knows, is not configured any more; if it is the same directory under another name, " +
			"type `threema-dirsync source rename {2} {1}`"
	case "source-new-and-unread":
		return "source {1} is new and could not be read: fix that, or take it out of the configuration again"
	case "another-directory":
		return "source {1} is another directory ({2}) than the ledger knows ({3})"
	case "scope-changed":
		return "the scope of source {1} has changed ({2}). {3}"
	case "scope-changed-somewhere":
		return "the scope of source {1} has changed (one of base_dn, filter, groups, exclude_dns, id_attribute, profile, or mapping (csi or username); the ledger is too old to tell which). {2}"
	}
	return ""
}
