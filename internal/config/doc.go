// Package config turns the YAML file of the program into one typed, checked value.
//
// [Load] reads the file, [Parse] its text. Both are strict (pitfall G5): an unknown, repeated or
// empty key, a second document, a number in octal, a duration without a unit and a key of the contract that is not built yet are mistakes, never
// ignored. All mistakes are reported at once as [Errors], each with its YAML path and line,
// in words for the person who must correct the file (sync/english has them, by their codes). The caller exits with code 78.
//
// The configuration:
//
//	config.go      its types, which are the contract of design §6
//	default.go     what an empty file means
//	load.go        the file is read
//	decode.go      its nodes are written over the defaults
//	text.go        durations and addresses
//	encoding.go    texts that are no UTF-8
//	draft.go       a configuration as far as it could be read
//	mistake.go     what is wrong, as a code
//	problem.go     and where
//	decisions.go   what decides in a plan, in its words
//	suggest.go     did you mean …?
//	advice.go      a file that cannot be read, and what to type
//	unbuilt.go     keys that a later version builds
//
// The rules:
//
//	validate.go    all but those below
//	source.go      one directory
//	several.go     directories beside each other
//	login.go       how to log in
//	protect.go     groups of whom nobody leaves without a yes
//	proxy.go       proxies
//	handover.go    the hand-over file
//	schedule.go    the schedule
//	log.go         the log
//	statedir.go    the state folder
//	testoffset.go  the clock of tests
//
// The files that it names:
//
//	files.go       how they are opened and judged
//	doubts.go      which of them others can write to
//	folders.go     where they are looked for
//	readfiles.go   which there are
//	sharedfiles.go no two of them are one
//	statefiles.go  those in the state folder
//	secretfile.go  secrets
//	pool.go        CAs
//	keypair.go     client certificates
//
// To add a key: a field with its yaml tag in config.go (or the file of its part), its default in default.go, its rule in
// validate.go with a sentence in sync/english and a bad file in testdata, its explanation in config.example.yaml, and the line of decisions.go or of
// internal/app that hands the value on. A test
// fails for a key that the example does not explain.
package config
