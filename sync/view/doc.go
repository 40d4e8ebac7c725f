// Package view shows plans and explanations: to people as text, to programs as JSON. A view decides nothing; it words and
// shapes the values of [plan] and [explain]. What it shows of a directory entry cannot steer a terminal.
//
// For people:
//
//	plan.go              a plan: alarms, guards, changes, who is held, what waits for you
//	baseline.go          what a change of the baseline means, apart from what waits on
//	summary.go           a plan in one line
//	explanation.go       one person: what comes next, and what follows from what
//	remembered.go        what the ledger remembers of them
//	package.go           what the licence package has of them
//	history.go           what was done for them
//	held.go              how many are held, and why
//	seats.go             licences
//	printer.go           lines, cells, and lists that are cut
//
// For programs, as shapes to be written and read; members are added, never renamed:
//
//	plan_json.go         the parts of a plan are shaped
//	shape.go             their shapes
//	explanation_json.go  one person
//	values.go            what is null, and what is empty
package view
