package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofLeaveAnswers is what came of somebody's word about a leave of absence, and of one that takes an order back.
func ofLeaveAnswers(code model.Code) string {
	switch code {
	case "on-leave-until":
		return "{1} is on leave of absence until {2}, that day included."
	case "leave-end-now":
		return "the leave of absence of {1} is over."
	case "leave-under-doubt":
		return "a day means nothing while the clock is in doubt: {1}"
	case "grace-under-doubt":
		return "no grace begins while the clock is in doubt: {1}"
	case "departure-complete":
		return "credential {1} of {2} was withdrawn on {3:date} and the departure is complete, so nothing is left to suspend"
	case "nothing-to-suspend":
		return "nothing in the package is managed for {1}, so there is no departure to suspend. If they have another account, name that one; " +
			"if they have just joined, type it once they have their credential"
	case "not-on-leave":
		return "nobody said that {1} is on leave; `threema-dirsync hold` lists who is"
	case "leave-over-already":
		return "the leave of {1} is over since {2}"

	case "withdrawal-undone":
		return "the withdrawal of credential {1} of {2}."
	case "order-taken-back":
		return "the order to withdraw credential {1} of {2}, which was not carried out."
	case "order-taken-back-unread":
		return "The package could not be read ({1}). Should an earlier request have taken the credential all the same, type this again when it can."
	}
	return ""
}

// ofLeaveMeaning is what a leave of absence reaches and what it does not, and what its end means.
func ofLeaveMeaning(code model.Code) string {
	switch code {
	case "leave-before":
		return "Before, it was until {1} (said by {2})."
	case "leave-after-withdrawal":
		return "Credential {1} was withdrawn on {2:date} already; that stays so. What is left is suspended: {3}."
	case "leave-of-ids":
		return "Threema ID {1}"
	case "leave-without-id":
		return "no Threema ID is known"
	case "leave-step-unsettled":
		return "A {1} was sent before, and whether it went through is not known; the next pass finds out."
	case "leave-without-credential":
		return "Credential {1} is not in the package any more; a leave does not bring it back (`threema-dirsync withdraw --undo PERSON --reason TEXT` does)."
	case "leave-suspends":
		return "Until then no step of a departure is done (withdraw, disable the contact, detach, revoke), whatever the directory says. Nothing asks for a yes, and no limit counts it."
	case "leave-lets-go-on":
		return "Everything else goes on: while the account is enabled, names and settings follow the directory. An order (`threema-dirsync withdraw`) is stronger."
	case "leave-voids":
		return "Each yes that was given to a step of the departure is void: {1}."
	case "leave-earliest-withdrawal":
		return "The earliest withdrawal is not before {1}: a fresh grace of {2} counts from the first pass after that day."
	case "leave-ends-by-itself":
		return "It ends by itself after that day; if the account is not enabled then, the departure goes on with a fresh grace. `plan` and `status` name it " +
			"for the last 14 days. To end it earlier: threema-dirsync hold --end {1}"
	case "leave-end-of-leaver":
		return "The directory says that they left ({1}): the departure goes on with a fresh grace, from now. Nothing is done before {2}."
	case "leave-end-of-entitled":
		return "The directory does not say that they left: nothing happens to them."
	}
	return ""
}

// ofOrderAnswers is what came of an order.
func ofOrderAnswers(code model.Code) string {
	switch code {
	case "order-failed":
		return "{1}"
	case "order-after-departure":
		return "{1}, with their departure. That you ordered it is recorded: coming back gives them no access, only " +
			"`threema-dirsync withdraw --undo {2} --reason TEXT` does, once the directory shows them as entitled"
	case "order-ends-undo":
		return "{1}. Somebody had taken the withdrawal back; with this order there is no new credential"
	case "order-without-requests":
		return "the requests of the day are spent (threema.daily_requests): if it cannot wait, withdraw by hand in the cockpit"
	case "order-without-requests-until":
		return "the requests of the day are spent (threema.daily_requests, free again at {1}): if it cannot wait, withdraw by hand in the cockpit"
	case "order-questioned":
		return "{1}. That asks for somebody's yes before this: type `threema-dirsync approve {2} --withdraw {3}`"
	case "order-asks-for-yes":
		return "{1} asks for somebody's yes before this: type `threema-dirsync approve {2} --withdraw {3}`"
	case "order-waits":
		return "{1}"
	case "order-waits-unread":
		return "{1}; {2}"
	case "order-guarded":
		return "{1}"
	case "order-guarded-by":
		return "{1}: {2}"

	case "order-not-sent":
		return "the withdrawal was not sent: {1}"
	case "order-unsettled":
		return "whether the credential is gone is not known: {1}; order it again, or let the next pass do it: both look first"
	case "order-stopped-by-last-look":
		return "right before the withdrawal this was found: {1}; nothing was sent. Look: the next pass judges it anew"
	case "order-done":
		return "{1}"
	case "order-done-but":
		return "{1}; but then: {2}"
	case "order-carried-out":
		return "credential {1} is withdrawn (Zugang entzogen); the app stops within 24 hours, or when it is next opened"
	case "contact-still-enabled":
		return "the contact {1} is still enabled ({2}), the next pass tries again"
	case "leave-outlasts-order":
		return "the leave of absence goes on until {1}, for what is left of a departure"
	}
	return ""
}
