// Package doctor looks for what is wrong with an installation, and says how to fix it.
//
// A [Doctor] is handed what a pass would use (configuration, sources, licence package, memory), tries each of it
// and changes nothing. What it finds is a list of [Finding], whose area and name are the code of the line: they are
// the same in every run, and scripts ask for them; what came and what to do are reasons, by their codes. It prints nothing and knows no flags: who shows the findings
// decides how. [AsTheService] is what root asks before it gives that up.
//
// What is looked at:
//
//	doctor.go      the doctor, and the order in which it looks
//	finding.go     what it finds
//	files.go       the state folder, and files that others can write to
//	handover.go    where new passwords go
//	choices.go     what a bold configuration costs
//	sources.go     the directories and the mapping
//	package.go     the licence package
//	advice.go      what to do about a request that failed
//	memory.go      what the ledger knows without a request
//	trust.go       can the package be what it says?
//	together.go    what only all of them tell together
//
// As the service sees it, where root asks:
//
//	service.go     the files and folders that the configuration names
//	unit.go        the unit and its drop-ins
//	sight.go       what somebody may do with a file
//	ask.go         programs that are asked
package doctor
