// Package app wires an installation together, for whoever starts the program: a command, or something else later.
//
// An [Installation] is one configuration file with what the program touches beside it. It reads the file, its secrets
// and its templates, gives up root, takes the lock, opens the ledger and joins the parts to an [Assembly]. Each method
// named With… does so for one piece of work, as far as that needs it, and closes everything behind it; [Installation.Serve]
// is the service, and [Installation.Check] lets the doctor look. It knows no flags and prints nothing: logger and
// progress are handed in. A mistake that waiting does not fix is a [ConfigError]; a lock that is taken is [ErrBusy].
//
// An installation is opened:
//
//	installation.go  what it is, and the pieces of work
//	settings.go      configuration, secrets and templates, before any connection
//	draft.go         mistakes of templates and layout join those of the configuration
//	login.go         what a source shows to its servers
//	owner.go         root works as the owner of the state folder
//	usable.go        files there that are not ours to write
//	lock.go          one pass at a time
//	stopfile.go      nothing is taken from anybody now
//	ledger.go        the ledger is opened, to write, to count and to read
//	errors.go        errors that whoever started it tells apart
//
// Its parts are joined:
//
//	assembly.go      sources and client; planner and pass
//	handover.go      where new passwords go
//	firstlook.go     a check where there is no ledger yet, which makes none
//	status.go        what is known without asking anybody
//	check.go         the doctor, also where the ledger cannot be used
//
// The service:
//
//	daemon.go        passes by the schedule
//	daemon_log.go    what it logs of a pass
//	hangup.go        SIGHUP
//	metrics.go       /metrics and /healthz
package app
