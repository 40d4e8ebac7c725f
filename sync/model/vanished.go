package model

import (
	"cmp"
	"strings"
)

// Vanished is a Threema ID of a departure that nobody detached or revoked: two lists an hour apart
// lacked it. That settles its step, and should it be back, the departure goes on with it.
type Vanished struct {
	Number    int64     // of the departure, given by the ledger
	Ended     bool      // it was settled, because nothing was left to do
	Departure Departure // without its IDs
	ThreemaID string
}

// Compare orders them by Threema ID.
func (v Vanished) Compare(w Vanished) int {
	return cmp.Or(cmp.Compare(v.Number, w.Number), strings.Compare(v.ThreemaID, w.ThreemaID))
}
