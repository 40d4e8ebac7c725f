// Package english words reasons: it has a sentence for each code of core and adapters, and decides nothing. Another language is a
// package beside it with the same functions.
//
// In a sentence, {1} is the first argument of the reason, {2} the second. A time is shown as a stamp, with {1:date} as a
// day; {1:person:people} counts; {1:quoted} puts a text into quotes; a reason is worded,
// several are joined by semicolons, with {1:list} by commas, as names are, with {1:and} by that word or mark, with {1:.} as sentences, with {1:lines} each on a
// line, and {1:some} and {1:few} name the first. Words between arguments are plain text: what comes from a directory is made harmless by whoever prints it.
//
//	say.go         a reason becomes words
//	sentences.go   where the sentence of a code is looked for
//
// The sentences, by what they are about:
//
//	joiners.go     who stays or comes: credentials, usernames, settings, contacts
//	unmanaged.go   what is not ours, what is worth knowing, whom a read misses
//	mapping.go     why a template gives no value, or is none
//	handover.go    that no password can be handed over
//	leavers.go     why the steps of people on the way out come, wait or rest
//	lastlook.go    what stops a step right before its request
//	belongings.go  whose a credential or a Threema ID is, and who may be the same person
//	orders.go      what somebody ordered, and what the directory shows meanwhile
//	undo.go        a withdrawal that somebody takes back
//	answers.go     what came of somebody's word about a leave or an order
//	alarms.go      what an alarm means, and when nothing is expected of an effect any more
//	gates.go       what stops a step, how many may go at once, what became of whom, who is held
//	baseline.go    why a plan is a preview, and what speaks against the licence package
//	reads.go       what the conditions of a certificate found in a read, and what its entries lack
//	groups.go      who is in a group, and why it was not read wholly
//	unread.go      why a source gave no snapshot, and what to do
//	logins.go      how the bind account logs in, why it is not let in, and what to do
//	certificates.go what to do about a certificate of a server that is refused
//	directory.go   what the memory found of a read: its conditions, who reads, from where, at what time
//
// The mistakes of the configuration:
//
//	config_file.go     the text of the configuration, and its keys
//	config_rules.go    the rules of its values, but for those of a source
//	config_sources.go  the rules of a source
//	config_files.go    the files that it names, and the state folder
//
// What check finds, and what to do about it:
//
//	findings.go          this machine, and the people of the directory
//	source_findings.go   the directory, and what of the configuration fits it
//	findings_package.go  the licence package
//	findings_service.go  what the service may read and write
//
// What is worded from values of the core, and no reason:
//
//	leaves.go      leaves of absence
//	status.go      how far a change is, and what proves a state
//	waits.go       what waits for somebody, for whom, and what to type
//	steps.go       how many steps of how many people
//	sources.go     what a read lacks
package english
