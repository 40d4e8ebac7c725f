package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofOrders are the sentences about the urgent path: what somebody ordered, and what the directory shows meanwhile.
func ofOrders(code model.Code) string { //nolint:funlen // a table
	switch code {
	case "ordered":
		return "ordered: {1}"
	case "order-open":
		return "ordered {1} by {2}, and not carried out yet"
	case "order-stopped":
		return "their access is to end (ordered {1} by {2}), but {3}"
	case "order-of-older-ledger":
		return "the withdrawal of {1}, ordered {2} by {3}: this older ledger does not know whether that was taken back since. If their access is still to end, order it again: " +
			"`threema-dirsync withdraw {4} --reason TEXT`"
	case "word-of":
		return "the word of {1}; the directory: {2}"
	case "word-of-on-leave":
		return "the word of {1}; the directory: {2}; although {3}"

	case "withdrawn-already":
		return "credential {1} was withdrawn on {2:date}"
	case "credential-gone":
		return "credential {1} is not in the package any more"
	case "withdrawal-unsettled":
		return "the withdrawal of credential {1}: {2}"
	case "answer-lost":
		return "it was sent, and no answer says whether it was done: the next pass looks, and sends it again where the credential is there"
	case "answer-lost-unlisted":
		return "it was sent, and no answer says whether it was done; the last list lacks the credential, so it is most likely gone: a pass from {1} on settles it, and there is nothing to type"

	case "create-unfinished":
		return "an interrupted pass has not finished making their credential: let one finish it (`threema-dirsync run --once`) " +
			"and order again, or withdraw it by hand in the cockpit"
	case "credential-unmanaged":
		return "the credential {1} carries their csi, but it is not managed: withdraw it by hand in the cockpit"
	case "nothing-managed-but-entitled":
		return "no credential of theirs is managed, so there is nothing to withdraw; but they are entitled, and a pass makes one: disable the account in the directory"
	case "nothing-managed":
		return "no credential of theirs is managed, so there is nothing to withdraw"
	case "app-access-keep":
		return "leavers.app_access: keep says that nobody's access ends; withdraw it by hand in the cockpit, or change the policy"
	case "policy-ends-no-access":
		return "policy: {1} lets nobody's access end, and an order does not change that: set policy: sync, or withdraw by hand in the cockpit"

	case "directory-source-removed":
		return "source {1} is not configured any more"
	case "directory-source-unread":
		return "source {1} could not be read"
	case "directory-place-unreadable":
		return "not found, but nobody can tell whether they are gone ({1}), so it does not count"
	case "directory-view-unproved":
		return "missed first through a view that is not proved ({1}), so it does not count"
	case "directory-departed":
		return "departed: {1}"
	case "directory-excluded":
		return "below exclude_dns, where nobody departs"
	case "directory-departed-incomplete":
		return "departed ({1}), but the read of source {2} was not complete, so it does not count"
	case "directory-entitled":
		return "entitled"
	case "directory-unknown":
		return "unknown: {1}"
	case "directory-not-seen":
		return "unknown: not seen"
	}
	return ""
}
