package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofServiceSight are what came where root looked at files as the service will.
func ofServiceSight(code model.Code) string {
	switch code {
	case "service-reads-another":
		return "the service reads {1}, and this is {2}"
	case "service-may-all":
		return "it may read and write what the configuration names"
	case "unit-hides-file":
		return "its unit keeps that out of its sight ({1}=)"
	case "unit-hides-folder":
		return "the unit keeps that out of the service's sight ({1}=)"
	case "only-root-reads":
		return "root may read it, and the service may not"
	case "only-root-writes":
		return "root may write to it, and the service may not"
	case "service-kept-out":
		return "the service may not enter {1}, and so does not get there"
	case "secret-not-loaded":
		return "the unit hands over no secret {1}"
	case "another-secret-loaded":
		return "the service gets {1} instead, which the unit loads under that name, and which was not tried"
	case "nothing-to-load":
		return "it is not there, and without it the service does not start (243/CREDENTIALS)"
	case "folder-of-somebody-else":
		return "it belongs to somebody else, and the service works in its own only"
	case "read-only-for-service":
		return "for the service that is read-only: it lies outside of the folders that its unit lets it write to"
	}
	return ""
}

// ofServiceTodo are what to type so that the service may do what it must.
func ofServiceTodo(code model.Code) string {
	switch code {
	case "check-the-other":
		return "type threema-dirsync check --config {1}"
	case "make-service-user":
		return "the service does not start (217/USER) before there is a user {1}; type: systemd-sysusers"
	case "type-this":
		return "type: {1}"
	case "chgrp-and-read":
		return "chgrp {1} {2}; chmod 640 {2}"
	case "chmod-for-all":
		return "chmod 644 {1}"
	case "chmod-for-owner":
		return "chmod 700 {1}"
	case "chown-and-close":
		return "chown {1} {2}; chmod {3} {2}"
	case "install-where-seen":
		return "type: install -m 640 -g {1} {2} /etc/threema-dirsync/, and name that file"
	case "let-service-enter":
		return "type: chgrp {1} {2}; chmod g+x {2}; or keep it in a folder that the service may enter, as /etc/threema-dirsync"
	case "compare-secrets":
		return "see that both hold the same: cmp {1} {2}"
	case "name-it-bare":
		return "sed -i 's#{1}#{2}#' {3} (systemd hands secrets over by their bare names)"
	case "name-it-bare-and-load":
		return "{1}; then {2}"
	case "name-it-bare-and-install":
		return "{1}; and install -m 600 {2} {3}, which the unit loads"
	case "name-another-place":
		return "name a place elsewhere, as below /var/lib/threema-dirsync"
	case "add-to-unit":
		return "{1}"
	}
	return ""
}
