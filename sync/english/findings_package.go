package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofPackageFindings are what came of the licence package, and what to do about it.
func ofPackageFindings(code model.Code) string {
	switch code {
	case "subscription":
		return "{1} ({2}), plan {3}, {4:licence:licences}"
	case "first-page":
		return "{1} of {2} entries"
	case "no-pass-without-list":
		return "a pass reads each list wholly, so none gets anywhere until this one answers: {1}"
	case "clock-right":
		return "the clock of this machine is right"
	case "answer-without-date":
		return "the answer has no date"
	case "keep-clock-right":
		return "keep this machine's clock right (timedatectl): where the directory tells no time either, no pass would notice that it is wrong. " +
			"Let the proxy pass the header Date on"
	case "clocks-differ":
		return "{1}"
	case "nobody-departs-by-clock":
		return "until then nobody departs (exit code 4)"
	case "plan-type":
		return "{1}"
	case "other-plan":
		return "the API and the revocation of IDs belong to the plan Professional (formerly Enterprise); ask Threema if requests are refused"
	case "valid-until":
		return "valid until {1:date}"
	case "valid-without-end":
		return "no end is given"
	case "nothing-until-renewed":
		return "each pass ends with exit code 1 until the package is renewed"
	case "renew-package":
		return "renew it in time: after that day nothing is written"
	case "package-plausible":
		return "it can be what it says"
	case "no-pass-until-trusted":
		return "until then each pass ends with exit code 1 and changes nothing; threema-dirsync plan tells who lacks a credential"
	}
	return ""
}

// ofServiceAdvice are what to do where the service refuses, or does not answer.
func ofServiceAdvice(code model.Code) string {
	switch code {
	case "mend-way-to-service":
		return "{1}"
	case "check-key":
		return "check the key in threema.api_key_file and, in the cockpit, the addresses it may be used from; the API belongs to the plan Professional"
	case "requests-spent":
		return "the requests of the day are spent, by us or by another program with this package: try again tomorrow"
	case "service-out-of-order":
		return "nothing is to be fixed here, for the way there is open and an answer came: the passes try again by the schedule; if it lasts, ask Threema's support, or who runs the proxy " +
			"(threema.proxy, or HTTPS_PROXY in the environment)"
	case "check-way-to-service":
		return "check threema.base_url, threema.proxy (or HTTPS_PROXY in the environment), threema.ca_file and the firewall between this machine and the service"
	case "check-url-and-key":
		return "check threema.base_url, the key in threema.api_key_file and, in the cockpit, the addresses it may be used from"
	case "key-may-not-list":
		return "the key was accepted for the subscription, and is not for this list: look in the cockpit at what the key may do, or make a new one"
	case "answer-against-contract":
		return "the service answers, and otherwise than its contract says: look at what stands between this machine and it (threema.base_url, threema.proxy); " +
			"if that is in order, report the answer"
	}
	return ""
}

// ofRemembered are what the ledger tells of licences and requests.
func ofRemembered(code model.Code) string {
	switch code {
	case "seats-counted":
		return "{1}"
	case "seats-not-counted":
		return "no pass has counted them yet"
	case "first-pass-counts-seats":
		return "the first pass does, under any policy"
	case "buy-licences":
		return "buy licences in the cockpit: nobody new gets a credential until one is free"
	case "requests-left":
		return "{1} of {2} left, {3} of them kept for leavers"
	case "requests-not-limited":
		return "not limited (threema.daily_requests: 0)"
	case "requests-only-for-leavers":
		return "creates and changes wait; the next requests are free at {1}"
	}
	return ""
}
