// Package model is the vocabulary of the synchronization: people, the licence package, what the ledger remembers, what the
// operator allows, and the changes that follow. They are values, each with the rules that need nothing but the value.
// Adapters speak it: ldapsource makes snapshots, threema an inventory, the ledger a state. [plan] decides with it.
// The package does no I/O, has no clock, and imports nothing but the standard library, the tables of Unicode and package wording.
//
// The directory:
//
//	subject.go          whom something is about
//	person.go           who, and what a source saw of them
//	evidence.go         may they, and what proves it
//	identity.go         what the mapping made of a person
//	several.go          an attribute with several values
//	tracked.go          for whom something is at stake, and so is looked up by ID
//	sighting.go         what such a look-up showed
//	snapshot.go         one complete read of a source
//	certificate.go      its certificate; why there is none
//	outside.go          who is in scope, and in none of the groups
//	read_day.go         on which days a source was read
//	replica.go          the servers of a directory, and how far they are
//	sentinel.go         by whom an OU shows that it is shown
//	reader.go           the bind account that reads a source
//	delta.go            what changed in a source between two passes: a hint
//	login.go            a password that a server refused
//
// The licence package:
//
//	inventory.go        what it holds; what a failed request means
//	object.go           one thing in it
//	licences.go         how many there are, and are left
//	service.go          what the service does with settings that a write does not name
//	service_clock.go    its clock, and ours
//	distrust.go         why an inventory is not taken for what it says
//	unmanaged.go        what is not ours
//	vanished.go         an ID that went by itself
//
// The ledger:
//
//	state.go            what it remembers between two passes
//	update.go           what a pass adds to that
//	observation.go      what is known of a person's account
//	ownership.go        whose credential is whose
//	departure.go        the way out, once it began
//	operation.go        what was sent, and what came of it
//	effect.go           what was taken, and whether it holds
//	alarm.go            that it does not hold
//	orders.go           access that ends because somebody says so, and the way back
//	suspension.go       a leave of absence
//	approval.go         somebody's yes
//	publication.go      contacts, and values that the service refused
//	former.go           csis and Threema IDs that somebody had
//	put_out.go          people whom somebody's word put out
//	forgotten_source.go a source that was given up
//	binding.go          the package and scopes that the memory is bound to
//	gap.go              passes that the ledger does not know
//	leftover.go         what an interrupted create left behind
//	history.go          what was done for one person
//	run.go              how a pass ended
//	exit.go             the same as exit code, and in one word
//
// The decision:
//
//	policy.go           what the operator allows
//	allowance.go        how many people a rule lets through, and how that is reckoned
//	base.go             of how many
//	ours.go             who is ours
//	grace.go            when a grace begins
//	op.go               the operations, and the table of what is so of each
//	change.go           one step towards the desired state, its class and its status
//	skip.go             that the last look before its request stopped it
//	ask.go              the questions that a change may ask
//	rival.go            who else has the csi of a leaver
//	guard.go            what stops more than one change
//	wait.go             what somebody is asked for
//	held.go             for whom nothing is done
//	decision.go         what was decided against, for the audit
//
// Words that the core and its views share:
//
//	reason.go           why something is as it is, as a code
//	words.go            operations, words of a shell
//	names.go            how to name a person in a command
//	convert.go          lists of another type
//	leading_value.go    the value that a DN begins with
//	fold.go             names, csis and DNs as people compare them
//	times.go            the later of two
package model
