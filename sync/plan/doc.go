// Package plan is the pure core: it compares what the directory says with what the
// licence package holds and decides, person by person, what to do and why.
//
// Everything here is a value. [Compute] takes the identities of the current snapshots, the
// [Inventory] of the licence package, the [State] that the ledger remembers, a [Policy] and
// the time, and returns a [Plan]: a sorted list of changes, each with its reason, its evidence
// and its status. Preview, dry run, JSON, log, metrics and report are views of that one value.
// The package does no I/O, has no clock and imports nothing but the standard library and the tables of Unicode.
//
//	plan.go            the result
//	service.go         what the service does with settings that a write does not name
//	leftover.go        what an interrupted create left behind
//	several.go         an attribute with several values
//
// The decision, in the order of a pass:
//
//	compute.go         the way through all that follows
//	planner.go         what it knows on the way
//	add.go             changes and held people are added to the plan
//	doubt.go           which snapshots the memory doubts
//	servers.go         is the server's copy one to believe?
//	views.go           who reads, and from where: is the view proved?
//	bind.go            the package, directories and scopes that the memory is bound to
//	scope.go           which setting of a scope changed
//	clock.go           is our clock right?
//	count.go           are too many missing at once?
//	sentinels.go       is each OU shown?
//	mapped.go          do many people lack csi or username?
//	reads.go           a row of reads and its holes
//	renamed.go         is a new source an old one under another name?
//	missed.go          whom a read that proves nothing does not show as entitled
//	observe.go         snapshot and memory become the new memory: confirmation
//	forgotten.go       people of a source that was given up
//	unowned.go         who is dropped from the memory
//	csis.go            the csis that a person had before
//	trust.go           can this inventory be what it says?
//	unlisted.go        what a list lacks, and when that is its end
//	hidden.go          a credential that is missing in one list alone
//	vanished.go        an ID that went by itself
//	recover.go         what a crash left open
//	resume.go          a create that was interrupted before its hand-over
//	index.go           the inventory by its keys
//	match.go           whose credential is whose
//	claim.go           the credentials that carry a person's csi
//	claims.go          whose csi it may be
//	precedence.go      of several sources with one csi the first counts
//	collisions.go      two people with one csi or username
//	adopt.go           existing credentials become ours
//	takenname.go       a username that a credential of somebody else has
//	newcomer.go        what speaks against a credential for a newcomer
//	nearmiss.go        csis that differ in their spelling only, counted for check
//	same.go            is an account the person who had its csi before?
//	rivals.go          who else has the csi of a leaver
//	belongs.go         whose a credential or an ID may be
//	links.go           who used an ID before
//	settings.go        what is to be written
//	contacts.go        who is to be seen
//	leaver.go          the way out, up to the withdrawal
//	putout.go          whom somebody's word put out, and what gives nothing back
//	departure.go       the way out, from the withdrawal on
//	withdrawn.go       the way out of somebody whose credential had gone before
//	suspend.go         a leave of absence
//	order.go           one person's access ends because somebody says so
//	openorder.go       such an order that is not carried out yet
//	undo.go            the way back from that
//
// The gates:
//
//	gate.go            what becomes of each change, and in which order the reasons count
//	baseline.go        may any of it be done against this package, scope and ledger?
//	oldpackage.go      joiners where the ledger is new to an old package
//	baseline_people.go who enters and leaves because of a change of them
//	approval.go        what somebody said yes to
//	limits.go          how many people a pass, day and week may take out
//	bases.go           of how many
//	became.go          what became of people who leave together
//	ahead.go           whom a limit will stop when they are due
//	timetable.go       when the next passes are expected
//	hypothesis.go      what the limits will know then
//	held.go            who is held, and when that is too many
//	budget.go          what fits into the day's requests and into the licences
//	waits.go           what somebody is asked for
//	whom.go            about whom
//	yes.go             the yes to it, and to nothing else
//	answers.go         what was said since to what a pass asked
//
// What is told beside the changes:
//
//	verify.go          does what was taken hold?
//	alarms.go          what is raised where it does not, and when that ends
//	unmanaged.go       what is not ours
//	kept.go            IDs that leavers of ours had
//	notices.go         what is ours and looks odd
//	listed.go          csis of the configuration that nobody has
//	infilter.go        a filter that decides who is switched off
//	remember.go        what the pass records
//
// What is told beside the changes, in words:
//
//	countedsteps.go    how many steps, of how many people
//
// The one invariant: absence is not evidence. Nobody is taken out because one answer lacked
// them (design §1).
package plan
