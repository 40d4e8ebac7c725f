package model

import "time"

// Refusal remembers a value that the service refused for a credential, so that it is not
// sent again until it changes or a day has passed.
type Refusal struct {
	CredentialID string
	Setting      string
	Value        string
	Message      string
	At           time.Time
}

// Publication remembers that a contact was once enabled for an ID, by us or by others, so
// that one who is disabled later stays disabled (design §5.9). Created tells that we made it,
// as a custom contact whose name no app reports.
type Publication struct {
	ThreemaID string
	Created   bool
}
