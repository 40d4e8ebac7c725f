package model

// Exit codes of the program (design §6), where a pass decides them.
const (
	ExitOK         = 0
	ExitFailed     = 1
	ExitChanges    = 2
	ExitWaiting    = 3
	ExitIncomplete = 4
	ExitBusy       = 5
	ExitConfig     = 78
)

// PassFailure is what kept a pass as a whole from its end, in one word. The set is closed: it is part of the
// JSON of a report, and by it `status` knows which command shows the cause, or ends it.
type PassFailure string

// The failures of a pass. A change that failed is none: the rest of the pass went on.
const (
	PassFailureService     PassFailure = "service"       // the licence package is not reached, refuses, or answers oddly
	PassFailureEnded       PassFailure = "licence-ended" // the package may not be written to any more
	PassFailureMissing     PassFailure = "missing"       // the package lacks more than it may at once
	PassFailureStale       PassFailure = "stale-plan"    // what was written by `plan --out` does not hold any more
	PassFailureTrial       PassFailure = "trial"         // what others have set on a credential is not back
	PassFailureInterrupted PassFailure = "interrupted"   // it was stopped before its end
	PassFailureMachine     PassFailure = "machine"       // ledger, disk, clock or hand-over file
)
