package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofLastLook are the sentences about what stops a step right before its request.
func ofLastLook(code model.Code) string { //nolint:funlen // a table
	switch code {
	case "plan-too-old":
		return "the plan is {1} old, and somebody may have come back since: the next pass looks anew"
	case "clock-set-back":
		return "the clock of this machine was set back by {1} since the plan: the next pass looks anew"
	case "step-before-not-done":
		return "the step before it, {1}, was not done in this pass"
	case "person-not-asked":
		return "the directory could not be asked once more: {1}"
	case "person-unanswered":
		return "the directory gave no clear answer"
	case "placeless-by-now":
		return "by now nobody can tell whether the person is gone or only out of sight: the next pass asks for a yes"
	case "not-departed-by-now":
		return "the directory now says: {1} {2}"
	case "protected-by-now":
		return "a group of protect.groups has the person by now, or cannot be read: the next pass asks for a yes"
	case "uncounted-by-now":
		return "the person now {1}"
	case "source-gone-by-now":
		return "its source is not configured any more"
	case "csi-not-asked":
		return "the directory could not be asked whose csi it is by now: {1}"
	case "holder-not-asked":
		return "the directory could not be asked whether {1}, with the same csi, is here: {2}"
	case "csi-of-another-by-now":
		return "its csi is also that of {1} by now, who did not leave"
	case "credential-renamed":
		return "the credential is called {1} by now"
	case "credential-there":
		return "the credential is in the package after all: the next pass plans its withdrawal"
	case "leftover-in-use":
		return "somebody uses the credential by now; the next pass asks who"
	case "leftover-renamed":
		return "the credential was renamed just now; the next pass looks again"
	case "leftover-changed":
		return "somebody changed the credential just now; the next pass looks again"
	case "write-may-cost":
		return "others have set {1} on this credential, and it is not known yet whether a write leaves that alone; the next pass looks again"
	case "no-seat-by-now":
		return "the service refuses to create credentials (403) while it still knows the API key: the licences are probably used up"
	case "not-in-written-plan":
		return "the written plan does not list it as due; a later pass does it"

	case "skipped-once":
		return "the pass of {1} stopped right before its request, and nothing was sent: {2}"
	case "skipped-since":
		return "each pass since {1} stopped right before its request, the last one {2}, and nothing was sent: {3}"
	case "part-the-csi":
		return "if that is another person, one of the two has the wrong csi: correct it in the directory; if it is an account of the same person, who left, let it leave as well. Each pass tries again"
	case "mend-the-directory":
		return "`threema-dirsync check` tries the directory and says what to fix. Each pass tries again"
	case "look-in-the-cockpit":
		return "look at this person in the management cockpit: something changes there while passes run. Each pass tries again"
	case "next-pass-tries-again":
		return "each pass tries again, and goes on once nothing speaks against it"
	}
	return ""
}
