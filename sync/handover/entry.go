package handover

import "github.com/threema-dirsync/threema-dirsync/internal/secret"

// Entry is one new credential, with everything that its holder needs to activate the app.
type Entry struct {
	Username  string
	Password  secret.Value
	CSI       string
	FirstName string
	LastName  string
	// Cells are the further columns of the file, in the order of [Layout.Columns].
	Cells []string
	// Earlier are the usernames of former lines of this person, which are worth nothing any more.
	Earlier []string
}

// Receipt tells where entries are.
type Receipt struct {
	File string // "" if passwords are read elsewhere
	// PassedOver are files that come before it, and have another layout than is configured: they were
	// left as they are.
	PassedOver []string
}
