// Package plan is the pure core: it compares what the directory says with what the
// licence package holds and decides, person by person, what to do and why.
//
// Everything here is a value. [Compute] takes the identities of the current snapshots, the
// [Inventory] of the licence package, the [State] that the ledger remembers, a [Policy] and
// the time, and returns a [Plan]: a sorted list of changes, each with its reason, its evidence
// and its status. Preview, dry run, JSON, log, metrics and report are views of that one value.
// The package does no I/O, has no clock and imports nothing but the standard library.
//
// The way of a value, in the order of the files:
//
//	person.go     what a source saw of a person, and what that proves
//	snapshot.go   one complete read of a source and its certificate; why there is none
//	inventory.go  what the licence package holds; what a failed request means
//	state.go      what the ledger remembers between two passes
//	change.go     one step towards the desired state, and its status
//	policy.go     what the operator allows
//	plan.go       the result
//	doubt.go      which snapshots the memory doubts; servers.go, sentinels.go, count.go and mapped.go are
//	              parts of it
//	observe.go    a snapshot and the memory become the new memory (confirmation); views.go and placeless.go,
//	              whom it may only not have shown; remember.go, what is recorded; unowned.go, what is dropped
//	trust.go      can this inventory be what it says? unlisted.go, what a list lacks, and when that is an end;
//	              hidden.go and vanished.go are parts of it
//	compute.go    all of it becomes a plan, in the order of the files below
//	recover.go    what a crash left open
//	match.go      whose credential is whose; adopt.go, collisions.go and precedence.go are parts of it
//	same.go       is an account the person who had its csi before? rivals.go and claims.go, who else may have it;
//	              belongs.go, whose a credential or an ID may be
//	settings.go   what is to be written; contacts.go, who is to be seen
//	leaver.go     the way out, step by step
//	order.go      the same for one person, because somebody says so
//	baseline.go   may any of it be done against this package, this scope and with this ledger?
//	              bind.go compares them; baseline_people.go lists who enters and leaves
//	gate.go       what becomes of each change, and in which order the reasons count
//	approval.go   what somebody said yes to; only.go, for whom alone; takeback.go, what is taken back
//	limits.go     how many people one pass, day and week may take out; became.go, what became of them;
//	              ahead.go, whom they will stop, by hypothesis.go, what they know then
//	waits.go      what somebody is asked for; whom.go, about whom
//	budget.go     what fits into the day's requests and into the licences
//	verify.go     does what was taken from leavers hold? effects and alarms
//	unmanaged.go  what is not ours; notices.go, what is ours and looks odd
//	format.go     a plan as text for people, with counted.go and capped.go; json.go, the same for programs
//	explain.go    all of it for one person; explain_find.go, whom a query means
//
// The one invariant: absence is not evidence. Nobody is taken out because one answer lacked
// them (design §1).
package plan
