// Package sync is one pass: read, plan, gate, journal, apply, verify, report. It is not the
// standard library's sync; import it as dirsync.
//
// [Pass] does everything a pass needs in the order of design §2 and §5.6: it reads the
// sources and the licence package, asks sync/plan for a plan, writes each intent to the
// ledger before its request goes out, and settles what came of it. The package owns the
// interfaces it calls (ports.go); ldapsource, threema and sync/ledger satisfy them without
// importing it, and internal/app joins them.
//
// Each step returns a value, as far as it came, and the error that ended it. The report is made
// from these; an error that it tells elsewhere already is dropped in one place (failure.go).
//
// A pass:
//
//	pass.go            one pass, from its start to its record
//	loop.go            passes by the schedule
//	poll.go            what brings the next one forward
//	planner.go         both sides are read and planned
//	ports.go           what a pass needs of the other rooms
//	report.go          what became of it, and the exit code
//	failure.go         what kept it from its end, in one word
//	report_json.go     the same for programs, and for the ledger
//	metrics.go         the same in numbers
//
// What is carried out:
//
//	apply.go           the due changes, in their order
//	apply_requests.go  what each step has: journal, results
//	apply_journal.go   an intent before each request
//	apply_judge.go     what came of a request
//	apply_tell.go      what is logged of it
//	apply_leavers.go   withdraw, detach, revoke, each after a last look
//	apply_lastlook.go  what speaks against a step out, right before its request
//	apply_withdrawn.go the departure of somebody whose credential was gone before
//	apply_contacts.go  contacts
//	apply_settings.go  settings, in bulk
//	apply_foreign.go   settings of others are not lost by that
//	apply_create.go    new credentials
//	apply_resume.go    a create that was interrupted
//	apply_seat.go      no licence is left
//	apply_handover.go  new passwords
//	chunks.go          lists in pieces
//
// What somebody says, and asks:
//
//	request.go         a written plan (apply)
//	approve.go         a yes
//	changedset.go      what is not any more as somebody read it
//	takeback.go        a yes that is taken back
//	withdraw.go        an order
//	conclude.go        what came of it
//	undo.go            the way back from an order
//	hold.go            a leave of absence
//	sources.go         a source that is gone or renamed
//	explain.go         one person
//	answer.go          the answer to somebody's word about one person
package sync
