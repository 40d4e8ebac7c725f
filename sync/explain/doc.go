// Package explain collects everything that is known of one person, and what a plan makes of it. It decides nothing: what is
// told as to come is a step of the plan, waits, or is announced. It does no I/O.
//
//	explain.go     the parts, from sources, ledger and plan
//	next.go        what comes next for them
//	package.go     what the licence package has of them
//	recall.go      what is remembered where a side cannot be read
//	activation.go  somebody who has not activated, or not logged in again
package explain
