// Package plan is the pure core: it compares what the directory says with what the
// licence package holds and decides, person by person, what to do and why.
//
// Everything here is a value. [Compute] takes the identities of the current snapshots, the
// [model.Inventory] of the licence package, the [model.State] that the ledger remembers, a [model.Policy] and
// the time, and returns a [Plan]: a sorted list of changes, each with its reason, its evidence
// and its status. Preview, dry run, JSON, log, metrics and report are views of that one value.
// The package does no I/O, has no clock and imports nothing but the standard library, the tables of Unicode and package model.
//
//	plan.go            the result
//	compute.go         the stages in their order
//
// Each stage is made from the one before, and sees all that stands by then. What it finds is its own few fields; where
// one corrects an earlier one, that is said there (contest in same.go, markSeconds in newcomer.go: both mark an
// observation). Nothing can ask for what comes later. Each is followed here by the files that hold its rules; a
// file whose rule is asked for in several stages stands where most of it is.
//
//	given.go           the input in one order, and the memory by keys
//	precedence.go      of several sources with one csi the first counts
//	bases.go           of how many people a limit is a part
//	undo.go            the way back from an order, and from a withdrawal by hand
//	putout.go          whom somebody's word put out, and what gives nothing back
//	suspend.go         a leave of absence
//
//	directory.go       who is read, of what is configured
//	bind.go            the package, directories and scopes that the memory is bound to
//	scope.go           which setting of a scope changed
//	reads.go           a row of reads and its holes
//	timetable.go       when the next passes are expected
//	views.go           who reads, and from where: is the view proved?
//	forgotten.go       people of a source that was given up
//
//	lists.go           the lists of the package by their keys
//	index.go           those keys
//	unlisted.go        what a list lacks, and when that is its end
//	leftover.go        what an interrupted create left behind
//	service.go         what the service does with settings that a write does not name
//
//	recovered.go       the memory, with what a crash left open settled
//	recover.go         how that is settled
//	vanished.go        an ID that went by itself
//	several.go         an attribute with several values
//	csis.go            the csis that a person had before
//	unowned.go         who is ours, and who is dropped from the memory
//
//	doubt.go           what the memory holds against the reads
//	clock.go           is our clock right?
//	servers.go         is the server's copy one to believe?
//	mapped.go          do many people lack csi or username?
//	sentinels.go       is each OU shown?
//	count.go           are too many missing at once?
//
//	evidence.go        what the reads say of each person
//	observe.go         snapshot and memory become the new memory: confirmation
//	renamed.go         is a new source an old one under another name?
//	departed.go        what proves that somebody left, and what keeps them
//	missed.go          whom a read that proves nothing does not show as entitled
//
//	trust.go           can this inventory be what it says?
//
//	claims.go          whose csi it may be
//	collisions.go      two people with one csi or username
//	hidden.go          a credential that is missing in one list alone
//	rivals.go          who else has the csi of a leaver
//	same.go            is an account the person who had its csi before?
//
//	links.go           who uses an ID, and who used it before
//	belongs.go         whose a credential or an ID may be
//	kept.go            IDs that leavers of ours had
//
//	newcomer.go        beside whom a newcomer gets no credential without a yes
//	nearmiss.go        csis that differ in their spelling only, counted for check
//
//	known.go           all that stands before anything is decided
//	order.go           one person's access ends because somebody says so
//	openorder.go       such an order that is not carried out yet
//
//	add.go             the draft: changes and held people are added to the plan
//	notices.go         what is ours and looks odd
//
//	leaver.go          the way out, up to the withdrawal
//	leaverids.go       the Threema IDs that it takes
//	departure.go       the way out, from the withdrawal on
//	withdrawn.go       the way out of somebody whose credential had gone before
//
//	joining.go         everybody who stays or comes
//	resume.go          a create that was interrupted before its hand-over
//	claim.go           the credentials that carry a person's csi
//	adopt.go           existing credentials become ours
//	takenname.go       a username that a credential of somebody else has
//	settings.go        what is to be written
//	contacts.go        who is to be seen
//
//	baseline.go        may any of it be done against this package, scope and ledger?
//	baseline_people.go who enters and leaves because of a change of them
//	oldpackage.go      joiners where the ledger is new to an old package
//
//	budget.go          what fits into the day's requests and into the licences
//	unhanded.go        creates whose password nobody would learn
//
//	gate.go            what becomes of each change, and in which order the reasons count
//	approval.go        what somebody said yes to
//	limits.go          how many people a pass, day and week may take out
//	ahead.go           whom a limit will stop when they are due
//	hypothesis.go      what the limits will know then
//	became.go          what became of people who leave together
//	held.go            who is held, and when that is too many
//
//	remember.go        what the pass records, and tells beside the changes
//	verify.go          does what was taken hold?
//	alarms.go          what is raised where it does not, and when that ends
//	unmanaged.go       what is not ours
//	listed.go          csis of the configuration that nobody has
//	infilter.go        a filter that decides who is switched off
//
// What a plan asks of somebody, for whoever reads it or answers:
//
//	waits.go           what somebody is asked for
//	whom.go            about whom
//	yes.go             the yes to it, and to nothing else
//	answers.go         what was said since to what a pass asked
//
// The one invariant: absence is not evidence. Nobody is taken out because one answer lacked
// them (design §1).
package plan
