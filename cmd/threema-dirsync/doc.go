// Command threema-dirsync keeps a Threema Work licence package in step with a user directory.
//
// main is a hook: [run] is the program, with everything it touches as arguments, so that tests
// can call it. One file holds one subcommand: its flags, its arguments and what it prints. What it works with is wired
// by package app. The commands, exit codes and the configuration are the contract of the README.
//
// The frame:
//
//	main.go             the hook
//	root.go             flags, exit codes, and what the program touches
//	arguments.go        how many arguments a command takes
//	operator.go         who typed a command
//	version.go          the version
//	log.go              the log
//	progress.go         a line about long work
//	say.go              lines for people
//	commandline.go      the configuration in every command that is told
//
// Passes:
//
//	run.go              run: the service, and one pass
//	plan.go             plan
//	apply.go            apply
//
// What somebody says, and asks:
//
//	approve.go          approve, and approve --undo
//	withdraw.go         withdraw, and withdraw --undo
//	hold.go             hold
//	notkept.go          what a command that failed did not do
//	source.go           source
//	span.go             flags that take a time span
//	audit.go            audit
//	explain.go          explain
//	status.go           status
//
// What is wrong (package doctor looks):
//
//	check.go            check
//	check_print.go      for people and programs
//
// Without a customer:
//
//	simulate.go         simulate
//	demo.go             demo
//	demo_world.go       its directory and its service
//	demo_story.go       its story
//	demo_chapters.go    chapter by chapter
package main
