package english

import (
	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// How a change of the baseline is accepted.
const (
	howToAccept        = "read the plan, then type `threema-dirsync approve --baseline`"
	howToAcceptMissing = howToAccept + ", which accepts what is missing"
)

// ofBaseline are why a plan is a preview, and what is accepted with it.
func ofBaseline(code model.Code) string {
	switch code {
	case "nothing-until-accepted":
		return "nothing is done until you accept it: " + howToAccept
	case "nothing-until-renamed":
		return "nothing is done until you say what it is. First type `{1}`: it is the same directory, and the same people under their IDs. " +
			"That settles what the new name alone made; for the rest " + howToAccept
	case "managed-before-this-ledger":
		return "the package held credentials of people in the directory before the first pass, so somebody managed it before this ledger: " + howToAccept
	case "first-baseline":
		return "it is the first baseline of this ledger: who leaves is taken out from the next pass on, within all limits"
	case "nothing-to-accept":
		return "there was nothing to accept: package, directory and scope are those that the ledger knows"
	case "many-known-to-package":
		return "the licence package knows {1} people, by their csi, whom this ledger never saw, {2}; was an older ledger restored?"
	case "many-rekeyed":
		return "{1} of the {2} people whose credentials we manage have a new directory ID and the csi of before, {3}; " +
			"was the directory loaded anew, or do they stand in another source now? Accepted, they keep credential and Threema ID"
	case "joiners-of-old-package":
		return "{1:person:people} would get a credential, and this ledger is new to a package that was kept in step before, so it does not know whom somebody had put out: " +
			"by order, or in the cockpit. If you have the old ledger.db, stop the service and put it back; else disable in the directory whoever is to get none, then " + howToAccept
	}
	return ""
}

// ofLedger are the passes that a ledger does not know.
func ofLedger(code model.Code) string {
	switch code {
	case "ledger-older":
		return "pass {1} of {2} was done here, and this ledger, which ended with pass {3}, does not know it: most likely an older ledger.db " +
			"was put back, and it knows nothing of what was done since; if you have the newer one, stop the service and put that back"
	case "ledger-lacks-words":
		return "somebody said something here at {1} (a leave of absence, a yes, an order, or that one of these ends), and this ledger does not know it: most likely an older " +
			"ledger.db was put back; `hold`, `approve` and `withdraw` of then must be typed again. If you have the newer one, stop the service and put that back"
	case "ledger-lost":
		return "pass {1} of {2} was done here, and this ledger is new: the old one was lost; adoption and changes go ahead, but nobody gets a new credential, nobody's " +
			"access is withdrawn (Zugang entzogen) and no Threema ID detached (getrennt) or revoked (widerrufen)"
	case "ledger-lost-until-accepted":
		return "{1}, until you accept it; if you have the old ledger.db, stop the service and put it back, else " + howToAccept
	}
	return ""
}

// ofPackage are what speaks against the licence package.
func ofPackage(code model.Code) string {
	switch code {
	case "package-not-trusted":
		return "the licence package is not trusted: {1}; nothing was changed"
	case "licence-ended":
		return "its licence ended on {1:date} (validUntil); renew it in the management cockpit"
	case "credentials-missing":
		return "{1} of the {2} credentials that we manage are missing at once, {3}"
	case "credentials-list-empty":
		return "its list of credentials is empty, yet {1} of them are ours"
	case "users-list-empty":
		return "its list of users is empty, yet {1} of them are ours"
	case "settings-list-empty":
		return "its list of individual settings is empty, yet {1} of them are ours"
	case "missing-in-one-list":
		return "{1}. One list proves nothing: the API key may belong to another package, the answer may be cut, or an older state_dir " +
			"was put back. If it was done on purpose in the cockpit, leave it so: the first pass from {2} on that finds the same asks you with exit 3, " +
			"and `threema-dirsync approve --baseline` then accepts it. If it was done by mistake: accept it likewise, then type " +
			"`threema-dirsync withdraw --undo PERSON --reason TEXT` for each who should have access again, or make credentials with their csi in the cockpit"
	case "missing-in-two-lists":
		return "{1}, and so it was in a list an hour ago or earlier (since {2}); was that done in the cockpit? " +
			"Accepted, it stays so: a credential that is missing is not created anew, not by credentials.recreate either"
	}
	return ""
}

// ofBaselinePeople are why a change of the baseline concerns somebody.
func ofBaselinePeople(code model.Code) string {
	switch code {
	case "credential-missing":
		return "credential {1}, missing since {2}"
	case "was-before":
		return "was {1}"
	case "enters-old-package":
		return "entitled, and the package has no credential of theirs: accepted, they get one"
	case "enters-again":
		return "entitled again; credential {1} of theirs was withdrawn {2}"
	case "entitled-now":
		return "entitled now, and not known to the last pass"
	case "held-below-excluded":
		return "lies below exclude_dns: held"
	case "read-shows":
		return "{1}"
	case "held-not-found":
		return "account state unknown: not found in this read: held"
	case "held-state-unknown":
		return "account state unknown: {1}: held"
	}
	return ""
}

// Distrusted says why nothing may be planned on a package.
func Distrusted(d model.Distrust) string { return Say(d.Reason()) }

// BaselinePerson names somebody whom a change of the baseline concerns, and says why.
func BaselinePerson(b model.BaselinePerson) string {
	return wording.Harmless(b.Whose() + ": " + Say(b.Why))
}
