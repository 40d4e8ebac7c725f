package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofConfigRules are rules that several keys of the configuration have.
func ofConfigRules(code model.Code) string {
	switch code {
	case "key-required":
		return "the key is required"
	case "choice-required":
		return "the key is required; write one of {1}"
	case "choice-unknown":
		return "{1:quoted} is not known; write one of {2}"
	case "item-empty":
		return "the item is empty; remove it"
	case "item-twice":
		return "{1:quoted} stands in the list twice; remove one"
	case "number-out-of-range":
		return "{1} is out of range; write a number from {2} to {3}"
	case "number-too-small":
		return "{1} is too small; write {2} or more ({3})"
	case "zero-is-no-limit":
		return "0 is no limit, for OnPrem"
	case "one-takes-a-single-read":
		return "1 takes a single read's word"
	case "zero-leaves-it-to-percent":
		return "0 leaves it to the percentage"
	case "zero-allows-nobody":
		return "0 allows nobody"
	case "time-span-too-short":
		return "{1} is too short; write 1s or more"
	case "time-span-without-unit":
		return "the time span {1} lacks its unit; write {1}s, {1}m, {1}h or {1}d"
	case "no-time-span":
		return "{1:quoted} is no time span; write for example 90s, 30m, 24h or 7d"
	case "no-url":
		return "this is no valid URL; write scheme://host[:port]/path"
	case "no-port":
		return "the port {1} does not exist; it is a number from 1 to 65535"
	case "no-time-zone":
		return "the time zone {1:quoted} is unknown; write a name such as Europe/Zurich (and see that the package tzdata is installed), or \"\" for UTC"
	case "path-not-absolute":
		return "an absolute path is expected, found {1:quoted}; it begins with /"
	}
	return ""
}

// ofConfigValues are rules of single keys, but for those of a source.
func ofConfigValues(code model.Code) string {
	switch code {
	case "policy-required":
		return "the key is required and has no default; {1}"
	case "choose-policy":
		return "write one of {1}; observe is the harmless one: it changes nothing and shows what would be done"
	case "poll-too-often":
		return "{1} is more often than the program looks at the clock; write 1m or more, or 0s to do without"
	case "schedule-with-time-zone":
		return "a time zone has no place in the schedule; set time_zone"
	case "schedule-unreadable":
		return "{1:quoted} is no schedule"
	case "no-schedule":
		return `{1:quoted} is no schedule ({2}); write five fields, "minute hour day-of-month month day-of-week", with Sunday = 0, or for example "@every 2h"`
	case "schedule-never":
		return "{1:quoted} never comes; there is no such day"
	case "schedule-too-rare":
		return "{1:quoted} comes less than once a year; a directory must be read more often"
	case "schedule-too-often":
		return `{1:quoted} comes twice within {2}; leave 5 minutes at least, as in "*/10 * * * *"`
	case "keep-with-detach":
		return "detach does not hold together with app_access: keep: the credential stays valid, so the ID comes back as soon as it is used (D-18); " +
			"write app_access: withdraw, or id: keep"
	case "keep-with-revoke":
		return "revoke does not hold together with app_access: keep: the credential stays valid, so the leaver starts again with a new ID (D-15); " +
			"write app_access: withdraw, or id: keep"
	case "evidence-none":
		return "with nothing that counts nobody ever leaves; write app_access: keep together with id: keep if you want that, and remove this key"
	case "no-listen-address":
		return `{1:quoted} is no address to listen on; write host:port, as in 127.0.0.1:9877, or "" for none`
	case "handover-file-required":
		return "the key is required with credentials.hash: true: a hashed password cannot be read back, so nobody would ever know it; name the file that takes the new passwords"
	case "columns-without-file":
		return "without handover.file there is no file to have columns; name one, or remove this key"
	case "no-activation-link":
		return "write https://work.threema.ch/license, or for OnPrem threemaonprem://license?server=…"
	case "no-column-name":
		return "{1:quoted} is no name for a column; write for example class"
	case "column-twice":
		return "the file has a column {1} already; give this one another name"
	case "bad-template":
		return "{1}"
	case "clock-shifted":
		return "the clock may be shifted only while threema.base_url is a loopback address; unset the variable"
	}
	return ""
}

// ofConfigService are rules of the way to the service.
func ofConfigService(code model.Code) string {
	switch code {
	case "base-url-with-user":
		return "a user name or password has no place in the URL; the API key stands in api_key_file"
	case "no-base-url":
		return "write https://host[:port]/path, as in https://work.threema.ch/api/v1"
	case "base-url-with-query":
		return "the URL ends with its path; remove what follows the ? or #"
	case "base-url-in-clear-text":
		return "http would send the API key in clear text; write https:// (http is for loopback addresses, as in tests)"
	case "proxy-with-password":
		return "a password has no place in this file; leave proxy empty and set HTTPS_PROXY in the environment of the service"
	case "no-proxy":
		return "write http://host:port, https://host:port or socks5://host:port"
	case "no-proxy-in-environment":
		return "{1} in the environment is no address of a proxy, so the service would not be reached: write http://HOST:PORT or http://NAME:PASSWORD@HOST:PORT; " +
			"in name and password % # / ? : @ and blanks are written %25 %23 %2F %3F %3A %40 %20"
	}
	return ""
}
