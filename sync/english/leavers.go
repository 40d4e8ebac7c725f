package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofLeavers are the sentences about people on the way out: why their steps come, wait or rest.
func ofLeavers(code model.Code) string { //nolint:funlen // a table
	switch code {
	case "departure-confirmed":
		return "left, and that is confirmed"
	case "departure-unconfirmed":
		return "not seen as entitled any more, and not confirmed yet: so far by {1}, which must span {2}"
	case "departure-unconfirmed-anew":
		return "not seen as entitled any more, and not confirmed yet: so far by {1}, which must span {2}; the row began afresh {3:time:times}, as complete reads were too far apart"
	case "departure-unconfirmed-yet":
		return "not seen as entitled any more, and not confirmed yet: {1:complete read says:complete reads say} so, which is enough, but they must span {2}, so a pass from {3} on confirms it"
	case "departure-unconfirmed-yet-anew":
		return "{1}; the row began afresh {2:time:times}, as complete reads were too far apart"
	case "reads-so-far":
		return "{1} of {2} complete reads"
	case "reads-so-far-with-this":
		return "{1} of {2} complete reads (this one counted)"
	case "departed":
		return "{1}; not seen as entitled since {2}, in {3:complete read:complete reads}"
	case "departed-with-this":
		return "{1}; not seen as entitled since {2}, in {3:complete read:complete reads} (this one counted)"
	case "departure-restarts":
		return "the proof of the departure began afresh {1:time:times}, as complete reads of source {2} were more than {3} apart: let passes run more often, " +
			"or set leavers.confirm.max_gap above the usual time between two; to end this one access now, type `threema-dirsync withdraw`"

	case "source-of-leaver-unread":
		return "{1}; nothing is done"
	case "forgotten-unread":
		return "source {1} was forgotten on {2:date} by {3}; nothing is done before all configured sources were read completely"
	case "evidence-uncounted":
		return "{1}; nothing is done"
	case "whereabouts-unknown":
		return "whereabouts unknown: {1}; nothing is done"
	case "not-seen-yet":
		return "whereabouts unknown: not seen yet; nothing is done"
	case "access-kept":
		return "left ({1}); leavers.app_access: keep leaves the access as it is"
	case "left-withdraw-by-hand":
		return "left ({1}), but {2}"
	case "departure-rests-unread":
		return "departure under way, but {1}: nothing more is done for now"
	case "departure-rests-unproven":
		return "departure under way, but the directory no longer proves it ({1}): nothing more is done for now"
	case "credential-went-before":
		return "the credential was withdrawn {1}, and that is done"
	case "nothing-more-to-take":
		return "left ({1}); their credential was withdrawn {2}, and nothing more is to be taken"
	case "beginnings-wait-too":
		return ". With them wait {1:person:people} whose credential had gone before"
	case "place-unreadable":
		return "they may only be hidden, alone or with their place, or be in a part that nobody reads, so no read can tell whether they are gone: look whether they were deleted on purpose"

	case "source-forgotten":
		return "nobody of the configured sources is this person, and their source {1} was forgotten on {2:date} by {3}"
	case "source-renamed":
		return "{1}. It is called {2} now, by all that is known: type `{3}`"
	case "source-orphaned":
		return "{1}. People of that source who are held so: {2}. Configure it again; if it has another name now, type " +
			"`threema-dirsync source rename {3} NEW`; if it is gone for good, `threema-dirsync source forget {3}`"
	case "on-leave":
		return "on leave of absence until {1}, that day included (said by {2}): no step of the departure is done, and the grace begins anew after it"
	case "leave-ended":
		return "the leave of absence ended with {1} (said by {2}): the pass that finds it over does no step of the departure, and the grace begins anew with it"
	case "leave-over":
		return "the leave of absence is over since {1}, and the grace counts from then"
	}
	return ""
}
