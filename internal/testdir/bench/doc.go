// Command bench measures whole passes of the built program against a real OpenLDAP and the simulator, each a
// process of its own, and in turns with them the floor: reading both sides with ldapsearch and curl, one after
// the other. A reader in Python (ldap3) stands beside it. `make bench-pass` calls it; it writes docs/benchmarks.md.
//
//	main.go      flags, and the order of it all
//	company.go   the directory and the package of so many people
//	scenes.go    what happens between two passes
//	program.go   a pass of the program
//	floor.go     what others take for the same reading
//	usage.go     what a process took
//	report.go    the page
package main
