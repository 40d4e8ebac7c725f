package model

// Held is a person for whom nothing may be done now, and why.
type Held struct {
	Subject
	Reasons []Reason
	// Ask is what a person must do who cannot say yes to a change, "" if nobody must do anything.
	Ask Ask
	// Quiet tells that nothing is wrong: somebody decided so, or one object of theirs is left as it is and
	// everything else goes on.
	Quiet bool
}
