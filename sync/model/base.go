package model

import "time"

// Base is how many people of a source were ours at the start of a pass: what the limits of later
// passes are measured against. Who waits to join is in none, and who joined within a window is not
// in that window's: a limit must not grow by what it blocks (design §5.11).
type Base struct {
	Source  string
	Managed int // they own a credential
	Leaving int // it was withdrawn, and their departure is not settled
	At      time.Time
}

// Of is the number that an operation is measured against: a Threema ID may also be taken from
// somebody who is on the way out.
func (b Base) Of(op Op) int {
	if op.TakesID() {
		return b.Managed + b.Leaving
	}
	return b.Managed
}
