package model

import "time"

// RefusedLogin is a password that a server refused: what must be remembered so that no pass
// tries it again, for every try counts towards the lock-out of the account (pitfall A15).
type RefusedLogin struct {
	Source string
	At     time.Time
	Answer string // the server's words
	// Fingerprint stands, with Salt, for the servers, the name and the password that were tried. What
	// has another fingerprint may be tried.
	Salt, Fingerprint []byte
}
