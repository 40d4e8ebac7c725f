// Package view shows plans, reports, explanations and the status: to people as text, to programs as JSON. A view decides nothing; it words and
// shapes the values of [plan], [explain] and [status]. What it shows of a directory entry cannot steer a terminal.
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
//	status.go            what is known without asking anybody
//	status_people.go     of that, what somebody said, and who is on the way out
//	report.go            what became of a plan
//	answers.go           what came of somebody's word
//	withdrawal.go        of an order
//	approval.go          of a yes
//	seats.go             licences
//	printer.go           lines, cells, and lists that are cut
//
// For programs, as shapes to be written and read; members are added, never renamed:
//
//	plan_json.go         the parts of a plan are shaped
//	shape.go             their shapes
//	explanation_json.go  one person is shaped
//	explanation_shape.go the shapes
//	report_shape.go      what became of a plan
//	report_read.go       what is read back of that
//	status_json.go       the status is shaped
//	status_shape.go      the shapes
//	answers_json.go      what came of somebody's word
//	values.go            what is null, and what is empty
package view
